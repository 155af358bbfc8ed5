//! `cache`: show what is kept of earlier runs, or take it away.

use std::fmt::Write as _;
use std::path::Path;

use crate::report::clean::one_line;
use crate::sys::cache_folder::{self, Kept};
use crate::sys::run_folder;

use super::argument::{Cache, CacheAct};
use super::exit::Exit;
use super::failure::Failure;
use super::print;

/// Carries out `cache`.
pub(super) fn run(arguments: &Cache) -> Result<Exit, Failure> {
    let mut text = String::new();
    let mut taken = (0, 0);
    for folder in run_folder::kept() {
        let (all, kept) = cache_folder::overview(&folder);
        let entries = kept.iter().map(|one| one.entries).sum::<usize>();
        let bytes = kept.iter().map(|one| one.bytes).sum::<u64>();
        match arguments.act {
            None if kept.is_empty() => {}
            None => show(&mut text, &all, &kept, entries, bytes),
            Some(CacheAct::Clear) => {
                cache_folder::clear(&folder).map_err(|error| cannot_clear(&all, &error))?;
                taken = (taken.0 + entries, taken.1 + bytes);
            }
        }
    }
    match arguments.act {
        None if text.is_empty() => text.push_str("nothing is kept\n"),
        None => {}
        Some(CacheAct::Clear) => text = format!("took away {}, {}\n", count(taken.0), size(taken.1)),
    }
    print::stdout(&text)?;
    Ok(Exit::Pass)
}

fn show(text: &mut String, all: &Path, kept: &[Kept], entries: usize, bytes: u64) {
    let place = one_line(&all.to_string_lossy());
    let _infallible = writeln!(text, "{place}: {}, {}", count(entries), size(bytes));
    for one in kept {
        let root = one.root.as_deref().map_or_else(|| "a project that cannot be told".to_owned(), one_line);
        let oldest =
            one.oldest.map(|oldest| format!(", the oldest used {}", oldest.strftime("%Y-%m-%d %H:%M UTC")));
        let oldest = oldest.unwrap_or_default();
        let _infallible = writeln!(text, "  {root}: {}, {}{oldest}", count(one.entries), size(one.bytes));
    }
}

fn count(entries: usize) -> String {
    if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") }
}

/// In the unit that people would choose, cut off.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

fn cannot_clear(all: &Path, error: &std::io::Error) -> Failure {
    Failure {
        exit: Exit::Fault,
        message: format!("cannot take away `{}`", all.display()),
        causes: vec![error.to_string()],
        hint: Some("see who owns what lies there, and remove it by hand".to_owned()),
        faults: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_the_unit_that_people_would_choose() {
        let said = [0, 999, 1_000, 999_999, 1_000_000, 64_000_000].map(size);
        assert_eq!(said, ["0 B", "999 B", "1 kB", "999 kB", "1 MB", "64 MB"]);
        assert_eq!((count(0), count(1)), ("0 entries".to_owned(), "1 entry".to_owned()));
    }
}
