//! Whether the service answers as it should, and how long that takes.
//!
//! A service that does not answer is not well: that nobody listens is an answer here. Only where we cannot ask, as when
//! the host's name leads nowhere, nothing is known.

use std::time::Duration;

use crate::app::deploy::watch::judged;
use crate::model::delivery::Health;
use crate::model::observation::{Reading, Sign};
use crate::model::sighting::Probe;
use crate::sys::http::{self, Unanswered};
use crate::sys::interrupt::Interrupt;

use super::engine::{Engine, plain};

const RULE: &str = "health";
/// How long it may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How often it is asked before it is said to be silent: one packet may be lost.
const TRIES: u32 = 3;
/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_millis(500);

impl Engine<'_> {
    /// What the address says; `None` where the policy names none.
    pub(super) fn health(&self, interrupt: &Interrupt) -> Option<Reading> {
        let health = self.deploy?.health.as_ref()?;
        let query = Some(health.url.clone());
        let reading =
            |sign, detail: String| Some(Reading { query: query.clone(), ..plain(RULE, sign, detail) });
        let (Some(site), Ok(looks)) = (&self.site, &self.looks) else {
            let why = self.looks.as_ref().err().cloned().unwrap_or_default();
            return reading(Sign::Unreachable, format!("which container should answer is not known: {why}"));
        };
        match ask(health, interrupt) {
            Ok(answer) => {
                let took = answer.duration.as_millis();
                let (sign, detail) = match judged(site, health, &answer, looks) {
                    Probe::Good(_) => (Sign::Good, format!("status {} in {took} ms", answer.status)),
                    Probe::Bad(why) => (Sign::Bad, format!("{why}, in {took} ms")),
                };
                Some(Reading { value: Some(format!("{took} ms")), query, ..plain(RULE, sign, detail) })
            }
            Err(why @ (Unanswered::UnknownHost | Unanswered::Tls(_))) => {
                reading(Sign::Unreachable, why.to_string())
            }
            Err(why) => reading(Sign::Bad, why.to_string()),
        }
    }
}

fn ask(health: &Health, interrupt: &Interrupt) -> Result<http::Answer, Unanswered> {
    let mut asked = http::get(&health.url, ANSWER);
    for _ in 1..TRIES {
        if asked.is_ok() || interrupt.rest(PAUSE) {
            break;
        }
        asked = http::get(&health.url, ANSWER);
    }
    asked
}
