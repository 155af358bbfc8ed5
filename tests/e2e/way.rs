//! Verified, told, deployed, observed for seven days, completed; then rolled back in each of the four ways.

use crate::town::{DAY, HOUR, MATURITY, STATUS, Town, WORDS};

#[test]
fn the_whole_way_and_each_way_back() {
    let Some(town) = Town::build() else { return };
    let begin = std::time::Instant::now();
    promoted(&town);
    observed(&town);
    completed(&town);
    critical(&town);
    high_medium_and_low(&town);
    eprintln!("the whole way took {:.0} s", begin.elapsed().as_secs_f64());
}

/// Real tools measure, an issue is opened, the script deploys.
fn promoted(town: &Town) {
    let told = town.run(&["verify", "carbon", "--record", "--fresh", "--format", "json"]).exits(0);
    for check in ["tests", "coverage", "lint", "types", "security", "docs"] {
        assert_eq!(told.check(check)["outcome"], "pass", "{check}");
    }
    town.run(&["issue", "carbon", "--yes"]).exits(0).says("was opened");
    let told = town.run(&["deploy", "carbon", "--yes", "--format", "json"]).exits(0).json();
    assert_eq!(told["result"], "deployed", "{told:#}");
    town.image();
    // The issue is opened, the candidate deployed, the issue brought up to date and told.
    let deed = ["intent", "done"];
    assert_eq!(town.kinds_after(0), [&["verified"][..], &deed, &deed, &deed, &deed].concat());
    town.github.with(|hub| {
        let issue = &hub.issues[1];
        assert_eq!((issue.comments.len(), issue.open), (1, true));
        assert_eq!(issue.labels, ["component-promotion", "P0", "staging"]);
    });
    town.run(&["complete", "carbon", "--yes"]).exits(4);
}

/// A look each six hours, at all that the policy asks for.
fn observed(town: &Town) {
    for look in 1..=28 {
        // The last one a little later: the deployment came after the beginning.
        town.at(look * 6 * HOUR + (look / 28) * 600);
        let told = town.run(&["observe", "carbon", "--format", "json"]).exits(0).json();
        let last = told["observations"].as_array().and_then(|looks| looks.last()).expect("a look").clone();
        for rule in ["container", "logs", "health", "integration", "metric.errors", "metric.up", "incidents"]
        {
            let readings = last["readings"].as_array().expect("readings");
            let reading = readings.iter().find(|reading| reading["rule"] == rule);
            assert_eq!(reading.expect("a reading")["sign"], "good", "{rule} at look {look}: {last:#}");
        }
        assert_eq!(told["soak"]["proven"], look == 28, "{:#}", told["soak"]);
    }
    town.run(&["status", "carbon"]).exits(0).says("the soak is proven").says("day 7 of 7");
}

/// The stage moves, and all that tells of it follows.
fn completed(town: &Town) {
    let number = town.kinds_after(0).len();
    town.run(&["complete", "carbon", "--yes"]).exits(0).says("carbon is in staging");
    assert_eq!(town.kinds_after(number)[..2], ["verified", "completed"], "measured anew, then moved");
    tells(town, "staging");
    town.github.with(|hub| {
        let [report, promotion] = &hub.issues[..] else { panic!("{:?}", hub.issues) };
        assert!(report.comments[0].contains("moved from development to staging") && report.open);
        assert!(promotion.comments[1].contains("this promotion is completed"), "{promotion:?}");
        assert!(promotion.labels.contains(&"promotion-completed".to_owned()) && !promotion.open);
    });
    assert_eq!(town.status()["stage"], "staging");
    town.run(&["audit", "carbon"]).exits(0);
}

/// What a rollback says, and with which code.
fn rollback(town: &Town, code: i32, more: &[&str]) -> serde_json::Value {
    let arguments = ["rollback", "carbon", "--yes", "--format", "json"];
    town.run(&[&arguments, more].concat()).exits(code).json()
}

/// The documents tell that stage between our marks, and what people wrote is as it was.
fn tells(town: &Town, stage: &str) {
    let (maturity, status) = (town.read(MATURITY), town.read(STATUS));
    assert!(maturity.starts_with(WORDS) && maturity.contains(&format!("| Stage | {stage} |")), "{maturity}");
    assert!(status.starts_with(WORDS), "{status}");
    let heading = format!("### {}{}", stage[..1].to_uppercase(), &stage[1..]);
    let of_stage = status.split("### ").find(|part| format!("### {part}").starts_with(&heading));
    assert!(of_stage.is_some_and(|part| part.contains("Carbon")), "{status}");
}

/// What is in its stage goes at once; nothing ran before it, so that nothing runs after it.
fn critical(town: &Town) {
    town.at(8 * DAY);
    let number = town.kinds_after(0).len();
    let told = rollback(town, 0, &["--severity", "critical", "--reason", "no answers"]);
    assert_eq!((&told["result"], &told["absent"]), (&"rolled_back".into(), &true.into()), "{told:#}");
    assert_eq!(town.containers(), [serde_json::Value::Null; 0]);
    let kinds = town.kinds_after(number);
    assert_eq!(kinds[..4], ["rollback_decided", "intent", "done", "held"], "{kinds:?}");
    town.github.with(|hub| {
        let issue = &hub.issues[1];
        assert!(!issue.open, "its promotion was completed");
        assert_eq!(issue.labels, ["component-promotion", "P0", "rolled-back"]);
        assert!(
            issue.comments.last().is_some_and(|comment| comment.contains("**Rolled back**")),
            "{issue:?}"
        );
    });
    tells(town, "development");
    assert_eq!(town.status()["stage"], "development");
    let told = rollback(town, 1, &["--severity", "critical", "--reason", "again"]);
    assert_eq!(told["result"], "already_rolled_back");
    town.run(&["audit", "carbon"]).exits(0);
}

/// The next candidate takes the place of another one. What is low is written down, what is medium is to be mended, what
/// is high is decided first and done when somebody says so.
fn high_medium_and_low(town: &Town) {
    town.up();
    let old = town.image();
    town.commit();
    town.run(&["deploy", "carbon", "--yes"]).exits(1).says("holds it");
    town.run(&["release", "carbon", "--reason", "it was mended"]).exits(0);
    town.run(&["verify", "carbon", "--record", "--quiet"]).exits(0);
    town.run(&["issue", "carbon", "--yes"]).exits(0).says("issue #3").says("was opened");
    town.run(&["deploy", "carbon", "--yes"]).exits(0);
    let new = town.image();
    assert_ne!(new, old);
    let number = town.kinds_after(0).len();

    let told = rollback(town, 0, &["--severity", "low", "--reason", "a typing error"]);
    assert_eq!((&told["result"], &told["due"]), (&"documented".into(), &serde_json::Value::Null));
    let told = rollback(town, 4, &["--severity", "medium", "--reason", "odd figures", "--due", "3d"]);
    assert!(told["result"] == "decided" && told["due"].is_string(), "{told:#}");
    let high = ["--severity", "high", "--reason", "slow"];
    let told = rollback(town, 4, &high);
    assert!(told["result"] == "decided" && told["due"].is_string(), "{told:#}");
    assert_eq!(town.image(), new, "nothing was touched");
    town.run(&["status", "carbon"]).exits(0).says("due by").says("`tta-promote rollback carbon --now`");
    town.run(&["promote", "carbon", "--yes"]).exits(1).complains("is to be rolled back");
    town.at(10 * DAY);
    town.run(&["status", "carbon"]).exits(0).says("overdue since");
    let decided = town.kinds_after(number).into_iter().filter(|kind| kind == "rollback_decided").count();
    assert_eq!(decided, 3);

    assert_eq!(rollback(town, 4, &high)["result"], "decided", "the same words again are no second thought");
    let told = rollback(town, 0, &["--now"]);
    assert_eq!(told["result"], "rolled_back", "{told:#}");
    assert_eq!(town.image(), old, "what ran before runs again");
    town.github.with(|hub| {
        let issue = &hub.issues[2];
        assert!(issue.open, "nothing was completed");
        assert_eq!(issue.labels, ["component-promotion", "P0", "rolled-back"]);
        for (index, words) in ["low", "medium", "high"].into_iter().enumerate() {
            assert!(issue.comments[index + 1].contains(&format!("**Severity {words}.**")), "{issue:?}");
        }
    });
    tells(town, "development");
    town.run(&["status", "carbon"]).exits(0).says("was rolled back on").says("held by");
    town.run(&["audit", "carbon"]).exits(0);
}
