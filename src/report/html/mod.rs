//! Pages of HTML: one file that loads nothing, made from a template. Not what is on them.
//!
//! The hard part is that half of the text is written by others. So nothing but what is marked safe here reaches a page as
//! markup: every text passes through [`put`], which shows what is unseen and escapes what is HTML. The policy of the page
//! names its own style and script by their digests, so that no other would run even if it got in.

mod finding;

use std::fmt::Write as _;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::clean;

pub(super) use finding::{Found, Group, groups};

/// The longest piece of text, in characters: half a screen. Data for machines is in other formats.
const LONGEST: usize = 1_000;

/// What all pages look like.
const STYLE: &str = include_str!("page.css");

/// Findings by rule, as a macro that every template may call.
const FINDINGS: &str = include_str!("findings.html");

/// A page of `template` with those values, and with a script where it has one. The template includes `style`, `script` and
/// `csp` itself.
///
/// # Panics
/// Where the template is wrong: it is our own, and a test fills it.
pub(super) fn fill(template: &'static str, values: &impl Serialize, script: &'static str) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters"));
    environment.set_formatter(put);
    environment.add_filter("words", |text: String| Value::from_safe_string(words(&text)));
    environment.add_filter("cut", |text: String, max: usize| clean::line(&text, max));
    environment.add_filter("minute", |time: String| minute(&time));
    environment.add_filter("day", |time: String| time.get(..10).unwrap_or(&time).to_owned());
    environment.add_filter("percent", |hundredths: u32| percent(hundredths));
    let page = minijinja::context! {
        page => Serde(values),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(script.to_owned()),
        csp => Value::from_safe_string(policy(script)),
    };
    let template = format!("{FINDINGS}{template}");
    let mut html =
        environment.render_str(&template, page).expect("the template is our own and is tried by tests");
    html.push('\n');
    html
}

/// Text of others, on one line, as text and nothing else.
fn put(out: &mut Output, _state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_undefined() || value.is_none() {
        return Ok(());
    }
    let written = match value.as_str() {
        Some(safe) if value.is_safe() => out.write_str(safe),
        Some(text) => out.write_str(&escaped(&clean::line(text, LONGEST))),
        None => out.write_str(&escaped(&value.to_string())),
    };
    written.map_err(|error| Error::new(minijinja::ErrorKind::WriteFailure, error.to_string()))
}

/// `text` for the inside of an element or of an attribute between quotes.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            plain => html.push(plain),
        }
    }
    html
}

/// A sentence; what stands between two backticks is code.
fn words(text: &str) -> String {
    let line = clean::line(text, LONGEST);
    let mut html = String::with_capacity(line.len() + 16);
    let mut rest = line.as_str();
    while let Some((before, literal, after)) = literal(rest) {
        html.push_str(&escaped(before));
        let _infallible = write!(html, "<code>{}</code>", escaped(literal));
        rest = after;
    }
    html.push_str(&escaped(rest));
    html
}

fn literal(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('`')?;
    let (literal, after) = rest.split_once('`')?;
    (!literal.is_empty()).then_some((before, literal, after))
}

/// `2025-10-14 09:00 UTC` of what a time is serialized as.
fn minute(time: &str) -> String {
    match (time.get(..10), time.get(11..16)) {
        (Some(day), Some(clock)) if time.ends_with('Z') => format!("{day} {clock} UTC"),
        _ => time.to_owned(),
    }
}

/// `73.19 %` of hundredths of a percent.
fn percent(hundredths: u32) -> String {
    let percent = crate::model::percent::Percent::from_hundredths(hundredths.min(10_000));
    percent.map(|percent| format!("{percent} %")).unwrap_or_default()
}

/// What the page may do: show its own style and run its own script, and nothing else.
fn policy(script: &str) -> String {
    let mut policy =
        format!("default-src 'none'; style-src {}; base-uri 'none'; form-action 'none'", source(STYLE));
    if !script.is_empty() {
        let _infallible = write!(policy, "; script-src {}", source(script));
    }
    policy
}

/// A style or a script by its digest.
fn source(text: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))
}

/// RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |place: usize| u32::from(chunk.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let index = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or(0);
            text.push(if place > chunk.len() { '=' } else { char::from(LETTERS[index]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::clean::{is_unseen, tests::hostile};
    use super::*;
    use proptest::prelude::*;

    fn filled(template: &'static str, text: &str) -> String {
        fill(template, &std::collections::BTreeMap::from([("text", text)]), "")
            .trim_end_matches('\n')
            .to_owned()
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        let encoded = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|text| base64(text.as_bytes()));
        assert_eq!(encoded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn text_is_text_and_literals_are_code() {
        let text = "run `a < b`, \"then\" </script><b>\u{202e}";
        assert_eq!(
            filled("<p title=\"{{ page.text }}\">{{ page.text|words }}</p>", text),
            "<p title=\"run `a &lt; b`, &quot;then&quot; &lt;/script&gt;&lt;b&gt;\\u{202e}\">\
             run <code>a &lt; b</code>, &quot;then&quot; &lt;/script&gt;&lt;b&gt;\\u{202e}</p>"
        );
    }

    #[test]
    fn moments_and_percentages_are_as_people_read_them() {
        assert_eq!(filled("{{ page.text|minute }}", "2025-10-14T09:00:30Z"), "2025-10-14 09:00 UTC");
        assert_eq!(filled("{{ page.text|day }}", "2025-10-14T09:00:30Z"), "2025-10-14");
        assert_eq!(filled("{{ 7064|percent }}", ""), "70.64 %");
    }

    proptest! {
        #[test]
        fn no_text_of_others_ends_what_it_stands_in(text in hostile()) {
            for template in ["{{ page.text }}", "{{ page.text|words }}", "{{ page.text|cut(9) }}"] {
                let html = filled(template, &text);
                let plain = html.replace("<code>", "").replace("</code>", "");
                prop_assert!(!plain.contains(['<', '>', '"', '\'']), "{}", html);
                prop_assert!(!html.chars().any(is_unseen), "{:?}", html);
            }
        }
    }
}
