//! Observations of a candidate over days that are lived through in seconds, by a moved clock.

use std::time::Duration;

use crate::moved::{Candidate, now};
use crate::prometheus::Prometheus;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
const HOURLY: &str = "interval = \"1h\"\nmax_gap = \"3h\"";
const SIX_HOURLY: &str = "interval = \"6h\"\nmax_gap = \"13h\"";

#[test]
fn before_anything_is_deployed_there_is_nothing_to_observe() {
    let project = crate::project::Project::new().repository();
    project
        .run(&["observe", "a"])
        .exits(4)
        .complains("nothing of `a` to observe")
        .complains("tta-promote promote a");
    project.run(&["observe", "b"]).exits(2).complains("did you mean `a`?");
    project.run(&["observe", "a", "--incident", "x"]).exits(2).complains("--evidence");
}

#[test]
fn seven_days_that_were_seen_healthy_prove_the_soak_whatever_the_time_zones_are() {
    let Some(mut candidate) = Candidate::deployed(now(), SIX_HOURLY) else { return };
    let zones = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata"];
    for look in 1..=28 {
        // The last one a little later: the deployment was proven within its second.
        candidate = candidate
            .at(look * 6 * HOUR + look / 28)
            .variable("TZ", zones[usize::try_from(look % 4).expect("small")]);
        let told = candidate.observe().exits(0).json();
        assert_eq!(told["sign"], "good");
        assert_eq!(told["soak"]["proven"], look == 28, "{look}: {:#}", told["soak"]);
    }
    let windows = candidate.windows();
    assert!(windows.windows(2).all(|pair| pair[0].1 == pair[1].0), "one after the other: {windows:?}");
    candidate.project.run(&["status", "a"]).exits(0).says("the soak is proven").says("day 7 of 7");
    // Whoever watches is told so at once.
    let told = candidate.at(7 * DAY + 2).project.run(&["observe", "a", "--watch", "1h"]).exits(0);
    assert_eq!(told.stdout.lines().count(), 1);
}

#[test]
fn a_night_of_daylight_saving_is_as_long_as_it_is() {
    let noon: jiff::Timestamp = "2025-10-25T10:00:00Z".parse().expect("a time");
    let Some(candidate) = Candidate::deployed(noon.as_second(), HOURLY) else { return };
    let mut candidate = candidate.variable("TZ", "Europe/Berlin");
    for hour in 1..=24 {
        candidate = candidate.at(hour * HOUR);
        candidate.observe().exits(0);
    }
    let soak = candidate.soak();
    let healthy = soak["healthy_seconds"].as_i64().expect("seconds");
    assert!((24 * 3600 - 60..=24 * 3600 + 60).contains(&healthy), "{soak:#}");
    assert_eq!(soak["resets"], serde_json::json!([]));
}

#[test]
fn a_machine_that_slept_for_two_days_starts_the_soak_again() {
    let Some(mut candidate) = Candidate::deployed(now(), HOURLY) else { return };
    for hour in 1..=4 {
        candidate = candidate.at(hour * HOUR);
        candidate.observe().exits(0);
    }
    candidate = candidate.at(2 * DAY);
    let told = candidate.observe().exits(0).json();
    let soak = &told["soak"];
    assert_eq!(soak["resets"][0]["cause"], "gap", "{soak:#}");
    let healthy = soak["healthy_seconds"].as_i64().expect("seconds");
    assert!((3600..=3960).contains(&healthy), "a look speaks for one interval, not for two days: {soak:#}");
    candidate.project.run(&["status", "a"]).exits(0).says("nobody had looked");
}

#[test]
fn a_clock_that_goes_backwards_is_noted_and_observed_on_from_there() {
    let Some(candidate) = Candidate::deployed(now(), HOURLY) else { return };
    let candidate = candidate.at(HOUR);
    candidate.observe().exits(0);
    let candidate = candidate.at(2 * HOUR);
    candidate.observe().exits(0);
    let candidate = candidate.at(30);
    candidate
        .observe()
        .exits(3)
        .complains("the clock went backwards")
        .complains("the next window begins now");
    let kinds: Vec<String> =
        candidate.records().iter().map(|one| one["kind"].as_str().expect("a kind").to_owned()).collect();
    assert_eq!(kinds[kinds.len() - 3..], ["observed", "observed", "noted"]);
    let candidate = candidate.at(HOUR);
    candidate.observe().exits(0);
    let windows = candidate.windows();
    assert_eq!(windows.len(), 3);
    assert!((30 * 60..31 * 60).contains(&windows[2].0), "{windows:?}");
    // What was seen twice counts once.
    let healthy = candidate.at(2 * HOUR).soak()["healthy_seconds"].as_i64().expect("seconds");
    assert!(healthy <= 2 * 3600 + 60, "{healthy}");
}

#[test]
fn a_candidate_that_is_not_well_is_seen_and_a_watch_ends() {
    let Some(candidate) = Candidate::deployed(now(), HOURLY) else { return };
    let candidate = candidate.at(HOUR);
    candidate.service.is_well(false);
    let told = candidate.observe().exits(1).json();
    let health = &told["observations"][0]["readings"][0];
    assert_eq!((health["rule"].as_str(), health["sign"].as_str()), (Some("health"), Some("bad")));
    assert!(health["detail"].as_str().is_some_and(|detail| detail.contains("status 503")), "{health}");
    let told = candidate.at(2 * HOUR).project.run(&["observe", "a", "--watch", "1h"]).exits(1);
    assert!(told.stdout.contains("the soak has failed"), "{}", told.stdout);
}

#[test]
fn an_incident_that_is_told_by_hand_counts_against_the_candidate_once() {
    let Some(candidate) = Candidate::deployed(now(), HOURLY) else { return };
    let candidate = candidate.at(HOUR);
    let words = ["observe", "a", "--incident", "keys leaked", "--evidence", "https://example.invalid/1"];
    candidate.project.run(&words).exits(1).says("keys leaked").says("the soak has failed");
    let candidate = candidate.at(2 * HOUR);
    let told = candidate.observe().exits(0).json();
    assert_eq!(told["soak"]["failed"], true);
}

#[test]
fn a_watch_survives_what_goes_wrong_and_ends_when_it_is_told_to() {
    let Some(candidate) = Candidate::deployed(now(), HOURLY) else { return };
    let candidate = candidate.at(HOUR);
    let policy = candidate.project.root().join("promotion.toml");
    let text = std::fs::read_to_string(&policy).expect("a policy");
    let running = candidate.project.start(&["observe", "a", "--watch", "300ms"]);
    let looks = |number: usize| move |candidate: &Candidate| candidate.windows().len() >= number;
    let running = running.until(|| looks(2)(&candidate));
    std::fs::write(&policy, "schema = [").expect("written");
    std::thread::sleep(Duration::from_millis(700));
    std::fs::write(&policy, text).expect("written");
    let so_far = candidate.windows().len();
    let running = running.until(|| looks(so_far + 2)(&candidate));
    let told = running.signal(nix::sys::signal::Signal::SIGINT).end().exits(130);
    assert!(told.stderr.contains("cannot load `promotion.toml`"), "{}", told.stderr);
    assert_eq!(told.stdout.lines().count(), candidate.windows().len(), "{}", told.stdout);
}

#[test]
fn killed_at_any_moment_no_window_is_lost_or_told_twice() {
    let Some(mut candidate) = Candidate::deployed(now(), "interval = \"1h\"\nmax_gap = \"6h\"") else {
        return;
    };
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut finished = 0;
    for round in 1..=40 {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        candidate = candidate.at(round * 30);
        let running = candidate.project.start(&["observe", "a"]);
        std::thread::sleep(Duration::from_millis(random % 250));
        finished += u64::from(running.killed());
    }
    candidate = candidate.at(41 * 30);
    candidate.observe().exits(0);
    candidate.project.run(&["audit", "a"]).exits(0);
    let windows = candidate.windows();
    eprintln!("40 kills, {finished} of them too late; {} windows", windows.len());
    assert!(windows.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{windows:?}");
}

#[test]
fn two_at_once_record_no_window_twice() {
    let Some(candidate) = Candidate::deployed(now(), HOURLY) else { return };
    let candidate = candidate.at(HOUR);
    let (one, other) =
        (candidate.project.start(&["observe", "a"]), candidate.project.start(&["observe", "a"]));
    let (one, other) = (one.end(), other.end());
    let windows = candidate.windows();
    assert!(windows.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{windows:?}");
    assert!(one.stderr.is_empty() || other.stderr.is_empty());
}

/// A metric of the policy.
fn metric(name: &str, query: &str, more: &str) -> String {
    format!("[component.a.observe.staging.metric.{name}]\nquery = '{query}'\n{more}\n")
}

/// A server whose series of errors goes on, and whose other one ends after 30 hours; and what asks for both.
fn server(start: i64) -> Option<(Prometheus, String)> {
    let errors = |time: i64| Some(f64::from(i32::try_from(time - start).unwrap_or(0)) * 0.001 + 1000.0);
    let up = |time: i64| ((time - start) < 30 * 3600).then_some(1.0);
    let server = Prometheus::start(
        start - 86_400,
        start + 3 * 86_400,
        &[("errors_total", "counter", &errors), ("up", "gauge", &up)],
    )?;
    let observe = format!(
        "{HOURLY}\nprometheus = \"{}\"\ngrafana = \"https://grafana.example/d/a?from={{from}}&to={{to}}\"\n{}{}",
        server.url,
        metric(
            "errors",
            "sum(rate(errors_total[{window}]))",
            "max = 0.01\ncompare_to_before = \"5%\"\nmin_samples = 10"
        ),
        metric("now", "up", "min = 1") + &metric("up", "min_over_time(up[{window}])", "min = 1"),
    );
    Some((server, observe))
}

#[test]
fn a_real_prometheus_tells_of_the_past_and_late_windows_are_marked() {
    let start = now();
    let Some((_server, observe)) = server(start) else { return };
    let Some(candidate) = Candidate::deployed(start, &observe) else { return };
    let candidate = candidate.at(HOUR);
    let told = candidate.observe().exits(0).json();
    let readings = told["observations"][0]["readings"].as_array().expect("readings").clone();
    let errors = readings.iter().find(|one| one["rule"] == "metric.errors").expect("a reading");
    assert!(errors["samples"].as_u64().is_some_and(|samples| (10..=13).contains(&samples)), "{errors}");
    assert!(
        errors["query"].as_str().is_some_and(|query| query.contains("[3600s]") || query.contains("[3601s]")),
        "{errors}"
    );
    assert!(
        errors["value"]
            .as_str()
            .is_some_and(|value| value.starts_with("0.0009") || value.starts_with("0.001")),
        "{errors}"
    );
    assert!(told["observations"][0]["links"][0].as_str().is_some_and(|link| !link.contains('{')));
    // Nobody looked for two hours and more: what remembers them speaks for them, the address only for the last.
    let candidate = candidate.at(3 * HOUR + 30);
    let told = candidate.observe().exits(0).json();
    let looks = told["observations"].as_array().expect("looks").clone();
    assert_eq!(looks.len(), 2);
    assert_eq!((looks[0]["late"].as_bool(), looks[1]["late"].as_bool()), (Some(true), Some(false)));
    let rules = |look: &serde_json::Value| -> Vec<String> {
        look["readings"]
            .as_array()
            .expect("readings")
            .iter()
            .map(|one| one["rule"].as_str().expect("a rule").to_owned())
            .collect()
    };
    assert_eq!(rules(&looks[0]), ["metric.errors", "metric.up"]);
    // What is asked about one moment says nothing of the hours before it.
    assert_eq!(rules(&looks[1]), ["metric.errors", "metric.now", "metric.up", "health"]);
}

#[test]
fn hours_that_nobody_looked_at_are_not_proven_by_one_moment() {
    let start = now();
    let Some((server, _)) = server(start) else { return };
    let observe = format!("{HOURLY}\nprometheus = \"{}\"\n{}", server.url, metric("up", "up", "min = 1"));
    let Some(candidate) = Candidate::deployed(start, &observe) else { return };
    let candidate = candidate.at(3 * HOUR);
    let told = candidate.observe().exits(0).json();
    assert_eq!(told["observations"].as_array().map(Vec::len), Some(1), "{told:#}");
    let healthy = told["soak"]["healthy_seconds"].as_i64().expect("seconds");
    assert!((3600..=3960).contains(&healthy), "{:#}", told["soak"]);
}

#[test]
fn a_series_that_ends_and_a_server_that_is_away_are_told_apart() {
    let start = now();
    let Some((server, observe)) = server(start) else { return };
    let Some(candidate) = Candidate::deployed(start, &observe) else { return };
    // The series ends: that is not known, and never good.
    let candidate = candidate.at(32 * HOUR);
    let told = candidate.observe().exits(3).json();
    let looks = told["observations"].as_array().expect("looks").clone();
    let last = looks.last().expect("a look");
    let up = last["readings"]
        .as_array()
        .expect("readings")
        .iter()
        .find(|one| one["rule"] == "metric.up")
        .expect("up")
        .clone();
    assert_eq!((up["sign"].as_str(), up["detail"].as_str()), (Some("unknown"), Some("there is no data")));
    drop(server);
    let candidate = candidate.at(33 * HOUR);
    let told = candidate.observe().exits(3).json();
    assert_eq!(told["observations"][0]["sign"], "unreachable");
}

#[test]
fn a_real_prometheus_never_makes_a_pass_of_what_is_no_measurement() {
    let start = now();
    let constant = |_: i64| Some(1.0);
    let Some(server) = Prometheus::start(
        start - 86_400,
        start + 86_400,
        &[("up", "gauge", &constant), ("down", "gauge", &constant)],
    ) else {
        return;
    };
    let cases = [
        ("nan", "sum(up) * (0/0)", "max = 5", "unknown", "NaN"),
        ("constant", "vector(0)", "max = 5", "unknown", "0 samples stand behind it"),
        ("several", "{component=\"a\"}", "max = 5", "unknown", "2 series"),
        ("reduced", "{component=\"a\"}", "max = 5\nreduce = \"sum\"", "good", "2 (at most 5)"),
        ("wrong", "sum(", "max = 5", "unknown", "it refused the query"),
        ("few", "up", "max = 5\nmin_samples = 2", "unknown", "1 samples stand behind it, 2 are needed"),
        ("range", "up[1h]", "max = 5", "unknown", "matrix"),
        ("endless", "up / 0", "max = 5", "bad", "+Inf"),
        ("absent", "nothing", "max = 5\nabsent = \"fail\"", "bad", "no data"),
        ("zero", "nothing", "max = 5\nabsent = \"zero\"", "good", "0 (at most 5)"),
        ("beyond", "up * 5.000000000000001", "max = 5", "bad", "must be at most 5"),
    ];
    let metrics: String = cases.iter().map(|(name, query, more, ..)| metric(name, query, more)).collect();
    let Some(candidate) =
        Candidate::deployed(start, &format!("{HOURLY}\nprometheus = \"{}\"\n{metrics}", server.url))
    else {
        return;
    };
    let told = candidate.at(HOUR).observe().exits(1).json();
    let readings = told["observations"][0]["readings"].as_array().expect("readings").clone();
    for (name, _, _, sign, words) in cases {
        let reading = readings.iter().find(|one| one["rule"] == format!("metric.{name}")).expect("a reading");
        assert_eq!(reading["sign"], sign, "{reading}");
        assert!(reading["detail"].as_str().is_some_and(|detail| detail.contains(words)), "{reading}");
    }
}

/// A service on the real engine that wrote of a fault.
#[test]
fn a_real_container_is_seen_with_its_log_its_restarts_and_its_end() {
    use crate::engine::Compose;
    use crate::staging::Staging;
    // It tells of a fault when it is asked to: a file in the container appears.
    let service = "(while sleep 0.1; do if rm /tmp/fault 2>/dev/null; then echo error: no database; fi; done) & exec /bin/sh /srv/carbon/serve";
    let more = "[component.a.observe.staging]\ninterval = \"1h\"\n";
    let Some(staging) = Staging::passed(Compose::Two, service, more) else { return };
    staging.deploy().exits(0);
    let observe = || staging.project.run(&["observe", "a", "--format", "json"]);
    let reading = |told: &serde_json::Value, rule: &str| {
        let readings = told["observations"][0]["readings"].as_array().expect("readings").clone();
        readings.into_iter().find(|one| one["rule"] == rule).expect("a reading")
    };
    let told = observe().exits(0).json();
    for rule in ["container", "logs", "health"] {
        assert_eq!(reading(&told, rule)["sign"], "good", "{rule}: {told:#}");
    }
    assert!(reading(&told, "health")["value"].as_str().is_some_and(|value| value.ends_with(" ms")));
    let id = staging.containers()[0]["Id"].as_str().expect("an id").to_owned();
    assert_eq!(told["observations"][0]["running"][0]["id"], id.as_str());
    // A fault in the log is told once, with its line.
    staging.engine.docker(&[
        "exec",
        &id,
        "/bin/sh",
        "-c",
        "touch /tmp/fault; while [ -e /tmp/fault ]; do sleep 0.1; done; sleep 0.3",
    ]);
    let told = observe().exits(1).json();
    let logs = reading(&told, "logs");
    assert!(logs["detail"].as_str().is_some_and(|detail| detail.contains("`error: no database`")), "{logs}");
    let told = observe().exits(0).json();
    assert_eq!(reading(&told, "logs")["sign"], "good", "the line is of the window before");
    // Somebody starts it again.
    staging.engine.docker(&["restart", "-t", "0", &id]);
    let told = observe().exits(1).json();
    assert!(
        reading(&told, "container")["detail"].as_str().is_some_and(|one| one.contains("started again")),
        "{told:#}"
    );
    assert_eq!(told["soak"]["resets"][0]["cause"], "restart");
    observe().exits(0);
    // It ends.
    staging.engine.docker(&["stop", "-t", "0", &id]);
    let told = observe().exits(1).json();
    assert!(
        reading(&told, "container")["detail"].as_str().is_some_and(|one| one.contains("exited")),
        "{told:#}"
    );
    assert_eq!(reading(&told, "health")["sign"], "bad");
    // An engine that is away is no container that is.
    let away = staging.variable("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let told = away.project.run(&["observe", "a", "--format", "json"]).exits(3).json();
    assert_eq!(told["observations"][0]["sign"], "unreachable", "{told:#}");
    assert_eq!(told["soak"]["resets"].as_array().map(Vec::len), Some(2));
}

fn reading_of(told: &serde_json::Value, rule: &str) -> serde_json::Value {
    let readings = told["observations"][0]["readings"].as_array().expect("readings").clone();
    readings.into_iter().find(|one| one["rule"] == rule).unwrap_or_else(|| panic!("{told:#}"))
}

#[test]
fn integration_tests_are_believed_on_the_proof_of_the_gate_alone() {
    let observe = format!("{HOURLY}\nintegration = {{ paths = [\"tests/integration\"], select = \"a\" }}");
    let Some(mut candidate) = Candidate::deployed(now(), &observe) else { return };
    let told = candidate.at(HOUR);
    candidate = told;
    let told = candidate.observe().exits(3).json();
    let reading = reading_of(&told, "integration");
    assert!(reading["detail"].as_str().is_some_and(|detail| detail.contains("does not exist")), "{reading}");
    let folder = candidate.project.root().join("tests/integration");
    std::fs::create_dir_all(&folder).expect("made");
    std::fs::write(folder.join("test_a.py"), "def test_a(): pass\n").expect("written");
    candidate = candidate.at(2 * HOUR);
    let told = candidate.observe().exits(0).json();
    let reading = reading_of(&told, "integration");
    assert_eq!(reading["query"], "pytest tests/integration -k 'a'");
    assert!(reading["detail"].as_str().is_some_and(|detail| detail.contains("3 passed")), "{reading}");
    // A pytest that only says that all is well.
    let project = std::mem::replace(&mut candidate.project, crate::project::Project::new());
    candidate.project = project.fake("pytest").does("exit 0");
    let candidate = candidate.at(3 * HOUR);
    let told = candidate.observe().exits(3).json();
    assert_eq!(reading_of(&told, "integration")["sign"], "unknown");
}

#[test]
fn an_open_issue_with_the_label_that_names_the_component_is_an_incident() {
    let Some(candidate) = Candidate::deployed(now(), &format!("{HOURLY}\nincident_label = \"security\""))
    else {
        return;
    };
    let policy = candidate.project.root().join("promotion.toml");
    let text = std::fs::read_to_string(&policy).expect("a policy");
    std::fs::write(&policy, text.replace("name = \"Demo\"", "name = \"Demo\"\nrepository = \"o/n\""))
        .expect("written");
    let gh = candidate.project.path("bin").join("gh");
    let lists = |issues: &str| {
        std::fs::write(&gh, format!("#!/bin/sh\ncat <<'JSON'\n{issues}\nJSON\n")).expect("written");
        crate::project::make_executable(&gh);
    };
    let issue = |number: u32, title: &str, state: &str, label: &str| {
        format!(
            "{{\"number\":{number},\"title\":\"{title}\",\"body\":\"\",\"createdAt\":\"2025-10-14T09:00:00Z\",\"state\":\"{state}\",\"url\":\"https://x/{number}\",\"labels\":[{{\"name\":\"{label}\"}}]}}"
        )
    };
    let others = [
        issue(1, "a leaks", "CLOSED", "security"),
        issue(2, "a leaks", "OPEN", "bug"),
        issue(3, "ab leaks", "OPEN", "security"),
    ];
    lists(&format!("[{}]", others.join(",")));
    let candidate = candidate.at(HOUR);
    let told = candidate.observe().exits(0).json();
    assert_eq!(reading_of(&told, "incidents")["sign"], "good");
    lists(&format!("[{}]", issue(4, "keys of a leak", "OPEN", "Security")));
    let candidate = candidate.at(2 * HOUR);
    let told = candidate.observe().exits(1).json();
    assert!(
        reading_of(&told, "incidents")["detail"]
            .as_str()
            .is_some_and(|one| one.contains("#4 (keys of a leak)"))
    );
    std::fs::write(&gh, "#!/bin/sh\necho 'HTTP 502' >&2\nexit 1\n").expect("written");
    let candidate = candidate.at(3 * HOUR);
    let told = candidate.observe().exits(3).json();
    assert_eq!(reading_of(&told, "incidents")["sign"], "unreachable");
}

#[test]
fn a_token_reaches_prometheus_and_nothing_else() {
    const TOKEN: &str = "hunter2-does-not-tell";
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let asked = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let keeps = std::sync::Arc::clone(&asked);
    std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        for mut connection in listener.incoming().filter_map(Result::ok) {
            let mut question = [0; 4096];
            let length = connection.read(&mut question).unwrap_or(0);
            keeps.lock().expect("the text").push_str(&String::from_utf8_lossy(&question[..length]));
            // It tells what it should not.
            let body = format!("{{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"{TOKEN}\"}}");
            let _answered = write!(
                connection,
                "HTTP/1.1 400 Bad\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let observe = format!(
        "{HOURLY}\nprometheus = \"http://127.0.0.1:{port}\"\nprometheus_token = \"PROMETHEUS_KEY\"\n{}",
        metric("up", "up", "min = 1")
    );
    let Some(candidate) = Candidate::deployed(now(), &observe) else { return };
    let candidate = candidate.at(HOUR);
    let told = candidate.observe().exits(3).json();
    assert!(
        reading_of(&told, "metric.up")["detail"].as_str().is_some_and(|one| one.contains("`PROMETHEUS_KEY`")),
        "{told:#}"
    );
    let candidate = candidate.variable("PROMETHEUS_KEY", TOKEN).at(2 * HOUR);
    let told = candidate.observe().exits(3);
    assert!(
        asked.lock().expect("the text").to_lowercase().contains(&format!("authorization: bearer {TOKEN}"))
    );
    assert!(told.stdout.contains("***") && !told.stdout.contains(TOKEN) && !told.stderr.contains(TOKEN));
    let ledger = std::fs::read_to_string(candidate.project.root().join(".promotion/ledger/a.jsonl"))
        .expect("a ledger");
    assert!(!ledger.contains(TOKEN));
}
