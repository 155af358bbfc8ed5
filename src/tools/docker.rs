//! The Docker engine by its own client: which questions it is asked, and its answers as values.
//!
//! Not here: compose (`compose`). The hard part: `docker inspect` falls back to a stricter reading of a template
//! where one field is not known, and `.Config.Env` holds secrets, so only named fields are ever asked for.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use serde::Deserialize;

use super::ending;
use crate::model::container::{Container, ContainerHealth, ContainerStatus, Published};
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;

/// The named fields of a container, one JSON document a line.
const INSPECT: &str = include_str!("docker_inspect.txt");
/// The named fields of an image.
const IMAGE: &str = include_str!("docker_image.txt");

fn argv(executable: &str, words: &[&str]) -> Vec<String> {
    std::iter::once(&executable).chain(words).map(|word| (*word).to_owned()).collect()
}

/// Asks for containers by their IDs.
pub fn inspect_argv(executable: &str, ids: &[String]) -> Vec<String> {
    let mut argv = argv(executable, &["inspect", "--type=container", "--format", INSPECT.trim_end()]);
    argv.extend(ids.iter().cloned());
    argv
}

/// Asks what a name or an ID of an image leads to.
pub fn image_argv(executable: &str, image: &str) -> Vec<String> {
    argv(executable, &["image", "inspect", "--format", IMAGE.trim_end(), image])
}

/// Gives an image a further name, under which pruning does not take it.
pub fn tag_argv(executable: &str, image: &str, name: &str) -> Vec<String> {
    argv(executable, &["tag", image, name])
}

/// Asks what a container runs, and whether it still does: one that stands beside what is deployed.
pub fn state_argv(executable: &str, name: &str) -> Vec<String> {
    argv(executable, &["inspect", "--type=container", "--format", "{{.Image}} {{.State.Status}}", name])
}

/// Makes a container of an image, and does not start it.
pub fn create_argv(executable: &str, name: &str, label: &str, image: &str) -> Vec<String> {
    argv(
        executable,
        &["create", "--pull", "never", "--name", name, "--label", label, "--network", "none", image],
    )
}

/// Asks for the IDs of the containers or networks with a label.
pub fn labelled_argv(executable: &str, kind: Kind, label: &str) -> Vec<String> {
    let filter = format!("label={label}");
    match kind {
        Kind::Container => argv(executable, &["ps", "-a", "-q", "--no-trunc", "--filter", &filter]),
        Kind::Network => argv(executable, &["network", "ls", "-q", "--no-trunc", "--filter", &filter]),
    }
}

/// Takes containers or networks away by their IDs.
pub fn remove_argv(executable: &str, kind: Kind, ids: &[String]) -> Vec<String> {
    let mut argv = match kind {
        Kind::Container => argv(executable, &["rm", "-f", "-v"]),
        Kind::Network => argv(executable, &["network", "rm"]),
    };
    argv.extend(ids.iter().cloned());
    argv
}

/// What the engine keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A container.
    Container,
    /// A network.
    Network,
}

/// Asks for what a container has printed since a moment.
pub fn logs_argv(executable: &str, id: &str, since: &str) -> Vec<String> {
    argv(executable, &["logs", "--since", since, id])
}

/// Prints what a container wrote from one moment up to another.
pub fn logs_within_argv(executable: &str, id: &str, since: &str, until: &str) -> Vec<String> {
    argv(executable, &["logs", "--since", since, "--until", until, id])
}

/// Asks whether there is an engine, and of which version.
pub fn version_argv(executable: &str) -> Vec<String> {
    argv(executable, &["version", "--format", "{{.Server.Version}}"])
}

/// Asks for the engine's own ID, which is the same by whatever address it is reached.
pub fn engine_argv(executable: &str) -> Vec<String> {
    argv(executable, &["info", "--format", "{{.ID}}"])
}

#[derive(Deserialize)]
struct WireContainer {
    id: String,
    image: String,
    reference: String,
    status: String,
    exit_code: i64,
    error: String,
    started_at: String,
    health: Option<String>,
    restarts: u64,
    config_hash: Option<String>,
    made_by: Option<String>,
    one_off: Option<String>,
    ports: Option<BTreeMap<String, Option<Vec<WirePort>>>>,
}

#[derive(Deserialize)]
struct WirePort {
    #[serde(rename = "HostIp")]
    host_ip: String,
    #[serde(rename = "HostPort")]
    host_port: String,
}

/// Reads the answer to [`inspect_argv`]. A container that is gone by now is left out, and so is one of
/// `compose run`, which is none of the service's.
pub fn read_inspect(exit: Exit, stdout: &str, stderr: &str) -> Result<Vec<Container>, Reason> {
    let only_gone = exit == Exit::Code(1) && only_gone(stderr);
    if exit != Exit::Code(0) && !only_gone {
        return Err(failed(exit, stderr));
    }
    let lines = stdout.lines().filter(|line| !line.trim().is_empty());
    let wires: Vec<WireContainer> = lines
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .map_err(|error| unreadable(format!("what docker tells of a container cannot be used: {error}")))?;
    wires.into_iter().filter(|wire| wire.one_off.as_deref() != Some("True")).map(container).collect()
}

fn container(wire: WireContainer) -> Result<Container, Reason> {
    let unknown = |word: &str| unreadable(format!("docker tells of a container that is `{word}`"));
    let status = ContainerStatus::from_name(&wire.status).ok_or_else(|| unknown(&wire.status))?;
    let health = match wire.health.as_deref() {
        None | Some("" | "none") => None,
        Some(word) => Some(ContainerHealth::from_name(word).ok_or_else(|| unknown(word))?),
    };
    let bindings = wire.ports.unwrap_or_default().into_iter().filter(|(port, _)| port.ends_with("/tcp"));
    let mut ports: Vec<Published> = bindings
        .filter_map(|(_, bindings)| bindings)
        .flatten()
        .filter_map(|binding| published(&binding))
        .collect();
    ports.sort_unstable();
    ports.dedup();
    Ok(Container {
        id: wire.id,
        image: wire.image,
        reference: wire.reference,
        status,
        exit_code: wire.exit_code,
        error: wire.error,
        started_at: wire.started_at,
        health,
        restarts: wire.restarts,
        config_hash: wire.config_hash.filter(|hash| !hash.is_empty()),
        made_by: wire.made_by.filter(|version| !version.is_empty()),
        ports,
    })
}

fn published(binding: &WirePort) -> Option<Published> {
    let address = match binding.host_ip.as_str() {
        // So older engines write all addresses of version 4.
        "" => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        address => address.parse().ok()?,
    };
    Some(Published { address, port: binding.host_port.parse().ok()? })
}

/// Whether an engine at `host`, as `DOCKER_HOST` names it, publishes its ports on this machine, as far as its address
/// tells.
pub fn is_here(host: Option<&str>) -> bool {
    host.is_none_or(|host| {
        host.is_empty() || ["unix://", "npipe://", "fd://"].iter().any(|here| host.starts_with(here))
    })
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Image {
    /// Its ID.
    pub id: String,
    /// The commit that it says that it was built from (`org.opencontainers.image.revision`).
    pub revision: Option<String>,
}

/// Reads the answer to [`image_argv`]; `None` where there is no such image.
pub fn read_image(exit: Exit, stdout: &str, stderr: &str) -> Result<Option<Image>, Reason> {
    match exit {
        Exit::Code(0) => {
            let image: Image = serde_json::from_str(stdout.trim()).map_err(|error| {
                unreadable(format!("what docker tells of an image cannot be used: {error}"))
            })?;
            Ok(Some(Image { revision: image.revision.filter(|revision| !revision.is_empty()), ..image }))
        }
        Exit::Code(1) if only_gone(stderr) => Ok(None),
        _ => Err(failed(exit, stderr)),
    }
}

/// Reads the answer to a request that is only done or not.
pub fn read_done(exit: Exit, stderr: &str) -> Result<(), Reason> {
    if exit == Exit::Code(0) { Ok(()) } else { Err(failed(exit, stderr)) }
}

/// Why docker gave no answer.
pub fn failed(exit: Exit, stderr: &str) -> Reason {
    let said = ending::last_line(stderr).map_or_else(String::new, |line| format!(": {line}"));
    let hint = "run `docker version` and see what it prints";
    match exit {
        Exit::NotFound => {
            Reason::new(ReasonKind::ToolMissing, "docker could not be started", "install the Docker client")
        }
        Exit::TimedOut => Reason::new(
            ReasonKind::TimedOut,
            "docker was stopped at its time limit",
            "see whether the Docker engine hangs, or raise `--timeout`",
        ),
        Exit::Interrupted => {
            Reason::new(ReasonKind::Interrupted, "the deployment was interrupted", "run it again")
        }
        Exit::Code(_) if is_unreachable(stderr) => unreachable(),
        Exit::Code(code) => {
            Reason::new(ReasonKind::ToolCrashed, format!("docker ended with exit code {code}{said}"), hint)
        }
        Exit::Signal(signal) => {
            Reason::new(ReasonKind::ToolCrashed, format!("docker was ended by signal {signal}{said}"), hint)
        }
        Exit::Flooded => Reason::new(
            ReasonKind::ToolCrashed,
            "docker wrote more than the run folder takes",
            "see what fills the logs of the container",
        ),
    }
}

/// Whether a complaint of docker or of a compose says that there is no engine to talk to.
pub(super) fn is_unreachable(stderr: &str) -> bool {
    let signs = [
        "Cannot connect to the Docker daemon",
        "Couldn't connect to Docker daemon",
        "Error while fetching server API version",
        "permission denied while trying to connect to the Docker daemon",
        "error during connect",
    ];
    signs.iter().any(|sign| stderr.contains(sign))
}

/// The reason for an engine that nobody can talk to.
pub(super) fn unreachable() -> Reason {
    Reason::new(
        ReasonKind::Environment,
        "the Docker engine cannot be reached",
        "start it, or set `DOCKER_HOST` to where it is, and see that `docker version` tells of a server",
    )
}

fn unreadable(message: String) -> Reason {
    Reason::new(ReasonKind::ReportUnreadable, message, "see which version of docker this is, and report it")
}

/// Whether docker complains of nothing but that what was asked for is not there.
fn only_gone(stderr: &str) -> bool {
    let mut complaints = stderr.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    let is_gone = |complaint: &str| {
        ["No such container", "No such object", "No such image"].iter().any(|sign| complaint.contains(sign))
    };
    complaints.peek().is_some() && complaints.all(is_gone)
}

/// The name under which an image is kept from pruning: that of the component, of the promotion before which it ran, and
/// of itself, since another project on the same engine may have a promotion of the same name. The engine takes few
/// characters in names.
pub fn kept_name(component: &str, promotion: &str, image: &str) -> String {
    let safe = |text: &str| -> String {
        let lower = text.chars().map(|one| one.to_ascii_lowercase());
        lower.map(|one| if one.is_ascii_alphanumeric() { one } else { '-' }).take(100).collect()
    };
    let component = safe(component);
    let image: String = image.trim_start_matches("sha256:").chars().take(12).collect();
    format!("tta-promote/{}:before-{}-{}", component.trim_matches('-'), safe(promotion), safe(&image))
}

#[cfg(test)]
mod tests {
    use super::super::recording::load;
    use super::*;

    fn inspect(case: &str) -> Result<Vec<Container>, Reason> {
        let recording = load(&format!("docker/inspect-{case}"));
        let ids: Vec<String> = recording.argv.iter().skip(5).cloned().collect();
        assert_eq!(inspect_argv("docker", &ids), recording.argv, "the recording asks what we ask");
        read_inspect(recording.exit, &String::from_utf8(recording.stdout).expect("text"), &recording.stderr)
    }

    fn image(case: &str) -> Result<Option<Image>, Reason> {
        let recording = load(&format!("docker/{case}"));
        let name = recording.argv.last().expect("a name").clone();
        assert_eq!(image_argv("docker", &name), recording.argv, "the recording asks what we ask");
        read_image(recording.exit, &String::from_utf8(recording.stdout).expect("text"), &recording.stderr)
    }

    #[test]
    fn a_running_container_is_read() {
        let containers = inspect("running").expect("an answer");
        let [container] = containers.as_slice() else { panic!("{containers:?}") };
        assert_eq!(container.status, ContainerStatus::Running);
        assert_eq!(container.health, Some(ContainerHealth::Healthy));
        let published = Published { address: "127.0.0.1".parse().expect("an address"), port: 18_099 };
        assert_eq!((container.restarts, container.ports.as_slice()), (0, [published].as_slice()));
        assert_eq!(container.short_id().len(), 12);
        assert!(container.config_hash.as_ref().is_some_and(|hash| hash.len() == 64));
    }

    #[test]
    fn a_port_leads_to_a_container_by_tcp_and_at_the_address_that_is_asked() {
        let [v4, v6] = ["127.0.0.1:8081", "[::1]:8081"];
        // What docker tells of ports, and which of the two addresses lead to the container.
        for (ports, leads) in [
            (
                r#"{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8081"},{"HostIp":"::","HostPort":"8081"}]}"#,
                [true, true],
            ),
            (r#"{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8081"}]}"#, [true, false]),
            (r#"{"80/tcp":[{"HostIp":"","HostPort":"8081"}]}"#, [true, false]),
            (r#"{"80/tcp":[{"HostIp":"::","HostPort":"8081"}]}"#, [false, true]),
            (r#"{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8081"}]}"#, [true, false]),
            (r#"{"80/tcp":[{"HostIp":"::1","HostPort":"8081"}]}"#, [false, true]),
            (r#"{"80/tcp":[{"HostIp":"127.0.0.2","HostPort":"8081"}]}"#, [false, false]),
            (r#"{"80/tcp":[{"HostIp":"192.168.1.5","HostPort":"8081"}]}"#, [false, false]),
            (r#"{"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8082"}]}"#, [false, false]),
            (r#"{"8081/tcp":[{"HostIp":"0.0.0.0","HostPort":"80"}]}"#, [false, false]),
            (r#"{"80/udp":[{"HostIp":"0.0.0.0","HostPort":"8081"}]}"#, [false, false]),
            (r#"{"80/sctp":[{"HostIp":"0.0.0.0","HostPort":"8081"}]}"#, [false, false]),
            (
                r#"{"80/udp":[{"HostIp":"::1","HostPort":"8081"}],"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"8081"}]}"#,
                [true, false],
            ),
            (r#"{"80/tcp":[{"HostIp":"no address","HostPort":"8081"}]}"#, [false, false]),
            (r#"{"80/tcp":null}"#, [false, false]),
            ("{}", [false, false]),
            ("null", [false, false]),
        ] {
            let recording = load("docker/inspect-running");
            let stdout = String::from_utf8(recording.stdout).expect("text");
            let (before, _) = stdout.split_once("\"ports\":").expect("ports");
            let containers = read_inspect(Exit::Code(0), &format!("{before}\"ports\":{ports}}}"), "");
            let container = containers.expect("an answer").remove(0);
            let is_led = [v4, v6].map(|at| container.is_published_at(at.parse().expect("an address")));
            assert_eq!(is_led, leads, "{ports}");
        }
    }

    #[test]
    fn an_engine_that_is_reached_over_a_network_publishes_its_ports_elsewhere() {
        for host in [None, Some(""), Some("unix:///var/run/docker.sock")] {
            assert!(is_here(host), "{host:?}");
        }
        for host in ["tcp://127.0.0.1:2375", "ssh://staging", "http://staging:2375", "staging:2375"] {
            assert!(!is_here(Some(host)), "{host}");
        }
    }

    #[test]
    fn one_that_died_and_one_that_dies_again_and_again_are_told_apart() {
        let exited = inspect("exited").expect("an answer").remove(0);
        assert_eq!((exited.status, exited.exit_code, exited.restarts), (ContainerStatus::Exited, 7, 0));
        let looping = inspect("restarting").expect("an answer").remove(0);
        assert_eq!((looping.exit_code, looping.health), (7, None));
        assert!(looping.restarts > 1);
    }

    #[test]
    fn a_container_that_is_gone_is_no_failure_and_an_engine_that_is_gone_is() {
        assert_eq!(inspect("gone"), Ok(Vec::new()));
        assert_eq!(inspect("daemon-down").expect_err("no engine").kind, ReasonKind::Environment);
    }

    #[test]
    fn a_container_of_compose_run_is_none_of_the_service() {
        let recording = load("docker/inspect-running");
        let stdout = String::from_utf8(recording.stdout).expect("text").replace("\"False\"", "\"True\"");
        assert_eq!(read_inspect(Exit::Code(0), &stdout, ""), Ok(Vec::new()));
    }

    #[test]
    fn an_image_tells_its_commit_or_does_not() {
        let told = image("image-revision").expect("an answer").expect("an image");
        assert_eq!(told.revision, Some("5".repeat(40)));
        assert_eq!(image("image").expect("an answer").expect("an image").revision, None);
        assert_eq!(image("image-none"), Ok(None));
        assert_eq!(image("image-daemon-down").expect_err("no engine").kind, ReasonKind::Environment);
    }

    #[test]
    fn a_kept_image_has_a_name_that_the_engine_takes() {
        let image = format!("sha256:{}", "a".repeat(64));
        let name = kept_name("model_management", "model_management-staging-2025-10-14", &image);
        assert_eq!(
            name,
            "tta-promote/model-management:before-model-management-staging-2025-10-14-aaaaaaaaaaaa"
        );
    }

    #[test]
    fn what_is_no_answer_is_never_read_as_one() {
        for text in ["{}", "null", "half {", "{\"id\":\"x\"}"] {
            assert!(read_inspect(Exit::Code(0), text, "").is_err(), "{text}");
        }
        for text in ["", "{}", "[]"] {
            assert!(read_image(Exit::Code(0), text, "").is_err(), "{text}");
        }
        for exit in
            [Exit::Code(1), Exit::Code(2), Exit::Signal(9), Exit::TimedOut, Exit::NotFound, Exit::Interrupted]
        {
            assert!(read_inspect(exit, "", "").is_err() && read_image(exit, "", "").is_err(), "{exit:?}");
            assert!(read_done(exit, "").is_err());
        }
    }
}
