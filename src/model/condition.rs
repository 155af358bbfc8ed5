//! What a gate asks besides its checks: what no measurement of one commit can show, but time, people and others can.

use super::percent::Percent;

/// What is asked, and by what name. Nothing of it where the policy says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    /// `soak`: the observation in the stage below must be proven.
    pub soak: bool,
    /// `uptime`: how much of that time the candidate must have been well.
    pub uptime: Option<Percent>,
    /// `integration_coverage`: what the integration tests must cover.
    pub integration_coverage: Option<Percent>,
    /// `dependencies`: what the component needs must stand as high.
    pub dependencies: bool,
    /// `sign_offs`: what people must answer for.
    pub sign_offs: Vec<String>,
}

impl Conditions {
    /// The name of the condition that the integration tests cover enough.
    pub const INTEGRATION_COVERAGE: &'static str = "integration_coverage";
    /// The name of what nobody asks for, and what stands only where it is not met: that the run came to a good end.
    pub const RUN: &'static str = "run";

    /// What is asked again of a component that has entered the stage: what was observed before it did is over.
    #[must_use]
    pub fn asked_again(&self) -> Self {
        Self { soak: false, uptime: None, ..self.clone() }
    }

    /// The names of what is asked, in the order in which it is shown.
    pub fn ids(&self) -> Vec<String> {
        let plain = [
            (self.integration_coverage.is_some(), Self::INTEGRATION_COVERAGE),
            (self.soak, "soak"),
            (self.uptime.is_some(), "uptime"),
            (self.dependencies, "dependencies"),
        ];
        let plain = plain.into_iter().filter(|(asked, _)| *asked).map(|(_, id)| id.to_owned());
        plain.chain(self.sign_offs.iter().map(|topic| format!("sign_off:{topic}"))).collect()
    }
}

/// What a condition came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConditionState {
    /// It is met.
    Pass,
    /// It is not.
    Fail,
    /// It cannot be told.
    Inconclusive,
    /// Time or an approval brings it.
    Waiting,
}

impl ConditionState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Fail, Self::Inconclusive, Self::Waiting];

    /// The word in JSON and for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Waiting => "waiting",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its name, such as `soak` or `sign_off:security-reviewed`.
    pub id: String,
    /// What it came to.
    pub state: ConditionState,
    /// What was found beside what is asked for, with its evidence.
    pub summary: String,
}
