//! A candidate on the real engine is completed only where what runs is what was observed last.

use crate::engine::Compose;
use crate::staging::{Staging, WELL, health};
use crate::told::Told;

const OBSERVE: &str = "[component.a.observe.staging]\nduration = \"1s\"\ninterval = \"1s\"\nmax_gap = \"1h\"\nmin_samples = 2\nmin_uptime = 50\n";

/// A candidate that runs and whose soak is proven.
fn observed() -> Option<Staging> {
    let more = format!("{}{OBSERVE}", health("300ms", "20s"));
    let staging = Staging::passed(Compose::Two, WELL, &more)?;
    staging.deploy().exits(0);
    proven(&staging);
    Some(staging)
}

/// Looks until the soak is proven.
fn proven(staging: &Staging) {
    for _ in 0..30 {
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let told = staging.project.run(&["observe", "a", "--format", "json"]).json();
        if told["soak"]["proven"] == true {
            return;
        }
    }
    panic!("the soak is not proven: {}", staging.project.run(&["status", "a"]).stdout);
}

fn complete(staging: &Staging) -> Told {
    staging.project.run(&["complete", "a", "--yes"])
}

fn is_completed(staging: &Staging) -> bool {
    staging.kinds().iter().any(|kind| kind == "completed")
}

/// The container of the service.
fn id(staging: &Staging) -> String {
    staging.containers()[0]["Id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_container_that_was_made_or_started_again_since_the_last_look_is_observed_first() {
    let Some(staging) = observed() else { return };
    let before = id(&staging);
    staging.engine.docker(&["restart", "-t", "0", &before]);
    std::thread::sleep(std::time::Duration::from_secs(1));
    let told = complete(&staging).exits(4).says("it was started again since it was observed last");
    told.says("`tta-promote observe a`");
    assert!(!is_completed(&staging));
    // The same image under the same configuration, and another container all the same.
    staging.engine.docker(&["rm", "-f", &before]);
    staging.up();
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_ne!(id(&staging), before);
    complete(&staging).exits(4).says("it was started again since it was observed last");
    assert!(!is_completed(&staging));
    // A look sees it, and the soak begins again.
    staging.project.run(&["observe", "a"]).exits(1);
    complete(&staging).exits(4).says("seen healthy for");
    proven(&staging);
    complete(&staging).exits(0).says("a is in staging");
}

#[test]
fn another_image_than_the_one_that_was_observed_is_deployed_and_observed_anew() {
    let Some(staging) = observed() else { return };
    staging.build("two");
    staging.up();
    std::thread::sleep(std::time::Duration::from_secs(1));
    let told = complete(&staging).exits(1).says("another image runs than the one that was deployed");
    told.says("deploy it again with `tta-promote deploy a`");
    let ids = id(&staging);
    staging.engine.docker(&["rm", "-f", &ids]);
    complete(&staging).exits(1).says("nothing of it runs");
    assert!(!is_completed(&staging));
}
