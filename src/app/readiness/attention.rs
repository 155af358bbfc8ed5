//! What of a component needs a person: what is overdue, has expired, failed or never ended, or contradicts itself. Pure.

use jiff::{SignedDuration, Timestamp};

use crate::lifecycle::rollback::Duty;
use crate::model::assessment::Verdict;
use crate::model::gate::Gate;
use crate::model::promotion::{Pending, Phase, Standing};
use crate::model::record::Act;
use crate::report::readiness::Attention;
use crate::report::soak::SoakView;
use crate::report::status::{self, Known};

use super::super::notice;

/// All of it, the most urgent first. `gate` is that to the next stage.
pub(super) fn attention(
    name: &str,
    known: &Known,
    duties: &[Duty],
    gate: Option<&Gate>,
    now: Timestamp,
) -> Vec<Attention> {
    let standing = &known.standing;
    let mut all: Vec<Attention> = duties
        .iter()
        .filter(|duty| duty.overdue || duty.failed)
        .map(|duty| Attention {
            kind: if duty.failed { "rollback_failed" } else { "rollback_overdue" },
            message: notice::duty_matter(duty),
            hint: notice::duty_remedy(name, standing.stage, duty),
        })
        .collect();
    if let Some(words) = &known.contradicted {
        let hint = format!("see both with `tta-promote history {name} --explain previous last`");
        all.push(Attention { kind: "contradicted", message: words.clone(), hint });
    }
    // Of what could not be measured nobody knows that it fails.
    let has_failed = standing.lapsed().is_some_and(|last| last.verification.verdict == Verdict::Fail);
    all.extend(known.lapsed.iter().filter(|_| has_failed).map(|words| Attention {
        kind: "gate_failed",
        message: words.clone(),
        hint: notice::no_pass_remedy(name, standing),
    }));
    all.extend(unended(standing).map(|pending| Attention {
        kind: "no_end",
        message: format!(
            "{} was begun on {} and has no end",
            status::act_words(&pending.act),
            day(pending.time)
        ),
        hint: format!("`tta-promote promote {name}` looks how it ended, and goes on from there"),
    }));
    if known.torn > 0 {
        let message = "a record was never written to its end".to_owned();
        let hint = "the next record that is written sets it aside".to_owned();
        all.push(Attention { kind: "no_end", message, hint });
    }
    all.extend(
        known.soak.as_ref().filter(|_| is_observed(standing)).and_then(|soak| of_soak(name, soak, now)),
    );
    let asked = gate.map(|gate| gate.conditions.sign_offs.as_slice()).unwrap_or_default();
    let expired = standing.signed.iter().filter(|one| {
        // One that was withdrawn held for no time at all.
        one.what.expires <= now && one.what.expires > one.time && asked.contains(&one.what.topic)
    });
    all.extend(expired.map(|one| Attention {
        kind: "sign_off_expired",
        message: format!(
            "what {} signed for `{}` holds no more since {}",
            one.what.by,
            one.what.topic,
            day(one.what.expires)
        ),
        hint: format!("`tta-promote sign {name} {} --evidence URL`", one.what.topic),
    }));
    all
}

fn of_soak(name: &str, view: &SoakView, now: Timestamp) -> Option<Attention> {
    let soak = &view.soak;
    let hint = format!("run `tta-promote observe {name}`; docs/observe.md says how it is done by itself");
    if !soak.excesses.is_empty() {
        let hint = "mend what was broken, and deploy anew, or roll it back".to_owned();
        return Some(Attention { kind: "soak_failed", message: view.summary(), hint });
    }
    if soak.is_proven() {
        return None;
    }
    if soak.is_lapsed() {
        return Some(Attention {
            kind: "soak_overdue",
            message: format!("overdue: {}", view.summary()),
            hint,
        });
    }
    let most = SignedDuration::try_from(soak.needed + soak.max_gap).ok()?;
    let is_late = view.deployed.checked_add(most).is_ok_and(|due| due < now);
    is_late.then(|| {
        let message =
            format!("overdue: deployed on {} and not proven; {}", day(view.deployed), view.summary());
        Attention { kind: "soak_overdue", message, hint }
    })
}

/// Whether the candidate of the promotion under way runs: the soak of one that is completed is over.
pub(super) fn is_observed(standing: &Standing) -> bool {
    let phase = standing.promotion.as_ref().map(|promotion| promotion.phase);
    matches!(phase, Some(Phase::Deployed | Phase::Observing))
}

/// Acts on containers that nobody can tell the end of without a look at the world.
fn unended(standing: &Standing) -> impl Iterator<Item = &Pending> {
    let pending = standing.promotion.iter().flat_map(|promotion| &promotion.pending);
    pending.filter(|one| match one.act {
        Act::Restore { .. } => true,
        Act::Deploy(_) => one.failed.is_none(),
        Act::OpenIssue { .. } | Act::Comment { .. } | Act::SettleIssue { .. } | Act::Document { .. } => false,
    })
}

fn day(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d").to_string()
}
