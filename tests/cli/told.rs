//! What came of a run: exit, output, what it left behind, and how much memory it took.

use std::io::Read;
use std::process::{Child, ExitStatus};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::held::hold;
use crate::project::Project;

/// Longer than any run may take, even on a machine that does ten other things.
const FOREVER: Duration = Duration::from_secs(240);

/// A process that is under way.
pub(crate) struct Running {
    child: Child,
    mark: String,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
}

fn collect(mut stream: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("output");
        bytes
    })
}

impl Running {
    pub(crate) fn new(mut child: Child, mark: String) -> Self {
        let stdout = collect(child.stdout.take().expect("a pipe"));
        let stderr = collect(child.stderr.take().expect("a pipe"));
        Self { child, mark, stdout, stderr }
    }

    /// Waits until something is so.
    pub(crate) fn until(self, what: impl Fn() -> bool) -> Self {
        let begin = Instant::now();
        while !what() {
            assert!(begin.elapsed() < FOREVER, "it never came to be");
            std::thread::sleep(Duration::from_millis(5));
        }
        self
    }

    /// Sends a signal to tta-promote alone.
    pub(crate) fn signal(self, signal: Signal) -> Self {
        kill(Pid::from_raw(i32::try_from(self.child.id()).expect("an id")), signal).expect("it lives");
        self
    }

    /// Kills tta-promote, wherever it is; tells whether it had come to a good end of its own before.
    pub(crate) fn killed(mut self) -> bool {
        let _ended_already = self.child.kill();
        let status = self.child.wait().expect("our child");
        status.success()
    }

    /// Waits for the end.
    pub(crate) fn end(mut self) -> Told {
        let (begin, mut peak) = (Instant::now(), 0);
        let status = loop {
            peak = peak.max(high_water(self.child.id()));
            if let Some(status) = self.child.try_wait().expect("our child") {
                break status;
            }
            if begin.elapsed() > FOREVER {
                self.child.kill().expect("our child");
                panic!("it never ended");
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let stdout = String::from_utf8(self.stdout.join().expect("read")).expect("UTF-8");
        let stderr = String::from_utf8(self.stderr.join().expect("read")).expect("UTF-8");
        hold(&stdout);
        Told { status, stdout, stderr, peak, left: left_behind(&self.mark) }
    }
}

/// The most memory that a process ever held besides the pages of its executable, in kilobytes: without optimization
/// these are more than all else. Whoever starts it may go on before it has its own memory, and would see that of the
/// test: the name comes after the memory.
fn high_water(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    if !status.starts_with("Name:\ttta-promote\n") {
        return 0;
    }
    field("VmHWM:").zip(field("RssFile:")).map_or(0, |(peak, file)| peak.saturating_sub(file))
}

/// The processes that the run has left behind. One that was killed may need a moment to go; one that was
/// not stays longer than we wait.
fn left_behind(mark: &str) -> Vec<String> {
    let wanted = format!("TTA_PROMOTE_TEST={mark}");
    let begin = Instant::now();
    loop {
        let mut left = Vec::new();
        for entry in std::fs::read_dir("/proc").expect("proc").filter_map(Result::ok) {
            let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            if environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes()) {
                let line = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
                left.push(line.replace('\0', " "));
            }
        }
        if left.is_empty() || begin.elapsed() > Duration::from_secs(10) {
            return left;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What came of a run.
pub(crate) struct Told {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The most memory that tta-promote itself held, in kilobytes.
    pub(crate) peak: u64,
    /// Processes that it left behind.
    pub(crate) left: Vec<String>,
}

impl Told {
    /// It ended with this code, and left no process behind.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert_eq!(self.left, [""; 0], "no process is left");
        self
    }

    /// Standard output holds this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Standard error holds this.
    #[track_caller]
    pub(crate) fn complains(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Standard output as the one JSON document that it is.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert!(self.stdout.ends_with("}\n"), "one document: {}", self.stdout);
        serde_json::from_str(&self.stdout).unwrap_or_else(|fault| panic!("{fault}: {}", self.stdout))
    }

    /// A check of the first component.
    #[track_caller]
    pub(crate) fn check(&self, id: &str) -> Value {
        let json = self.json();
        let checks = json["components"][0]["checks"].as_array().expect("checks").clone();
        checks.into_iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no check `{id}`"))
    }

    /// The check is inconclusive for this kind of reason, and says what happened and what to do.
    #[track_caller]
    pub(crate) fn lacks(self, id: &str, kind: &str) -> Self {
        let check = self.check(id);
        assert_eq!(check["outcome"], "inconclusive", "{check:#}");
        assert_eq!(check["reason"]["kind"], kind, "{check:#}");
        assert_eq!(check["measured"], Value::Null, "{check:#}");
        for part in ["message", "hint"] {
            let text = check["reason"][part].as_str().expect("a text");
            assert!(text.len() > 8, "{part}: {text:?}");
            assert!(text.chars().count() < 2_000, "{part} is short");
        }
        self
    }

    /// The check came to this.
    #[track_caller]
    pub(crate) fn gives(self, id: &str, outcome: &str) -> Self {
        let check = self.check(id);
        assert_eq!(check["outcome"], outcome, "{check:#}");
        self
    }

    /// tta-promote held at most so many megabytes.
    #[track_caller]
    pub(crate) fn within(self, megabytes: u64) -> Self {
        assert!(self.peak > 0 && self.peak <= megabytes * 1024, "it held {} kB", self.peak);
        self
    }

    /// Standard output without what differs from run to run: places, times, digests, the machine.
    pub(crate) fn steady(&self, project: &Project) -> String {
        let own = project.path("");
        let text = self.stdout.replace(own.to_str().expect("UTF-8").trim_end_matches('/'), "/TEMP");
        let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
        let rules = [
            (r"runs/[0-9TZ.]+-\w+", "runs/RUN"),
            // What is said to the tools is shown by plan, and tried against the tools themselves.
            (r#""argv": \[[^\]]*\]"#, r#""argv": []"#),
            (r"[0-9a-f]{64}", "DIGEST"),
            (r#""(started|duration_ms)": [^,\n]+"#, r#""$1": 0"#),
            (r" +[0-9.]+ m?s\n", "  TIME\n"),
            (r"\| [0-9.]+ m?s \|", "| TIME |"),
            (r"\b[0-9.]+ m?s\b", "TIME"),
        ];
        rules.iter().fold(text, |text, (pattern, with)| {
            regex::Regex::new(pattern).expect("a pattern").replace_all(&text, *with).into_owned()
        })
    }

    /// Neither stream holds what acts on a terminal.
    #[track_caller]
    pub(crate) fn stays_calm(self) -> Self {
        for text in [&self.stdout, &self.stderr] {
            let acting = text
                .chars()
                .find(|c| *c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(c)));
            assert_eq!(acting, None, "{text:?}");
        }
        self
    }
}
