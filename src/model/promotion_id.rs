//! The name of a promotion.

use std::fmt;

use jiff::civil::Date;

use super::stage::Stage;

/// The name of a promotion, such as `carbon-staging-2025-10-14`: what issues and images are found again by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PromotionId(String);

impl PromotionId {
    /// The name of the promotion of `component` to `stage` that begins on `date`, which is none of `taken`.
    pub fn new(component: &str, stage: Stage, date: Date, taken: &dyn Fn(&Self) -> bool) -> Self {
        let plain = format!("{component}-{stage}-{date}");
        let numbered = (2u32..).map(|number| format!("{plain}-{number}"));
        let mut names = std::iter::once(plain.clone()).chain(numbered).map(Self);
        names.find(|name| !taken(name)).unwrap_or(Self(plain))
    }

    /// As it was recorded.
    pub fn recorded(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The component; `None` where the name is none that [`Self::new`] gives.
    pub fn component(&self) -> Option<&str> {
        Stage::ALL.into_iter().find_map(|stage| {
            let (component, rest) = self.0.rsplit_once(&format!("-{stage}-"))?;
            let (date, number) = rest.split_at_checked("2025-10-14".len())?;
            let number = if number.is_empty() { Some("1") } else { number.strip_prefix('-') };
            let is_name = date.parse::<Date>().is_ok() && number?.parse::<u32>().is_ok();
            (is_name && !component.is_empty()).then_some(component)
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PromotionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_promotion_on_one_day_has_a_name_of_its_own() {
        let date = jiff::civil::date(2025, 10, 14);
        let first = PromotionId::new("carbon", Stage::Staging, date, &|_| false);
        assert_eq!(first.as_str(), "carbon-staging-2025-10-14");
        let second = PromotionId::new("carbon", Stage::Staging, date, &|id| *id == first);
        assert_eq!(second.as_str(), "carbon-staging-2025-10-14-2");
    }

    #[test]
    fn a_name_tells_its_component_and_another_text_tells_none() {
        let of = |text: &str| PromotionId::recorded(text).component().map(str::to_owned);
        for name in ["carbon", "model-management", "a-staging-b"] {
            for more in ["", "-2", "-13"] {
                assert_eq!(of(&format!("{name}-production-2025-10-14{more}")).as_deref(), Some(name));
            }
        }
        for text in [
            "carbon",
            "carbon-staging-",
            "carbon-staging-2025-13-14",
            "carbon-staging-2025-10-14-x",
            "-staging-2025-10-14",
            "carbon-staging-2025-10-1é",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
