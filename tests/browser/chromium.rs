//! The browser that `scripts/setup-browser.sh` brought, else one on `PATH`: opens a page, runs a script in it, and gives
//! back what the script found.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// Where the script leaves what it found.
const FOUND: &str = "<pre id=\"found-by-test\">";

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Width and height in CSS pixels.
    pub(crate) size: (u32, u32),
    /// Whether the person prefers dark pages.
    pub(crate) dark: bool,
    /// What stands behind the `#` of the address.
    pub(crate) hash: &'static str,
}

impl Look {
    /// On a screen, light.
    pub(crate) const SCREEN: Self = Self { size: (1280, 900), dark: false, hash: "" };
}

/// A browser that can be started.
pub(crate) struct Browser {
    program: PathBuf,
    axe: String,
}

impl Browser {
    /// The browser; `None` where there can be none and need not be.
    pub(crate) fn get() -> Option<&'static Self> {
        static BROWSER: OnceLock<Result<Browser, String>> = OnceLock::new();
        match BROWSER.get_or_init(Self::find) {
            Ok(browser) => Some(browser),
            Err(why) => {
                eprintln!("NOT RUN: {}: {why}", std::thread::current().name().unwrap_or("a test"));
                let needed = std::env::var("TTA_PROMOTE_NEEDS_ENGINE").is_ok_and(|value| value == "1");
                assert!(!needed, "the browser is needed here: {why}");
                None
            }
        }
    }

    fn find() -> Result<Self, String> {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/browser");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let names = ["chromium", "chromium-headless-shell", "google-chrome", "chrome"];
        let others = std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
        let program =
            std::iter::once(own.join("bin/chromium")).chain(others).find(|program| program.exists());
        let program = program.ok_or("there is no Chromium; scripts/setup-browser.sh sets one up")?;
        let axe = std::fs::read_to_string(own.join("axe/axe.min.js"))
            .map_err(|error| format!("axe-core is not set up by scripts/setup-browser.sh: {error}"))?;
        Ok(Self { program, axe })
    }

    /// What the browser makes of a file, and what it complains of.
    pub(crate) fn open(&self, file: &Path, look: Look) -> (String, String) {
        self.dump(file, look, &[])
    }

    fn dump(&self, file: &Path, look: Look, more: &[&str]) -> (String, String) {
        let profile = tempfile::tempdir().expect("a folder");
        let output = Command::new("timeout")
            .arg("180")
            .arg(&self.program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--enable-logging=stderr"])
            .args(more)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("--window-size={},{}", look.size.0, look.size.1))
            .arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!look.dark)))
            .arg(format!("file://{}{}", file.display(), look.hash))
            .output()
            .expect("it starts");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (dom, log) = (text(output.stdout), text(output.stderr));
        assert!(output.status.success() && dom.contains("</html>"), "{}: {log}", output.status);
        (dom, log)
    }

    /// What `script` gives, the body of an asynchronous function, run in `html` once its own script has run. The page's
    /// policy would not let it, so that is taken out; axe is there where it is asked for.
    pub(crate) fn run(&self, html: &str, script: &str, look: Look) -> Value {
        let axe = if script.contains("axe.") { self.axe.as_str() } else { "" };
        let begin = html.find("<meta http-equiv").expect("a policy");
        let end = begin + html[begin..].find('>').expect("its end") + 1;
        let free = format!("{}{}", &html[..begin], &html[end..]);
        let injected = format!(
            "<script>{axe}</script><script>(async () => {{\n{script}\n}})().catch((error) => ({{ error: String(error) }}))\
             .then((found) => {{ const place = document.createElement('pre'); place.id = 'found-by-test';\
             place.textContent = JSON.stringify(found ?? null); document.body.append(place); }});</script>\n</body>"
        );
        let page = free.replace("</body>", &injected);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("page.html");
        std::fs::write(&file, page).expect("written");
        // What waits for a timer is waited for.
        let (dom, log) = self.dump(&file, look, &["--virtual-time-budget=20000"]);
        let found = dom.split(FOUND).nth(1).and_then(|rest| rest.split("</pre>").next());
        let found = found.unwrap_or_else(|| panic!("the script came to no end: {log}"));
        let found = found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let value: Value = serde_json::from_str(&found).expect("JSON");
        assert!(value.get("error").is_none(), "{value}");
        value
    }
}
