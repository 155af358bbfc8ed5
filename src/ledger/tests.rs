//! What is written is read, and whatever is done to it is seen.

use proptest::prelude::*;

use super::sample::{self, facts, lines};
use super::*;
use crate::model::record::{CheckOutcome, CheckRecord, Fact, WaiverRecord};

fn defects(text: &[u8]) -> Vec<String> {
    match read("carbon", text) {
        Ok(_) => Vec::new(),
        Err(defects) => {
            defects.iter().map(|defect| format!("line {}: {}", defect.line, defect.kind)).collect()
        }
    }
}

/// Whether an audit with the head as its anchor finds something.
fn is_found(text: &[u8], head: Head) -> bool {
    match read("carbon", text) {
        Err(_) => true,
        Ok(ledger) => ledger.end != End::Whole || ledger.holds(head).is_err() || ledger.head() != head,
    }
}

#[test]
fn every_kind_of_record_is_read_as_it_was_written() {
    let all: Vec<Fact> = facts().into_iter().chain(sample::later_facts()).collect();
    let kinds: std::collections::BTreeSet<&str> = all.iter().map(Fact::kind).collect();
    assert_eq!(kinds, Fact::KINDS.into(), "there is a sample of each kind");
    let (records, text) = lines(all);
    assert!(
        text == include_str!("../../fixtures/ledgers/kinds.jsonl"),
        "version 1 is written as it was:\n{text}"
    );
    let ledger = read("carbon", text.as_bytes()).expect("sound");
    assert_eq!(ledger.records, records);
    assert_eq!(ledger.end, End::Whole);
    assert_eq!(Head::parse(&ledger.head().to_string()), Some(ledger.head()));
}

/// A measurement that passed by a waiver.
fn waived() -> Fact {
    let mut verification = sample::verification();
    let coverage = verification.checks[0].clone();
    verification.checks.push(CheckRecord {
        id: "lint".into(),
        outcome: CheckOutcome::Fail,
        waived: true,
        ..coverage
    });
    verification.waivers = vec![WaiverRecord {
        check: "lint".into(),
        rule: "E501".into(),
        path: "src/carbon.py".into(),
        covered: 2,
        reason: "generated".into(),
        owner: "alice".into(),
        issue: "#12".into(),
        expires: "2026-12-31".parse().expect("a day"),
    }];
    Fact::Verified(Box::new(verification))
}

#[test]
fn what_was_waived_is_remembered_with_the_waiver_and_its_end() {
    let (records, text) = lines(vec![waived()]);
    assert!(text.contains(r#""outcome":"fail","waived":true"#), "{text}");
    assert!(text.contains(r#""expires":"2026-12-31""#), "{text}");
    assert_eq!(read("carbon", text.as_bytes()).expect("sound").records, records);
    // A pass needs no waiver: who writes that is no version of ours.
    let mut wrong = sample::verification();
    wrong.checks[0].waived = true;
    let (_, text) = lines(vec![Fact::Verified(Box::new(wrong))]);
    assert!(read("carbon", text.as_bytes()).is_err());
    // Where nothing is waived, a line is what it always was.
    let (_, plain) = lines(vec![Fact::Verified(Box::new(sample::verification()))]);
    assert!(!plain.contains("waive"), "{plain}");
}

#[test]
fn an_empty_ledger_has_no_records() {
    let ledger = read("carbon", b"").expect("sound");
    assert_eq!((ledger.records.len(), ledger.head()), (0, Head::NONE));
}

#[test]
fn a_line_is_one_line_whatever_is_in_it() {
    let (records, text) = lines(facts());
    assert_eq!(text.lines().count(), records.len());
    insta::assert_snapshot!(text.lines().nth(1).expect("a line"));
}

#[test]
fn every_changed_byte_of_a_small_ledger_is_found() {
    let (_, text) = lines(facts().into_iter().skip(1).collect());
    let head = read("carbon", text.as_bytes()).expect("sound").head();
    for place in 0..text.len() {
        for change in [1u8, 0x20, 0x80] {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= change;
            assert!(is_found(&bytes, head), "byte {place} changed by {change}");
        }
        let mut bytes = text.clone().into_bytes();
        bytes.remove(place);
        assert!(is_found(&bytes, head), "byte {place} removed");
        for byte in [b'\n', b' ', b'0'] {
            let mut bytes = text.clone().into_bytes();
            bytes.insert(place, byte);
            assert!(is_found(&bytes, head), "byte {byte} inserted at {place}");
        }
        if place + 1 < text.len() && text.as_bytes()[place] != text.as_bytes()[place + 1] {
            let mut bytes = text.clone().into_bytes();
            bytes.swap(place, place + 1);
            assert!(is_found(&bytes, head), "bytes {place} and the next swapped");
        }
    }
}

#[test]
fn an_edited_line_is_the_one_that_is_named() {
    let (_, text) = lines(facts());
    let edited = text.replacen("no network", "no netwerk", 1);
    assert_eq!(defects(edited.as_bytes()), ["line 3: was edited after it was written"]);
}

#[test]
fn what_was_removed_swapped_or_repeated_is_named() {
    let (_, text) = lines(facts());
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let without = |gone: std::ops::Range<usize>| {
        let kept = lines.iter().enumerate().filter(|(index, _)| !gone.contains(index));
        kept.map(|(_, line)| *line).collect::<String>()
    };
    assert_eq!(defects(without(3..4).as_bytes()), ["line 4: record 4 before it was removed"]);
    assert_eq!(defects(without(0..2).as_bytes()), ["line 1: records 1 to 2 before it were removed"]);
    let mut swapped = lines.clone();
    swapped.swap(4, 5);
    assert_eq!(
        defects(swapped.concat().as_bytes()),
        ["line 6: record 5 stands behind later ones: lines were swapped or moved"]
    );
    let repeated = format!("{text}{}", lines[2]);
    assert_eq!(defects(repeated.as_bytes()), ["line 11: record 3 is there a second time"]);
}

#[test]
fn two_branches_that_both_appended_are_told_from_an_edit() {
    let (records, text) = lines(facts());
    let head = read("carbon", text.as_bytes()).expect("sound").head();
    let one = sample::record(11, Fact::Failed { intent: 9, why: "ours".into() });
    let other = sample::record(11, Fact::Failed { intent: 9, why: "theirs".into() });
    let union = format!("{text}{}{}", line("carbon", &one, head).0, line("carbon", &other, head).0);
    assert_eq!(records.len(), 10);
    assert_eq!(
        defects(union.as_bytes()),
        ["line 12: a second record 11 follows the same record: two branches both appended"]
    );
    let conflict = format!("{text}<<<<<<< HEAD\n{}=======\n>>>>>>> b\n", line("carbon", &one, head).0);
    assert_eq!(defects(conflict.as_bytes())[0], "line 11: is a marker of a merge that git could not do");
}

#[test]
fn a_sound_record_in_the_place_of_another_is_named() {
    let (_, text) = lines(facts());
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let head = read("carbon", lines[..2].concat().as_bytes()).expect("sound").head();
    let other = sample::record(3, Fact::Failed { intent: 2, why: "another".into() });
    let replaced =
        format!("{}{}{}", lines[..2].concat(), line("carbon", &other, head).0, lines[3..].concat());
    assert_eq!(defects(replaced.as_bytes()), ["line 3: record 3 was replaced by another one"]);
}

#[test]
fn a_torn_last_line_is_not_read_and_not_forgotten() {
    let (records, text) = lines(facts());
    let torn = format!("{text}{{\"v\":1,\"seq\":");
    let ledger = read("carbon", torn.as_bytes()).expect("sound but for its end");
    assert_eq!((ledger.records, ledger.end), (records, End::Torn(13)));
}

#[test]
fn a_last_record_that_lacks_but_its_line_break_counts_as_any_other() {
    let (records, text) = lines(facts());
    let whole = read("carbon", text.as_bytes()).expect("sound");
    let unbroken = text.strip_suffix('\n').expect("a line break").as_bytes();
    let ledger = read("carbon", unbroken).expect("sound");
    assert_eq!((&ledger.records, ledger.end, ledger.head()), (&records, End::Unbroken, whole.head()));
    let outline = outline("carbon", unbroken).expect("sound");
    assert_eq!((outline.head(), outline.end), (whole.head(), End::Unbroken));
    assert!(measurement("carbon", unbroken, &outline, 1).expect("sound").is_some());
    // Cut anywhere else it is torn, and what is not its own bytes is none.
    let last = text.trim_end().rfind('\n').expect("a line break") + 1;
    for end in [last + 1, unbroken.len() - 1] {
        assert_eq!(read("carbon", &unbroken[..end]).expect("sound").end, End::Torn(end - last));
    }
    let edited = String::from_utf8_lossy(unbroken).replace("\"seq\":10", "\"seq\":11");
    assert_eq!(read("carbon", edited.as_bytes()).expect("sound").end, End::Torn(unbroken.len() - last));
}

#[test]
fn a_last_record_without_a_line_break_is_no_less_held_against_the_one_before() {
    let (_, text) = lines(facts());
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let unbroken = |lines: &[&str]| lines.concat().trim_end().to_owned();
    let gap = unbroken(&[&lines[..3], &lines[4..5]].concat());
    assert_eq!(defects(gap.as_bytes()), ["line 4: record 4 before it was removed"]);
    let head = Head { seq: 3, digest: Digest::of(b"another") };
    let other = line("carbon", &sample::record(4, Fact::Failed { intent: 2, why: "another".into() }), head).0;
    let replaced = unbroken(&[&lines[..3], &[other.as_str()]].concat());
    assert_eq!(defects(replaced.as_bytes()), ["line 3: record 3 was replaced by another one"]);
    let foreign = read("neo4j", text.trim_end().as_bytes()).expect_err("another's");
    assert_eq!(foreign.last().map(|defect| defect.line), Some(10));
}

#[test]
fn the_ledger_of_another_component_is_refused() {
    let (_, text) = lines(facts());
    let defects = read("neo4j", text.as_bytes()).expect_err("another's");
    assert_eq!(defects[0].kind, DefectKind::Foreign("carbon".into()));
}

#[test]
fn what_a_newer_version_wrote_is_not_taken_for_nonsense() {
    for (line, says) in [
        (r#"{"v":2,"seq":1,"anything":[]}"#, "version 2 of the format"),
        (r#"{"v":1,"seq":1,"kind":"dreamt"}"#, "records of the kind `dreamt`"),
    ] {
        let defects = read("carbon", format!("{line}\n").as_bytes()).expect_err("newer");
        assert_eq!(defects[0].kind, DefectKind::Newer(says.into()));
    }
}

#[test]
fn an_anchor_shows_what_was_cut_off_and_what_was_written_anew() {
    let (_, text) = lines(facts());
    let whole = read("carbon", text.as_bytes()).expect("sound");
    let cut: String = text.split_inclusive('\n').take(8).collect();
    let cut = read("carbon", cut.as_bytes()).expect("sound in itself");
    assert_eq!(cut.holds(whole.head()), Err(DefectKind::Truncated { wanted: 10, there: 8 }));
    assert_eq!(whole.holds(cut.head()), Ok(()));
    let (_, other) = lines(facts().into_iter().rev().collect());
    let other = read("carbon", other.as_bytes()).expect("sound in itself");
    assert_eq!(other.holds(whole.head()), Err(DefectKind::Rewritten { seq: 10 }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_to_a_long_ledger_is_found(place in 0usize..1_000, other in 0usize..1_000, byte in any::<u8>(), deed in 0u8..5) {
        let few: Vec<Fact> = facts().into_iter().skip(1).collect();
        let (_, text) = lines(few.iter().cycle().take(1_000).cloned().collect());
        let head = read("carbon", text.as_bytes()).expect("sound").head();
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        let at = text.len() / 1_000 * place;
        let changed = match deed {
            0 => { lines.remove(place); lines.concat().into_bytes() }
            1 => { lines.swap(place, other); lines.concat().into_bytes() }
            2 => { lines.insert(place, lines[other]); lines.concat().into_bytes() }
            3 => { let mut bytes = text.clone().into_bytes(); bytes[at] = byte; bytes }
            _ => { let mut bytes = text.clone().into_bytes(); bytes.insert(at, byte); bytes }
        };
        prop_assert!(changed == text.as_bytes() || is_found(&changed, head));
    }
}

/// Each format that was ever written stays readable: these files are never written anew.
#[test]
fn the_first_format_is_read_as_it_was_written() {
    let ledger = read("carbon", include_bytes!("../../fixtures/ledgers/v1.jsonl")).expect("sound");
    assert_eq!(ledger.records, lines(facts()).0);
}

#[test]
fn an_outline_is_held_against_the_digests_and_leads_to_whole_measurements() {
    let (records, text) = lines(facts());
    let outline = outline("carbon", text.as_bytes()).expect("sound");
    let whole = read("carbon", text.as_bytes()).expect("sound");
    assert_eq!(
        (outline.head(), outline.end, outline.digests.len()),
        (whole.head(), End::Whole, whole.digests.len())
    );
    let Fact::Verified(brief) = &outline.records[0].fact else { unreachable!("the first is a measurement") };
    let Fact::Verified(first) = &records[0].fact else { unreachable!("the first is a measurement") };
    assert_eq!((brief.verdict, brief.from, brief.to), (first.verdict, first.from, first.to));
    assert_eq!(outline.records[1..], records[1..]);
    let of = |seq| measurement("carbon", text.as_bytes(), &outline, seq);
    let measured = of(1).expect("sound");
    assert_eq!(measured.as_ref(), Some(first.as_ref()));
    for none in [0, 2, 10, 99] {
        assert_eq!(of(none), Ok(None));
    }
    let (_, long) = lines(facts().into_iter().cycle().take(40).collect());
    let outline = super::outline("carbon", long.as_bytes()).expect("sound");
    for seq in [1, 11, 21, 31] {
        let measured = measurement("carbon", long.as_bytes(), &outline, seq).expect("sound");
        assert_eq!(measured.as_ref(), Some(first.as_ref()), "{seq}: from either end");
        assert_eq!(measurement("carbon", long.as_bytes(), &outline, seq + 1), Ok(None));
    }
    let edited = text.replacen("73.19", "83.19", 1);
    assert_eq!(super::outline("carbon", edited.as_bytes()).expect_err("edited")[0].kind, DefectKind::Edited);
}

#[test]
fn an_outline_of_observations_leads_to_the_same_soak_as_the_whole() {
    let (records, text) = lines(sample::later_facts());
    let outline = outline("carbon", text.as_bytes()).expect("sound");
    let (Fact::Observed(brief), Fact::Observed(whole)) = (&outline.records[0].fact, &records[0].fact) else {
        unreachable!("the first is an observation")
    };
    assert_eq!((brief.window, brief.late, &brief.running), (whole.window, whole.late, &whole.running));
    let signs = |one: &crate::model::observation::Observation| {
        one.readings.iter().map(|reading| (reading.rule.clone(), reading.sign)).collect::<Vec<_>>()
    };
    assert_eq!(signs(brief), signs(whole));
    assert_eq!(outline.records[1..], records[1..]);
    // What an outline does not read is held against the digests like all else.
    let edited = text.replacen("0.2 > 0.1", "0.1 < 0.2", 1);
    assert_eq!(super::outline("carbon", edited.as_bytes()).expect_err("edited")[0].kind, DefectKind::Edited);
}

#[test]
fn a_long_ledger_is_read_side_by_side_as_a_short_one_is() {
    let few: Vec<Fact> = facts();
    let (records, text) = lines(few.iter().cycle().take(8_000).cloned().collect());
    assert!(text.len() > 2 << 20, "long enough for several threads");
    assert_eq!(read("carbon", text.as_bytes()).expect("sound").records, records);
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    lines.remove(3_000);
    assert_eq!(defects(lines.concat().as_bytes()), ["line 3001: record 3001 before it was removed"]);
}
