//! The ways in which Statements come: bare, in a DSSE envelope, in a Sigstore bundle, in what `gh attestation verify
//! --format json` prints; one after the other, each on a line or over several. No signature is looked at but to count it.
//! The hard part: what is no JSON may not hide what follows it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Unread;

/// What an envelope says that it holds.
const IN_TOTO: &str = "application/vnd.in-toto+json";
/// How many are looked at: a file holds what is relevant to one thing.
const DOCUMENTS: usize = 10_000;
/// After how many that are not readable no more is looked for: each may have to be read to its end.
const UNREADABLE: usize = 100;
/// What a wrapping wraps is no deeper than this in what any signer writes.
const DEPTH: usize = 4;

/// One of them.
pub(super) struct Document {
    /// The line on which it begins, from 1.
    pub(super) line: usize,
    /// How many signatures it bears; `None` where it is bare.
    pub(super) signatures: Option<usize>,
    /// The text of the Statement.
    pub(super) text: Result<String, Unread>,
}

/// Any of them, as far as it must be known to tell which.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wrapping {
    #[serde(rename = "_type")]
    kind: Option<IgnoredAny>,
    payload: Option<String>,
    payload_type: Option<String>,
    signatures: Option<Vec<IgnoredAny>>,
    dsse_envelope: Option<Box<Wrapping>>,
    /// As `gh attestation verify` prints each: beside what it verified.
    attestation: Option<Value>,
    bundle: Option<Value>,
    /// As the API of GitHub answers.
    attestations: Option<Value>,
    /// As cosign before 3 wrote it.
    base64_signature: Option<IgnoredAny>,
}

/// All that a file holds.
pub(super) fn documents(text: &str) -> Vec<Document> {
    let (mut documents, mut at, mut line) = (Vec::new(), 0, 1);
    // What is passed over between two documents is looked through once, so that a large file takes no long time.
    let line_of = |from: &mut usize, line: &mut usize, to: usize| {
        *line += text[*from..to].matches('\n').count();
        *from = to;
    };
    let (mut counted, mut lost) = (0, 0);
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        if at == text.len() {
            return documents;
        }
        line_of(&mut counted, &mut line, at);
        if documents.len() >= DOCUMENTS || lost == UNREADABLE {
            documents.push(unreadable(line, "no more is looked at: it holds too much".to_owned()));
            return documents;
        }
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(IgnoredAny)) => {
                let end = at + values.byte_offset();
                documents.extend(of_value(line, &text[at..end], 0));
                at = end;
            }
            Some(Err(error)) => {
                lost += 1;
                documents.push(unreadable(line, format!("it is not readable as JSON: {error}")));
                at = next_begin(text, at);
            }
            None => return documents,
        }
    }
}

/// Where the next line begins that may begin a document, after the one at `at`: those within a document that is laid out
/// over several lines are indented, or close it.
fn next_begin(text: &str, at: usize) -> usize {
    let begins = text[at..].match_indices('\n').map(|(line_end, _)| at + line_end + 1);
    begins.into_iter().find(|begin| text[*begin..].starts_with(['{', '['])).unwrap_or(text.len())
}

/// What a JSON value holds.
fn of_value(line: usize, text: &str, depth: usize) -> Vec<Document> {
    let parsed = if text.starts_with('[') {
        serde_json::from_str::<Vec<Value>>(text).map(|all| within(line, &all, depth))
    } else {
        serde_json::from_str::<Wrapping>(text).map(|wrapping| of_wrapping(line, text, wrapping, depth))
    };
    parsed.unwrap_or_else(|error| {
        let what = format!("it is no Statement, envelope or bundle: {error}");
        let why = if text.starts_with('{') { Unread::Malformed(what) } else { Unread::Unreadable(what) };
        vec![Document { line, signatures: None, text: Err(why) }]
    })
}

fn within(line: usize, all: &[Value], depth: usize) -> Vec<Document> {
    if depth == DEPTH {
        return vec![foreign(line, "it is wrapped in more than any signer does")];
    }
    all.iter().take(DOCUMENTS).flat_map(|one| of_value(line, &one.to_string(), depth + 1)).collect()
}

fn of_wrapping(line: usize, text: &str, wrapping: Wrapping, depth: usize) -> Vec<Document> {
    let document = |(signatures, text)| vec![Document { line, signatures, text }];
    match wrapping {
        Wrapping { kind: Some(_), .. } => document((None, Ok(text.to_owned()))),
        Wrapping { dsse_envelope: Some(envelope), .. } => document(opened(*envelope)),
        wrapping if wrapping.payload.is_some() => document(opened(wrapping)),
        Wrapping { attestation: Some(one), .. } | Wrapping { bundle: Some(one), .. } => {
            within(line, &[one], depth)
        }
        Wrapping { attestations: Some(Value::Array(all)), .. } => within(line, &all, depth),
        Wrapping { base64_signature: Some(_), .. } => document((None, Err(Unread::Outdated))),
        _ => vec![foreign(line, "it is no Statement, no envelope and no bundle of one")],
    }
}

fn unreadable(line: usize, why: String) -> Document {
    Document { line, signatures: None, text: Err(Unread::Unreadable(why)) }
}

fn foreign(line: usize, what: &str) -> Document {
    Document { line, signatures: None, text: Err(Unread::Foreign(what.to_owned())) }
}

/// What an envelope holds.
fn opened(envelope: Wrapping) -> (Option<usize>, Result<String, Unread>) {
    // Signers write the standard alphabet with padding; the specification lets others write the other one.
    let padding = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let signatures = Some(envelope.signatures.map_or(0, |signatures| signatures.len()));
    let payload = envelope.payload.unwrap_or_default();
    if envelope.payload_type.as_deref() != Some(IN_TOTO) {
        return (signatures, Err(Unread::Foreign("its payload is no in-toto Statement".to_owned())));
    }
    let decoded = [&alphabet::STANDARD, &alphabet::URL_SAFE]
        .into_iter()
        .find_map(|alphabet| GeneralPurpose::new(alphabet, padding).decode(payload.as_bytes()).ok());
    let text = decoded
        .ok_or("its payload is no base64")
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "its payload is not UTF-8"));
    (signatures, text.map_err(|why| Unread::Malformed(why.to_owned())))
}
