//! The marks in the texts of issues and comments: what they are found again by, and which line of the ledger they were
//! written after. Not the texts.
//!
//! They are comments of HTML, which nobody sees, and they stand first, so that they are there however much is cut off
//! the end.

use crate::model::promotion_id::PromotionId;

/// What an issue of that promotion is found again by.
pub fn of_promotion(promotion: &PromotionId) -> String {
    format!("<!-- tta-promote:promotion={promotion} -->")
}

/// What the comment of that promotion about `topic` is found again by.
pub fn of_comment(promotion: &PromotionId, topic: &str) -> String {
    format!("<!-- tta-promote:comment={promotion}:{topic} -->")
}

/// What tells the head of the ledger, in its own words, at the time of writing.
fn of_anchor(anchor: &str) -> String {
    format!("<!-- tta-promote:anchor={anchor} -->")
}

/// `text` with its marks before it.
pub fn marked(mark: &str, anchor: &str, text: &str) -> String {
    format!("{mark}\n{}\n\n{}\n", of_anchor(anchor), text.trim())
}

/// Whether a line of `body` is `mark`. A mark within a line may be somebody's quotation.
pub fn is_marked(body: &str, mark: &str) -> bool {
    body.lines().any(|line| line.trim() == mark)
}

/// The promotion of which an issue or a comment with our mark is.
pub fn promotion(body: &str) -> Option<PromotionId> {
    body.lines().find_map(|line| {
        let mark = line.trim().strip_prefix("<!-- tta-promote:")?.strip_suffix(" -->")?;
        let of_comment = |mark: &str| Some(mark.strip_prefix("comment=")?.split_once(':')?.0.to_owned());
        let promotion = mark.strip_prefix("promotion=").map(str::to_owned).or_else(|| of_comment(mark))?;
        Some(PromotionId::recorded(promotion))
    })
}

/// The head of the ledger that `body` tells.
pub fn anchor(body: &str) -> Option<&str> {
    let told =
        |line: &str| line.trim().strip_prefix("<!-- tta-promote:anchor=")?.strip_suffix(" -->").map(str::len);
    let line = body.lines().map(str::trim).find(|line| told(line).is_some())?;
    line.strip_prefix("<!-- tta-promote:anchor=")?.strip_suffix(" -->")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_marked_is_found_again_and_tells_its_anchor() {
        let promotion = PromotionId::recorded("carbon-staging-2025-10-14");
        let mark = of_promotion(&promotion);
        let body = marked(&mark, "12:abcd", "\ntext\n\n");
        assert_eq!(
            body,
            "<!-- tta-promote:promotion=carbon-staging-2025-10-14 -->\n<!-- tta-promote:anchor=12:abcd -->\n\ntext\n"
        );
        assert!(is_marked(&body, &mark) && is_marked(&body.replace('\n', "\r\n"), &mark));
        assert_eq!(anchor(&body.replace('\n', "\r\n")), Some("12:abcd"));
        assert_eq!(anchor("text"), None);
        assert_eq!(super::promotion(&body).as_ref(), Some(&promotion));
        assert_eq!(super::promotion(&of_comment(&promotion, "deployed-4")), Some(promotion.clone()));
        assert_eq!(super::promotion(&format!("> {mark}\n{}", of_anchor("1:a"))), None);
        assert_ne!(of_comment(&promotion, "deployed"), mark);
    }

    #[test]
    fn another_promotion_or_a_quotation_is_not_taken_for_it() {
        let mark = of_promotion(&PromotionId::recorded("carbon-staging-2025-10-14"));
        let second = of_promotion(&PromotionId::recorded("carbon-staging-2025-10-14-2"));
        assert!(!is_marked(&marked(&second, "1:a", "x"), &mark));
        assert!(!is_marked(&format!("see `{mark}`"), &mark));
        assert!(!is_marked(&format!("> {mark}"), &mark));
    }
}
