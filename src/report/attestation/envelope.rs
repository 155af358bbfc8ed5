//! The ways in which Statements come: bare, in a DSSE envelope, in a Sigstore bundle, one a file or one a line. No
//! signature is looked at but to count it.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Unread;

/// What an envelope says that it holds.
const IN_TOTO: &str = "application/vnd.in-toto+json";
/// How many lines are looked at: a bundle holds what is relevant to one file.
const LINES: usize = 10_000;

/// One of them.
pub(super) struct Document {
    /// The line, from 1.
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
}

/// All that a file holds.
pub(super) fn documents(text: &str) -> Vec<Document> {
    if let Ok(wrapping) = serde_json::from_str::<Wrapping>(text) {
        return vec![document(1, text, wrapping)];
    }
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let one = |(number, (at, line)): (usize, (usize, &str))| {
        let bare =
            |why: String| Document { line: at + 1, signatures: None, text: Err(Unread::Malformed(why)) };
        if number == LINES {
            return bare(format!("it has more than {LINES} lines"));
        }
        match serde_json::from_str::<Wrapping>(line) {
            Ok(wrapping) => document(at + 1, line, wrapping),
            Err(error) => bare(format!("it is no Statement, envelope or bundle: {error}")),
        }
    };
    lines.take(LINES + 1).enumerate().map(one).collect()
}

fn document(line: usize, text: &str, wrapping: Wrapping) -> Document {
    let foreign = |what: &str| Err(Unread::Foreign(what.to_owned()));
    let (signatures, text) = match wrapping {
        Wrapping { kind: Some(_), .. } => (None, Ok(text.to_owned())),
        Wrapping { dsse_envelope: Some(envelope), .. } => opened(*envelope),
        wrapping if wrapping.payload.is_some() => opened(wrapping),
        _ => (None, foreign("it is no Statement, no envelope and no bundle of one")),
    };
    Document { line, signatures, text }
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
