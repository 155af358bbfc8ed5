//! The logs of the containers since their start: the lines that tell of a fault.
//!
//! Not here: what such a line means for the deployment (`judge::rollout`).

use std::io::BufRead as _;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use regex::RegexSet;

use crate::model::container::Container;
use crate::model::delivery::LogRules;
use crate::model::observation::Window;
use crate::model::reason::{Reason, ReasonKind};
use crate::sys::file;
use crate::tools::docker;

use super::site::{Halt, Site};

/// How long a process may have run when the engine notes its start.
const MARGIN: SignedDuration = SignedDuration::from_secs(2);
/// How many lines are told.
const TOLD: usize = 5;
/// How much of a line is told, in characters.
const LINE: usize = 200;

/// Which lines tell of a fault.
#[derive(Debug)]
pub struct Rules {
    error: RegexSet,
    allow: RegexSet,
}

impl Rules {
    /// Those of the policy.
    pub fn of(rules: &LogRules) -> Result<Self, Reason> {
        let set = |patterns: &[String]| {
            RegexSet::new(patterns).map_err(|error| {
                Reason::new(
                    ReasonKind::ConfigInvalid,
                    format!("a pattern for log lines cannot be used: {error}"),
                    "correct `logs` in `promotion.toml`",
                )
            })
        };
        Ok(Self { error: set(&rules.error)?, allow: set(&rules.allow)? })
    }

    /// Whether any line can tell of a fault.
    pub fn is_idle(&self) -> bool {
        self.error.is_empty()
    }

    fn is_fault(&self, line: &str) -> bool {
        self.error.is_match(line) && !self.allow.is_match(line)
    }
}

/// The lines of a container's log since its start that tell of a fault, the first few of them.
pub fn faults(site: &Site<'_>, rules: &Rules, container: &Container) -> Result<Vec<String>, Halt> {
    told(site, rules, container, docker::logs_argv("docker", &container.id, &since(container)))
}

/// The lines of a container's log in a window that tell of a fault, the first few of them.
pub fn faults_within(
    site: &Site<'_>,
    rules: &Rules,
    container: &Container,
    window: Window,
) -> Result<Vec<String>, Halt> {
    let [from, to] = [window.from(), window.to()].map(|time| time.to_string());
    told(site, rules, container, docker::logs_within_argv("docker", &container.id, &from, &to))
}

fn told(
    site: &Site<'_>,
    rules: &Rules,
    container: &Container,
    argv: Vec<String>,
) -> Result<Vec<String>, Halt> {
    let log = site.ask_at_length("docker-logs", argv)?;
    let mut faults = Vec::new();
    let read = docker::read_done(log.exit, "").map_err(Halt::from).and_then(|()| {
        for path in [&log.stdout, &log.stderr] {
            read(path, rules, &mut faults).map_err(|error| unreadable(container, &error))?;
        }
        Ok(())
    });
    for path in [&log.stdout, &log.stderr] {
        file::remove(path).map_err(|error| anyhow::anyhow!("cannot remove `{}`: {error}", path.display()))?;
    }
    read?;
    faults.truncate(TOLD);
    Ok(faults.iter().map(|line| site.secrets.hide(line)).map(|line| shortened(&line)).collect())
}

/// The moment from which its log is read. The engine notes the start when the process has run for a moment, so that its
/// first lines would be missed; where it was restarted, there are those of the time before.
fn since(container: &Container) -> String {
    let started = container.started_at.parse::<Timestamp>().ok().filter(|_| container.restarts == 0);
    let earlier = started.and_then(|started| started.checked_sub(MARGIN).ok());
    earlier.map_or_else(|| container.started_at.clone(), |earlier| earlier.to_string())
}

fn unreadable(container: &Container, error: &std::io::Error) -> Halt {
    let message = format!("the log of container {} cannot be read: {error}", container.short_id());
    Reason::new(ReasonKind::Unreadable, message, "run it again").into()
}

fn read(path: &Path, rules: &Rules, faults: &mut Vec<String>) -> std::io::Result<()> {
    let mut log = file::open(path)?;
    let mut line = Vec::new();
    while faults.len() < TOLD && log.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        if rules.is_fault(&text) {
            faults.push(text.trim().to_owned());
        }
        line.clear();
    }
    Ok(())
}

fn shortened(line: &str) -> String {
    let short: String = line.chars().take(LINE).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fault(line: &str, allow: &[&str]) -> bool {
        let error = vec![r"(?i)\b(error|exception|traceback|fatal|panic)\b".to_owned()];
        let allow = allow.iter().map(|pattern| (*pattern).to_owned()).collect();
        Rules::of(&LogRules { error, allow }).expect("patterns").is_fault(line)
    }

    #[test]
    fn a_line_is_a_fault_unless_it_is_allowed() {
        assert!(is_fault("ERROR: no database", &[]) && is_fault("Traceback (most recent call last)", &[]));
        assert!(!is_fault("0 errors", &[]) && !is_fault("terrors", &[]));
        assert!(!is_fault("error budget: 100 %", &["error budget"]));
    }

    #[test]
    fn without_patterns_no_log_is_read() {
        let none = LogRules { error: Vec::new(), allow: Vec::new() };
        assert!(Rules::of(&none).expect("patterns").is_idle());
    }
}
