//! What a look at a candidate came to: for people, as one line, and as JSON. Not a judge.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use crate::model::observation::{Observation, Reading, Sign};
use crate::model::stage::Stage;

use super::Style;
use super::json::{Program, SCHEMA, on_one_line, written};
use super::moment::minute;
use super::page::{Page, Tone, cells, fitted, shown, spaces};
use super::record_json;
use super::soak::{SoakView, mark, span};
use super::soak_json::Soak;

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
        format!("{}\n", on_one_line(&self.document()))
    }

    fn document(&self) -> Document<'_> {
        Document {
            schema: SCHEMA,
            tool: Program::of(&self.version),
            kind: Kind::Observation,
            component: &self.component,
            stage: self.stage,
            promotion: &self.promotion,
            sign: self.sign().name(),
            observations: self.observations.iter().map(record_json::Observation::of).collect(),
            soak: Soak::of(&self.soak),
            exit_code: self.exit_code,
        }
    }
}

/// The schema of the document.
pub fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Document<'_>>()
}

/// What a look at a deployed candidate came to.
#[derive(Serialize, JsonSchema)]
struct Document<'a> {
    /// The version of this format.
    #[schemars(extend("const" = SCHEMA))]
    schema: u8,
    tool: Program<'a>,
    kind: Kind,
    component: &'a str,
    #[schemars(extend("enum" = Stage::ALL.map(Stage::name)))]
    stage: &'static str,
    promotion: &'a str,
    /// The worst of all windows.
    #[schemars(extend("enum" = Sign::ALL.map(Sign::name)))]
    sign: &'static str,
    /// What was recorded, the earlier window first.
    observations: Vec<record_json::Observation<'a>>,
    soak: Soak<'a>,
    /// What the process ends with.
    exit_code: u8,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Kind {
    Observation,
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
