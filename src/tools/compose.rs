//! Compose, under each of its names: what it is told, and its answers as values.
//!
//! Not here: what becomes of a container afterwards (`docker`): `up -d` ends well when the container dies at once.
//! The hard part: version 2 gives for a service with an `env_file` another digest than it writes on the container, so
//! that a rehearsal must tell whether they are of one configuration; version 1 answers an option that it does not know with its usage and exit code 0, so an answer
//! counts only where it has the form of one; and `config` prints secrets, so only digests and names are asked for.

use super::docker::{is_unreachable, unreachable};
use super::ending;
use crate::model::reason::{Reason, ReasonKind};
use crate::model::run::Exit;

/// The two programs that are called compose. They differ in what `ps` shows and in what a file may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// 1.x, a Python program.
    One,
    /// 2.x and later, also as a plugin of docker.
    Two,
}

/// A compose that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compose {
    /// The words that start it.
    pub program: Vec<String>,
    /// Which of the two it is.
    pub generation: Generation,
    /// Its version, as it says.
    pub version: String,
}

/// The words that may start a compose, the preferred first.
pub const PROGRAMS: [&[&str]; 2] = [&["docker", "compose"], &["docker-compose"]];

/// Asks a compose for its version.
pub fn version_argv(program: &[String]) -> Vec<String> {
    program.iter().cloned().chain(["version", "--short"].map(String::from)).collect()
}

/// Reads the answer to [`version_argv`]; `None` where this is no compose.
pub fn read_version(program: &[String], exit: Exit, stdout: &str) -> Option<Compose> {
    let version = stdout.trim();
    let (major, _) = version.trim_start_matches('v').split_once('.').filter(|_| exit == Exit::Code(0))?;
    let generation = match major.parse::<u32>().ok()? {
        0 => return None,
        1 => Generation::One,
        _ => Generation::Two,
    };
    Some(Compose { program: program.to_vec(), generation, version: version.to_owned() })
}

/// A project of compose: what every command is told first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project<'a> {
    /// Which compose.
    pub compose: &'a Compose,
    /// The compose files, the later on top of the earlier.
    pub files: Vec<String>,
    /// Files of variables.
    pub env_files: Vec<String>,
}

impl Project<'_> {
    fn argv(&self, words: &[&str]) -> Vec<String> {
        let mut argv = self.compose.program.clone();
        for file in &self.files {
            argv.extend(["-f".to_owned(), file.clone()]);
        }
        // Version 1 takes one file; further ones come to it as variables, which it prefers.
        let taken = match self.compose.generation {
            Generation::One => self.env_files.len().min(1),
            Generation::Two => self.env_files.len(),
        };
        for file in self.env_files.iter().take(taken) {
            argv.extend(["--env-file".to_owned(), file.clone()]);
        }
        argv.extend(words.iter().map(|word| (*word).to_owned()));
        argv
    }

    /// Asks for the names of the services.
    pub fn services_argv(&self) -> Vec<String> {
        self.argv(&["config", "--services"])
    }

    /// Asks for the whole configuration as it is rendered. It holds secrets: it is read at once and kept nowhere.
    pub fn config_argv(&self) -> Vec<String> {
        self.argv(&["config"])
    }

    /// Starts one container of a service beside what runs: under another project and name, and on no published port,
    /// since `run` publishes none.
    pub fn beside_argv(&self, project: &str, name: &str, service: &str) -> Vec<String> {
        let mut argv = self.argv(&["run", "-d", "--no-deps", "--name", name, service]);
        let at = self.compose.program.len();
        argv.splice(at..at, ["-p".to_owned(), project.to_owned()]);
        argv
    }

    /// Asks for the digest of a service's configuration.
    pub fn hash_argv(&self, service: &str) -> Vec<String> {
        self.argv(&["config", "--hash", service])
    }

    /// Asks for the IDs of a service's containers, those that have ended among them.
    pub fn ps_argv(&self, service: &str) -> Vec<String> {
        match self.compose.generation {
            // Here `-a` would add those of `run`.
            Generation::One => self.argv(&["ps", "-q", service]),
            Generation::Two => self.argv(&["ps", "-a", "-q", service]),
        }
    }

    /// Brings a service up.
    pub fn up_argv(&self, service: &str) -> Vec<String> {
        self.argv(&["up", "-d", service])
    }

    /// Brings a service up with an image that is there.
    pub fn up_without_build_argv(&self, service: &str) -> Vec<String> {
        self.argv(&["up", "-d", "--no-build", service])
    }

    /// Asks what bringing the service up would do to it, without doing it.
    pub fn rehearse_argv(&self, service: &str) -> Vec<String> {
        self.argv(&["--dry-run", "up", "-d", "--no-deps", service])
    }

    /// Stops a service.
    pub fn stop_argv(&self, service: &str) -> Vec<String> {
        self.argv(&["stop", service])
    }

    /// Removes the containers of a service that have ended. Those that run stay, and it ends well all the same.
    pub fn rm_argv(&self, service: &str) -> Vec<String> {
        self.argv(&["rm", "-f", service])
    }
}

/// What compose calls a project: by `COMPOSE_PROJECT_NAME`, which `told` holds, by `name` in the text of the compose file,
/// else by the folder of the file. A name that is put together from variables is given as it is written.
pub fn project_name(told: Option<&str>, main: &str, folder: &str) -> String {
    let written = || {
        let value = main.lines().find_map(|line| line.strip_prefix("name:"))?;
        let value = value.split(" #").next().unwrap_or_default().trim();
        let quoted = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
        Some(quoted('"').or_else(|| quoted('\'')).unwrap_or(value)).filter(|name| !name.is_empty())
    };
    let name = told.filter(|name| !name.is_empty()).or_else(written);
    name.map_or_else(
        || {
            let lower = folder.to_lowercase();
            let kept = |one: &char| one.is_ascii_lowercase() || one.is_ascii_digit() || "-_".contains(*one);
            lower.chars().filter(kept).collect::<String>().trim_start_matches(['-', '_']).to_owned()
        },
        str::to_owned,
    )
}

/// A compose file that pins a service to an image that is there; `main` is the text of the file below it.
pub fn pin(generation: Generation, main: &str, service: &str, image: &str) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    // Version 1 refuses files that differ in it.
    let version = main.lines().find(|line| line.starts_with("version:"));
    let version = version.map_or_else(String::new, |line| format!("{line}\n"));
    let never = match generation {
        Generation::One => "",
        Generation::Two => "    pull_policy: never\n",
    };
    format!("{version}services:\n  {}:\n    image: {}\n{never}", quoted(service), quoted(image))
}

/// Reads the answer to [`Project::services_argv`].
pub fn read_services(exit: Exit, stdout: &str, stderr: &str) -> Result<Vec<String>, Reason> {
    succeeded(exit, stderr)?;
    let names: Vec<String> = words(stdout).map(str::to_owned).collect();
    if names.iter().any(|name| name.contains(char::is_whitespace)) {
        return Err(unreadable("the names of the services", stderr));
    }
    Ok(names)
}

/// Reads the answer to [`Project::hash_argv`].
pub fn read_hash(service: &str, exit: Exit, stdout: &str, stderr: &str) -> Result<String, Reason> {
    succeeded(exit, stderr)?;
    let mut pairs = words(stdout).filter_map(|line| line.split_once(' '));
    match pairs.find(|(name, _)| *name == service) {
        Some((_, hash)) if is_digest(hash) => Ok(hash.to_owned()),
        _ => Err(unreadable("the digest of its configuration", stderr)),
    }
}

/// Reads the answer to [`Project::ps_argv`].
pub fn read_ps(exit: Exit, stdout: &str, stderr: &str) -> Result<Vec<String>, Reason> {
    succeeded(exit, stderr)?;
    let ids: Vec<String> = words(stdout).map(str::to_owned).collect();
    // The usage of version 1 goes to stderr or to stdout, with exit code 0.
    if ids.iter().all(|id| is_digest(id)) && !stderr.contains("Usage:") {
        Ok(ids)
    } else {
        Err(unreadable("the service's containers", stderr))
    }
}

/// Reads the answer to [`Project::rehearse_argv`]: whether the containers that are there would stay, started or not.
/// `None` where this compose cannot tell.
pub fn read_rehearsal(exit: Exit, stdout: &str, stderr: &str) -> Option<bool> {
    let text = [stdout, stderr].concat();
    let mut deeds = text.lines().filter(|line| line.contains(" Container ")).peekable();
    (exit == Exit::Code(0) && text.contains("DRY-RUN") && deeds.peek().is_some()).then(|| {
        let last = |line: &str| line.split_whitespace().next_back().unwrap_or_default().to_owned();
        deeds.all(|deed| !matches!(last(deed).as_str(), "Creating" | "Recreate" | "Recreated" | "Removing"))
    })
}

/// Reads the answer to a request that is only done or not.
pub fn read_done(exit: Exit, stderr: &str) -> Result<(), Reason> {
    succeeded(exit, stderr)
}

fn words(stdout: &str) -> impl Iterator<Item = &str> {
    stdout.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn is_digest(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn succeeded(exit: Exit, stderr: &str) -> Result<(), Reason> {
    let said = ending::last_line(stderr).map_or_else(String::new, |line| format!(": {line}"));
    Err(match exit {
        Exit::Code(0) => return Ok(()),
        Exit::NotFound => Reason::new(
            ReasonKind::ToolMissing,
            "compose could not be started",
            "install the compose plugin of docker, or docker-compose",
        ),
        Exit::TimedOut => Reason::new(
            ReasonKind::TimedOut,
            "compose was stopped at its time limit",
            "see what it waits for, or raise `--timeout`",
        ),
        Exit::Interrupted => {
            Reason::new(ReasonKind::Interrupted, "the deployment was interrupted", "run it again")
        }
        Exit::Code(_) if is_unreachable(stderr) => unreachable(),
        Exit::Code(_) if stderr.to_lowercase().contains("no such service") => Reason::new(
            ReasonKind::ConfigInvalid,
            format!("compose does not know the service{said}"),
            "correct `service` in `promotion.toml`, or add it to the compose file",
        ),
        Exit::Code(14 | 15) => config_invalid(stderr),
        Exit::Code(_)
            if ["Compose file", "yaml.", "FileNotFoundError"].iter().any(|sign| stderr.contains(sign)) =>
        {
            config_invalid(stderr)
        }
        Exit::Code(code) => Reason::new(
            ReasonKind::ToolCrashed,
            format!("compose ended with exit code {code}{said}"),
            "run the same command by hand and see what it prints",
        ),
        Exit::Signal(signal) => Reason::new(
            ReasonKind::ToolCrashed,
            format!("compose was ended by signal {signal}{said}"),
            "see whether the machine ran out of memory",
        ),
        Exit::Flooded => Reason::new(
            ReasonKind::ToolCrashed,
            "compose wrote more than the run folder takes",
            "run the same command by hand and see what it prints",
        ),
    })
}

fn config_invalid(stderr: &str) -> Reason {
    let said = ending::last_line(stderr).unwrap_or_else(|| "it gave no explanation".to_owned());
    Reason::new(
        ReasonKind::ConfigInvalid,
        format!("compose refuses its configuration: {said}"),
        "correct the compose file, or `compose_file` in `promotion.toml`",
    )
}

fn unreadable(what: &str, stderr: &str) -> Reason {
    let said = ending::last_line(stderr).map_or_else(String::new, |line| format!(": {line}"));
    Reason::new(
        ReasonKind::ReportUnreadable,
        format!("compose did not tell {what}{said}"),
        "see which version of compose this is, and report it",
    )
}

#[cfg(test)]
mod tests {
    use super::super::recording::{Recording, load};
    use super::*;

    const ALL: [&str; 3] = ["v1", "v2", "plugin"];

    fn compose(name: &str) -> Compose {
        let recording = load(&format!("compose/{name}-version"));
        let (program, _) = recording.argv.split_last_chunk::<2>().expect("it is asked");
        assert_eq!(version_argv(program), recording.argv);
        read_version(program, recording.exit, &text(&recording)).expect("a compose")
    }

    fn project(compose: &Compose) -> Project<'_> {
        Project { compose, files: vec!["up.yml".to_owned()], env_files: Vec::new() }
    }

    fn text(recording: &Recording) -> String {
        String::from_utf8(recording.stdout.clone()).expect("text")
    }

    fn kind(result: Result<impl std::fmt::Debug, Reason>) -> ReasonKind {
        result.expect_err("no answer").kind
    }

    #[test]
    fn each_compose_is_told_by_its_version() {
        assert_eq!(compose("v1").generation, Generation::One);
        assert_eq!(compose("v2").generation, Generation::Two);
        assert_eq!(compose("plugin").program, ["docker", "compose"]);
        let program = ["docker".to_owned(), "compose".to_owned()];
        for (code, text) in [(0, ""), (0, "usage: docker"), (1, "2.1.0"), (0, "0.1"), (0, "a.b")] {
            assert_eq!(read_version(&program, Exit::Code(code), text), None, "{text}");
        }
        assert!(read_version(&program, Exit::Code(0), "v5.1.2\n").is_some());
    }

    #[test]
    fn a_project_is_called_as_it_is_told_as_it_is_written_or_as_its_folder() {
        let written = "x-name: no\nname: \"written\" # for staging\nservices:\n  a:\n    name: no\n";
        for (told, main, folder, name) in [
            (Some("told"), written, "folder", "told"),
            (Some(""), written, "folder", "written"),
            (None, written, "folder", "written"),
            (None, "name: 'written'\n", "folder", "written"),
            (None, "name: ${NAME}\n", "folder", "${NAME}"),
            (None, "name:\n", "folder", "folder"),
            (None, "services: {}\n", "_My Folder.2-x", "myfolder2-x"),
        ] {
            assert_eq!(project_name(told, main, folder), name, "{told:?} {main:?} {folder}");
        }
    }

    #[test]
    fn each_gives_the_digest_of_a_configuration() {
        for name in ALL {
            let compose = compose(name);
            let recording = load(&format!("compose/{name}-hash"));
            assert_eq!(project(&compose).hash_argv("carbon"), recording.argv);
            let hash = read_hash("carbon", recording.exit, &text(&recording), &recording.stderr);
            assert_eq!(hash.expect("a digest").len(), 64, "{name}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_apart_from_what_is_wrong_with_the_engine() {
        for name in ALL {
            for (case, expected) in [
                ("hash-no-service", ReasonKind::ConfigInvalid),
                ("hash-none", ReasonKind::ConfigInvalid),
                ("hash-bad", ReasonKind::ConfigInvalid),
                ("hash-wrong", ReasonKind::ConfigInvalid),
                ("up-no-service", ReasonKind::ConfigInvalid),
                ("up-daemon-down", ReasonKind::Environment),
                ("up-pull", ReasonKind::ToolCrashed),
            ] {
                let recording = load(&format!("compose/{name}-{case}"));
                assert_eq!(kind(read_done(recording.exit, &recording.stderr)), expected, "{name} {case}");
            }
        }
    }

    #[test]
    fn each_tells_the_containers_also_of_a_service_that_died() {
        for name in ALL {
            let compose = compose(name);
            for (case, count) in [("ps", 1), ("ps-dies", 1), ("ps-nothing", 0)] {
                let recording = load(&format!("compose/{name}-{case}"));
                let file = recording.argv.iter().skip_while(|word| *word != "-f").nth(1).expect("a file");
                let project = Project { files: vec![file.clone()], ..project(&compose) };
                assert_eq!(project.ps_argv("carbon"), recording.argv);
                let ids = read_ps(recording.exit, &text(&recording), &recording.stderr).expect("an answer");
                assert_eq!(ids.len(), count, "{name} {case}");
            }
        }
    }

    #[test]
    fn a_usage_with_exit_code_0_is_no_answer() {
        let usage = load("compose/v1-ps-unknown-flag");
        assert_eq!(usage.exit, Exit::Code(0));
        assert_eq!(kind(read_ps(usage.exit, &text(&usage), &usage.stderr)), ReasonKind::ReportUnreadable);
        assert_eq!(kind(read_ps(usage.exit, &usage.stderr, "")), ReasonKind::ReportUnreadable);
        assert!(read_hash("carbon", usage.exit, &text(&usage), &usage.stderr).is_err());
    }

    #[test]
    fn a_rehearsal_tells_whether_the_containers_would_stay() {
        for (case, stays) in [("idle", Some(true)), ("recreate", Some(false)), ("first", Some(false))] {
            let recording = load(&format!("compose/v2-rehearse-{case}"));
            assert_eq!(read_rehearsal(recording.exit, &text(&recording), &recording.stderr), stays, "{case}");
        }
        let compose = compose("v2");
        let recording = load("compose/v2-rehearse-idle");
        assert_eq!(project(&compose).rehearse_argv("carbon"), recording.argv);
        for name in ["v1-ps-unknown-flag", "v2-ps-unknown-flag"] {
            let recording = load(&format!("compose/{name}"));
            assert_eq!(read_rehearsal(recording.exit, &text(&recording), &recording.stderr), None, "{name}");
        }
    }

    #[test]
    fn each_tells_the_services() {
        for name in ALL {
            let compose = compose(name);
            let recording = load(&format!("compose/{name}-services"));
            assert_eq!(project(&compose).services_argv(), recording.argv);
            let names = read_services(recording.exit, &text(&recording), &recording.stderr);
            assert_eq!(names.expect("an answer"), ["carbon"]);
        }
    }

    #[test]
    fn to_remove_what_runs_does_nothing_and_ends_well() {
        for name in ALL {
            let compose = compose(name);
            let recording = load(&format!("compose/{name}-rm-running"));
            assert_eq!(project(&compose).rm_argv("carbon"), recording.argv);
            assert_eq!(read_done(recording.exit, &recording.stderr), Ok(()));
        }
    }

    #[test]
    fn every_end_without_an_answer_has_a_reason() {
        for exit in [Exit::Code(9), Exit::Signal(9), Exit::TimedOut, Exit::NotFound, Exit::Flooded] {
            assert!(read_done(exit, "").is_err() && read_ps(exit, "", "").is_err(), "{exit:?}");
        }
    }

    #[test]
    fn version_1_is_given_one_file_of_variables_and_a_pin_of_the_same_version() {
        let (one, two) = (compose("v1"), compose("v2"));
        let env_files = vec!["a.env".to_owned(), "b.env".to_owned()];
        let argv = |compose| {
            let files = vec!["f.yml".to_owned()];
            Project { compose, files, env_files: env_files.clone() }.up_argv("carbon").join(" ")
        };
        assert_eq!(argv(&one), "docker-compose -f f.yml --env-file a.env up -d carbon");
        assert_eq!(argv(&two), "docker-compose -f f.yml --env-file a.env --env-file b.env up -d carbon");
        let pin = pin(Generation::One, "version: '3'\nservices: {}\n", "carbon", "kept:1");
        assert_eq!(pin, "version: '3'\nservices:\n  \"carbon\":\n    image: \"kept:1\"\n");
    }
}
