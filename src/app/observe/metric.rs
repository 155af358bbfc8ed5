//! The metrics of a window, asked of Prometheus.
//!
//! Not what they mean (`judge::metric`). A server that does not answer is asked three times, and then not known.

use std::time::Duration;

use crate::judge::metric::{Answers, metric};
use crate::model::observation::{Reading, Window};
use crate::model::watch::{Metric, Prometheus, Sampled, Unsampled};
use crate::sys::http::{self, Asked};
use crate::sys::variable;
use crate::tools::prometheus;

use super::look::Look;

/// How long the server may take to answer.
const ANSWER: Duration = Duration::from_secs(15);
/// How often it is asked before it is said to be away.
const TRIES: u32 = 3;
/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_secs(1);
/// What is read of an answer, in bytes.
const LONGEST: u64 = 4 << 20;

/// The readings of all metrics; of a window that is late, of those alone that speak for all of it.
pub(super) fn readings(look: &Look<'_>, window: Window, late: bool) -> Vec<Reading> {
    let Some(server) = &look.observe.prometheus else { return Vec::new() };
    let of = |one: &Metric| {
        let query = prometheus::query(&one.query, window);
        let now = ask(look, server, &query, window);
        // The same length of time, up to the deployment.
        let before = one.compare_to_before.and_then(|_| {
            let deployed = look.subject.deployment.time;
            let length = jiff::SignedDuration::try_from(window.length()).ok()?;
            let window = Window::new(deployed.checked_sub(length).ok()?, deployed)?;
            Some(ask(look, server, &query, window))
        });
        metric(one, &query, &Answers { now, before })
    };
    let asked = look.observe.metrics.iter().filter(|one| !late || one.reaches_back());
    asked.map(of).collect()
}

fn ask(look: &Look<'_>, server: &Prometheus, query: &str, window: Window) -> Result<Sampled, Unsampled> {
    let token = match &server.token {
        None => None,
        Some(name) => Some(variable::text(name).ok_or_else(|| {
            Unsampled::Useless(format!("the variable `{name}`, which holds its token, is not set"))
        })?),
    };
    let url = prometheus::url(&server.url, query, window.to());
    let asked = Asked { token: token.as_deref(), limit: ANSWER, longest: LONGEST };
    let once = || match http::ask(&url, asked) {
        Ok(answer) => prometheus::read(answer.status, &answer.body),
        Err(why) => Err(Unsampled::Unreachable(why.to_string())),
    };
    let mut answer = once();
    for _ in 1..TRIES {
        if !matches!(answer, Err(Unsampled::Unreachable(_))) || look.context.interrupt.rest(PAUSE) {
            break;
        }
        answer = once();
    }
    answer
}
