use proptest::prelude::*;

use super::*;

fn changed(file: &str, name: &str, body: &str) -> String {
    match place(file, name, body, false).expect("sound marks") {
        Placed::Changed(text) => text,
        other => panic!("{other:?}"),
    }
}

fn fault(file: &str) -> MarkFault {
    place(file, "a", "text", true).expect_err("a fault")
}

#[test]
fn a_document_without_marks_gets_its_part_at_the_end() {
    let text = changed("# Carbon", "carbon", "one\ntwo\n");
    assert!(text.starts_with("# Carbon\n\n<!-- tta-promote:begin carbon sha256="), "{text}");
    assert!(text.ends_with(" -->\n\none\ntwo\n\n<!-- tta-promote:end carbon -->\n"), "{text}");
    assert_eq!(place(&text, "carbon", "one\ntwo", false), Ok(Placed::UpToDate));
    assert!(changed("", "carbon", "one").starts_with("<!--"));
    assert!(
        changed("\u{feff}# A\r\n", "carbon", "one\ntwo")
            .ends_with("\r\none\r\ntwo\r\n\r\n<!-- tta-promote:end carbon -->\r\n")
    );
}

#[test]
fn marks_that_a_person_set_are_filled_and_what_they_wrote_between_them_stays() {
    let file = "before\n<!-- tta-promote:begin a -->\n<!-- tta-promote:end a -->\nafter";
    let text = changed(file, "a", "text");
    assert!(text.starts_with("before\n<!--") && text.ends_with("-->\nafter"), "{text}");
    let written = file.replace("a -->\n<!--", "a -->\nmine\n<!--");
    let Ok(Placed::Edited { line, difference }) = place(&written, "a", "text", false) else { panic!() };
    assert_eq!(line, 2);
    assert!(difference.contains("-mine") && difference.contains("+text"), "{difference}");
}

#[test]
fn a_hand_edit_is_shown_and_overwritten_only_by_force() {
    let text = changed("", "a", "Coverage 70.64 %\nStage staging");
    let edited = text.replace("70.64", "100");
    let Ok(Placed::Edited { line: 1, difference }) =
        place(&edited, "a", "Coverage 71 %\nStage staging", false)
    else {
        panic!()
    };
    assert!(difference.contains("-Coverage 100 %\n+Coverage 71 %"), "{difference}");
    assert!(matches!(place(&edited, "a", "new", true), Ok(Placed::Changed(text)) if !text.contains("100")));
    // Who wrote by hand what we would have written needs no force.
    assert!(matches!(place(&edited, "a", "Coverage 100 %\nStage staging", false), Ok(Placed::Changed(_))));
    // Taken out is edited, too.
    let emptied = text.replace("\nCoverage 70.64 %\nStage staging\n", "");
    assert!(matches!(place(&emptied, "a", "new", false), Ok(Placed::Edited { .. })), "{emptied}");
}

#[test]
fn other_line_ends_and_a_blank_line_more_are_no_edit() {
    let text = changed("", "a", "one\ntwo");
    for same in [text.replace('\n', "\r\n"), text.replace("\none", "\n\none"), text.replace("<!--", "  <!--")]
    {
        assert_eq!(place(&same, "a", "one\ntwo", false), Ok(Placed::UpToDate), "{same:?}");
        assert!(matches!(place(&same, "a", "three", false), Ok(Placed::Changed(_))));
    }
}

#[test]
fn marks_that_leave_a_doubt_are_a_fault_with_their_line() {
    let (begin, end) = ("<!-- tta-promote:begin a -->\n", "<!-- tta-promote:end a -->\n");
    let cases = [
        (format!("x\n{begin}y"), 2, "does not end"),
        (format!("{begin}{begin}{end}{end}"), 2, "within another"),
        (format!("{begin}{end}\n{begin}{end}"), 4, "a second time"),
        (format!("\n{end}{begin}"), 2, "has not begun"),
        (format!("{begin}<!-- tta-promote:end b -->\n"), 2, "`b` ends where `a` has begun"),
        ("<!-- tta-promote:begin -->\n".to_owned(), 1, "broken"),
        ("<!-- tta-promote:begin a\n".to_owned(), 1, "broken"),
        ("<!-- tta-promote:begin a md5=1 -->\n".to_owned(), 1, "broken"),
        ("<!-- tta-promote:end a b -->\n".to_owned(), 1, "broken"),
        // Also where it is about another part: what is ours could not be told.
        (format!("{begin}{end}<!-- tta-promote:begin b -->\n"), 3, "`b` begins and does not end"),
    ];
    for (file, line, words) in cases {
        let fault = fault(&file);
        assert_eq!(fault.line, line, "{file}");
        assert!(fault.to_string().contains(words), "{fault}");
    }
}

#[test]
fn a_quotation_and_the_marks_of_issues_are_no_marks() {
    let file =
        "see `<!-- tta-promote:begin a -->`\n> <!-- tta-promote:begin a -->\n<!-- tta-promote:anchor=1 -->\n";
    assert!(changed(file, "a", "text").starts_with(file));
}

#[test]
fn two_parts_of_one_document_do_not_touch_each_other() {
    let both = changed(&changed("# All\n", "a", "of a"), "b", "of b");
    let later = changed(&both, "a", "more of a");
    assert!(later.contains("\n\nof b\n") && later.contains("\n\nmore of a\n"));
    assert_eq!(place(&later, "b", "of b", false), Ok(Placed::UpToDate));
}

/// Text of people, whatever its line ends; no line of it is a mark.
fn prose() -> impl Strategy<Value = String> {
    prop::collection::vec("[a-z#|`<é ]{0,8}(\n|\r\n|\r|)", 0..6).prop_map(|lines| lines.concat())
}

fn body() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "[a-z|# ]{0,12}",
        Just("<!-- tta-promote:end a -->".to_owned()),
        Just("<!-- tta-promote:begin a -->".to_owned())
    ];
    prop::collection::vec(line, 0..6).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn all_that_is_not_ours_stays_byte_for_byte(file in prose(), one in body(), two in body(), after in prose()) {
        let with = changed(&file, "a", &one);
        prop_assert!(with.starts_with(&file));
        prop_assert_eq!(place(&with, "a", &one, false), Ok(Placed::UpToDate));
        let with = format!("{with}{after}");
        if let Placed::Changed(next) = place(&with, "a", &two, false).expect("sound marks") {
            prop_assert!(next.starts_with(&file), "{:?}", next);
            prop_assert!(next.ends_with(&after), "{:?}", next);
            prop_assert_eq!(place(&next, "a", &two, false), Ok(Placed::UpToDate));
            let back = place(&next, "a", &one, false).expect("sound marks");
            prop_assert!(back == Placed::Changed(with) || back == Placed::UpToDate);
        }
    }

    #[test]
    fn whatever_is_changed_between_the_marks_is_seen(one in "[a-z]{1,20}", edit in "[A-Z]{1,5}", two in "[a-z]{1,20}", at in 0usize..20) {
        let with = changed("# A\n", "a", &one);
        let place_of_edit = with.find(&format!("\n\n{one}\n\n")).expect("ours") + 2 + at.min(one.len());
        let mut edited = with;
        edited.insert_str(place_of_edit, &edit);
        let is_seen = matches!(place(&edited, "a", &two, false), Ok(Placed::Edited { .. }));
        prop_assert!(is_seen);
    }

    #[test]
    fn no_file_makes_it_stumble(file in "(<!-- tta-promote:(begin|end) [ab]( sha256=0)? -->|[x\r\n é]|<!--|-->){0,12}") {
        if let Ok(Placed::Changed(text)) = place(&file, "a", "text", true) {
            prop_assert_eq!(place(&text, "a", "text", false), Ok(Placed::UpToDate));
        }
    }
}
