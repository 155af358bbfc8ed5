//! Text of a README → its code blocks, and whether one is a usage example.
//! Not a judge of quality: an example that names the component and is more than comments counts.
//!
//! The hard part is HTML comments: CommonMark ends one with the list item or quote that it stands in, and a
//! browser does not. What a reader of the rendered page does not see is no example.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A block of code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// The line of the README where it starts, from 1; `None` in a docstring.
    pub(super) line: Option<u32>,
    /// Its code.
    code: String,
}

/// What a block shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// How to use the component.
    Usage,
    /// Code that does not name the component.
    Other,
    /// Comments and blank lines.
    Remarks,
}

impl Block {
    /// What it shows of a component that goes by `names`. A name in a comment does not count: the code
    /// below it may be about anything.
    pub(super) fn shows(&self, names: &BTreeSet<String>) -> Shown {
        let mut code = self.code.lines().map(without_prompt).filter(|line| !is_remark(line)).peekable();
        if code.peek().is_none() {
            Shown::Remarks
        } else if code.any(|line| words(line).any(|word| names.contains(word.as_str()))) {
            Shown::Usage
        } else {
            Shown::Other
        }
    }
}

/// The code blocks of a README.
pub(super) fn in_markdown(text: &str) -> Vec<Block> {
    let text = unified(text);
    let page = read(&text);
    let mut line = 1;
    let mut seen = 0;
    let mut numbered = Vec::with_capacity(page.blocks.len());
    for (range, code) in page.blocks {
        let breaks = text[seen..range.start].bytes().filter(|byte| *byte == b'\n').count();
        line += u32::try_from(breaks).unwrap_or(u32::MAX - line);
        seen = range.start;
        numbered.push(Block { line: Some(line), code });
    }
    numbered
}

/// The code blocks of a docstring, doctests among them.
pub(super) fn in_docstring(text: &str) -> Vec<Block> {
    let text = unified(text);
    let page = read(&text);
    let mut hidden: Vec<Range<usize>> = page.blocks.iter().map(|(range, _)| range.clone()).collect();
    hidden.extend(page.comments);
    hidden.sort_by_key(|range| range.start);
    let doctests = doctests(&text, &hidden);
    page.blocks
        .into_iter()
        .map(|(_, code)| code)
        .chain(doctests)
        .map(|code| Block { line: None, code })
        .collect()
}

/// Without a byte order mark, with `\n` as the only line end.
fn unified(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n")
}

/// What CommonMark sees.
struct Page {
    /// Code blocks outside of comments, in order.
    blocks: Vec<(Range<usize>, String)>,
    /// HTML comments.
    comments: Vec<Range<usize>>,
}

fn read(text: &str) -> Page {
    let mut page = Page { blocks: Vec::new(), comments: Vec::new() };
    let mut code: Option<(Range<usize>, String)> = None;
    // Where the comment starts that is open.
    let mut comment: Option<usize> = None;
    for (event, range) in Parser::new_ext(text, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => code = Some((range, String::new())),
            Event::Text(part) => {
                if let Some((_, code)) = &mut code {
                    code.push_str(&part);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                page.blocks.extend(code.take().filter(|_| comment.is_none()));
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let was = comment;
                let closed = follow(&html, range.start, &mut comment);
                if closed {
                    page.comments.push(was.unwrap_or(range.start)..range.end);
                }
            }
            _ => {}
        }
    }
    page.comments.extend(comment.map(|start| start..text.len()));
    page
}

/// Follows comments through a piece of HTML that starts at `at`; says whether one ended in it.
fn follow(html: &str, at: usize, comment: &mut Option<usize>) -> bool {
    let (mut rest, mut closed) = (html, false);
    loop {
        if comment.is_some() {
            let Some(end) = rest.find("-->") else { return closed };
            rest = &rest[end + 3..];
            *comment = None;
            closed = true;
        }
        let Some(start) = rest.find("<!--") else { return closed };
        *comment = Some(at);
        // `<!-->` is a whole comment.
        rest = &rest[start + 2..];
    }
}

/// Runs of lines from `>>>` to the next blank line, outside of the ranges in `hidden`, which are sorted.
fn doctests(text: &str, hidden: &[Range<usize>]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut open = false;
    let mut start = 0;
    let mut next = 0;
    for line in text.split_inclusive('\n') {
        while hidden.get(next).is_some_and(|range| range.end <= start) {
            next += 1;
        }
        let covered = hidden.get(next).is_some_and(|range| range.start < start + line.len());
        let trimmed = line.trim();
        if covered || trimmed.is_empty() {
            open = false;
        } else if open || trimmed.starts_with(">>>") {
            if !open {
                found.push(String::new());
            }
            open = true;
            if let Some(code) =
                found.last_mut().filter(|_| trimmed.starts_with(">>>") || trimmed.starts_with("..."))
            {
                code.push_str(line);
            }
        }
        start += line.len();
    }
    found
}

/// A line of code without blanks around it and without the prompt of a shell or of Python.
fn without_prompt(line: &str) -> &str {
    let line = line.trim();
    [">>>", "...", "$"]
        .into_iter()
        .find_map(|prompt| {
            line.strip_prefix(prompt).filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
        })
        .map_or(line, str::trim_start)
}

fn is_remark(line: &str) -> bool {
    line.is_empty() || line.starts_with('#') || line.starts_with("//")
}

/// The words of a line of code. A hyphen between letters joins them, as in the names of distributions and
/// commands, and counts as the underscore that it stands for there: `carbon-extra` is not `carbon`.
fn words(line: &str) -> impl Iterator<Item = String> {
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    line.split(move |char: char| !is_word(char) && char != '-')
        .flat_map(|joined| joined.split("--"))
        .map(|joined| joined.trim_matches('-').replace('-', "_"))
}
