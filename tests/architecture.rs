//! Holds the house to its floors: who may import whom, how long a file may be, what it may be called.
//!
//! Not a compiler: it reads words. Comments, strings and character literals are blanked first; then every
//! path that begins with `crate`, `super`, a child or `tta_promote` is followed to the file that it names. The
//! hard part is `use a::{b::{self, c}, d}`, which is read as the tree that it is.

#![expect(clippy::disallowed_methods, reason = "a test reads the sources with its own hands")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The floors, the lowest first. A module imports only from floors below its own.
const FLOORS: [&[&str]; 5] = [
    &["model"],
    &["sys", "policy", "plan", "tools", "judge", "lifecycle", "report", "ledger", "cache"],
    &["app"],
    &["cli"],
    &["main"],
];
/// Lines of a file without its tests.
const LONGEST: usize = 400;
/// Names that say nothing about what a file is for.
const NAMELESS: [&str; 5] = ["util", "helper", "common", "misc", "manager"];

#[test]
fn every_import_goes_downward() {
    let house = House::read();
    let mut broken = Vec::new();
    for (module, room) in &house.rooms {
        for name in room.all.iter().filter(|name| !may_import(module, name)) {
            broken.push(format!("{} imports {}", room.file.display(), name.join("::")));
        }
    }
    assert!(broken.is_empty(), "an import must lead to a lower floor:\n{}", broken.join("\n"));
    assert!(house.rooms.values().map(|room| room.all.len()).sum::<usize>() > 300, "imports are seen at all");
}

/// Where the workflows are, even a folder's own file and those in it must not need each other. In the pure
/// spokes a folder's file may hold the words that its formats or readers share.
#[test]
fn no_file_needs_itself_by_way_of_another() {
    let house = House::read();
    let is_strict = |module: &Path| module.starts_with("app") || module.starts_with("cli");
    let needs: BTreeMap<&Path, BTreeSet<&Path>> = house
        .rooms
        .iter()
        .map(|(module, room)| {
            let needed = room.own.iter().filter_map(|name| house.room_of(name));
            let needed = needed.filter(|other| is_strict(module) || module.parent() != Some(other)).collect();
            (module.as_path(), needed)
        })
        .collect();
    if let Some(circle) = circle(&needs) {
        let names: Vec<String> = circle.iter().map(|module| module.display().to_string()).collect();
        panic!("files import each other in a circle: {}", names.join(" -> "));
    }
}

#[test]
fn every_file_is_short_without_its_tests() {
    let long: Vec<String> = House::read()
        .rooms
        .values()
        .filter(|room| room.lines > LONGEST)
        .map(|room| format!("{} has {} lines", room.file.display(), room.lines))
        .collect();
    assert!(long.is_empty(), "split what has more than {LONGEST} lines:\n{}", long.join("\n"));
}

#[test]
fn every_name_says_what_the_file_is_for() {
    let nameless: Vec<String> = House::read()
        .rooms
        .keys()
        .filter(|module| {
            let words = module.iter().flat_map(|part| part.to_str().unwrap_or_default().split('_'));
            words.into_iter().any(|word| NAMELESS.contains(&word.trim_end_matches('s')))
        })
        .map(|module| module.display().to_string())
        .collect();
    assert!(nameless.is_empty(), "name them after what they hold: {}", nameless.join(", "));
}

#[test]
fn every_module_has_a_floor_and_the_root_exports_nothing() {
    let house = House::read();
    for module in house.rooms.keys() {
        let top = module.iter().next().and_then(|part| part.to_str()).unwrap_or_default();
        assert!(floor(top).is_some() || top == "lib", "`{top}` has no floor");
    }
    let root = blank(&std::fs::read_to_string(source().join("lib.rs")).expect("lib.rs"));
    assert!(!root.contains("pub use"), "a re-export at the root hides who needs whom");
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn floor(top: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&top))
}

/// Whether `module` may use `name`, a path from the root of the crate.
fn may_import(module: &Path, name: &[String]) -> bool {
    let own = module.iter().next().and_then(|part| part.to_str()).unwrap_or_default();
    let Some(other) = name.first() else { return false };
    own == other || matches!((floor(own), floor(other)), (Some(own), Some(other)) if other < own)
}

/// One file.
struct Room {
    file: PathBuf,
    /// Paths from the root of the crate that it uses, its tests included.
    all: BTreeSet<Vec<String>>,
    /// The same without those that only its tests use.
    own: BTreeSet<Vec<String>>,
    /// Lines without its tests.
    lines: usize,
}

/// All files below `src/`, by their module: `app/lane` is `src/app/lane/mod.rs` or `src/app/lane.rs`.
struct House {
    rooms: BTreeMap<PathBuf, Room>,
}

impl House {
    fn read() -> Self {
        let mut files = Vec::new();
        collect(&source(), &mut files);
        let rooms = files.iter().map(|file| room(file)).collect::<BTreeMap<_, _>>();
        assert!(rooms.len() > 60, "the house has its rooms");
        Self { rooms }
    }

    /// The file that a path leads into: the longest beginning of it that is a module.
    fn room_of(&self, name: &[String]) -> Option<&Path> {
        (1..=name.len()).rev().find_map(|length| {
            let module: PathBuf = name.iter().take(length).collect();
            self.rooms.get_key_value(&module).map(|(module, _)| module.as_path())
        })
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn room(file: &Path) -> (PathBuf, Room) {
    let text = std::fs::read_to_string(file).expect("a source file");
    let relative = file.strip_prefix(source()).expect("below src").with_extension("");
    let module = match relative.file_name().and_then(|name| name.to_str()) {
        Some("mod") => relative.parent().expect("a folder").to_owned(),
        _ => relative,
    };
    let blanked = blank(&text);
    // The house keeps a file's tests at its end; a file of nothing but tests is declared as such by its neighbour.
    let is_test = is_test_file(file);
    let (code, tests) = blanked.split_once("mod tests {").unwrap_or((&blanked, ""));
    let inside: Vec<String> = module.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let in_tests: Vec<String> = inside.iter().cloned().chain(["tests".to_owned()]).collect();
    let (used, lines) = (names(code, &inside), code.lines().count());
    let all = used.union(&names(tests, &in_tests)).cloned().collect();
    let (own, lines) = if is_test { (BTreeSet::new(), 0) } else { (used, lines) };
    (module, Room { file: file.to_owned(), all, own, lines })
}

/// Whether the file above declares this one as `#[cfg(test)] mod NAME;`.
fn is_test_file(file: &Path) -> bool {
    let (Some(folder), Some(stem)) = (file.parent(), file.file_stem().and_then(|stem| stem.to_str())) else {
        return false;
    };
    [folder.join("mod.rs"), folder.with_extension("rs")].iter().any(|above| {
        std::fs::read_to_string(above).is_ok_and(|text| {
            ["", "pub ", "pub(crate) ", "pub(super) "]
                .iter()
                .any(|public| text.contains(&format!("#[cfg(test)]\n{public}mod {stem};")))
        })
    })
}

/// The text with comments, strings and character literals blanked; line breaks stay.
fn blank(text: &str) -> String {
    let bytes: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let upto = |from: usize, end: usize, out: &mut String| {
        out.extend(bytes[from..end.min(bytes.len())].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
        end.min(bytes.len())
    };
    let find = |from: usize, what: &str| {
        let what: Vec<char> = what.chars().collect();
        (from..bytes.len())
            .find(|at| bytes[*at..].starts_with(&what))
            .map_or(bytes.len(), |at| at + what.len())
    };
    while at < bytes.len() {
        let rest = &bytes[at..];
        let before = at.checked_sub(1).map(|before| bytes[before]);
        let in_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
        at = match rest {
            ['/', '/', ..] => upto(at, find(at, "\n") - 1, &mut out).max(at + 1),
            ['/', '*', ..] => upto(at, find(at + 2, "*/"), &mut out),
            ['r', '#' | '"', ..] if !in_word && rest[1..].iter().find(|c| **c != '#') == Some(&'"') => {
                let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
                upto(at, find(at + hashes + 2, &format!("\"{}", "#".repeat(hashes))), &mut out)
            }
            ['"', ..] => {
                let mut end = at + 1;
                while end < bytes.len() && bytes[end] != '"' {
                    end += if bytes[end] == '\\' { 2 } else { 1 };
                }
                upto(at, end + 1, &mut out)
            }
            ['\'', '\\', ..] => upto(at, find(at + 3, "'"), &mut out),
            ['\'', _, '\'', ..] => upto(at, at + 3, &mut out),
            [character, ..] => {
                out.push(*character);
                at + 1
            }
            [] => at,
        };
    }
    out
}

/// The paths from the root of the crate that a text uses; `inside` is its own module.
fn names(text: &str, inside: &[String]) -> BTreeSet<Vec<String>> {
    let words = words(text);
    let children: BTreeSet<&str> = words
        .windows(3)
        .filter(|three| three[0] == "mod" && three[2] == ";")
        .map(|three| three[1].as_str())
        .collect();
    let mut names = BTreeSet::new();
    let mut at = 0;
    while at < words.len() {
        let begins = matches!(words[at].as_str(), "crate" | "super" | "self" | "tta_promote");
        let starts = (begins || children.contains(words[at].as_str()))
            && words.get(at + 1).is_some_and(|next| next == "::")
            && (at == 0 || !["::", "."].contains(&words[at - 1].as_str()));
        if starts {
            let mut found = Vec::new();
            let end = tree(&words, at, &mut Vec::new(), &mut found);
            names.extend(found.iter().filter_map(|path| absolute(path, inside)));
            at = end.max(at + 1);
        } else {
            at += 1;
        }
    }
    names
}

/// Words and the signs that paths are made of.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_alphanumeric() || character == '_' {
            let mut word = String::from(character);
            while let Some(next) = characters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                word.push(next);
            }
            words.push(word);
        } else if character == ':' && characters.next_if_eq(&':').is_some() {
            words.push("::".to_owned());
        } else if !character.is_whitespace() {
            words.push(character.to_string());
        }
    }
    words
}

/// Reads one use tree from `at`; gives each path in it, and where it ends.
fn tree(words: &[String], mut at: usize, stem: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let depth = stem.len();
    loop {
        match words.get(at).map(String::as_str) {
            Some("{") => {
                at += 1;
                while words.get(at).is_some_and(|word| word != "}") {
                    at = tree(words, at, stem, found).max(at + 1);
                    at += usize::from(words.get(at).is_some_and(|word| word == ","));
                }
                at += 1;
                break;
            }
            Some(word) if word == "*" || word.chars().all(|c| c.is_alphanumeric() || c == '_') => {
                stem.push(word.to_owned());
                at += 1;
                if words.get(at).is_none_or(|next| next != "::") {
                    found.push(stem.clone());
                    break;
                }
                at += 1;
            }
            _ => {
                found.push(stem.clone());
                break;
            }
        }
    }
    // `x as y` names the same.
    if words.get(at).is_some_and(|word| word == "as") {
        at += 2;
    }
    stem.truncate(depth);
    at
}

/// A path as it stands, from the root of the crate; `None` for `crate` alone.
fn absolute(path: &[String], inside: &[String]) -> Option<Vec<String>> {
    let mut from: Vec<String> = match path.first()?.as_str() {
        "crate" | "tta_promote" => Vec::new(),
        _ => inside.to_vec(),
    };
    for part in path {
        match part.as_str() {
            "crate" | "tta_promote" | "self" | "*" => {}
            "super" => {
                from.pop()?;
            }
            other => from.push(other.to_owned()),
        }
    }
    (!from.is_empty()).then_some(from)
}

/// A circle in the graph, if there is one.
fn circle<'a>(needs: &BTreeMap<&'a Path, BTreeSet<&'a Path>>) -> Option<Vec<&'a Path>> {
    fn walk<'a>(
        at: &'a Path,
        needs: &BTreeMap<&'a Path, BTreeSet<&'a Path>>,
        trail: &mut Vec<&'a Path>,
        done: &mut BTreeSet<&'a Path>,
    ) -> Option<Vec<&'a Path>> {
        if let Some(begin) = trail.iter().position(|earlier| *earlier == at) {
            return Some(trail[begin..].iter().copied().chain([at]).collect());
        }
        if done.contains(at) {
            return None;
        }
        trail.push(at);
        let found = needs
            .get(at)
            .into_iter()
            .flatten()
            .filter(|next| **next != at)
            .find_map(|next| walk(next, needs, trail, done));
        trail.pop();
        done.insert(at);
        found
    }
    let mut done = BTreeSet::new();
    needs.keys().find_map(|start| walk(start, needs, &mut Vec::new(), &mut done))
}

#[test]
fn the_reader_of_imports_sees_what_it_must() {
    let inside: Vec<String> = ["app", "lane", "lint"].map(str::to_owned).to_vec();
    let seen = |text: &str| -> Vec<String> {
        names(&blank(text), &inside).iter().map(|name| name.join("::")).collect()
    };
    assert_eq!(
        seen("use crate::{model::run::{self, Exit}, sys::file as f};"),
        ["model::run", "model::run::Exit", "sys::file"]
    );
    assert_eq!(
        seen("fn f() -> super::super::context::Context { crate::cli::main() }"),
        ["app::context::Context", "cli::main"]
    );
    assert_eq!(
        seen(
            "// crate::cli::a\n/* crate::cli::b */ let x = \"crate::cli::c\"; let y = r#\"crate::cli::d\"#;"
        ),
        [""; 0]
    );
    assert_eq!(
        seen("let q = '\"'; let s = '\\''; crate::judge::check(); fn f<'a>(x: &'a str) {}"),
        ["judge::check"]
    );
    assert_eq!(
        seen("mod a;\nuse a::B; fn f() { x.a::<u8>(); c::a::d(); a::e() }"),
        ["app::lane::lint::a::B", "app::lane::lint::a::e"]
    );
    assert!(!may_import(Path::new("model/run"), &["sys".to_owned()]));
    assert!(!may_import(Path::new("plan"), &["judge".to_owned()]));
    assert!(may_import(Path::new("app/verify"), &["judge".to_owned()]));
}
