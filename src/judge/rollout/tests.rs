//! Tests of the judgement over sightings.

use proptest::prelude::*;

use super::*;

fn container() -> Container {
    Container {
        id: "a".repeat(64),
        image: "sha256:1".to_owned(),
        reference: "tta/carbon:staging".to_owned(),
        status: ContainerStatus::Running,
        exit_code: 0,
        error: String::new(),
        started_at: "2025-10-14T09:00:00Z".to_owned(),
        health: None,
        restarts: 0,
        config_hash: Some("c".repeat(64)),
        made_by: Some("2.26.1".to_owned()),
        ports: Vec::new(),
    }
}

fn good(second: u64) -> Sighting {
    let resolved = Some("sha256:1".to_owned());
    let look = Look { container: container(), resolved, origin: Origin::Untold, is_comparable: true };
    Sighting {
        at: Duration::from_secs(second),
        containers: Ok(vec![look]),
        probe: Some(Probe::Good(Binding::Port)),
        log_faults: Vec::new(),
        unread_logs: None,
    }
}

fn with(second: u64, change: impl Fn(&mut Container)) -> Sighting {
    let mut sighting = good(second);
    sighting.containers.iter_mut().flatten().for_each(|look| change(&mut look.container));
    sighting
}

fn expected() -> Expected {
    Expected {
        config_hash: Some("c".repeat(64)),
        revisions: Some(vec!["5".repeat(40)]),
        containers: true,
        address: true,
        stable: Duration::from_secs(5),
        gap: Duration::from_secs(3),
    }
}

fn judge(sightings: &[Sighting]) -> Judgement {
    rollout(&expected(), sightings)
}

fn is_healthy(sightings: &[Sighting]) -> bool {
    matches!(judge(sightings), Judgement::Healthy(_))
}

#[test]
fn a_good_window_of_the_declared_length_proves_health_and_nothing_shorter_does() {
    let row: Vec<Sighting> = (0..=5).map(good).collect();
    assert!(is_healthy(&row));
    assert!((0..row.len()).all(|length| !is_healthy(&row[..length])));
    let Judgement::Healthy(proof) = judge(&row) else { panic!() };
    assert_eq!((proof.binding, proof.window), (Some(Binding::Port), Duration::from_secs(5)));
}

#[test]
fn a_bad_answer_starts_the_window_again() {
    let mut row: Vec<Sighting> = (0..=8).map(good).collect();
    row[4].probe = Some(Probe::Bad("status 503".to_owned()));
    assert!(!is_healthy(&row));
    row.extend([good(9), good(10)]);
    assert!(is_healthy(&row));
}

#[test]
fn a_pause_in_looking_is_no_time_in_which_all_was_well() {
    assert!(!is_healthy(&[good(0), good(60)]));
    assert!(!is_healthy(&[good(0), good(1), good(2), good(7)]));
}

#[test]
fn a_crash_loop_that_says_running_is_seen_by_its_restarts() {
    let row: Vec<Sighting> = (0..=20).map(|at| with(at, |container| container.restarts = at / 3)).collect();
    assert_eq!(judge(&row), Judgement::Open);
    assert!(seen(&expected(), &row).concat().contains("was restarted 6 times, 6 of them meanwhile"));
}

#[test]
fn what_does_not_mend_itself_is_given_up_soon_and_not_at_once() {
    let dead =
        |at| with(at, |container| (container.status, container.exit_code) = (ContainerStatus::Exited, 7));
    assert_eq!(judge(&[dead(0), dead(1)]), Judgement::Open);
    let row: Vec<Sighting> = (0..=3).map(dead).collect();
    assert_eq!(judge(&row), Judgement::Hopeless);
    assert!(seen(&expected(), &row).concat().contains("has ended with exit code 7 (in 4 of 4 looks)"));
}

#[test]
fn a_line_in_the_log_is_enough() {
    let mut row: Vec<Sighting> = (0..=5).map(good).collect();
    row[5].log_faults = vec!["Traceback".to_owned()];
    assert_eq!(judge(&row), Judgement::Hopeless);
}

#[test]
fn another_image_another_configuration_and_another_commit_are_no_deployment_of_this_one() {
    let other_image = |at| with(at, |container| container.image = "sha256:2".to_owned());
    let other_configuration = |at| with(at, |container| container.config_hash = None);
    let other_commit = |at| {
        let mut sighting = good(at);
        sighting.containers.iter_mut().flatten().for_each(|look| look.origin = Origin::Told("6".repeat(40)));
        sighting
    };
    for bad in [&other_image as &dyn Fn(u64) -> Sighting, &other_configuration, &other_commit] {
        assert_eq!(judge(&(0..=9).map(bad).collect::<Vec<_>>()), Judgement::Hopeless);
    }
}

#[test]
fn nothing_seen_is_nothing_proven() {
    assert_eq!(judge(&[]), Judgement::Open);
    let none = |at| Sighting { containers: Ok(Vec::new()), ..good(at) };
    assert_eq!(judge(&(0..=9).map(none).collect::<Vec<_>>()), Judgement::Hopeless);
    let unknown = |at| Sighting { containers: Err("no engine".to_owned()), ..good(at) };
    assert_eq!(judge(&(0..=9).map(unknown).collect::<Vec<_>>()), Judgement::Open);
    let unasked = |at| Sighting { probe: None, ..good(at) };
    assert_eq!(judge(&(0..=9).map(unasked).collect::<Vec<_>>()), Judgement::Open);
}

#[test]
fn one_bad_container_of_several_is_enough() {
    let two = |at| {
        let mut sighting = good(at);
        let mut other = good(at).containers.expect("containers").remove(0);
        other.container.id = "b".repeat(64);
        other.container.health = Some(ContainerHealth::Unhealthy);
        sighting.containers.as_mut().expect("containers").push(other);
        sighting
    };
    assert_eq!(judge(&(0..=9).map(two).collect::<Vec<_>>()), Judgement::Open);
}

fn any_sighting() -> impl Strategy<Value = Sighting> {
    let container = (0..7_usize, 0..3_u64, 0..4_usize, 0..3_u8);
    let rest = (0..6_u64, 0..8_u8, 0..6_u8);
    (container, rest).prop_map(|((status, restarts, health, origin), (step, probe, more))| {
        let mut sighting = with(step, |container| {
            // Mostly well, so that rows come about.
            container.status = ContainerStatus::ALL[if status < 3 { 1 } else { status }];
            container.restarts = restarts / 2;
            container.health = [None, None, None, Some(ContainerHealth::Unhealthy)][health];
            if origin == 2 {
                container.image = "sha256:2".to_owned();
            }
        });
        sighting.probe = match probe {
            0 => None,
            1 => Some(Probe::Bad("no".to_owned())),
            2 => Some(Probe::Good(Binding::Unbound)),
            _ => Some(Probe::Good(Binding::Body)),
        };
        match more {
            0 => sighting.containers = Ok(Vec::new()),
            1 => sighting.log_faults = vec!["fatal".to_owned()],
            _ => {}
        }
        sighting
    })
}

proptest! {
    /// Told in other words than the judgement is written in: seconds, one after the other.
    #[test]
    fn healthy_is_never_said_without_an_unbroken_good_window(
        row in proptest::collection::vec(any_sighting(), 0..14),
        calm in 0..10_u64,
    ) {
        let mut at = 0;
        let mut row: Vec<Sighting> = row;
        for sighting in &mut row {
            at += sighting.at.as_secs();
            sighting.at = Duration::from_secs(at);
        }
        row.extend((1..=calm).map(|second| good(at + second)));
        let well = |sighting: &Sighting| {
            sighting.log_faults.is_empty()
                && matches!(sighting.probe, Some(Probe::Good(_)))
                && sighting.containers.as_ref().is_ok_and(|looks| {
                    !looks.is_empty()
                        && looks.iter().all(|look| {
                            look.container.status == ContainerStatus::Running
                                && look.container.health != Some(ContainerHealth::Unhealthy)
                                && look.resolved.as_ref() == Some(&look.container.image)
                        })
                })
        };
        let restarts = |sighting: &Sighting| {
            sighting.containers.iter().flatten().map(|look| look.container.restarts).sum::<u64>()
        };
        let proven = (0..row.len()).any(|first| {
            let window = &row[first..];
            let length = window[window.len() - 1].at.saturating_sub(window[0].at);
            window.len() > 1
                && window.iter().all(well)
                && window.iter().all(|sighting| restarts(sighting) == restarts(&window[0]))
                && window.windows(2).all(|two| two[1].at.saturating_sub(two[0].at) <= expected().gap)
                && length >= expected().stable
        });
        prop_assert_eq!(is_healthy(&row), proven);
    }
}
