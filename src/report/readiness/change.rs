//! What has changed, and which of it is told first where there is no room for all. The hard part: a list that is cut must
//! neither lose what weighs most nor hide that it was cut.

use std::cmp::Reverse;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

/// Something that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// When; `None` where it is the difference between then and now.
    pub time: Option<Timestamp>,
    /// `component`, `state`, `ledger`, `stage`, `verdict`, `coverage`, `deployed`, `incident`, `rollback`, `revoked`,
    /// `decision` or `in_force`.
    pub kind: &'static str,
    /// In words.
    pub what: String,
}

/// What changes are found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    /// In the records alone: how ready somebody was then is not known.
    Records,
    /// Also in what an earlier report told.
    Report,
}

impl Compared {
    /// That nothing has changed, no further than that is known.
    pub(super) fn nothing(self) -> &'static str {
        match self {
            Self::Records => "nothing recorded",
            Self::Report => "nothing",
        }
    }
}

impl Change {
    /// How much it weighs where there is no room for all.
    pub fn weight(&self) -> u8 {
        match self.kind {
            "state" | "ledger" | "stage" => 3,
            "incident" | "rollback" | "revoked" => 2,
            "decision" | "in_force" => 0,
            _ => 1,
        }
    }
}

/// Those that are told where no more than `most` can be, in their order: what weighs most; of that what comes last, which
/// is the latest.
pub fn weightiest(changes: &[Change], most: usize) -> Vec<&Change> {
    let places = worthiest(changes.len(), most, |place| (changes[place].weight(), place));
    places.into_iter().map(|place| &changes[place]).collect()
}

/// The places of those `most` of so many that are worth most, in their order.
pub fn worthiest<K: Ord>(number: usize, most: usize, worth: impl Fn(usize) -> K) -> Vec<usize> {
    let mut places: Vec<usize> = (0..number).collect();
    if number > most {
        places.sort_by_key(|place| Reverse(worth(*place)));
        places.truncate(most);
        places.sort_unstable();
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_is_no_room_decisions_go_before_an_incident_and_the_order_stays() {
        let of = |kind| Change { time: None, kind, what: String::new() };
        let all = ["verdict", "incident", "decision", "decision", "deployed", "decision"].map(of);
        let told = |most| weightiest(&all, most).into_iter().map(|one| one.kind).collect::<Vec<_>>();
        assert_eq!(told(6).len(), 6);
        assert_eq!(told(4), ["verdict", "incident", "deployed", "decision"]);
        assert_eq!(told(2), ["incident", "deployed"]);
        assert_eq!(told(1), ["incident"]);
    }
}
