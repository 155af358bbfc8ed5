//! Whether two names are those of one person: who asks for something must not agree to it too.
//!
//! Not who somebody is: nobody proves that here. In doubt two names are one person's.

/// Whether two names may be those of one person: written with other white space or in other case, as an account
/// (`@ann`), or as a name and an address (`Ann <a@x.y>`) of which either is the same.
pub fn is_same_person(one: &str, other: &str) -> bool {
    let (one, other) = (parts(one), parts(other));
    // Who is not named is nobody else.
    one.is_empty() || other.is_empty() || one.iter().any(|part| other.contains(part))
}

/// The name and the address, as far as they are there.
fn parts(text: &str) -> Vec<String> {
    let parts = text.split(['<', '>']).map(folded);
    parts.filter(|part| !part.is_empty()).collect()
}

fn folded(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").trim_matches(['"', '\'', '@', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_one_however_they_are_written() {
        let ann = "Ann Lee <a@x.y>";
        let same =
            ["Ann Lee <a@x.y>", " ann  LEE ", "A@X.Y", "<a@x.y>", "Ann\u{a0}Lee", "\"Ann Lee\" <b@x.y>"];
        for other in same.into_iter().chain(["Grace <A@x.y>", "a@x.y <g@x.y>", "", "<>", " "]) {
            assert!(is_same_person(ann, other) && is_same_person(other, ann), "{other}");
        }
        assert!(is_same_person("@octo", "Octo"));
        for other in ["Grace <g@x.y>", "Ann", "Ann Leeds", "aa@x.y", "x.y"] {
            assert!(!is_same_person(ann, other) && !is_same_person(other, ann), "{other}");
        }
    }
}
