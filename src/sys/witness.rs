//! Witnesses that an environment and the tools in it are what they were: programs, installed distributions, and
//! the folders that an installation points to.
//!
//! Not the project's own files (`fingerprint`). The hard part: an environment has tens of thousands of files, too many
//! to read each time. What is looked at is what every installer writes when it adds, replaces or removes
//! something; whoever edits an installed file by hand is not noticed.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::file::{self, hexadecimal};
use super::fingerprint::add;
use super::tree;

/// A program of this size or less may be a script, and is read.
const SCRIPT: u64 = 64 * 1024;

/// Where to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// Names that are looked for on `PATH`: a program that appears there may be taken instead of another.
    pub names: Vec<String>,
    /// Programs.
    pub programs: Vec<PathBuf>,
    /// Virtual environments.
    pub environments: Vec<PathBuf>,
    /// Folders of installed distributions.
    pub packages: Vec<PathBuf>,
    /// Other places that modules are imported from.
    pub sources: Vec<PathBuf>,
}

/// Whether the content of what lies at a path is seen by somebody else.
pub type Covers<'a> = &'a dyn Fn(&Path) -> bool;

/// One digest over what is there, in hexadecimal. The error says why nobody can vouch for it, as a fragment: an
/// installation uses sources that are seen by nobody.
pub fn digest(places: &Places, covers: Covers<'_>) -> Result<String, String> {
    let mut look = Look { digest: Sha256::new(), covers, own: places.packages.clone() };
    for name in &places.names {
        let found = file::find_on_path(name);
        look.word("name", name.as_bytes());
        look.word("found", found.as_deref().unwrap_or(Path::new("")).as_os_str().as_bytes());
        if let Some(found) = found {
            look.program(&found)?;
        }
    }
    for program in &places.programs {
        look.program(program)?;
    }
    for environment in &places.environments {
        look.environment(environment)?;
    }
    for folder in &places.packages {
        // Those of an environment have been looked at.
        if !look.own.get(places.packages.len()..).unwrap_or_default().contains(folder) {
            look.packages(folder)?;
        }
    }
    for source in &places.sources {
        look.vouch("sys.path", Some(source.clone()))?;
    }
    Ok(hexadecimal(&look.digest.finalize()))
}

struct Look<'a> {
    digest: Sha256,
    covers: Covers<'a>,
    /// Folders of distributions that are looked at.
    own: Vec<PathBuf>,
}

impl Look<'_> {
    fn word(&mut self, what: &str, bytes: &[u8]) {
        add(&mut self.digest, what.as_bytes());
        add(&mut self.digest, bytes);
    }

    #[expect(clippy::disallowed_methods, reason = "sys looks at files")]
    fn program(&mut self, path: &Path) -> Result<(), String> {
        self.word("program", path.as_os_str().as_bytes());
        let (Ok(real), Ok(metadata)) = (tree::real(path), std::fs::metadata(path)) else {
            self.word("absent", b"");
            return Ok(());
        };
        self.word("real", real.as_os_str().as_bytes());
        self.word("stamp", stamp(&metadata).as_bytes());
        if !metadata.is_file() || metadata.len() > SCRIPT {
            return Ok(());
        }
        let bytes = file::read_bytes(&real).unwrap_or_default();
        self.word("content", &bytes);
        // A script is run by its interpreter, with what is installed there.
        let line = bytes.split(|byte| *byte == b'\n').next().and_then(|line| line.strip_prefix(b"#!"));
        let words = line.and_then(|line| std::str::from_utf8(line).ok()).map(str::split_whitespace);
        let Some(interpreter) = words.and_then(|mut words| words.next()).map(PathBuf::from) else {
            return Ok(());
        };
        if let Ok(metadata) = std::fs::metadata(&interpreter) {
            self.word("interpreter", stamp(&metadata).as_bytes());
        }
        match interpreter.parent().and_then(Path::parent) {
            Some(folder) if tree::exists(&folder.join("pyvenv.cfg")) => self.environment(folder),
            _ => Ok(()),
        }
    }

    fn environment(&mut self, folder: &Path) -> Result<(), String> {
        self.word("environment", folder.as_os_str().as_bytes());
        self.content(&folder.join("pyvenv.cfg"));
        for version in tree::names(&folder.join("lib")) {
            let packages = folder.join("lib").join(version).join("site-packages");
            if tree::exists(&packages) {
                self.own.push(packages.clone());
                self.packages(&packages)?;
            }
        }
        Ok(())
    }

    /// What installers write: a folder per distribution with a record of its files, and pointers to elsewhere.
    fn packages(&mut self, folder: &Path) -> Result<(), String> {
        self.word("packages", folder.as_os_str().as_bytes());
        for name in tree::names(folder) {
            let path = folder.join(&name);
            self.word("entry", name.as_bytes());
            match name.rsplit_once('.').map(|(_, extension)| extension) {
                Some("dist-info") => {
                    self.stamp(&path.join("RECORD"));
                    self.stamp(&path.join("METADATA"));
                    if let Some(text) = self.content(&path.join("direct_url.json")) {
                        let source = source(&text).map_err(|why| format!("`{name}` {why}"))?;
                        self.vouch(&name, source)?;
                    }
                }
                Some("pth" | "egg-link") => {
                    let text = self.content(&path).unwrap_or_default();
                    for line in text.lines().map(str::trim) {
                        // What a line of code puts on the path is told by the interpreter: `Places::sources`.
                        let is_code = line.starts_with("import ") || line.starts_with("import\t");
                        if !line.is_empty() && !line.starts_with('#') && !is_code && line != "." {
                            self.vouch(&name, Some(folder.join(line)))?;
                        }
                    }
                }
                Some("egg-info" | "py" | "so") => self.stamp(&path),
                _ => {}
            }
        }
        Ok(())
    }

    /// Sources elsewhere must be seen by somebody.
    fn vouch(&mut self, name: &str, source: Option<PathBuf>) -> Result<(), String> {
        let Some(source) = source else { return Ok(()) };
        let Ok(real) = tree::real(&source) else {
            self.word("nowhere", source.as_os_str().as_bytes());
            return Ok(());
        };
        if (self.covers)(&real) || self.own.contains(&real) {
            return Ok(());
        }
        Err(format!("`{name}` leads to `{}`, whose files are not looked at", real.display()))
    }

    #[expect(clippy::disallowed_methods, reason = "sys looks at files")]
    fn stamp(&mut self, path: &Path) {
        let metadata = std::fs::metadata(path);
        self.word("stamp", metadata.map_or_else(|_| String::new(), |metadata| stamp(&metadata)).as_bytes());
    }

    fn content(&mut self, path: &Path) -> Option<String> {
        let bytes = file::read_bytes(path).ok();
        self.word("content", bytes.as_deref().unwrap_or(b"?"));
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// What changes when an installed file is replaced. Not when its description was changed last: uv links one file into many
/// environments, and that of each of them changes with every further one.
fn stamp(metadata: &std::fs::Metadata) -> String {
    let (len, mode) = (metadata.len(), metadata.mode());
    let (time, inode) = ((metadata.mtime(), metadata.mtime_nsec()), (metadata.dev(), metadata.ino()));
    format!("{len} {time:?} {inode:?} {mode:o}")
}

/// The folder or file that a distribution was installed from, as `direct_url.json` tells; `None` where it is an
/// archive or a repository elsewhere, whose copy is what counts. That of a folder does not tell whether it is still its
/// copy.
fn source(text: &str) -> Result<Option<PathBuf>, String> {
    let told: serde_json::Value =
        serde_json::from_str(text).map_err(|_| "has a `direct_url.json` that cannot be read".to_owned())?;
    let url = told.get("url").and_then(serde_json::Value::as_str).unwrap_or_default();
    let Some(path) = url.strip_prefix("file://") else { return Ok(None) };
    let is_editable = |folder: &serde_json::Value| folder.get("editable") == Some(&true.into());
    if told.get("dir_info").is_some_and(|folder| !is_editable(folder)) {
        return Err(format!(
            "is a copy of `{path}`, which may have changed since (`editable = true` would help)"
        ));
    }
    let path = path.strip_prefix("localhost").unwrap_or(path);
    let mut decoded = Vec::new();
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let value = digit(bytes.next()).zip(digit(bytes.next())).map(|(high, low)| high * 16 + low);
        let value = value.and_then(|value| u8::try_from(value).ok());
        decoded.push(value.ok_or_else(|| "has a `direct_url.json` that names no path".to_owned())?);
    }
    Ok(Some(PathBuf::from(std::ffi::OsStr::from_bytes(&decoded))))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test builds its environment")]
mod tests {
    use super::*;
    use std::fs;

    fn nobody(_: &Path) -> bool {
        false
    }

    /// An environment with one distribution.
    fn environment() -> (tempfile::TempDir, PathBuf, Places) {
        let folder = tempfile::tempdir().expect("a folder");
        let root = tree::real(folder.path()).expect("a path");
        let packages = root.join("lib/python3.12/site-packages");
        fs::create_dir_all(packages.join("a-1.dist-info")).expect("made");
        fs::create_dir_all(packages.join("b-1.dist-info")).expect("made");
        fs::create_dir_all(root.join("bin")).expect("made");
        for (name, text) in
            [("a-1.dist-info/RECORD", "a"), ("b-1.dist-info/RECORD", "b"), ("x.pth", "import x\n")]
        {
            fs::write(packages.join(name), text).expect("written");
        }
        fs::write(root.join("pyvenv.cfg"), "home = /usr/bin\n").expect("written");
        fs::write(root.join("bin/tool"), "binary").expect("written");
        let places =
            Places { programs: vec![root.join("bin/tool")], environments: vec![root], ..Places::default() };
        (folder, packages, places)
    }

    #[test]
    fn what_is_not_touched_has_the_same_witness() {
        let (_folder, _, places) = environment();
        assert_eq!(digest(&places, &nobody).expect("a digest"), digest(&places, &nobody).expect("a digest"));
    }

    #[test]
    fn an_environment_that_shares_its_files_with_another_has_the_same_witness() {
        let (_folder, packages, places) = environment();
        let before = digest(&places, &nobody).expect("a digest");
        let other = tempfile::tempdir().expect("a folder");
        for shared in [packages.join("a-1.dist-info/RECORD"), places.programs[0].clone()] {
            let name = shared.file_name().expect("a name");
            fs::hard_link(&shared, other.path().join(name)).expect("linked");
        }
        assert_eq!(digest(&places, &nobody).expect("a digest"), before);
    }

    #[test]
    fn a_distribution_that_vanishes_comes_or_is_replaced_is_noticed() {
        type Act = fn(&Path);
        let acts: [(&str, Act); 6] = [
            ("vanishes", |packages| fs::remove_dir_all(packages.join("a-1.dist-info")).expect("removed")),
            ("comes", |packages| fs::create_dir(packages.join("c")).expect("made")),
            ("is replaced", |packages| {
                let record = packages.join("a-1.dist-info/RECORD");
                fs::write(packages.join("new"), "a").expect("written");
                fs::rename(packages.join("new"), record).expect("moved");
            }),
            ("another version", |packages| {
                fs::rename(packages.join("a-1.dist-info"), packages.join("a-2.dist-info")).expect("moved");
            }),
            ("a pointer", |packages| fs::write(packages.join("x.pth"), "import y\n").expect("written")),
            ("the environment's settings", |packages| {
                let settings = packages.join("../../../pyvenv.cfg");
                fs::write(settings, "home = /opt/bin\n").expect("written");
            }),
        ];
        for (name, act) in acts {
            let (_folder, packages, places) = environment();
            let before = digest(&places, &nobody).expect("a digest");
            act(&packages);
            assert_ne!(before, digest(&places, &nobody).expect("a digest"), "{name}");
        }
    }

    #[test]
    fn a_program_that_is_replaced_by_one_of_the_same_size_is_noticed() {
        let (_folder, packages, places) = environment();
        let before = digest(&places, &nobody).expect("a digest");
        let tool = packages.join("../../../bin/tool");
        let time = fs::metadata(&tool).expect("there").modified().expect("a time");
        fs::write(&tool, "BINARY").expect("written");
        fs::File::options().write(true).open(&tool).expect("opened").set_modified(time).expect("set");
        assert_ne!(before, digest(&places, &nobody).expect("a digest"));
    }

    #[test]
    fn nobody_vouches_for_sources_that_are_not_looked_at() {
        let sources = tempfile::tempdir().expect("a folder");
        let path = tree::real(sources.path()).expect("a path");
        let told = format!(r#"{{"url": "file://{}", "dir_info": {{"editable": true}}}}"#, path.display());
        for (name, text) in
            [("b-1.dist-info/direct_url.json", told), ("b.pth", format!("{}\n", path.display()))]
        {
            let (_folder, packages, places) = environment();
            fs::write(packages.join(name), text).expect("written");
            assert!(digest(&places, &nobody).is_err_and(|why| why.contains("not looked at")), "{name}");
            assert!(digest(&places, &|one| one == path).is_ok(), "{name}");
        }
        let (_folder, _, mut places) = environment();
        places.sources = vec![path.clone()];
        assert!(digest(&places, &nobody).is_err() && digest(&places, &|one| one == path).is_ok());
        let (_folder, packages, places) = environment();
        let told = r#"{"url": "https://a.b/c.git", "vcs_info": {"commit_id": "1"}}"#;
        fs::write(packages.join("b-1.dist-info/direct_url.json"), told).expect("written");
        assert!(digest(&places, &nobody).is_ok(), "a copy is what it is");
        let told = format!(r#"{{"url": "file://{}", "dir_info": {{}}}}"#, path.display());
        fs::write(packages.join("b-1.dist-info/direct_url.json"), told).expect("written");
        let why = digest(&places, &|_| true).expect_err("its folder may have changed");
        assert!(why.starts_with("`b-1.dist-info` is a copy of"), "{why}");
    }

    #[test]
    fn a_path_in_a_url_is_decoded() {
        let told = |url: &str| source(&format!(r#"{{"url": "{url}"}}"#));
        assert_eq!(told("file:///a%20b/c"), Ok(Some(PathBuf::from("/a b/c"))));
        assert_eq!(told("https://a.b/c"), Ok(None));
        assert!(told("file:///a%2").is_err() && source("{").is_err());
    }
}
