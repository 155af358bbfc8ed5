//! What a look at a candidate came to: for people, as one line, and as JSON. Not a judge.

use serde_json::{Value, json};

use crate::model::observation::{Observation, Reading, Sign};

use super::Style;
use super::json::{Program, SCHEMA, written};
use super::moment::minute;
use super::page::{Page, Tone, cells, fitted, shown, spaces};
use super::record_json::container;
use super::soak::{SoakView, mark, span};

/// A look, ready to be shown. Its texts hold no secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The version of this program.
    pub version: String,
    /// The component.
    pub component: String,
    /// The stage.
    pub stage: &'static str,
    /// The promotion.
    pub promotion: String,
    /// What was recorded, the earlier window first.
    pub observations: Vec<Observation>,
    /// How far the soak has come.
    pub soak: SoakView,
    /// What the process ends with.
    pub exit_code: u8,
}

impl Observed {
    /// The worst sign of all windows.
    pub fn sign(&self) -> Sign {
        self.observations.iter().map(Observation::sign).max().unwrap_or(Sign::Unknown)
    }

    /// For people.
    pub fn text(&self, style: &Style) -> String {
        let mut page = Page::new(style.paint, style.width);
        for one in &self.observations {
            let window = one.window;
            let late = if one.late { ", late: only what remembers it" } else { "" };
            let times = format!(
                "{}  {} to {}, {}{late}",
                self.stage,
                minute(window.from()),
                minute(window.to()),
                span(window.length())
            );
            page.gap();
            page.heading(&shown(&self.component), &times);
            let widest =
                one.readings.iter().map(|reading| cells(&shown(&reading.rule))).max().unwrap_or(0).min(30);
            for reading in &one.readings {
                let (tone, mark) = mark(Some(reading.sign));
                let name = format!("  {mark} {}  ", fitted(&shown(&reading.rule), widest));
                for (index, line) in
                    super::page::wrapped(&words(reading), page.width().saturating_sub(widest + 6))
                        .iter()
                        .enumerate()
                {
                    if index == 0 {
                        page.line(&[(tone, &name), (Tone::Plain, line)]);
                    } else {
                        page.line(&[(Tone::Plain, &spaces(widest + 6)), (Tone::Plain, line)]);
                    }
                }
            }
            if one.readings.is_empty() {
                page.paragraph(
                    2,
                    "",
                    Tone::Unknown,
                    "nothing was looked at: the policy says neither how it is deployed nor what is measured",
                );
            }
            for link in &one.links {
                page.paragraph(4, "see ", Tone::Faint, &shown(link));
            }
        }
        page.gap();
        page.paragraph(0, "", tone(&self.soak), &shown(&self.soak.summary()));
        page.into_text()
    }

    /// In one line, for those who watch.
    pub fn line(&self) -> String {
        let end = self.observations.last().map(|one| one.window.to());
        let time = end.map(|end| end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default();
        let broken: Vec<String> = self
            .observations
            .iter()
            .flat_map(|one| &one.readings)
            .filter(|reading| reading.sign != Sign::Good)
            .map(|reading| format!("{} {}: {}", reading.rule, reading.sign.name(), reading.detail))
            .collect();
        let broken = if broken.is_empty() { String::new() } else { format!("  {};", broken.join("; ")) };
        let line =
            format!("{time}  {}  {}{broken}  {}", self.component, self.sign().name(), self.soak.summary());
        format!("{}\n", super::clean::one_line(&line))
    }

    /// The document.
    pub fn json(&self) -> String {
        written(&self.document())
    }

    /// The document on one line.
    pub fn json_line(&self) -> String {
        format!("{}\n", self.document())
    }

    fn document(&self) -> Value {
        json!({
            "schema": SCHEMA,
            "tool": Program::of(&self.version),
            "kind": "observation",
            "component": self.component,
            "stage": self.stage,
            "promotion": self.promotion,
            "sign": self.sign().name(),
            "observations": self.observations.iter().map(observation).collect::<Vec<_>>(),
            "soak": self.soak.json(),
            "exit_code": self.exit_code,
        })
    }
}

fn tone(view: &SoakView) -> Tone {
    match (view.soak.excesses.is_empty(), view.soak.is_proven()) {
        (false, _) => Tone::Bad,
        (true, true) => Tone::Good,
        (true, false) => Tone::Plain,
    }
}

fn words(reading: &Reading) -> String {
    let samples = reading.samples.map(|samples| format!(" [{samples} samples]")).unwrap_or_default();
    shown(&format!("{}{samples}", reading.detail))
}

fn observation(one: &Observation) -> Value {
    let reading = |reading: &Reading| {
        json!({
            "rule": reading.rule,
            "sign": reading.sign.name(),
            "detail": reading.detail,
            "value": reading.value,
            "samples": reading.samples,
            "query": reading.query,
        })
    };
    json!({
        "from": one.window.from(),
        "to": one.window.to(),
        "late": one.late,
        "sign": one.sign().name(),
        "running": one.running.iter().map(container).collect::<Vec<_>>(),
        "readings": one.readings.iter().map(reading).collect::<Vec<_>>(),
        "links": one.links,
    })
}
