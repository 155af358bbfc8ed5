//! What an observation still lacks, in words. Not the proof: that is `lifecycle`'s.

use std::time::Duration;

use crate::model::soak::Soak;

/// What is missing so that a soak is proven, a fragment each, and when it can be at the earliest.
pub fn missing(soak: &Soak) -> Vec<String> {
    let mut missing = Vec::new();
    if soak.is_lapsed() {
        let (unseen, most) = (length(soak.unseen), length(soak.max_gap));
        missing.push(format!(
            "nobody has looked for {unseen}, longer than {most}: its observation starts again"
        ));
    }
    if soak.healthy < soak.needed {
        missing.push(format!("it was seen healthy for {} of {}", length(soak.healthy), length(soak.needed)));
    }
    if soak.samples < soak.min_samples {
        missing.push(format!("{} healthy windows of {}", soak.samples, soak.min_samples));
    }
    match soak.uptime {
        None => missing.push("its uptime is not known: nothing was looked at".to_owned()),
        Some(uptime) if !uptime.reaches(soak.min_uptime) => {
            let more = match soak.missing {
                Some(more) => format!(": that takes {} more of health", length(more)),
                None => String::new(),
            };
            let (uptime, bound) = (uptime.percent(), soak.min_uptime);
            missing.push(format!("its uptime is {uptime} %, and must be {bound} %{more}"));
        }
        Some(_) => {}
    }
    if let Some(earliest) = soak.earliest.filter(|_| !missing.is_empty()) {
        missing.push(format!("it can end at the earliest {}", earliest.strftime("%Y-%m-%d %H:%M UTC")));
    }
    missing
}

/// How it was observed, in one sentence.
pub fn proof(soak: &Soak) -> String {
    let uptime = soak.uptime.map(|uptime| format!(", up for {} %", uptime.percent())).unwrap_or_default();
    format!("it was seen healthy for {} in {} windows{uptime}", length(soak.healthy), soak.samples)
}

/// The rules that were broken more often than the policy allows.
pub fn excesses(soak: &Soak) -> Vec<String> {
    soak.excesses.iter().map(ToString::to_string).collect()
}

/// What to do about that.
pub fn remedy(component: &str) -> String {
    format!("mend it and deploy it again with `tta-promote deploy {component}`, or roll it back")
}

/// `6 d 3 h`, `3 h 20 min`: the two largest units, cut off.
fn length(length: Duration) -> String {
    let minutes = length.as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "min")];
    let parts = parts.iter().filter(|(number, _)| *number > 0).take(2);
    let parts: Vec<String> = parts.map(|(number, unit)| format!("{number} {unit}")).collect();
    if parts.is_empty() { "0 min".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::percent::{Percent, Ratio};
    use crate::model::soak::Excess;

    #[test]
    fn what_is_missing_is_said_with_what_is_there_and_when_it_can_end() {
        let time = |text: &str| text.parse().expect("a time");
        let mut soak = Soak {
            since: time("2025-10-14T09:00:00Z"),
            resets: Vec::new(),
            healthy: Duration::from_secs(6 * 86_400 + 3 * 3_600 + 59),
            needed: Duration::from_secs(7 * 86_400),
            samples: 20,
            min_samples: 24,
            largest_gap: Duration::ZERO,
            uptime: Ratio::new(99, 100),
            min_uptime: Percent::from_hundredths(9950).expect("a percentage"),
            unseen: Duration::from_secs(3_600),
            max_gap: Duration::from_secs(6 * 3_600),
            excesses: Vec::new(),
            missing: Some(Duration::from_secs(22 * 3_600)),
            earliest: Some(time("2025-10-21T06:00:00Z")),
        };
        let expected = [
            "it was seen healthy for 6 d 3 h of 7 d",
            "20 healthy windows of 24",
            "its uptime is 99 %, and must be 99.5 %: that takes 22 h more of health",
            "it can end at the earliest 2025-10-21 06:00 UTC",
        ];
        assert_eq!(missing(&soak), expected);
        soak.unseen = Duration::from_secs(33 * 86_400);
        let lapsed = missing(&soak);
        let words = "nobody has looked for 33 d, longer than 6 h: its observation starts again";
        assert_eq!((lapsed[0].as_str(), lapsed.len()), (words, 5));
        (soak.missing, soak.earliest) = (None, None);
        soak.excesses = vec![Excess::Failures("health".into(), 1), Excess::Errors("logs".into(), 5)];
        assert_eq!(
            excesses(&soak),
            ["`health` was broken once", "`logs` could not be asked 5 times in a row"]
        );
        assert!(!missing(&soak).iter().any(|words| words.contains("earliest")), "it ends never");
    }
}
