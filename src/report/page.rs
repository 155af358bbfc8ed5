//! A page of terminal text: cells, wrapping and colour. It knows nothing of assessments. The hard part: widths
//! are those of the terminal's cells, and colour codes have none.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::clean;

/// Whether there is colour. Meaning never hangs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Paint {
    /// None.
    Plain,
    /// ANSI colour codes.
    Colour,
}

/// What a piece of text is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Strong,
    Faint,
    Good,
    Bad,
    Unknown,
}

/// In less than this, columns are no use.
const NARROWEST: usize = 60;

/// Text in the making.
pub(super) struct Page {
    paint: Paint,
    width: usize,
    text: String,
}

impl Page {
    /// An empty page, `width` cells wide.
    pub(super) fn new(paint: Paint, width: usize) -> Self {
        Self { paint, width: width.max(NARROWEST), text: String::new() }
    }

    /// The width in cells.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// What was written.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// An empty line, but never two and none at the top.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// One line of pieces, as long as they are.
    pub(super) fn line(&mut self, pieces: &[(Tone, &str)]) {
        let last = pieces.iter().rposition(|(_, piece)| !piece.trim_end().is_empty());
        for (index, (tone, piece)) in pieces.iter().enumerate().take(last.map_or(0, |last| last + 1)) {
            let piece = if Some(index) == last { piece.trim_end() } else { piece };
            let painted = self.painted(*tone, piece);
            self.text.push_str(&painted);
        }
        self.text.push('\n');
    }

    /// A heading: what it is about, and the rest beside it or, where there is no room, below.
    pub(super) fn heading(&mut self, title: &str, rest: &str) {
        let title = fitted(title, cells(title).min(self.width));
        if cells(&title) + 2 + cells(rest) <= self.width {
            self.line(&[(Tone::Strong, &title), (Tone::Faint, "  "), (Tone::Faint, rest)]);
        } else {
            self.line(&[(Tone::Strong, &title)]);
            self.paragraph(0, "", Tone::Faint, rest);
        }
        self.gap();
    }

    /// Words, wrapped; the first line starts with `label` after `indent` cells, the others below its end or,
    /// without a label, two cells further in.
    pub(super) fn paragraph(&mut self, indent: usize, label: &str, tone: Tone, words: &str) {
        let hang = if label.is_empty() { indent + 2 } else { indent + cells(label) };
        for (index, line) in wrapped(words, self.width.saturating_sub(hang)).iter().enumerate() {
            match (index, label.is_empty()) {
                (0, false) => {
                    self.line(&[(Tone::Plain, &spaces(indent)), (Tone::Faint, label), (tone, line)]);
                }
                (0, true) => self.line(&[(Tone::Plain, &spaces(indent)), (tone, line)]),
                _ => self.line(&[(Tone::Plain, &spaces(hang)), (tone, line)]),
            }
        }
    }

    fn painted(&self, tone: Tone, piece: &str) -> String {
        let style = owo_colors::Style::new();
        let style = match tone {
            Tone::Plain => return piece.to_owned(),
            Tone::Strong => style.bold(),
            Tone::Faint => style.dimmed(),
            Tone::Good => style.green(),
            Tone::Bad => style.red(),
            Tone::Unknown => style.yellow(),
        };
        match self.paint {
            Paint::Colour if !piece.trim().is_empty() => style.style(piece).to_string(),
            Paint::Colour | Paint::Plain => piece.to_owned(),
        }
    }
}

/// How many cells `text` takes.
pub(super) fn cells(text: &str) -> usize {
    text.width()
}

/// So many spaces.
pub(super) fn spaces(number: usize) -> String {
    " ".repeat(number)
}

/// `text` with spaces up to `width` cells, cut with `…` where it has more.
pub(super) fn fitted(text: &str, width: usize) -> String {
    let text = if cells(text) <= width {
        text.to_owned()
    } else {
        let (head, _) = split(text, width.saturating_sub(1));
        format!("{head}…")
    };
    let rest = width.saturating_sub(cells(&text));
    format!("{text}{}", spaces(rest))
}

/// `text` in lines of at most `width` cells, broken between words; a longer word is broken where it must be.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let joined = if line.is_empty() { cells(word) } else { cells(&line) + 1 + cells(word) };
        if joined <= width {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        let mut rest = word;
        while cells(rest) > width {
            // A width of nothing must not be an endless loop.
            let (head, tail) = split(rest, width.max(2));
            lines.push(head.to_owned());
            rest = tail;
        }
        rest.clone_into(&mut line);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// The longest head of `text` within `width` cells, and the tail.
fn split(text: &str, width: usize) -> (&str, &str) {
    let mut taken = 0;
    for (index, character) in text.char_indices() {
        taken += character.width().unwrap_or(0);
        if taken > width {
            return text.split_at(index);
        }
    }
    (text, "")
}

/// `text` cleaned, on one line of at most 300 characters: what any text of others is before it is shown.
pub(super) fn shown(text: &str) -> String {
    clean::line(text, 300)
}

#[cfg(test)]
mod tests {
    use super::super::clean::tests::hostile;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_wrapped_between_and_broken_only_where_they_must_be() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("a abcdefghij b", 4), ["a", "abcd", "efgh", "ij b"]);
        assert_eq!(wrapped("", 4), [""]);
        assert_eq!(wrapped("漢字漢字", 5), ["漢字", "漢字"]);
    }

    #[test]
    fn a_cell_is_filled_or_cut() {
        assert_eq!(fitted("ab", 4), "ab  ");
        assert_eq!(fitted("abcdef", 4), "abc…");
        assert_eq!(fitted("漢字漢", 4), "漢… ");
    }

    #[test]
    fn colour_is_there_only_when_it_is_asked_for() {
        let mut page = Page::new(Paint::Plain, 80);
        page.line(&[(Tone::Bad, "fail"), (Tone::Plain, "  ")]);
        assert_eq!(page.into_text(), "fail\n");
        let mut page = Page::new(Paint::Colour, 80);
        page.line(&[(Tone::Bad, "fail")]);
        assert_eq!(page.into_text(), "\u{1b}[31mfail\u{1b}[0m\n");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_asked_and_no_letter_is_lost(text in hostile(), width in 2usize..50) {
            let text = clean::line(&text, 400);
            let lines = wrapped(&text, width);
            prop_assert!(lines.iter().all(|line| cells(line) <= width), "{lines:?}");
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }

        #[test]
        fn a_fitted_cell_has_its_width(text in hostile(), width in 2usize..50) {
            prop_assert_eq!(cells(&fitted(&clean::line(&text, 400), width)), width);
        }
    }
}
