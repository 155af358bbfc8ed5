//! Python text → comments and logical lines of tokens, in one pass from front to back.
//! Not a parser: it knows strings, brackets, comments and line ends, and nothing of grammar.
//!
//! The hard part: it must end in linear time on every text, and never end the process. tree-sitter-python 0.25
//! does neither: 25,000 comment lines take it 12 s (each one is scanned to the end of the run again), and 511
//! nested indentations trip an assertion in C that aborts. So nothing here looks back or ahead without bound,
//! and nesting lives in a vector, not on the call stack.

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Scan<'t> {
    /// Logical lines that hold at least one token.
    pub(super) lines: Vec<Line<'t>>,
    /// Comments, in the order of the text.
    pub(super) comments: Vec<Comment<'t>>,
    /// Whether something cannot be Python: an open string or bracket, a character that means nothing.
    pub(super) broken: bool,
}

/// A logical line: physical lines joined by brackets, strings and backslashes.
#[derive(Debug)]
pub(super) struct Line<'t> {
    /// The column of its first token, tabs counted as Python does.
    pub(super) indent: usize,
    /// Its tokens, never empty.
    pub(super) tokens: Vec<Token<'t>>,
}

/// A token, as coarse as the facts allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name, a keyword or a number.
    Word(&'t str),
    /// A string without replacement fields, as written, with its prefix and quotes; its end may be missing.
    Text(&'t str),
    /// An f-string or a t-string.
    Formatted,
    /// Any other character; `=` stands for `:=` too.
    Symbol(char),
}

/// A comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comment<'t> {
    /// Its line, from 1.
    pub(super) line: u32,
    /// From the `#` to the end of the line.
    pub(super) text: &'t str,
    /// Whether no code stands before it on its line.
    pub(super) alone: bool,
    /// Whether no code at all stands before it.
    pub(super) first: bool,
}

#[derive(Debug, Clone, Copy)]
struct Quote {
    mark: u8,
    triple: bool,
    raw: bool,
}

/// What is open around the current position.
#[derive(Debug, Clone, Copy)]
enum Open {
    /// A bracket and what closes it.
    Bracket(u8),
    /// The literal part of an f-string.
    Formatted(Quote),
    /// A replacement field, which holds code.
    Field,
    /// The format after the `:` of a field, which may hold fields again.
    Format(Quote),
}

/// Words that stand in no expression: at the start of a line they show that a bracket was left open.
const STATEMENTS: [&str; 14] = [
    "assert", "break", "class", "continue", "def", "del", "except", "finally", "global", "import", "raise",
    "return", "try", "while",
];

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    number: u32,
    indent: usize,
    /// Whether nothing but blanks has been seen on the physical line.
    fresh: bool,
    /// Whether a token has been seen anywhere.
    code: bool,
    open: Vec<Open>,
    tokens: Vec<Token<'t>>,
    scan: Scan<'t>,
}

/// Reads `text`, whose line ends are `\n`.
pub(super) fn scan(text: &str) -> Scan<'_> {
    let mut scanner = Scanner {
        text,
        at: 0,
        number: 1,
        indent: 0,
        fresh: true,
        code: false,
        open: Vec::new(),
        tokens: Vec::new(),
        scan: Scan::default(),
    };
    while scanner.at < text.len() {
        match scanner.open.last().copied() {
            Some(Open::Formatted(quote) | Open::Format(quote)) => scanner.literal_part(quote),
            _ => scanner.code(),
        }
    }
    scanner.scan.broken |= !scanner.open.is_empty();
    scanner.end_line();
    scanner.scan
}

impl<'t> Scanner<'t> {
    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    fn char(&self) -> char {
        self.text[self.at..].chars().next().unwrap_or('\0')
    }

    fn end_line(&mut self) {
        if !self.tokens.is_empty() {
            let tokens = std::mem::take(&mut self.tokens);
            self.scan.lines.push(Line { indent: self.indent, tokens });
        }
    }

    fn newline(&mut self) {
        self.at += 1;
        self.number = self.number.saturating_add(1);
        self.fresh = true;
    }

    /// The first token of a logical line sets its indentation.
    fn begin(&mut self, start: usize) {
        if self.tokens.is_empty() {
            let line = self.text[..start].rfind('\n').map_or(0, |end| end + 1);
            self.indent = self.text[line..start].bytes().fold(0, |column, byte| match byte {
                b'\t' => (column / 8 + 1) * 8,
                b'\x0c' => 0,
                _ => column + 1,
            });
        }
        self.fresh = false;
        self.code = true;
    }

    fn push(&mut self, start: usize, token: Token<'t>) {
        self.begin(start);
        self.tokens.push(token);
    }

    fn code(&mut self) {
        match self.byte(0) {
            b'\n' => {
                self.newline();
                if self.open.is_empty() {
                    self.end_line();
                }
            }
            b' ' | b'\t' | b'\x0c' => self.at += 1,
            b'#' => self.comment(),
            b'\\' if self.byte(1) == b'\n' => {
                self.at += 1;
                self.newline();
            }
            b'\'' | b'"' => self.string(self.at, self.at),
            _ => {
                let char = self.char();
                if char.is_alphanumeric() || char == '_' { self.word() } else { self.symbol(char) }
            }
        }
    }

    fn comment(&mut self) {
        let rest = &self.text[self.at..];
        let text = &rest[..rest.find('\n').unwrap_or(rest.len())];
        self.scan.comments.push(Comment { line: self.number, text, alone: self.fresh, first: !self.code });
        self.at += text.len();
    }

    fn word(&mut self) {
        let start = self.at;
        let rest = &self.text[start..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let word = &rest[..end];
        self.at += end;
        if matches!(self.byte(0), b'\'' | b'"') && is_prefix(word) {
            return self.string(start, self.at);
        }
        if self.fresh && !self.open.is_empty() && STATEMENTS.contains(&word) {
            self.scan.broken = true;
            self.open.clear();
            self.end_line();
        }
        self.push(start, Token::Word(word));
    }

    fn symbol(&mut self, char: char) {
        let (start, width) = (self.at, char.len_utf8());
        self.at += width;
        let field = matches!(self.open.last(), Some(Open::Field));
        match char {
            '(' => self.open.push(Open::Bracket(b')')),
            '[' => self.open.push(Open::Bracket(b']')),
            '{' => self.open.push(Open::Bracket(b'}')),
            '}' if field => {
                self.open.pop();
                return;
            }
            ':' if field => return self.format(),
            ')' | ']' | '}' => match self.open.last() {
                Some(Open::Bracket(close)) if char::from(*close) == char => {
                    self.open.pop();
                }
                _ => self.scan.broken = true,
            },
            ':' if self.byte(0) == b'=' => {
                self.at += 1;
                return self.push(start, Token::Symbol('='));
            }
            '$' | '?' | '`' | '\0' => self.scan.broken = true,
            '!' => self.scan.broken |= !field && self.byte(0) != b'=',
            _ => {}
        }
        self.push(start, Token::Symbol(char));
    }

    /// The `:` of a field: what follows is literal again, in the quotes of the f-string around it.
    fn format(&mut self) {
        let around = self.open.iter().rev().nth(1).copied();
        match around {
            Some(Open::Formatted(quote) | Open::Format(quote)) => self.open.push(Open::Format(quote)),
            _ => self.scan.broken = true,
        }
    }

    /// A string whose prefix starts at `start` and whose quotes start at `quotes`.
    fn string(&mut self, start: usize, quotes: usize) {
        let prefix = &self.text[start..quotes];
        self.at = quotes;
        let mark = self.byte(0);
        let triple = self.byte(1) == mark && self.byte(2) == mark;
        let raw = prefix.contains(['r', 'R']);
        self.at += if triple { 3 } else { 1 };
        let quote = Quote { mark, triple, raw };
        if prefix.contains(['f', 'F', 't', 'T']) {
            self.push(start, Token::Formatted);
            return self.open.push(Open::Formatted(quote));
        }
        self.begin(start);
        let mut ended = false;
        while self.at < self.text.len() {
            match self.byte(0) {
                b'\\' => self.escaped(),
                b'\n' if !triple => break,
                b'\n' => self.newline(),
                byte if byte == mark && self.closes(quote) => {
                    self.at += if triple { 3 } else { 1 };
                    ended = true;
                    break;
                }
                _ => self.at += 1,
            }
        }
        self.scan.broken |= !ended;
        self.fresh = false;
        self.tokens.push(Token::Text(&self.text[start..self.at]));
    }

    fn closes(&self, quote: Quote) -> bool {
        !quote.triple || (self.byte(1) == quote.mark && self.byte(2) == quote.mark)
    }

    /// A backslash and the character after it.
    fn escaped(&mut self) {
        self.at += 1;
        if self.byte(0) == b'\n' {
            self.newline();
        } else if self.at < self.text.len() {
            self.at += self.char().len_utf8();
        }
    }

    /// The literal part of an f-string, up to its end or the next field.
    fn literal_part(&mut self, quote: Quote) {
        let format = matches!(self.open.last(), Some(Open::Format(_)));
        match self.byte(0) {
            b'\\' if matches!(self.byte(1), b'{' | b'}') => self.at += 1,
            b'\\' if self.byte(1) == b'N' && self.byte(2) == b'{' && !quote.raw => self.at += 3,
            b'\\' => self.escaped(),
            b'{' if self.byte(1) == b'{' && !format => self.at += 2,
            b'{' => {
                self.at += 1;
                self.open.push(Open::Field);
            }
            b'}' if format => {
                self.at += 1;
                self.open.pop();
                self.open.pop();
            }
            b'\n' if quote.triple => self.newline(),
            b'\n' => self.leave(),
            byte if byte == quote.mark && self.closes(quote) => {
                if format {
                    return self.leave_through_quote(quote);
                }
                self.at += if quote.triple { 3 } else { 1 };
                self.fresh = false;
                self.open.pop();
            }
            _ => self.at += 1,
        }
    }

    /// An f-string that does not end where it must: what it opened is closed.
    fn leave(&mut self) {
        self.scan.broken = true;
        while let Some(open) = self.open.pop() {
            if matches!(open, Open::Formatted(_)) {
                break;
            }
        }
    }

    fn leave_through_quote(&mut self, quote: Quote) {
        self.leave();
        self.at += if quote.triple { 3 } else { 1 };
    }
}

fn is_prefix(word: &str) -> bool {
    word.len() <= 2
        && matches!(
            word.to_ascii_lowercase().as_str(),
            "r" | "u" | "b" | "f" | "t" | "br" | "rb" | "fr" | "rf" | "tr" | "rt"
        )
}
