//! Where the settings of the tools lead that no list of the repository holds: files and folders outside of it, and in
//! folders that are passed over.
//!
//! Not what the settings say (`setting`), and not the contents (`fingerprint`). The hard part is not to know better than the
//! tools: a word that leads elsewhere counts whatever setting it stands in, whether or not something is there yet, and from
//! each folder that a tool may begin at.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use super::setting::{self, Word};
use super::{file, tree, unlisted, variable};

/// What is looked at.
pub(super) struct Ground<'a> {
    /// The top of the repository, absolute and without links.
    pub(super) top: &'a Path,
    /// The project's root: tools run there.
    pub(super) root: &'a Path,
    /// The folders that git ignores as a whole, below the top.
    pub(super) ignored_folders: HashSet<&'a Path>,
    /// What git ignores one by one, below the top; it may be a link to a folder.
    pub(super) ignored: HashSet<&'a Path>,
}

/// Where settings lead.
#[derive(Debug, Default)]
pub(super) struct Leads {
    /// Each path that leads elsewhere, and where that is, if anything is there.
    pub(super) paths: BTreeMap<PathBuf, Option<PathBuf>>,
    /// What lies there: files, links and folders, absolute.
    pub(super) files: BTreeSet<PathBuf>,
    /// The folders below the project's root that are looked at anyway, absolute: a link in them may be followed.
    pub(super) folders: HashSet<PathBuf>,
}

/// Whether a path is that of a file with settings, by its name.
pub(super) fn is_setting(path: &Path) -> bool {
    path.file_name().is_some_and(|name| setting::NAMES.iter().any(|one| name == *one))
}

/// Follows the settings in `files`, which are absolute, and in those that they lead to, and what tools are told besides. The
/// error says why nobody can tell what is there, as a fragment.
pub(super) fn follow(
    ground: &Ground<'_>,
    files: Vec<PathBuf>,
    arguments: &[String],
) -> Result<Leads, String> {
    let mut leads = Leads::default();
    let mut left = unlisted::MOST;
    let mut waiting = Vec::new();
    for argument in arguments {
        for word in setting::words_of(argument) {
            waiting.extend(ground.visit(
                "an argument of a tool",
                &[ground.root],
                &word,
                &mut leads,
                &mut left,
            )?);
        }
    }
    waiting.extend(files);
    let mut seen: HashSet<PathBuf> = HashSet::new();
    while let Some(path) = waiting.pop() {
        let is_new = seen.insert(path.clone());
        let Some(text) = is_new.then(|| file::read_text(&path).ok()).flatten() else { continue };
        // A tool may take the folder of the file, of what it is a link to, or the one that it runs in.
        let real = tree::real(&path).unwrap_or_else(|_| path.clone());
        let mut bases: Vec<&Path> = path.parent().into_iter().chain(real.parent()).collect();
        bases.push(ground.root);
        bases.sort_unstable();
        bases.dedup();
        let from = format!("`{}`", path.display());
        for word in setting::words(&path, &text) {
            waiting.extend(ground.visit(&from, &bases, &word, &mut leads, &mut left)?);
        }
    }
    Ok(leads)
}

impl Ground<'_> {
    /// Looks at where a word leads from each folder; gives the files there that may have settings too.
    fn visit(
        &self,
        from: &str,
        bases: &[&Path],
        word: &Word,
        leads: &mut Leads,
        left: &mut usize,
    ) -> Result<Vec<PathBuf>, String> {
        let mut further = Vec::new();
        for place in bases.iter().flat_map(|base| places(base, &word.text)) {
            further.extend(self.look(&place, word, leads, left).map_err(|why| match word.key.as_str() {
                "" => format!("{from} leads to {why}"),
                key => format!("`{key}` in {from} leads to {why}"),
            })?);
        }
        Ok(further)
    }

    fn look(
        &self,
        place: &Path,
        word: &Word,
        leads: &mut Leads,
        left: &mut usize,
    ) -> Result<Option<PathBuf>, String> {
        let ending = place.extension().and_then(OsStr::to_str);
        let may_go_on = word.extends() || matches!(ending, Some("toml" | "json" | "ini" | "cfg"));
        if leads.paths.contains_key(place) {
            return Ok(None);
        }
        let real = tree::real(place).ok();
        let is_folder = real.as_deref().is_some_and(tree::is_folder);
        let is_real_seen = real.as_deref().is_some_and(|real| self.is_seen(real));
        let within = real.as_ref().filter(|real| is_real_seen && is_folder && !self.root.starts_with(real));
        leads.folders.extend(within.cloned());
        if (is_real_seen || real.is_none()) && self.is_seen(&flat(place)) {
            return Ok(real.filter(|_| may_go_on && !is_folder));
        }
        if !is_real_seen && real.as_ref().is_some_and(|real| self.top.starts_with(real)) {
            // No tool looks for anything in what a URL or a sentence happens to have between its marks.
            let goes_up = place.components().any(|part| part == Component::ParentDir);
            return if word.is_whole || goes_up {
                Err(format!("`{}`, which holds the repository", place.display()))
            } else {
                Ok(None)
            };
        }
        leads.paths.insert(place.to_owned(), real.clone());
        // What is not there yet may come to be.
        let Some(real) = real else {
            leads.files.insert(place.to_owned());
            return Ok(None);
        };
        if is_real_seen {
            return Ok((!is_folder).then_some(real));
        }
        if !is_folder {
            leads.files.insert(real.clone());
            return Ok(may_go_on.then_some(real));
        }
        let place = place.display();
        let most = unlisted::MOST;
        let below = unlisted::below(&real, left)
            .ok_or_else(|| format!("`{place}`, which holds more than is looked at ({most} names)"))?;
        leads.files.extend(below);
        Ok(None)
    }

    /// Whether what lies at a path, absolute and flat, is looked at anyway.
    fn is_seen(&self, path: &Path) -> bool {
        let Ok(path) = path.strip_prefix(self.top) else { return false };
        let is_below_one = path.ancestors().skip(1).any(|above| self.ignored.contains(above));
        let ignored = path.ancestors().filter(|above| self.ignored_folders.contains(above)).last();
        !is_below_one
            && !ignored.is_some_and(|ignored| {
                let mut folders = path.ancestors().take_while(|folder| folder.starts_with(ignored));
                folders.any(|folder| unlisted::is_passed_over(&self.top.join(folder)))
            })
    }
}

/// Where a word may lead from a folder: as it is, and up to what a pattern leaves open.
fn places(base: &Path, word: &str) -> Vec<PathBuf> {
    let word = with_variables(word);
    let word = match word.strip_prefix("~/").zip(variable::get("HOME")) {
        Some((rest, home)) => Path::new(&home).join(rest),
        None => PathBuf::from(word),
    };
    let text = word.to_string_lossy();
    let open = text.find(['*', '?', '[', '{']).map(|at| &text[..at]);
    let until = open.and_then(|open| Some(&open[..=open.rfind('/')?]));
    let whole = open.is_none().then_some(word.as_path());
    whole.into_iter().chain(until.map(Path::new)).map(|path| base.join(path)).collect()
}

/// With `$NAME`, `${NAME}`, `${NAME-OTHERWISE}` and `${env:NAME}` as they are; what is not set is the folder itself.
fn with_variables(word: &str) -> String {
    let mut parts = word.split('$');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        let (name, rest) = match part.strip_prefix('{').and_then(|part| part.split_once('}')) {
            Some((name, rest)) => (name.trim_start_matches("env:"), rest),
            None => part.split_at(part.find(|letter| !is_name(letter)).unwrap_or(part.len())),
        };
        let end = name.find(|letter| !is_name(letter)).unwrap_or(name.len());
        let otherwise = name[end..].trim_start_matches([':', '-', '?']);
        let otherwise = if otherwise.is_empty() { "." } else { otherwise };
        whole += &variable::text(&name[..end]).unwrap_or_else(|| otherwise.to_owned());
        whole += rest;
    }
    whole
}

/// Without `.` and `..`, as if no link were on the way.
fn flat(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut flat, part| {
        match part {
            Component::ParentDir => {
                flat.pop();
            }
            Component::CurDir => {}
            _ => flat.push(part),
        }
        flat
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_an_ignored_link_or_in_a_folder_that_is_passed_over_is_not_seen() {
        let ground = Ground {
            top: Path::new("/top"),
            root: Path::new("/top"),
            ignored_folders: HashSet::from([Path::new("q/node_modules")]),
            ignored: HashSet::from([Path::new("p/link")]),
        };
        let is_seen = |path: &str| ground.is_seen(Path::new(path));
        assert!(is_seen("/top/p/a") && is_seen("/top/p/link") && is_seen("/top/q"));
        assert!(!is_seen("/top/p/link/a") && !is_seen("/top/q/node_modules/a/b") && !is_seen("/elsewhere"));
    }
}
