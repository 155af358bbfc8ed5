//! The in-toto Statement v1 and what all three predicates share: its subject, the policy, and the URIs.
//!
//! Field names and rules: <https://github.com/in-toto/attestation/tree/main/spec/v1>. Fields that are not known are
//! passed over, as its parsing rules ask.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::super::json::precise_instant;
use super::{Measured, Origin};

/// `_type`.
pub(super) const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// The digest of a file.
pub(super) const SHA256: &str = "sha256";
/// The digest of a commit, as in-toto names it.
pub(super) const GIT_COMMIT: &str = "gitCommit";
/// The digest of a policy: SHA-256 over several texts with their names and lengths, so it is called what it is, for
/// nobody could compare it with the digest of one file.
pub(super) const POLICY: &str = "ttaPromotePolicyV1";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Statement<P> {
    #[serde(rename = "_type")]
    pub(super) kind: String,
    pub(super) subject: Vec<Artifact>,
    #[serde(rename = "predicateType")]
    pub(super) predicate_type: String,
    pub(super) predicate: P,
}

/// What a Statement is about.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Artifact {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) digest: BTreeMap<String, String>,
}

/// The policy that was judged by, with what else is to be known of the measurement: `annotations` are made for that.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Policy {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) uri: String,
    #[serde(default)]
    pub(super) digest: BTreeMap<String, String>,
    /// `None` where it is not by us.
    #[serde(default)]
    pub(super) annotations: Option<Annotations>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Annotations {
    pub(super) component: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) commit: String,
    pub(super) started: String,
    /// The last day of the first waiver that it rests on; left out where it rests on none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) waived_until: Option<String>,
}

impl<P> Statement<P> {
    /// That of `predicate` about what was measured.
    pub(super) fn of(measured: &Measured<'_>, predicate_type: &str, predicate: P) -> Self {
        let artifact = |name: &str, algorithm: &str, digest: &str| Artifact {
            name: Some(name.to_owned()),
            digest: [(algorithm.to_owned(), digest.to_owned())].into(),
        };
        let commit = artifact(&measured.origin.name(), GIT_COMMIT, &measured.subject.commit);
        let files = measured.subject.files.iter().map(|(path, digest)| artifact(path, SHA256, digest));
        Self {
            kind: STATEMENT.to_owned(),
            subject: files.chain([commit]).collect(),
            predicate_type: predicate_type.to_owned(),
            predicate,
        }
    }
}

impl Policy {
    pub(super) fn of(measured: &Measured<'_>) -> Self {
        let (assessment, component) = (measured.assessment, measured.component);
        Self {
            name: assessment.policy.file.clone(),
            uri: measured.origin.policy(&measured.subject.commit, &assessment.policy.file),
            digest: [(POLICY.to_owned(), assessment.policy.sha256.clone())].into(),
            annotations: Some(Annotations {
                component: component.name.clone(),
                from: component.from.name().to_owned(),
                to: component.to.name().to_owned(),
                commit: measured.subject.commit.clone(),
                started: precise_instant(assessment.started),
                waived_until: measured.waived_until().map(|day| day.to_string()),
            }),
        }
    }
}

impl Origin {
    /// What the commit is one of.
    pub fn name(&self) -> String {
        self.repository.clone().unwrap_or_else(|| self.project.clone())
    }

    /// The package URL of the commit: <https://github.com/package-url/purl-spec>.
    fn commit(&self, commit: &str) -> String {
        // What GitHub takes for one, in one spelling.
        let name = self.repository.as_ref().map(|repository| repository.to_lowercase());
        let place = match name.as_ref().and_then(|name| name.split_once('/')) {
            Some((owner, name)) => format!("github/{}/{}", encoded(owner), encoded(name)),
            None => format!("generic/{}", encoded(&self.project)),
        };
        format!("pkg:{place}@{}", encoded(commit))
    }

    /// What was verified: a component before a gate, so that a summary for one gate is none for another.
    pub fn resource(&self, commit: &str, component: &str, to: &str) -> String {
        format!("{}?component={}&to={}", self.commit(commit), encoded(component), encoded(to))
    }

    /// The policy file at that commit.
    pub fn policy(&self, commit: &str, file: &str) -> String {
        format!("{}?policy={}", self.commit(commit), encoded(file))
    }
}

/// With everything but what a URI may hold anywhere as `%XX`.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _infallible = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// What the URI of a resource says.
pub(super) struct Resource {
    pub(super) commit: String,
    pub(super) component: String,
    pub(super) to: String,
}

/// What was verified, as [`Origin::resource`] writes it.
pub(super) fn resource(uri: &str) -> Option<Resource> {
    let (commit, qualifiers) = uri.split_once('?')?;
    let (component, to) = qualifiers.strip_prefix("component=")?.split_once("&to=")?;
    let (_, commit) = commit.rsplit_once('@')?;
    Some(Resource { commit: decoded(commit)?, component: decoded(component)?, to: decoded(to)? })
}

/// The text that [`encoded`] wrote.
fn decoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (number, rest) = (part.get(..2)?, part.get(2..)?);
        bytes.push(u8::from_str_radix(number, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}
