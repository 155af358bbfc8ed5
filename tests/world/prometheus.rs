//! A real Prometheus that holds exactly the samples that a test made up, also those of days to come.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the server may take to start.
const START: Duration = Duration::from_secs(60);
/// How far the samples of a series are apart, in seconds.
pub(crate) const STEP: i64 = 300;

/// A server that runs.
pub(crate) struct Prometheus {
    server: Child,
    pub(crate) url: String,
    _folder: tempfile::TempDir,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ended_already = self.server.kill();
        let _reaped = self.server.wait();
    }
}

/// One series: its name, its kind, and its value at a moment, in seconds; `None`: there is no sample.
pub(crate) type Series<'a> = (&'a str, &'a str, &'a dyn Fn(i64) -> Option<f64>);

impl Prometheus {
    /// One with these series from `from` to `to`, in seconds since 1970; `None` where there is no Prometheus.
    pub(crate) fn start(from: i64, to: i64, series: &[Series<'_>]) -> Option<Self> {
        let Some((server, tool)) = program("prometheus").zip(program("promtool")) else {
            eprintln!(
                "NOT RUN: {}: Prometheus is not set up",
                std::thread::current().name().unwrap_or("a test")
            );
            let needed = std::env::var("TTA_PROMOTE_NEEDS_ENGINE").is_ok_and(|value| value == "1");
            assert!(!needed, "Prometheus is needed here: scripts/setup-world.sh");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("samples"), samples(from, to, series)).expect("written");
        std::fs::write(path("prometheus.yml"), "scrape_configs: []\n").expect("written");
        let made = Command::new(tool)
            .args(["tsdb", "create-blocks-from", "--max-block-duration=400h", "-q", "openmetrics"])
            .args([path("samples"), path("data")])
            .output()
            .expect("promtool");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let server = Command::new(server)
            .arg(format!("--config.file={}", path("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", path("data").display()))
            .arg("--storage.tsdb.retention.time=10y")
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("prometheus");
        let prometheus = Self { server, url: format!("http://127.0.0.1:{port}"), _folder: folder };
        let begin = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() || !prometheus.is_ready(port) {
            assert!(begin.elapsed() < START, "Prometheus did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(prometheus)
    }

    fn is_ready(&self, port: u16) -> bool {
        use std::io::{Read as _, Write as _};
        assert!(self.url.starts_with("http://"));
        let Ok(mut connection) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
        let asked = connection.write_all(b"GET /-/ready HTTP/1.0\r\n\r\n");
        let mut answer = String::new();
        asked.is_ok() && connection.read_to_string(&mut answer).is_ok() && answer.contains(" 200 ")
    }
}

fn samples(from: i64, to: i64, series: &[Series<'_>]) -> String {
    let mut text = String::new();
    for (name, kind, value) in series {
        let family = name.strip_suffix("_total").unwrap_or(name);
        writeln!(text, "# TYPE {family} {kind}").expect("text");
        let mut time = from - from.rem_euclid(STEP);
        while time <= to {
            if let Some(value) = value(time) {
                writeln!(text, "{name}{{component=\"a\"}} {value:.6} {time}").expect("text");
            }
            time += STEP;
        }
    }
    text + "# EOF\n"
}

/// What was set up, else what is on `PATH`.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let world = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/world/bin").join(name);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::iter::once(world)
        .chain(std::env::split_paths(&path).map(|folder| folder.join(name)))
        .find(|program| program.exists())
}
