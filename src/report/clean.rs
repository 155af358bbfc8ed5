//! Text that was written by others, made safe to show on one line. Not an escape for a format: that is
//! `markup`. The hard part is what cannot be seen: a tool's message may move the cursor, reorder the line
//! or hide a letter, so everything that acts instead of showing is shown as `\u{…}`.

/// Whether a character acts on the text around it, or on the terminal, instead of being seen: controls,
/// bidirectional marks, zero-width and invisible letters, line separators, tags.
pub(super) fn is_unseen(character: char) -> bool {
    matches!(character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The longest line that is shown of one piece of text, in characters.
const LONGEST: usize = 1_000;

/// `text` on one line, for messages outside of a report.
pub fn one_line(text: &str) -> String {
    line(text, LONGEST)
}

/// `text` on one line of at most `max` characters, the last one `…` where it was cut. A line break becomes
/// ` ⏎ `, a tab a space, and an unseen character its visible escape.
pub(super) fn line(text: &str, max: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    let mut characters = text.trim_matches(BLANK).chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' | '\r' => {
                while characters.next_if(|next| BLANK.contains(next)).is_some() {}
                let kept = line.trim_end_matches(' ').len();
                length -= line.len() - kept;
                line.truncate(kept);
                line.push_str(" ⏎ ");
                length += 3;
            }
            '\t' => {
                line.push(' ');
                length += 1;
            }
            unseen if is_unseen(unseen) => {
                let escape = unseen.escape_unicode();
                length += escape.len();
                line.extend(escape);
            }
            seen => {
                line.push(seen);
                length += 1;
            }
        }
        if length > max {
            return cut(&line, max);
        }
    }
    line
}

const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

fn cut(line: &str, max: usize) -> String {
    let mut short: String = line.chars().take(max.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What acts on terminals, on lines, or on a forge, a piece a word, and spaces between.
    const LURES: &str = "\u{1b}[2J \u{1b}]0;t\u{7} \u{9b}31m \r \n \r\n \t \0 \u{7f} \u{202e} \u{2066} \u{200b} \u{2028} \
        \u{2029} \u{feff} \u{e0041} | \\| \\ ` `` ``` ~~~ <b> </details> <!-- --> <script> &lt; &#64; @name #123 GH-1 \
        owner/repo#2 http://a.b www.a.b a@b.cd [x](y) ![x](y) * __ # - 1. > |---| $x$ :tada: 0123456789abcdef \
        mailto:a@b.cd word ::set-output ::add-mask::x ##[add-path]/tmp ,line=9 %0A %25 :: = ]]> <![CDATA[ &amp; &#0; \u{fffe} \u{ffff} \
        =cmd() \"  ";

    /// Text as an enemy writes it: ordinary letters between everything that acts.
    pub(in crate::report) fn hostile() -> impl Strategy<Value = String> {
        let lures: Vec<&str> =
            LURES.split(' ').map(|lure| if lure.is_empty() { " " } else { lure }).collect();
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            prop::sample::select(lures).prop_map(String::from)
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    #[test]
    fn an_escape_sequence_is_shown_and_not_obeyed() {
        assert_eq!(line("\u{1b}[2Jgone\u{7}", 80), "\\u{1b}[2Jgone\\u{7}");
        assert_eq!(line("\u{9b}31mred", 80), "\\u{9b}31mred");
    }

    #[test]
    fn text_cannot_be_reordered_or_hidden() {
        assert_eq!(line("a\u{202e}b\u{200b}c\u{2028}d", 80), "a\\u{202e}b\\u{200b}c\\u{2028}d");
    }

    #[test]
    fn everything_that_acts_unseen_is_known_and_nothing_that_is_seen_is_taken_for_it() {
        let unseen = "\0\u{7}\u{8}\u{b}\u{1b}\u{7f}\u{80}\u{85}\u{9b}\u{9f}\u{ad}\u{34f}\u{61c}\u{115f}\u{180e}\u{200b}\
            \u{200c}\u{200d}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\u{2061}\
            \u{2064}\u{2066}\u{2067}\u{2068}\u{2069}\u{206f}\u{3164}\u{feff}\u{ffa0}\u{fff9}\u{e0001}\u{e007f}";
        for character in unseen.chars() {
            assert!(is_unseen(character), "{character:?}");
        }
        for character in " aZ09~äß漢…→≥✓✗⏎\u{a0}\u{301}\u{1f389}".chars() {
            assert!(!is_unseen(character), "{character:?}");
        }
    }

    #[test]
    fn a_line_break_is_a_sign_on_the_same_line() {
        assert_eq!(line("\n one  \r\n\n   two\tthree\n", 80), "one ⏎ two three");
    }

    #[test]
    fn long_text_is_cut_by_characters_with_a_sign_that_it_was() {
        assert_eq!(line("äöü", 3), "äöü");
        assert_eq!(line("äöüß", 3), "äö…");
    }

    proptest! {
        #[test]
        fn nothing_unseen_survives_and_the_length_holds(text in hostile(), max in 1usize..60) {
            let line = line(&text, max);
            prop_assert!(!line.chars().any(|c| is_unseen(c) || c.is_control()), "{line:?}");
            prop_assert!(line.chars().count() <= max);
        }

        #[test]
        fn ordinary_text_stays_as_it_is(text in "[a-zA-Z0-9äöüéß漢字(){}.,:]{0,40}") {
            prop_assert_eq!(line(&text, 40), text);
        }
    }
}
