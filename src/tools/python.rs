//! Facts that the text of one Python file tells, without running it.
//! Not a parser and not a linter: what is wrong with a file is for the tools to say.
//!
//! The hard part: every text must give facts in linear time, because a gate reads files that nobody has
//! vetted; `scan` says why that rules out tree-sitter.

mod comment;
mod docstring;
mod scan;

use std::collections::BTreeSet;

pub use comment::{Directive, Suppression, SuppressionKind};

use scan::{Line, Token};

/// What one file tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The module's docstring as `inspect.getdoc` gives it; may be empty.
    pub docstring: Option<String>,
    /// Classes and functions at module level, in blocks such as `if` and `try` too, whose names do not begin
    /// with `_`.
    pub public: BTreeSet<String>,
    /// Top-level names of modules that the file can do without: imported in a `try` that catches the
    /// failure, or asked for by name.
    pub optional_imports: BTreeSet<String>,
    /// Comments that keep findings quiet, in the order of the text.
    pub suppressions: Vec<Suppression>,
    /// Settings that `# pyright:` comments make for this file, in the order of the text.
    pub directives: Vec<Directive>,
    /// Whether the text cannot be Python: an open string or bracket, a stray character, blocks nested
    /// deeper than Python takes. `false` promises nothing: that a file parses is for the tools to say.
    pub malformed: bool,
}

impl Facts {
    /// How many suppressions of `kind` there are.
    pub fn suppressed(&self, kind: SuppressionKind) -> u64 {
        self.suppressions.iter().filter(|suppression| suppression.kind == kind).count() as u64
    }
}

/// Reads `text`, with or without a byte order mark, with line ends of any kind.
pub fn read(text: &str) -> Facts {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let scan = scan::scan(&text);
    let mut facts = Facts { malformed: scan.broken, ..Facts::default() };
    for comment in &scan.comments {
        comment::suppressions(comment, &mut facts.suppressions);
        comment::directives(comment, &mut facts.directives);
    }
    facts.docstring = scan.lines.first().and_then(|line| docstring::of(&line.tokens));
    let mut outline = Outline { blocks: Vec::new(), facts };
    for line in &scan.lines {
        outline.line(line);
    }
    outline.close(0);
    outline.facts
}

/// Python's own limit: deeper nesting is "too many levels of indentation".
const DEEPEST: usize = 100;

/// A block that is open, with the indentation of its header.
struct Block<'t> {
    indent: usize,
    kind: Kind<'t>,
}

/// What a block means for what stands in it.
enum Kind<'t> {
    /// Runs later, if at all: no `try` around it guards what stands in it.
    Function,
    /// Runs now, but what it defines is not the module's.
    Class,
    /// The body of `try`, with the modules that it imports.
    Try(Vec<&'t str>),
    /// `except`, `else` or `finally` of a `try`, with the modules that its body imports.
    Handler(Vec<&'t str>),
    /// `with suppress(ImportError)`.
    Suppress,
    /// Runs now and changes nothing.
    Plain,
}

/// The blocks around the line that is being read.
struct Outline<'t> {
    blocks: Vec<Block<'t>>,
    facts: Facts,
}

impl<'t> Outline<'t> {
    fn line(&mut self, line: &Line<'t>) {
        let tokens = line.tokens.as_slice();
        let chained = matches!(tokens, [Token::Word("except" | "else" | "finally"), ..]);
        let imports = if chained { self.take_chain(line.indent) } else { None };
        self.close(line.indent);
        let Some((head, body)) = header(tokens) else {
            return self.statements(tokens);
        };
        if self.blocks.len() >= DEEPEST {
            self.facts.malformed = true;
            return;
        }
        self.calls(head);
        let kind = match (head, imports) {
            ([Token::Word("except"), caught @ ..], Some(imports)) if catches(caught) => {
                self.facts.optional_imports.extend(imports.into_iter().map(str::to_owned));
                Kind::Handler(Vec::new())
            }
            (_, Some(imports)) => Kind::Handler(imports),
            ([Token::Word("try"), ..], None) => Kind::Try(Vec::new()),
            ([Token::Word("with"), items @ ..], None) if suppresses(items) => Kind::Suppress,
            ([Token::Word("class"), Token::Word(name), ..], None) => self.define(name, Kind::Class),
            (
                [Token::Word("def"), Token::Word(name), ..]
                | [Token::Word("async"), Token::Word("def"), Token::Word(name), ..],
                None,
            ) => self.define(name, Kind::Function),
            _ => Kind::Plain,
        };
        self.blocks.push(Block { indent: line.indent, kind });
        self.statements(body);
    }

    /// Closes the blocks that a line with `indent` is not in.
    fn close(&mut self, indent: usize) {
        while self.blocks.last().is_some_and(|block| block.indent >= indent) {
            self.blocks.pop();
        }
    }

    /// The imports of the `try` that a clause with `indent` belongs to; `None` where it belongs to another
    /// statement, such as the `else` of an `if`.
    fn take_chain(&mut self, indent: usize) -> Option<Vec<&'t str>> {
        if let Some(deeper) = indent.checked_add(1) {
            self.close(deeper);
        }
        match self.blocks.last_mut() {
            Some(Block { indent: header, kind: Kind::Try(imports) | Kind::Handler(imports) })
                if *header == indent =>
            {
                Some(std::mem::take(imports))
            }
            _ => None,
        }
    }

    fn define(&mut self, name: &str, kind: Kind<'t>) -> Kind<'t> {
        let nested = self.blocks.iter().any(|block| matches!(block.kind, Kind::Function | Kind::Class));
        if !nested && !name.starts_with('_') {
            self.facts.public.insert(name.to_owned());
        }
        kind
    }

    fn statements(&mut self, tokens: &[Token<'t>]) {
        for statement in tokens.split(|token| *token == Token::Symbol(';')) {
            match statement {
                [Token::Word("import"), names @ ..] => {
                    for name in names.split(|token| *token == Token::Symbol(',')) {
                        if let Some(Token::Word(name)) = name.first() {
                            self.import(name);
                        }
                    }
                }
                [Token::Word("from"), Token::Word(name), ..] if *name != "__future__" => self.import(name),
                _ => self.calls(statement),
            }
        }
    }

    /// Notes an import of `module` for every `try` around it, until one of them is known to catch it.
    fn import(&mut self, module: &'t str) {
        for block in self.blocks.iter_mut().rev() {
            match &mut block.kind {
                Kind::Function => return,
                Kind::Try(imports) => imports.push(module),
                Kind::Suppress => {
                    self.facts.optional_imports.insert(module.to_owned());
                }
                Kind::Class | Kind::Handler(_) | Kind::Plain => {}
            }
        }
    }

    /// Modules that are asked for by name: `find_spec` only asks, the others import.
    fn calls(&mut self, tokens: &[Token<'t>]) {
        for window in tokens.windows(4) {
            let [Token::Word(function), Token::Symbol('('), Token::Text(literal), Token::Symbol(',' | ')')] =
                window
            else {
                continue;
            };
            let Some(module) = module_of(literal) else { continue };
            match *function {
                "find_spec" => {
                    self.facts.optional_imports.insert(module.to_owned());
                }
                "import_module" | "__import__" => self.import(module),
                _ => {}
            }
        }
    }
}

/// The header of a block and what follows its colon; `None` for a line that opens no block.
fn header<'a, 't>(tokens: &'a [Token<'t>]) -> Option<(&'a [Token<'t>], &'a [Token<'t>])> {
    let Some(Token::Word(word)) = tokens.first() else { return None };
    let opens = matches!(
        *word,
        "async"
            | "class"
            | "def"
            | "elif"
            | "else"
            | "except"
            | "finally"
            | "for"
            | "if"
            | "try"
            | "while"
            | "with"
    );
    // `match` and `case` are names as well.
    let soft =
        matches!(*word, "case" | "match") && tokens.get(1).is_some_and(|next| *next != Token::Symbol(':'));
    if !opens && !soft {
        return None;
    }
    let (mut depth, mut lambdas) = (0usize, 0usize);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Symbol('(' | '[' | '{') => depth += 1,
            Token::Symbol(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Token::Word("lambda") if depth == 0 => lambdas += 1,
            Token::Symbol(':') if depth == 0 && lambdas > 0 => lambdas -= 1,
            Token::Symbol(':') if depth == 0 => return Some((&tokens[..at], &tokens[at + 1..])),
            _ => {}
        }
    }
    opens.then_some((tokens, &[]))
}

/// Whether an `except` clause for `caught` catches a failed import.
fn catches(caught: &[Token<'_>]) -> bool {
    let named = caught.iter().position(|token| *token == Token::Word("as")).unwrap_or(caught.len());
    let caught = &caught[..named];
    caught.is_empty() || caught.iter().any(is_import_error)
}

/// Whether a `with` statement for `items` swallows a failed import.
fn suppresses(items: &[Token<'_>]) -> bool {
    let Some(at) = items.iter().position(|token| *token == Token::Word("suppress")) else { return false };
    items[at..].iter().any(is_import_error)
}

fn is_import_error(token: &Token<'_>) -> bool {
    matches!(token, Token::Word("ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException"))
}

/// The top-level name of the module that a literal names; `None` where it is relative or no name.
fn module_of(literal: &str) -> Option<&str> {
    let dotted = literal.trim_matches(['\'', '"']);
    let name = dotted.split('.').next()?;
    let plain = name.chars().all(|char| char.is_alphanumeric() || char == '_');
    (plain && !name.is_empty() && !name.starts_with(|char: char| char.is_ascii_digit())).then_some(name)
}

#[cfg(test)]
mod tests;
