//! One run for several components, and one for each alone where the shared one gave no answer.

use crate::judge::Unmeasured;
use crate::model::check::Check;
use crate::model::reason::ReasonKind;

use super::answer::{Answer, refuse};
use super::bench::Share;

/// What one run gave for several components: answers for all, or for none.
pub type Shared = Result<Vec<Answer>, Box<Unmeasured>>;

/// What the paths of the files of one run may come to, in bytes. Linux takes 2 MB of arguments and variables together.
const ARGUMENTS: usize = 1 << 20;

/// What an argument takes besides its text, in bytes: its end, and the place that says where it is.
const POINTER: usize = 9;

/// Runs a tool for all components at once, or for as many as fit on a command line; where that gives no answer for any
/// of them and one of them may be the cause, for each alone, so that only that one is left without an answer.
pub fn settle<F>(shares: &[Share<'_>], check: Check, name: &str, run: &F) -> anyhow::Result<Vec<Answer>>
where
    F: Fn(&[Share<'_>], &str) -> anyhow::Result<Shared>,
{
    let mut answers = Vec::new();
    for (number, shares) in command_lines(shares).into_iter().enumerate() {
        let name = if number == 0 { name.to_owned() } else { format!("{name}-part-{}", number + 1) };
        match run(shares, &name)? {
            Ok(settled) => answers.extend(settled),
            Err(unmeasured) if shares.len() > 1 && may_be_one_alone(unmeasured.reason.kind) => {
                for part in parts(shares, unmeasured.reason.kind) {
                    let first = part.first().map_or(0, |share| share.component);
                    answers.extend(settle(part, check, &format!("{name}-{first}"), run)?);
                }
            }
            Err(unmeasured) => {
                let components = shares.iter().map(|share| share.component);
                answers.extend(refuse(components, check, &unmeasured.reason, unmeasured.run.as_ref()));
            }
        }
    }
    Ok(answers)
}

/// Halves find the one that is the cause with few runs; but each part that holds a file on which a tool hangs costs the
/// whole limit, so then each goes alone.
fn parts<'s, 'a>(shares: &'s [Share<'a>], kind: ReasonKind) -> std::slice::Chunks<'s, Share<'a>> {
    shares.chunks(if kind == ReasonKind::TimedOut { 1 } else { shares.len().div_ceil(2) })
}

/// The components, in as few parts as their files' paths allow.
fn command_lines<'s, 'a>(shares: &'s [Share<'a>]) -> Vec<&'s [Share<'a>]> {
    let length = |share: &Share<'_>| share.files.iter().map(|file| file.real.len() + POINTER).sum::<usize>();
    let (mut parts, mut start, mut sum) = (Vec::new(), 0, 0);
    for (position, share) in shares.iter().enumerate() {
        sum += length(share);
        if sum > ARGUMENTS && position > start {
            parts.extend(shares.get(start..position));
            (start, sum) = (position, length(share));
        }
    }
    parts.extend(shares.get(start..).filter(|rest| !rest.is_empty()));
    parts
}

/// Whether a fault of a shared run may come from the files of one component, and not from the tool, its
/// configuration or the person.
fn may_be_one_alone(kind: ReasonKind) -> bool {
    match kind {
        ReasonKind::ToolCrashed
        | ReasonKind::TimedOut
        | ReasonKind::ReportMissing
        | ReasonKind::ReportUnreadable
        | ReasonKind::ReportsDisagree
        | ReasonKind::NothingInspected
        | ReasonKind::WrongFiles
        | ReasonKind::Unreadable => true,
        ReasonKind::ToolMissing
        | ReasonKind::Interrupted
        | ReasonKind::NoTestsRan
        | ReasonKind::CollectionFailed
        | ReasonKind::ConfigInvalid
        | ReasonKind::CheckWeakened
        | ReasonKind::Environment
        | ReasonKind::TreeChanged
        | ReasonKind::NoCriterion
        | ReasonKind::ShardMissing
        | ReasonKind::ShardDuplicate
        | ReasonKind::ShardStale
        | ReasonKind::ShardForeign
        | ReasonKind::ShardUnreadable => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::component::SourceFile;

    #[test]
    fn the_one_of_many_on_which_a_tool_falls_over_is_found_with_few_runs() {
        use std::cell::Cell;
        let files = [SourceFile { path: String::new(), real: "/a".to_owned() }];
        let shares: Vec<Share<'_>> = (0..1000).map(|component| Share { component, files: &files }).collect();
        for (kind, most) in [(ReasonKind::ToolCrashed, 21), (ReasonKind::TimedOut, 1001)] {
            let (runs, names) = (Cell::new(0), std::cell::RefCell::new(std::collections::BTreeSet::new()));
            let run = |shares: &[Share<'_>], name: &str| {
                runs.set(runs.get() + 1);
                assert!(names.borrow_mut().insert(name.to_owned()), "{name} is used once");
                let reason = |kind| crate::model::reason::Reason::new(kind, "it fell over", "mend it");
                if shares.iter().any(|share| share.component == 617) {
                    return Ok(Err(Unmeasured::because(reason(kind), None)));
                }
                let components = shares.iter().map(|share| share.component);
                // What it says does not matter here; only that it is of another kind.
                Ok(Ok(refuse(components, Check::Lint, &reason(ReasonKind::NoCriterion), None)))
            };
            let answers = settle(&shares, Check::Lint, "ruff", &run).expect("our work");
            let fell: Vec<usize> = answers
                .iter()
                .filter(|answer| answer.gathered.as_ref().is_err_and(|one| one.reason.kind == kind))
                .map(|answer| answer.component)
                .collect();
            assert_eq!((answers.len(), fell), (1000, vec![617]));
            assert!(runs.get() <= most, "{} runs", runs.get());
        }
    }

    #[test]
    fn components_whose_files_do_not_fit_on_one_command_line_are_given_to_several_runs() {
        let files: Vec<SourceFile> = (0..100)
            .map(|number| SourceFile {
                path: String::new(),
                real: format!("/{number:04}{}", "x".repeat(195)),
            })
            .collect();
        let shares: Vec<Share<'_>> = (0..120).map(|component| Share { component, files: &files }).collect();
        let parts = command_lines(&shares);
        let sizes: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        assert_eq!(sizes, [50, 50, 20], "each component takes 20,900 bytes");
        assert_eq!(parts.concat().len(), shares.len());
        assert!(command_lines(&[]).is_empty());
    }
}
