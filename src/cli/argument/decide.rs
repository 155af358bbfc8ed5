//! The words of the verbs by which people decide: `sign`, `hold`, `release`, `override`.

use std::time::Duration;

use clap::Args;

use crate::model::check::Check;

use super::value::check;

/// Of `sign`.
pub(super) const SIGN_EXAMPLES: &str = "\
Examples:
  tta-promote sign carbon performance-validated --evidence https://ci.example/42 --by Ada
  tta-promote sign carbon security-reviewed --evidence URL --expires 30d
  tta-promote sign carbon security-reviewed --evidence URL --withdraw

It records who answers for what no tool can measure, for gates that ask for it by `sign_offs`.";

/// Of `hold` and `release`.
pub(super) const HOLD_EXAMPLES: &str = "\
Examples:
  tta-promote hold carbon --reason \"the schema changes\"     nothing is promoted
  tta-promote release carbon --reason \"it has changed\"      until now";

/// Of `override`.
pub(super) const OVERRIDE_EXAMPLES: &str = "\
Examples:
  tta-promote override carbon --checks lint,docs --reason \"hotfix\" --approver Grace --expires 2d

Checks are set aside for exactly the commit that is here, for at most 14 days, and it is said wherever the
verdict is said. Who approves is somebody else than who asks.";

/// `sign`.
#[derive(Debug, Clone, Args)]
pub struct Sign {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// What is answered for, such as performance-validated
    #[arg(value_name = "TOPIC", value_parser = topic)]
    pub topic: String,
    /// Where the evidence is: an address
    #[arg(long, value_name = "URL", value_parser = address)]
    pub evidence: String,
    /// Who answers for it [default: who runs this]
    #[arg(long, value_name = "NAME", value_parser = words)]
    pub by: Option<String>,
    /// How long it holds, in days or hours
    #[arg(long, value_name = "TERM", default_value = "90d", value_parser = term)]
    pub expires: Duration,
    /// It does not hold any more
    #[arg(long)]
    pub withdraw: bool,
}

/// `hold` and `release`.
#[derive(Debug, Clone, Args)]
pub struct Hold {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = words)]
    pub reason: String,
}

/// `override`.
#[derive(Debug, Clone, Args)]
pub struct Override {
    /// The component
    #[arg(value_name = "COMPONENT")]
    pub component: String,
    /// The checks
    #[arg(long, value_name = "CHECK,...", value_delimiter = ',', required = true, value_parser = check(), hide_possible_values = true)]
    pub checks: Vec<Check>,
    /// Why
    #[arg(long, value_name = "TEXT", value_parser = words)]
    pub reason: String,
    /// Who else agreed
    #[arg(long, value_name = "NAME", value_parser = words)]
    pub approver: String,
    /// How long it holds, in days or hours: at most 14d
    #[arg(long, value_name = "TERM", value_parser = term)]
    pub expires: Duration,
}

/// Words of a person, with something in them.
fn words(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("say something that others can read".to_owned()) } else { Ok(text.to_owned()) }
}

fn topic(text: &str) -> Result<String, String> {
    let is_safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !text.is_empty()
        && text.len() <= 100
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(is_safe)
    {
        return Ok(text.to_owned());
    }
    Err("write it in small letters, digits and `-`, such as performance-validated".to_owned())
}

fn address(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    match host {
        Some(host) if host.contains('@') => {
            Err("an address with a password is shown to everybody".to_owned())
        }
        Some(host) if !host.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            Ok(text.to_owned())
        }
        _ => Err("say where others find it, as in https://ci.example/42".to_owned()),
    }
}

/// Days or hours.
fn term(text: &str) -> Result<Duration, String> {
    const LONGEST: u64 = 3_650 * 24;
    let text = text.trim();
    let (number, hours) = match (text.strip_suffix('d'), text.strip_suffix('h')) {
        (Some(days), _) => (days, 24),
        (None, Some(hours)) => (hours, 1),
        (None, None) => ("", 0),
    };
    let hours = number.parse::<u64>().ok().and_then(|number| number.checked_mul(hours));
    match hours {
        Some(hours) if (1..=LONGEST).contains(&hours) => Ok(Duration::from_secs(hours * 3_600)),
        _ => Err("say for example 2d or 12h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_days_or_hours() {
        assert_eq!(term("90d"), Ok(Duration::from_secs(90 * 86_400)));
        assert_eq!(term("12h"), Ok(Duration::from_secs(12 * 3_600)));
        for text in ["", "d", "0d", "2", "2m", "-1d", "99999999999d", "1.5d"] {
            assert!(term(text).is_err(), "{text}");
        }
    }

    #[test]
    fn evidence_is_an_address_without_a_password() {
        assert!(address("https://ci.example/42?x=a@b").is_ok());
        for text in ["ci.example", "https://", "https://u:p@h/", "https://h/ x", "ftp://h", "javascript:x"] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
