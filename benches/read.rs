//! How fast reports are read, and how much memory that takes: `cargo bench --bench read [MB]`.
//!
//! Reports are made while they are read, so that their size is no part of the memory. The last lines
//! are the same ruff report through `serde_json::from_reader` into the fields that are kept.

use std::io::{BufReader, Read};
use std::time::Instant;

use serde::Deserialize;
use tta_promote::model::run::Exit;
use tta_promote::tools::{bandit, json_stream, pyright, ruff};

/// `head`, then copies of one block of units until `left` bytes are given, then `tail`. The block is made
/// once, with a running number in place of `#`, so that making the report takes next to no time.
struct Report {
    head: Vec<u8>,
    block: Vec<u8>,
    tail: Vec<u8>,
    left: usize,
    at: usize,
}

impl Report {
    fn new(head: &str, unit: &str, tail: &str, size: usize) -> Self {
        let units = (1 << 20) / unit.len() + 1;
        let block: String =
            (0..units).map(|number| unit.replace('#', &(number % 100).to_string()) + ",").collect();
        // A JSON unit is followed by a comma; the last of all is in the tail.
        let tail = if tail.is_empty() { String::new() } else { unit.replace('#', "0") + tail };
        Self { head: head.into(), block: block.into(), tail: tail.into(), left: size, at: 0 }
    }
}

impl Read for Report {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.head.len() {
            self.at = 0;
            self.head =
                if self.left > 0 { std::mem::take(&mut self.block) } else { std::mem::take(&mut self.tail) };
            self.left = self.left.saturating_sub(self.head.len());
            if self.left > 0 {
                self.block = self.head.clone();
            }
        }
        let take = buffer.len().min(self.head.len() - self.at);
        buffer[..take].copy_from_slice(&self.head[self.at..self.at + take]);
        self.at += take;
        Ok(take)
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures the machine itself")]
fn measure(name: &str, megabytes: usize, work: impl FnOnce() -> String) {
    let begun = Instant::now();
    let came_to = work();
    let took = begun.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("?").trim();
    let rate = f64::from(u32::try_from(megabytes).unwrap_or(u32::MAX)) / took;
    println!("{name:<34} {megabytes:>5} MB  {rate:>6.0} MB/s  peak {peak:>12}  {came_to}");
}

const RUFF: &str = r#"{"cell": null, "code": "F401", "end_location": {"column": 10, "row": #}, "filename": "/project/src/file_#.py", "fix": {"applicability": "safe", "edits": [{"content": "FILLER", "end_location": {"column": 1, "row": 13}, "location": {"column": 1, "row": 12}}], "message": "Remove unused import: `os`"}, "location": {"column": 8, "row": #}, "message": "`os` imported but unused", "name": "unused-import", "noqa_row": 12, "severity": "error", "url": "https://docs.astral.sh/ruff/rules/unused-import"}"#;
const PYRIGHT: &str = r#"{"file": "/project/src/file_#.py", "severity": "information", "message": "Type \"Literal['text']\" is not assignable to declared type \"int\"\n  \"Literal['text']\" is not assignable to \"int\"", "range": {"start": {"line": #, "character": 13}, "end": {"line": #, "character": 19}}, "rule": "reportAssignmentType"}"#;
const BANDIT: &str = r#"{"code": "FILLER", "col_offset": 4, "end_col_offset": 48, "filename": "/project/src/file_#.py", "issue_confidence": "HIGH", "issue_cwe": {"id": 78, "link": "https://cwe.mitre.org/data/definitions/78.html"}, "issue_severity": "HIGH", "issue_text": "subprocess call with shell=True identified, security issue.", "line_number": #, "line_range": [47], "more_info": "https://bandit.readthedocs.io/", "test_id": "B602", "test_name": "subprocess_popen_with_shell_equals_true"}"#;

#[derive(Deserialize)]
struct Kept {
    #[expect(dead_code, reason = "only its reading is measured")]
    code: Option<String>,
    #[expect(dead_code, reason = "only its reading is measured")]
    filename: String,
    #[expect(dead_code, reason = "only its reading is measured")]
    message: String,
}

fn ruff_report(filler: usize, size: usize) -> Report {
    Report::new("[", &RUFF.replace("FILLER", &"x".repeat(filler)), "]", size)
}

fn main() {
    let megabytes = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(300);
    let size = megabytes << 20;
    let issues = |report| match ruff::read_check(Exit::Code(1), report, "") {
        Ok(issues) => format!("{} issues", issues.by_file.values().map(Vec::len).sum::<usize>()),
        Err(reason) => reason.message,
    };
    measure("ruff, 50,000 long diagnostics", megabytes, || issues(ruff_report(size / 50_000, size)));
    measure("ruff, short diagnostics", megabytes, || issues(ruff_report(8, size)));
    measure("pyright", megabytes, || {
        let tail = r#"], "summary": {"filesAnalyzed": 9, "errorCount": 0, "warningCount": 0}}"#;
        let report = Report::new(r#"{"version": "1", "generalDiagnostics": ["#, PYRIGHT, tail, size);
        match pyright::read(Exit::Code(0), report, "") {
            Ok(report) => format!("{} files analysed", report.analyzed),
            Err(reason) => reason.message,
        }
    });
    measure("bandit", megabytes, || {
        let head = r#"{"errors": [], "metrics": {"_totals": {"loc": 1, "nosec": 0}}, "results": ["#;
        let report = Report::new(head, &BANDIT.replace("FILLER", &"47 \\n".repeat(40)), "]}", size);
        match bandit::read(Exit::Code(1), report, "") {
            Ok(report) => format!("{} findings", report.hits.values().map(Vec::len).sum::<usize>()),
            Err(reason) => reason.message,
        }
    });
    measure("cutting alone", megabytes, || {
        let mut pieces = 0;
        let done = json_stream::read(ruff_report(8, size), &[], |_| {
            pieces += 1;
            Ok(())
        });
        format!("{pieces} pieces, {}", if done.is_ok() { "whole" } else { "broken" })
    });
    measure("1 GB of zero bytes", 1024, || issues(Report::new("", &"\0".repeat(1000), "", 1 << 30)));
    measure("1 GB in one string", 1024, || issues(Report::new("[\"", &"x".repeat(1000), "", 1 << 30)));
    measure("nesting bomb", 1024, || issues(Report::new("", &"[".repeat(1000), "", 1 << 30)));
    measure("half a report", megabytes, || issues(Report::new("[", &RUFF.replace("FILLER", ""), "", size)));
    measure("serde_json::from_reader", megabytes, || {
        let read: Result<Vec<Kept>, _> =
            serde_json::from_reader(BufReader::with_capacity(128 << 10, ruff_report(8, size)));
        format!("{} issues", read.map_or(0, |kept| kept.len()))
    });
    measure("the same, long diagnostics", megabytes, || {
        let reader = BufReader::with_capacity(128 << 10, ruff_report(size / 50_000, size));
        let read: Result<Vec<Kept>, _> = serde_json::from_reader(reader);
        format!("{} issues", read.map_or(0, |kept| kept.len()))
    });
}
