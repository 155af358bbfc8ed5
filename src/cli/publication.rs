//! Where a verdict goes: standard output, the files that were asked for, and what a step of GitHub Actions is told. The
//! hard part: none of them may say what another one, or the exit code, does not. So what an earlier run left is taken
//! away before the work, nothing is written before all is decided, and what cannot be written keeps nothing else back.

use std::cell::Cell;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::app::project::Workspace;
use crate::model::assessment::Assessment;
use crate::report::attestation::Kind;
use crate::report::{Format, Paint, Style, beyond_sarif, render_to};
use crate::sys::{file, tree};
use crate::tools;

use super::argument::{Attest, Output};
use super::exit::Exit;
use super::failure::Failure;
use super::{print, workflow};

/// What to print, and what to write.
#[derive(Clone, Copy)]
pub(super) struct Publication<'a> {
    pub(super) format: Format,
    pub(super) outputs: &'a [Output],
    pub(super) attests: &'a [Attest],
}

/// What writes a result in a format.
type Render<'a> = dyn Fn(Format, &Style, &mut dyn Write) -> io::Result<()> + 'a;

impl Publication<'_> {
    /// Says before the work, not after it, that its result could not be written. What is `read` is never written, nor what
    /// a verdict rests on.
    pub(super) fn check(&self, read: &[&Path], workspace: Option<&Workspace>) -> Result<(), Failure> {
        let mut named: Vec<PathBuf> = Vec::new();
        for file in self.files() {
            if file::is_printed(file) || file == Path::new("-") {
                let mut failure = cannot_write(file, "it is where standard output or standard error goes");
                failure.hint = Some("say with `--format` what to print, or name a file".to_owned());
                return Err(failure);
            }
            let place = file::written_as(file);
            // A device keeps nothing, so that one document there cannot take the place of another.
            if named.contains(&place) && !file::is_device(&place) {
                return Err(cannot_write(file, "it is named twice"));
            }
            let is_document = workspace.is_some_and(|workspace| workspace.reads_document(&place));
            if is_document || is_input(&place) || read.iter().any(|one| holds(one, &place)) {
                return Err(cannot_write(file, "it is what is to be read"));
            }
            if place.components().any(|part| KEPT.iter().any(|name| part.as_os_str() == *name)) {
                return Err(cannot_write(file, "it is where the past of the project is kept"));
            }
            file::may_be_written(file).map_err(|why| cannot_write(file, &why.to_string()))?;
            named.push(place);
        }
        workflow::check(self.format, self.outputs)
    }

    /// Takes away what an earlier run left, or it would pass for the result of this one where this one comes to none.
    pub(super) fn clear(&self) -> Result<(), Failure> {
        for file in self.files() {
            file::clear(file).map_err(|why| cannot_write(file, &why.to_string()))?;
        }
        Ok(())
    }

    /// Prints, writes and tells, each whatever comes of the others, and says what the process ends with.
    pub(super) fn publish(&self, assessment: &Assessment, exit: Exit, style: &Style) -> Exit {
        let sarif = Cell::new(None);
        let render = |format: Format, style: &Style, out: &mut dyn Write| {
            let mut counted = Counted { out, bytes: 0 };
            render_to(assessment, format, style, &mut counted)?;
            if format == Format::Sarif {
                sarif.set(Some(counted.bytes));
            }
            Ok(())
        };
        let mut exit = self.put_out(exit, style, &render);
        if let Some(bytes) = sarif.get() {
            for told in beyond_sarif(assessment, bytes) {
                print::stderr(&format!("SARIF: {told}\n"));
            }
        }
        let told = workflow::tell(assessment, exit, (self.format, self.outputs), style);
        note(told.map_err(lost), &mut exit);
        exit
    }

    /// Prints and writes, each whatever comes of the others, and says what the process ends with.
    pub(super) fn put_out(&self, exit: Exit, style: &Style, render: &Render<'_>) -> Exit {
        let mut exit = exit;
        note(print_by(self.format, style, render).map_err(Failure::from), &mut exit);
        for Output { format, file } in self.outputs {
            let style = Style { paint: Paint::Plain, ..style.clone() };
            let written = file::write_whole_by(file, |out| render(*format, &style, out));
            note(written.map_err(|why| lost(cannot_write(file, &why.to_string()))), &mut exit);
        }
        exit
    }

    /// Writes what is attested. Where one file cannot be written, none stays: the run is not attested.
    pub(super) fn attest(&self, text: impl Fn(&[Kind]) -> String) -> Result<(), Failure> {
        let write = |one: &Attest| {
            let written = file::write_whole(&one.file, &text(&one.kinds));
            written.map_err(|why| lost(cannot_write(&one.file, &why.to_string())))
        };
        let written: Result<(), Failure> = self.attests.iter().try_for_each(write);
        if written.is_err() {
            for one in self.attests {
                // Where that fails too, it is told by the failure that is given.
                let _told = file::clear(&one.file);
            }
        }
        written
    }

    /// All files that are written.
    fn files(&self) -> impl Iterator<Item = &Path> {
        let outputs = self.outputs.iter().map(|output| output.file.as_path());
        outputs.chain(self.attests.iter().map(|attest| attest.file.as_path()))
    }

    /// Whether it is printed or written in that format.
    pub(super) fn asks_for(&self, format: Format) -> bool {
        self.format == format || self.outputs.iter().any(|output| output.format == format)
    }
}

/// What is written, and how many bytes it has.
struct Counted<'a> {
    out: &'a mut dyn Write,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.out.write(buffer)?;
        self.bytes += u64::try_from(written).unwrap_or(u64::MAX);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Prints the verdict alone.
pub(super) fn print(assessment: &Assessment, format: Format, style: &Style) -> anyhow::Result<()> {
    print_by(format, style, &|format, style, out| render_to(assessment, format, style, out))
}

fn print_by(format: Format, style: &Style, render: &Render<'_>) -> anyhow::Result<()> {
    let render = |out: &mut dyn Write| render(format, style, out);
    if format == Format::Github { print::commands_by(render) } else { print::stdout_by(render) }
}

/// Tells a failure at once, since a document that was printed must stay alone; the first one is what the process ends
/// with.
pub(super) fn note(done: Result<(), Failure>, exit: &mut Exit) {
    if let Err(failure) = done {
        print::stderr(&failure.text());
        if matches!(exit, Exit::Pass | Exit::Fail | Exit::Inconclusive | Exit::Waiting) {
            *exit = failure.exit;
        }
    }
}

/// Folders of ledgers and of commits.
const KEPT: [&str; 2] = [".promotion", ".git"];

/// Whether a file is by its name one that tools or this program read. Asked also where the policy cannot be read, so that
/// a slip of the pen costs no file.
fn is_input(place: &Path) -> bool {
    let extension = place.extension().and_then(OsStr::to_str).unwrap_or_default();
    let is_readme =
        place.file_name().is_some_and(|name| tools::docs::pick([&*name.to_string_lossy()]).is_some());
    is_readme || ["toml", "py", "pyi", "lock", "ini", "cfg"].contains(&extension)
}

/// Whether `place` is what `read` names, or one of the files in it.
fn holds(read: &Path, place: &Path) -> bool {
    let read = file::written_as(read);
    place == read || (tree::is_folder(&read) && tree::exists(place) && place.starts_with(&read))
}

fn cannot_write(file: &Path, why: &str) -> Failure {
    let mut failure = Failure::usage(
        format!("cannot write `{}`", file.display()),
        "name a file in a folder that can be written",
    );
    failure.causes.push(why.to_owned());
    failure
}

/// What was possible before the work is no fault of usage after it.
fn lost(failure: Failure) -> Failure {
    Failure { exit: Exit::Fault, ..failure }
}
