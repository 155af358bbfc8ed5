//! What we write, read by programs that know nothing of us: JUnit XML by an XML Schema validator, under the schema that
//! Jenkins' xUnit plugin uses.
//!
//! The documents are those of the samples that every renderer is shown by, which are built on the model alone.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tta_promote::report::{Format, Style, render};

use super::laboratory::{checkout, make_environment};

#[path = "../../src/report/sample.rs"]
#[expect(clippy::unwrap_used, reason = "it is a test's in the library, where that may be")]
pub(super) mod sample;

const PINNED: [&str; 1] = ["xmlschema==4.3.2"];

/// Says of each document why it is not valid; nothing where it is.
const VALIDATE: &str = "
import sys
import xmlschema

schema = xmlschema.XMLSchema10(sys.argv[1])
for path in sys.argv[2:]:
    for error in schema.iter_errors(path):
        print(path.rsplit('/', 1)[-1], error.path, error.reason)
print('read', len(sys.argv) - 2)
";

/// What the validator says of `documents`.
fn verdicts(documents: &[String]) -> String {
    // Two tests that make it at once would clear what the other one made.
    static ENVIRONMENT: OnceLock<PathBuf> = OnceLock::new();
    let folder = tempfile::tempdir().expect("a folder");
    let paths = documents.iter().enumerate().map(|(number, document)| {
        let path = folder.path().join(format!("{number}.xml"));
        std::fs::write(&path, document).expect("written");
        path
    });
    let environment = ENVIRONMENT.get_or_init(|| make_environment("schema-environment", &PINNED));
    let python = environment.join("bin/python");
    let output = Command::new(python)
        .args(["-c", VALIDATE])
        .arg(Path::new(checkout()).join("fixtures/schemas/junit-10.xsd"))
        .args(paths)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn junit_is_valid_under_the_schema_that_ci_systems_use() {
    let mut samples = sample::all();
    let lures =
        ["\0\u{1b}[2J\u{ffff}\u{202e}", "]]><!--&amp;<b a='\">", "<![CDATA[x]]>\r\n::set-output name=a::b"];
    samples.extend(lures.map(sample::hostile));
    samples.push(sample::hostile(&"]]>\u{8}é".repeat(200_000)));
    let documents: Vec<String> =
        samples.iter().map(|assessment| render(assessment, Format::Junit, &Style::default())).collect();
    assert_eq!(verdicts(&documents), format!("read {}\n", documents.len()));
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let document = render(&sample::one_fails(), Format::Junit, &Style::default());
    let wrong = document.replacen("<testcase classname", "<testcase class", 1).replacen(
        "time=\"4.210\"",
        "time=\"4,2 s\"",
        1,
    );
    assert_ne!(wrong, document);
    assert_eq!(verdicts(&[wrong]).lines().count(), 3);
}
