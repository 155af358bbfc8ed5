//! The tokens of a module's first statement → its docstring, as `inspect.getdoc` gives it.
//! Not an evaluator: a string that is computed (`+`, `%`, an f-string) is no docstring for Python either.

use super::scan::Token;

/// The docstring that `tokens`, the first logical line of a module, stands for.
pub(super) fn of(tokens: &[Token<'_>]) -> Option<String> {
    let end = tokens.iter().position(|token| *token == Token::Symbol(';')).unwrap_or(tokens.len());
    let mut statement = &tokens[..end];
    while let [Token::Symbol('('), inside @ .., Token::Symbol(')')] = statement {
        statement = inside;
    }
    let mut value = String::new();
    for token in statement {
        let Token::Text(literal) = token else { return None };
        value.push_str(&decode(literal)?);
    }
    (!statement.is_empty()).then(|| clean(&value))
}

/// The value of one literal; `None` for bytes and for a string without end.
fn decode(literal: &str) -> Option<String> {
    let (prefix, quoted) = literal.split_at(literal.find(['\'', '"'])?);
    if prefix.contains(['b', 'B']) {
        return None;
    }
    let body = ["\"\"\"", "'''", "\"", "'"]
        .iter()
        .find_map(|quotes| quoted.strip_prefix(quotes)?.strip_suffix(quotes))?;
    if prefix.contains(['r', 'R']) { Some(body.to_owned()) } else { Some(unescape(body)) }
}

fn unescape(body: &str) -> String {
    let mut value = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        rest = escape(&rest[at + 1..], &mut value);
    }
    value.push_str(rest);
    value
}

/// Appends what the escape that starts `rest` stands for, and gives what follows it.
fn escape<'t>(rest: &'t str, value: &mut String) -> &'t str {
    let Some(char) = rest.chars().next() else {
        value.push('\\');
        return rest;
    };
    let after = &rest[char.len_utf8()..];
    let simple = match char {
        '\n' => return after,
        '\\' | '\'' | '"' => char,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '0'..='7' => return number(rest, 1..=3, 8, value),
        'x' => return number(after, 2..=2, 16, value),
        'u' => return number(after, 4..=4, 16, value),
        'U' => return number(after, 8..=8, 16, value),
        // A name such as `\N{BULLET}` stays as it is: no code example hangs on it.
        _ => {
            value.push('\\');
            char
        }
    };
    value.push(simple);
    after
}

/// Appends the character of the number that starts `rest`. A half of a surrogate pair, which no Rust string
/// can hold, becomes U+FFFD, and so does a number that Python would refuse.
fn number<'t>(
    rest: &'t str,
    digits: std::ops::RangeInclusive<usize>,
    radix: u32,
    value: &mut String,
) -> &'t str {
    let width = rest.chars().take(*digits.end()).take_while(|char| char.is_digit(radix)).count();
    let code = u32::from_str_radix(&rest[..width], radix).ok().filter(|_| width >= *digits.start());
    value.push(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
    &rest[width..]
}

/// `inspect.cleandoc`: tabs expanded, the common indentation of all lines but the first removed, no blank
/// lines around.
fn clean(value: &str) -> String {
    let expanded = expand_tabs(value);
    let lines: Vec<&str> = expanded.split('\n').collect();
    let margin = lines[1..]
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.chars().take_while(|char| char.is_whitespace()).count())
        .min()
        .unwrap_or(usize::MAX);
    let mut cleaned = vec![lines[0].trim_start()];
    cleaned.extend(lines[1..].iter().map(|line| {
        if margin == usize::MAX {
            return *line;
        }
        line.char_indices().nth(margin).map_or("", |(at, _)| &line[at..])
    }));
    let first = cleaned.iter().position(|line| !line.is_empty()).unwrap_or(cleaned.len());
    let last = cleaned.iter().rposition(|line| !line.is_empty()).map_or(first, |last| last + 1);
    cleaned[first..last].join("\n")
}

fn expand_tabs(value: &str) -> String {
    let mut expanded = String::with_capacity(value.len());
    let mut column = 0;
    for char in value.chars() {
        match char {
            '\t' => {
                let width = 8 - column % 8;
                expanded.extend(std::iter::repeat_n(' ', width));
                column += width;
                continue;
            }
            '\n' | '\r' => column = 0,
            _ => column += 1,
        }
        expanded.push(char);
    }
    expanded
}
