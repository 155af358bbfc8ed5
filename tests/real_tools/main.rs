//! The gate on the real pytest, ruff, pyright and bandit: nothing is faked, nothing is skipped.
//!
//! Not here: what a recording or a fake shows as well; those tests are quick, these are thorough.

#![expect(clippy::disallowed_methods, reason = "tests build projects and look at processes themselves")]

mod assumed;
mod attestation;
mod begun;
mod bundled;
mod enough;
mod environment;
mod forked;
mod formats;
mod identity;
mod integration;
mod interruption;
mod laboratory;
mod older;
mod own;
mod reused;
mod situation;
mod waived;

// `sample` names the model as the library does.
use tta_promote::model;

/// Runs the situations of one file below `fixtures/situations`.
fn situations(class: &str) {
    let disagreements = situation::disagreements(class);
    assert!(disagreements.is_empty(), "{}", disagreements.join("\n"));
}

macro_rules! classes {
    ($($name:ident),+ $(,)?) => {$(
        #[test]
        fn $name() {
            situations(stringify!($name));
        }
    )+};
}

classes!(tests_outcomes, tests_endings, coverage, selection, tree, lint, types, security, outside);
