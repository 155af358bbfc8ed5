//! Statements, read by the bindings that the in-toto project publishes: nothing in them is unknown to the messages of the
//! Statement, of the test result and of the verification summary. And signed by a library that knows nothing of us.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use tta_promote::report::attestation::{Kind, Measured, Origin, Subject, render};

use super::formats::sample;
use super::laboratory::{Project, make_environment};

const PINNED: [&str; 2] = ["in-toto-attestation==0.9.3", "protobuf==7.36.2"];

/// Says of each Statement why it is not valid; nothing where it is.
const VALIDATE: &str = "
import json, sys
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.predicates.vsa.v1 import vsa_pb2

MESSAGES = {
    'https://in-toto.io/attestation/test-result/v0.1': test_result_pb2.TestResult,
    'https://slsa.dev/verification_summary/v1': vsa_pb2.VerificationSummary,
}
read = 0
for number, line in enumerate(open(sys.argv[1], encoding='utf-8')):
    try:
        Statement.copy_from_pb(json_format.Parse(line, statement_pb2.Statement())).validate()
        statement = json.loads(line)
        message = MESSAGES.get(statement['predicateType'])
        if message is not None:
            predicate = statement['predicate']
            for level in predicate.get('verifiedLevels', ['']):
                # In the released message it is one string, in the specification a list of them.
                one = predicate | {'verifiedLevels': level} if 'verifiedLevels' in predicate else predicate
                parsed = json_format.ParseDict(one, message())
            for policy in getattr(parsed, 'configuration', []):
                ResourceDescriptor.copy_from_pb(policy).validate()
        read += 1
    except Exception as fault:
        print(number, type(fault).__name__, str(fault).splitlines()[0])
print('read', read)
";

fn verdicts(statements: &str) -> String {
    // Two tests that make it at once would clear what the other one made.
    static ENVIRONMENT: OnceLock<PathBuf> = OnceLock::new();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("all.intoto.jsonl");
    std::fs::write(&file, statements).expect("written");
    let environment = ENVIRONMENT.get_or_init(|| make_environment("in-toto-environment", &PINNED));
    let output = Command::new(environment.join("bin/python"))
        .args(["-c", VALIDATE])
        .arg(file)
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every Statement of every component of every sample, one a line.
fn statements() -> String {
    let mut samples = sample::all();
    samples.push(sample::hostile("\0\u{1b}[2J\u{ffff}\u{202e}\n\u{2028}\"\\"));
    let origin = Origin { repository: Some("theinterneti/TTA".to_owned()), project: "TTA".to_owned() };
    let mut text = String::new();
    for assessment in &samples {
        for component in &assessment.components {
            let files = component.files.iter().map(|file| (file.clone(), "0a".repeat(32))).collect();
            let subject = Subject { commit: "30f84615".repeat(5), files };
            let measured = Measured { assessment, component, subject: &subject, origin: &origin };
            text.extend(Kind::ALL.map(|kind| render(&measured, kind)));
        }
    }
    text
}

#[test]
fn every_statement_is_one_of_in_toto() {
    let statements = statements();
    assert_eq!(verdicts(&statements), format!("read {}\n", statements.lines().count()));
}

#[test]
fn the_bindings_of_in_toto_find_what_is_wrong() {
    let statements = statements();
    let wrong: Vec<String> = statements
        .lines()
        .take(2)
        .map(|line| line.replacen("\"gitCommit\"", "1", 1))
        .chain(statements.lines().take(1).map(|line| line.replacen("\"passedTests\"", "\"passed\"", 1)))
        .chain(statements.lines().take(2).map(|line| line.replacen("\"subject\"", "\"subjects\"", 1)))
        .collect();
    let verdicts = verdicts(&wrong.join("\n"));
    assert_eq!(verdicts.lines().count(), wrong.len() + 1, "{verdicts}");
    assert!(verdicts.ends_with("read 0\n"), "{verdicts}");
}

const SIGNERS: [&str; 3] = ["securesystemslib[crypto]==1.6.0", "sigstore==4.5.1", "cryptography==48.0.0"];

/// Signs each Statement by a key; and asks another signer, which knows no commits, whether it would take the files of it.
const SIGN: &str = "
import json, sys
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner
from sigstore.dsse import Statement
signer = CryptoSigner.generate_ed25519()
with open(sys.argv[2], 'w') as signed:
    for line in open(sys.argv[1], 'rb'):
        statement = json.loads(line)
        statement['subject'] = [one for one in statement['subject'] if 'sha256' in one['digest']]
        Statement(json.dumps(statement).encode())
        envelope = Envelope(line.strip(), 'application/vnd.in-toto+json', {})
        envelope.sign(signer)
        envelope.verify([signer.public_key], 1)
        signed.write(json.dumps(envelope.to_dict()) + '\\n')
";

/// A project whose gate asks one thing that a shell can tell.
fn project() -> Project {
    let project = Project::new("");
    project.write("src/carbon.py", "x = 1\n");
    let none = "{ not_applicable = \"no Python is run here\" }";
    let asked = ["tests", "coverage", "lint", "types", "security", "docs"];
    let gate = asked.map(|check| format!("{check} = {none}\n")).concat();
    let policy = format!(
        "schema = 1\n[project]\nname = \"x\"\nrunner = \"path\"\n[gate.staging]\n{gate}\
         [check.there]\ncommand = [\"sh\", \"-c\", \"echo looked at 1 file\"]\nreads = \"exit-code\"\n\
         inspected = {{ pattern = 'looked at (\\d+)' }}\n[component.carbon]\npaths = [\"src/carbon.py\"]\n"
    );
    project.write("promotion.toml", policy);
    project
}

#[test]
fn what_a_signer_made_of_it_is_read_and_what_was_changed_after_it_was_signed_is_found() {
    let project = project();
    project.commit();
    let folder = tempfile::tempdir().expect("a folder");
    let [plain, signed] = ["plain.jsonl", "signed.jsonl"].map(|name| folder.path().join(name));
    let text = |path: &PathBuf| path.to_str().expect("a path").to_owned();
    let attested =
        project.gate(&["verify", "carbon", "--attest", &text(&plain)]).output().expect("it starts");
    assert!(attested.status.success(), "{}", String::from_utf8_lossy(&attested.stderr));
    let environment = make_environment("signer-environment", &SIGNERS);
    let signing = Command::new(environment.join("bin/python"))
        .args(["-c", SIGN, &text(&plain), &text(&signed)])
        .output()
        .expect("it starts");
    assert!(signing.status.success(), "{}", String::from_utf8_lossy(&signing.stderr));
    let audit = || {
        let told = project.gate(&["audit", "carbon", "--attestation", &text(&signed), "--format", "json"]);
        let output = { told }.output().expect("it starts");
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        (output.status.code(), document)
    };
    let (code, document) = audit();
    assert_eq!(code, Some(0), "{document:#}");
    let statements = document["statements"].as_array().expect("statements");
    assert_eq!(statements.len(), Kind::ALL.len());
    assert!(statements.iter().all(|one| one["signatures"] == 1), "{document:#}");
    // `audit` verifies no signature; but a payload that is not the policy's any more does not hold.
    project.write("src/carbon.py", "x = 2\n");
    project.commit();
    assert_eq!(audit().0, Some(5));
}
