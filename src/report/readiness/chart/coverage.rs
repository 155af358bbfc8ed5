//! Coverage over time against its bound: small beside a name, and larger with its figures.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::model::CoveragePoint;
use super::{Dot, Frame};

/// The box of the small one is 100 by 28, that of the larger one 340 by 150.
const SMALL: Frame = Frame { left: 3, right: 97, top: 3, bottom: 25 };
const LARGE: Frame = Frame { left: 40, right: 330, top: 10, bottom: 125 };
/// 100 %.
const ALL: u32 = 10_000;

/// A line of figures and the line of their bounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Curve {
    /// The figures, as the data of a path.
    pub(crate) line: String,
    /// The bounds; empty where none is known.
    pub(crate) bound: String,
    /// Each figure.
    pub(crate) dots: Vec<Dot>,
    /// Whether the last figure reaches its bound; `None` where there is none.
    pub(crate) reaches: Option<bool>,
    /// Where values stand beside the picture: the height and the value in hundredths of a percent.
    pub(crate) ticks: Vec<(i64, u32)>,
}

/// The small one; `None` where there is no figure.
pub(crate) fn spark(points: &[CoveragePoint]) -> Option<Curve> {
    draw(points, SMALL)
}

/// The larger one.
pub(crate) fn curve(points: &[CoveragePoint]) -> Option<Curve> {
    draw(points, LARGE)
}

fn draw(points: &[CoveragePoint], frame: Frame) -> Option<Curve> {
    let (first, last) = (points.first()?, points.last()?);
    let span = (points.iter().map(|one| one.time).min()?, points.iter().map(|one| one.time).max()?);
    let values = points.iter().flat_map(|one| [Some(one.hundredths), one.min_hundredths]).flatten();
    let lowest = values.min().unwrap_or(0).min(ALL);
    // Down to the next ten percent, and a little below: what is at the edge is hard to see.
    let low = lowest.saturating_sub(500) / 1_000 * 1_000;
    let at = |point: &CoveragePoint, value: u32| Dot {
        x: frame.x(point.time, span),
        y: frame.y(value, (low, ALL)),
    };
    let dots: Vec<Dot> = points.iter().map(|one| at(one, one.hundredths)).collect();
    let bounds: Vec<Dot> = points.iter().filter_map(|one| Some(at(one, one.min_hundredths?))).collect();
    let mut ticks = vec![(frame.y(ALL, (low, ALL)), ALL), (frame.y(low, (low, ALL)), low)];
    if let Some(min) = last.min_hundredths.or(first.min_hundredths) {
        ticks.insert(1, (frame.y(min, (low, ALL)), min));
    }
    // Two numbers in one place could not be read.
    ticks.dedup_by(|one, other| (one.0 - other.0).abs() < 12);
    Some(Curve {
        line: path(&dots),
        bound: steps(&bounds, frame),
        dots,
        reaches: last.min_hundredths.map(|min| last.hundredths >= min),
        ticks,
    })
}

fn path(dots: &[Dot]) -> String {
    let mut path = String::new();
    for (place, dot) in dots.iter().enumerate() {
        let _infallible = write!(path, "{}{} {}", if place == 0 { 'M' } else { 'L' }, dot.x, dot.y);
    }
    path
}

/// A bound holds until another one does; from edge to edge.
fn steps(bounds: &[Dot], frame: Frame) -> String {
    let Some(first) = bounds.first() else { return String::new() };
    let mut path = format!("M{} {}", frame.left, first.y);
    let mut height = first.y;
    for bound in bounds.iter().filter(|bound| bound.x >= frame.left) {
        if bound.y != height {
            let _infallible = write!(path, "H{}V{}", bound.x, bound.y);
            height = bound.y;
        }
    }
    let _infallible = write!(path, "H{}", frame.right);
    path
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn point(seconds: i64, hundredths: u32, min: Option<u32>) -> CoveragePoint {
        let time = Timestamp::from_second(seconds).expect("a time");
        CoveragePoint { time, covered: 1, total: 2, hundredths, min_hundredths: min }
    }

    #[test]
    fn a_rise_over_the_bound_is_a_line_that_rises_over_another() {
        let curve = curve(&[point(0, 6_000, Some(7_000)), point(10, 8_000, Some(7_000))]).expect("a curve");
        assert_eq!(curve.line, "M40 102L330 56");
        assert_eq!(curve.bound, "M40 79H330");
        assert_eq!((curve.reaches, curve.dots.len()), (Some(true), 2));
        assert_eq!(curve.ticks, [(10, 10_000), (79, 7_000), (125, 5_000)]);
    }

    #[test]
    fn one_figure_is_a_dot_in_the_middle_and_none_is_no_picture() {
        let curve = spark(&[point(5, 7_319, None)]).expect("a curve");
        assert_eq!((curve.dots[0].x, curve.bound.as_str(), curve.reaches), (50, "", None));
        assert_eq!(spark(&[]), None);
    }

    #[test]
    fn a_bound_that_was_raised_is_a_step() {
        let points =
            [point(0, 7_500, Some(7_000)), point(5, 7_500, Some(8_000)), point(10, 7_500, Some(8_000))];
        assert_eq!(curve(&points).expect("a curve").bound.matches('V').count(), 1);
    }

    proptest! {
        #[test]
        fn whatever_the_figures_are_all_of_it_is_in_the_box_and_short(
            all in prop::collection::vec((-9_000_000_000i64..9_000_000_000, 0u32..=10_000, prop::option::of(0u32..=10_000)), 1..24)
        ) {
            let points: Vec<CoveragePoint> = all.iter().map(|(time, value, min)| point(*time, *value, *min)).collect();
            for (curve, width, height) in [(spark(&points), 100, 28), (curve(&points), 340, 150)] {
                let curve = curve.expect("a curve");
                for dot in &curve.dots {
                    prop_assert!((0..=width).contains(&dot.x) && (0..=height).contains(&dot.y), "{:?}", dot);
                }
                for path in [&curve.line, &curve.bound] {
                    prop_assert!(path.len() < 1_000 && !path.contains("NaN"), "{}", path);
                    let numbers = path.split(|c: char| !c.is_ascii_digit() && c != '-').filter(|text| !text.is_empty());
                    for number in numbers {
                        let number: i64 = number.parse().expect("a number");
                        prop_assert!((0..=width).contains(&number), "{}", path);
                    }
                }
                prop_assert_eq!(curve.dots.len(), points.len());
            }
        }

        #[test]
        fn more_is_never_drawn_lower(low in 0u32..10_000, more in 0u32..10_000) {
            let high = (low + more).min(10_000);
            let curve = curve(&[point(0, low, None), point(1, high, None)]).expect("a curve");
            prop_assert!(curve.dots[1].y <= curve.dots[0].y);
        }
    }
}
