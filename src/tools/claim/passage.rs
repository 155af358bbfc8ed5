//! A document in Markdown as passages: sentences, items of lists and cells of tables, each with its line, its label and
//! the headings above it. Code and comments are no passages. Not what they say.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// One passage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Passage {
    /// The line, from 1.
    pub(super) line: usize,
    /// What stands before the first colon, or the heads of the cell's column and row.
    pub(super) label: String,
    /// What is said.
    pub(super) text: String,
    /// The nearest headings, the outer first.
    pub(super) heading: String,
    /// The whole row of a table.
    pub(super) row: String,
}

impl Passage {
    /// As people see it.
    pub(super) fn shown(&self) -> String {
        if self.label.is_empty() { self.text.clone() } else { format!("{}: {}", self.label, self.text) }
    }
}

/// All passages, in order.
pub(super) fn passages(markdown: &str) -> Vec<Passage> {
    let lines = Lines::of(markdown);
    let mut reader =
        Reader { lines, passages: Vec::new(), headings: Vec::new(), text: String::new(), at: 0, skipped: 0 };
    let mut table = Table::default();
    for (event, range) in Parser::new_ext(markdown, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => reader.skipped += 1,
            Event::End(TagEnd::CodeBlock) => reader.skipped -= 1,
            Event::Start(Tag::Heading { level, .. }) => {
                reader.flush();
                reader.headings.truncate(level as usize - 1);
            }
            Event::End(TagEnd::Heading(level)) => {
                let text = std::mem::take(&mut reader.text);
                reader.headings.resize(level as usize - 1, String::new());
                reader.headings.push(text.trim().to_owned());
            }
            Event::Start(Tag::Table(_)) => {
                reader.flush();
                table = Table::default();
            }
            Event::Start(Tag::TableCell) => {
                reader.text.clear();
                reader.at = range.start;
            }
            Event::End(TagEnd::TableCell) => {
                table
                    .row
                    .push((reader.lines.line(reader.at), std::mem::take(&mut reader.text).trim().to_owned()));
            }
            Event::End(TagEnd::TableHead) => {
                table.head = std::mem::take(&mut table.row).into_iter().map(|(_, text)| text).collect();
            }
            Event::End(TagEnd::TableRow) => {
                let found = table.cells(&reader.headings);
                reader.passages.extend(found);
            }
            Event::Start(Tag::Paragraph | Tag::Item) | Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                reader.flush();
                reader.at = range.start;
            }
            Event::SoftBreak | Event::HardBreak => {
                reader.flush();
                reader.at = range.end;
            }
            Event::Text(text) | Event::Code(text) => reader.add(&text, range.start),
            _ => {}
        }
    }
    reader.flush();
    reader.passages
}

struct Reader {
    lines: Lines,
    passages: Vec<Passage>,
    headings: Vec<String>,
    text: String,
    at: usize,
    skipped: usize,
}

impl Reader {
    fn add(&mut self, text: &str, at: usize) {
        if self.skipped == 0 {
            if self.text.is_empty() {
                self.at = at;
            }
            self.text.push_str(text);
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let (label, said) = match text.split_once(':') {
            Some((label, said)) if !said.starts_with("//") => (label.trim(), said.trim()),
            _ => ("", text),
        };
        self.passages.push(Passage {
            line: self.lines.line(self.at),
            label: label.to_owned(),
            text: said.to_owned(),
            heading: self.headings.join(" "),
            row: String::new(),
        });
    }
}

#[derive(Default)]
struct Table {
    head: Vec<String>,
    row: Vec<(usize, String)>,
}

impl Table {
    /// The cells of the row that was read, but for the first, which says what it is about.
    fn cells(&mut self, headings: &[String]) -> Vec<Passage> {
        let row = std::mem::take(&mut self.row);
        let whole: Vec<&str> = row.iter().map(|(_, text)| text.as_str()).collect();
        let whole = whole.join(" ");
        let first = row.first().map_or("", |(_, text)| text.as_str());
        let cells = row.iter().enumerate().skip(1).filter(|(_, (_, text))| !text.is_empty());
        cells
            .map(|(column, (line, text))| Passage {
                line: *line,
                label: format!("{first} {}", self.head.get(column).map_or("", String::as_str))
                    .trim()
                    .to_owned(),
                text: text.clone(),
                heading: headings.join(" "),
                row: whole.clone(),
            })
            .collect()
    }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    fn line(&self, at: usize) -> usize {
        self.0.partition_point(|start| *start <= at)
    }
}
