//! Text that was written by others, made safe to stand in a Markdown comment on a forge. The hard part: escapes
//! are not enough, for the forge looks for `@name`, `#123`, commits and addresses after it has resolved them.
//! It does not look into code. So a word that is anything but plain letters becomes a code span.

use super::clean;

/// Longer text is cut.
const MAX: usize = 300;

/// Prose for an item or a table's cell, but not for the start of a line. What stands between two backticks stays
/// code, and so becomes every word that might come alive.
pub(super) fn prose(text: &str) -> String {
    passage(text, MAX)
}

/// Prose of at most `max` characters.
pub(super) fn passage(text: &str, max: usize) -> String {
    let line = clean::line(text, max);
    let mut prose = Prose::default();
    let mut rest = line.as_str();
    while let Some((before, literal, after)) = literal(rest) {
        prose.words(before);
        prose.push(&span(literal));
        rest = after;
    }
    prose.words(rest);
    prose.text
}

/// `text` as one code span; nothing where there is no text.
pub(super) fn code(text: &str) -> String {
    let line = clean::line(text, MAX);
    if line.is_empty() { line } else { span(&line) }
}

/// `text` inside of HTML, as code.
pub(super) fn html_code(text: &str) -> String {
    let mut html = String::from("<code>");
    for character in clean::line(text, MAX).chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            plain => html.push(plain),
        }
    }
    html.push_str("</code>");
    html
}

/// The first literal between two backticks, with what stands before and after it.
fn literal(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (literal, after) = rest.split_once('`')?;
    (!literal.trim().is_empty()).then_some((before, literal, after))
}

#[derive(Default)]
struct Prose {
    text: String,
    /// Words that become one code span together.
    coded: Vec<String>,
}

impl Prose {
    fn words(&mut self, text: &str) {
        let leading = text.starts_with(' ');
        let trailing = text.ends_with(' ');
        if leading {
            self.text.push(' ');
        }
        let mut first = true;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            if is_plain(word) {
                self.flush(&mut first);
                self.separate(&mut first);
                self.text.push_str(&word.replace('<', "&lt;").replace('>', "&gt;"));
                continue;
            }
            // The mark that ends a word is the sentence's.
            let core = word.trim_end_matches([',', ';', ':', '.']);
            self.coded.push(core.to_owned());
            if core.len() < word.len() {
                self.flush(&mut first);
                self.text.push_str(&word[core.len()..]);
            }
        }
        self.flush(&mut first);
        if trailing && !text.trim().is_empty() {
            self.text.push(' ');
        }
    }

    fn flush(&mut self, first: &mut bool) {
        if !self.coded.is_empty() {
            let joined = std::mem::take(&mut self.coded).join(" ");
            self.separate(first);
            self.push(&span(&joined));
        }
    }

    fn separate(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.text.push(' ');
        }
    }

    /// Two code spans that touch would be read as one.
    fn push(&mut self, span: &str) {
        if self.text.ends_with('`') {
            self.text.push(' ');
        }
        self.text.push_str(span);
    }
}

/// A code span: its fence is longer than any run of backticks within. A bar would end a table's cell, and no
/// escape for it is read alike everywhere, so it is shown as `\u{7c}`.
fn span(text: &str) -> String {
    let text = text.replace('|', "\\u{7c}");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Whether no forge can make anything of `word` but a word.
fn is_plain(word: &str) -> bool {
    if matches!(word, "<" | ">" | "<=" | ">=") {
        return true;
    }
    let colon_within = word.trim_end_matches([':', ';', ',', '.']).contains(':');
    let letters = word.chars().all(|c| c.is_alphanumeric() || ".,;:()'\"%/+=-?!…→≥⏎✓✗".contains(c));
    letters && !colon_within && !is_address(word) && !is_commit(word) && !is_reference(word)
}

fn is_address(word: &str) -> bool {
    word.to_ascii_lowercase().contains("www.")
}

/// Seven hexadecimal digits or more, one of them a number.
fn is_commit(word: &str) -> bool {
    word.split(|c: char| !c.is_ascii_hexdigit())
        .any(|run| run.len() >= 7 && run.contains(|c: char| c.is_ascii_digit()))
}

/// `GH-123`, or a prefix that the repository's owner chose.
fn is_reference(word: &str) -> bool {
    word.split_once('-').is_some_and(|(_, after)| after.contains(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stay_plain_and_literals_stay_literals() {
        assert_eq!(prose("`os` imported but unused"), "`os` imported but unused");
        assert_eq!(prose("run `uv add --dev pyright`, or pin it"), "run `uv add --dev pyright`, or pin it");
        assert_eq!(prose("42.22 % (38 of 90) < 70 %; ≥ 3"), "42.22 % (38 of 90) &lt; 70 %; ≥ 3");
    }

    #[test]
    fn whatever_might_come_alive_is_code() {
        assert_eq!(
            prose("ask @name about #123, see http://a.b now"),
            "ask `@name` about `#123`, see `http://a.b` now"
        );
        assert_eq!(prose("GH-1 www.a.b a@b.cd :tada: 30f84615"), "`GH-1 www.a.b a@b.cd :tada`: `30f84615`");
        assert_eq!(prose("<b> **x** [a](b) $x$ a_b \\ &lt;"), "`<b> **x** [a](b) $x$ a_b \\ &lt`;");
    }

    #[test]
    fn a_code_span_cannot_be_left() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("a|b"), "`a\\u{7c}b`");
        assert_eq!(prose("@a`b`c"), "`@a` `b`c");
        assert_eq!(prose("one ` two"), "one `` ` `` two");
    }

    #[test]
    fn html_cannot_be_left_either() {
        assert_eq!(html_code("</code><b>&"), "<code>&lt;/code&gt;&lt;b&gt;&amp;</code>");
    }
}
