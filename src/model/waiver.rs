//! Waivers: reasoned, owned, dated exemptions for named findings of one component. Not a judge: what a waiver covers is
//! judged. The hard part is that it stays narrow: one check, one rule, one place, so many findings, until a day.

use jiff::civil::Date;

use super::check::Check;
use super::finding::Finding;
use super::place::Place;

/// How many days ahead a waiver may expire: who still needs it then gives his reason again.
pub const HORIZON_DAYS: u16 = 90;

/// One exemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The check, one of [`Waiver::CHECKS`], or one of one's own.
    pub check: Check,
    /// The one rule, as the tool names it.
    pub rule: String,
    /// A file, or a folder with all below it; relative to the project's root, with `/`, normalised.
    pub path: String,
    /// How many findings it covers at most, from 1.
    pub max: u64,
    /// Why they may stay.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// Where their end is planned: `#12`, `owner/repo#12`, or an address.
    pub issue: String,
    /// The last day on which it is in force, in UTC.
    pub expires: Date,
    /// Where the policy declares it; in an assessment the file is named as seen from the project's root.
    pub place: Place,
}

impl Waiver {
    /// The checks of which a finding can be waived, besides those of one's own. A test that failed, a line that no test reached and a README that is
    /// not there are no opinions of a tool.
    pub const CHECKS: [Check; 3] = [Check::Lint, Check::Types, Check::Security];

    /// Whether it names the finding, which is one of its check.
    pub fn names(&self, finding: &Finding) -> bool {
        *finding.rule == *self.rule && self.reaches(&finding.file)
    }

    /// Whether the file is the one that it names, or below the folder that it names.
    pub fn reaches(&self, file: &str) -> bool {
        let below = || file.strip_prefix(self.path.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.path == "." || file == self.path || below()
    }

    /// Whether it is in force on that day.
    pub fn is_in_force(&self, today: Date) -> bool {
        today <= self.expires
    }
}

/// A waiver, and where the policy declares what only the disk or the clock shows to be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredWaiver {
    /// The waiver.
    pub waiver: Waiver,
    /// Where its path is declared.
    pub path_place: Place,
    /// Where its last day is declared.
    pub expires_place: Place,
}

/// What a waiver came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaiverState {
    /// It covers findings.
    Used {
        /// How many.
        covered: u64,
    },
    /// It names nothing that was found and is not covered already.
    Unused,
    /// The same, at a gate that counts from a higher severity than another gate of the policy, which may need it.
    UnusedHere,
    /// Its day has passed: it covers nothing.
    Expired,
    /// It names more than it may cover. Which of them would be arbitrary, so it covers none.
    Exceeded {
        /// How many it names.
        found: u64,
    },
    /// Its check gave no evidence, so nobody knows.
    NotJudged,
}

impl WaiverState {
    /// The word in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Used { .. } => "used",
            Self::Unused => "unused",
            Self::UnusedHere => "unused_here",
            Self::Expired => "expired",
            Self::Exceeded { .. } => "exceeded",
            Self::NotJudged => "not_judged",
        }
    }

    /// How many findings are covered.
    pub fn covered(self) -> u64 {
        match self {
            Self::Used { covered } => covered,
            Self::Unused | Self::UnusedHere | Self::Expired | Self::Exceeded { .. } | Self::NotJudged => 0,
        }
    }

    /// How many findings it names, where those are more than it may cover.
    pub fn exceeded(self) -> Option<u64> {
        match self {
            Self::Exceeded { found } => Some(found),
            Self::Used { .. } | Self::Unused | Self::UnusedHere | Self::Expired | Self::NotJudged => None,
        }
    }
}

/// A waiver, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverAssessment {
    /// The waiver.
    pub waiver: Waiver,
    /// What it came to.
    pub state: WaiverState,
}

/// A waiver as a record remembers it: in words, as the checks there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverRecord {
    /// The check, such as `lint`.
    pub check: String,
    /// The rule.
    pub rule: String,
    /// The file or folder, relative to the project's root.
    pub path: String,
    /// How many findings it covered.
    pub covered: u64,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Where their end is planned.
    pub issue: String,
    /// The last day on which it is in force, in UTC.
    pub expires: Date,
}

/// That a finding is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cover {
    /// The finding's place in the evidence of its check.
    pub finding: usize,
    /// The waiver's place among those of the component.
    pub waiver: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_reaches_its_file_or_what_is_below_its_folder_and_nothing_that_only_begins_like_it() {
        let waiver = |path: &str| Waiver {
            check: Check::Lint,
            rule: "E501".into(),
            path: path.into(),
            max: 1,
            reason: "r".into(),
            owner: "o".into(),
            issue: "#1".into(),
            expires: "2026-12-31".parse().expect("a day"),
            place: Place { file: "promotion.toml".into(), line: 1 },
        };
        assert!(waiver("src/a.py").reaches("src/a.py"));
        assert!(waiver("src").reaches("src/a.py") && waiver("src").reaches("src/b/a.py"));
        assert!(waiver(".").reaches("src/a.py"));
        for file in ["src/a.pyi", "src/a", "src/ab.py", "other/src/a.py", ""] {
            assert!(!waiver("src/a.py").reaches(file), "{file}");
        }
        assert!(!waiver("src/a").reaches("src/ab.py"));
    }

    #[test]
    fn a_waiver_is_in_force_up_to_and_on_its_last_day() {
        let day = |text: &str| text.parse::<Date>().expect("a day");
        let waiver = Waiver {
            check: Check::Lint,
            rule: String::new(),
            path: String::new(),
            max: 1,
            reason: String::new(),
            owner: String::new(),
            issue: String::new(),
            expires: day("2026-12-31"),
            place: Place { file: String::new(), line: 1 },
        };
        assert!(waiver.is_in_force(day("2026-12-30")) && waiver.is_in_force(day("2026-12-31")));
        assert!(!waiver.is_in_force(day("2027-01-01")));
    }
}
