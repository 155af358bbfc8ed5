//! The documents that tell where components stand: written from the ledgers, between our marks alone.
//!
//! Not what they say (`report::document`). A document is a projection: where it cannot be written it is owed, and
//! nothing else waits for it. After a crash it is found again by its content.

use std::collections::BTreeSet;

use crate::lifecycle;
use crate::model::component::Component;
use crate::model::milestone::moved_back;
use crate::model::promotion::{Completed, Standing};
use crate::model::promotion_id::PromotionId;
use crate::model::record::{Act, ActResult, Fact, Record};
use crate::model::soak::Soak;
use crate::report::document::maturity::Maturity;
use crate::report::document::section::{self, Placed};
use crate::report::document::status::{self, Row, Stands};
use crate::sys::file::{self, ReadError};
use crate::sys::tree;
use crate::tools::docs;

use super::in_hand::InHand;
use super::ledgers::{LedgerFault, Ledgers};
use super::project::Workspace;

/// The name of a component's document where the policy names none.
const MATURITY: &str = "MATURITY.md";
/// The name of our part of the status document.
const STATUS: &str = "components";
/// How often a document is written anew where others write it meanwhile.
const ATTEMPTS: usize = 5;

/// What became of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The file, relative to the project's root.
    pub path: String,
    /// What became of it.
    pub end: PaperEnd,
}

/// What becomes of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaperEnd {
    /// It says what it should.
    UpToDate,
    /// It was written.
    Written,
    /// It would be written.
    WouldWrite,
    /// Somebody edited our part of it: it stays until it may be overwritten.
    Edited {
        /// The line of the first mark.
        line: usize,
        /// What would be lost and what would be written.
        difference: String,
    },
    /// It cannot be told what of it is ours, or it cannot be read or written.
    Failed(String),
}

impl Paper {
    /// Whether it is owed.
    pub fn is_owed(&self) -> bool {
        matches!(self.end, PaperEnd::Edited { .. } | PaperEnd::Failed(_))
    }
}

/// Brings the documents about a component up to date, for the promotion that changed what they tell. What a person
/// wrote between our marks is overwritten only by `force`.
///
/// # Errors
/// Where the ledger cannot be written: never because of a document.
pub fn settle(
    hand: &mut InHand<'_>,
    promotion: &PromotionId,
    force: bool,
) -> Result<Vec<Paper>, LedgerFault> {
    let (workspace, component) = (hand.workspace, hand.component);
    let mut papers = Vec::new();
    for document in declared(workspace, component) {
        let end = write(hand, promotion, &document, force)?;
        papers.push(Paper { path: document.path, end });
    }
    Ok(papers)
}

/// As [`settle`], for a promotion that is over: gives a sentence for each document that was written or is owed.
pub fn tell(hand: &mut InHand<'_>, promotion: &PromotionId) -> Result<Vec<String>, LedgerFault> {
    Ok(settle(hand, promotion, false)?.into_iter().flat_map(words).collect())
}

/// What became of a document, a line each; nothing where it said what it should.
pub fn words(paper: Paper) -> Vec<String> {
    match paper.end {
        PaperEnd::UpToDate | PaperEnd::WouldWrite => Vec::new(),
        PaperEnd::Written => vec![format!("`{}` was written", paper.path)],
        PaperEnd::Edited { line, difference } => {
            let owed = format!(
                "`{}` is owed: somebody edited what stands below line {line}; take it out, marks and all, and run this again",
                paper.path
            );
            let lines = difference.lines().map(|line| format!("| {line}"));
            std::iter::once(owed).chain(lines).collect()
        }
        PaperEnd::Failed(why) => vec![format!("`{}` is owed: {why}", paper.path)],
    }
}

/// The documents of the component that could not be written when something changed that they tell, or were not, since the
/// process ended right after the component moved; each with the promotion that is owed it. One that the policy does not name any
/// more is owed by nobody.
pub fn owed(workspace: &Workspace, component: &Component, records: &[Record]) -> Vec<(PromotionId, String)> {
    let promotions: BTreeSet<&PromotionId> = records.iter().map(|record| &record.promotion).collect();
    let of = |document: Document| {
        let owed = promotions.iter().filter(|id| pending(records, id, &document.path).is_some());
        let owed: Vec<_> = owed.map(|id| ((*id).clone(), document.path.clone())).collect();
        owed
    };
    let pending: Vec<_> = declared(workspace, component).into_iter().flat_map(of).collect();
    let unbegun = unbegun(workspace, component, records).into_iter();
    let unbegun: Vec<_> = unbegun.filter(|(_, path)| pending.iter().all(|(_, of)| of != path)).collect();
    [pending, unbegun].concat()
}

/// The documents that do not say where the component stands, and that nobody has begun to write since it came there.
fn unbegun(workspace: &Workspace, component: &Component, records: &[Record]) -> Vec<(PromotionId, String)> {
    let Some((moved, promotion)) = lifecycle::last_move(records) else { return Vec::new() };
    let is_begun = |path: &str| {
        records.iter().filter(|record| record.seq > moved).any(
            |record| matches!(&record.fact, Fact::Intended(Act::Document { path: of, .. }) if of == path),
        )
    };
    let untouched = declared(workspace, component).into_iter().filter(|document| !is_begun(&document.path));
    let is_stale = |document: &Document| {
        !matches!(look(workspace, document, records, component, false), Ok((_, Placed::UpToDate)))
    };
    untouched.filter(is_stale).map(|document| (promotion.clone(), document.path)).collect()
}

/// As [`settle`], for all promotions that are owed a document; each document once.
pub fn settle_owed(hand: &mut InHand<'_>) -> Result<Vec<Paper>, LedgerFault> {
    let owed = owed(hand.workspace, hand.component, hand.ledger().records());
    let promotions: BTreeSet<PromotionId> = owed.into_iter().map(|(promotion, _)| promotion).collect();
    let mut papers: Vec<Paper> = Vec::new();
    for promotion in promotions {
        // What was written for one says what it should for the next.
        let news = settle(hand, &promotion, false)?;
        let is_known = |paper: &Paper| papers.iter().any(|known| known.path == paper.path);
        let news: Vec<Paper> = news.into_iter().filter(|paper| !is_known(paper)).collect();
        papers.extend(news);
    }
    Ok(papers)
}

/// What [`settle`] would do.
pub fn foresee(workspace: &Workspace, component: &Component, records: &[Record], force: bool) -> Vec<Paper> {
    let end = |document: &Document| match look(workspace, document, records, component, force) {
        Ok((_, Placed::UpToDate)) => PaperEnd::UpToDate,
        Ok((_, Placed::Changed(_))) => PaperEnd::WouldWrite,
        Ok((_, Placed::Edited { line, difference })) => PaperEnd::Edited { line, difference },
        Err(why) => PaperEnd::Failed(why),
    };
    let documents = declared(workspace, component).into_iter();
    documents.map(|document| Paper { end: end(&document), path: document.path }).collect()
}

/// A document that we write a part of.
struct Document {
    path: String,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Maturity,
    Status,
}

/// The documents that tell of a component.
fn declared(workspace: &Workspace, component: &Component) -> Vec<Document> {
    let maturity = maturity(workspace, component);
    let status = workspace.policy.project.status_document.as_ref().map(|declared| declared.path.clone());
    let documents = [(maturity, Kind::Maturity), (status, Kind::Status)];
    documents.into_iter().filter_map(|(path, kind)| Some(Document { path: path?, kind })).collect()
}

/// The files, from the project's root, in which we write where a component stands.
pub fn paths(workspace: &Workspace, component: &Component) -> BTreeSet<String> {
    declared(workspace, component).into_iter().map(|document| document.path).collect()
}

/// The document about a component's maturity, where there is one or the policy names one.
pub fn maturity(workspace: &Workspace, component: &Component) -> Option<String> {
    let declared = component.maturity.as_ref().map(|declared| declared.path.clone());
    declared.or_else(|| beside(workspace, component))
}

/// `MATURITY.md` in the component's folder, where there is one.
fn beside(workspace: &Workspace, component: &Component) -> Option<String> {
    let files = workspace.files(component).unwrap_or_default();
    let anonymous = Component { readme: None, ..component.clone() };
    let folders = docs::candidates(&anonymous, &files).into_iter().filter_map(|place| match place {
        docs::Place::Folder(folder) => Some(folder),
        docs::Place::Named(_) | docs::Place::Shared(_) | docs::Place::Docstring(_) => None,
    });
    let mut paths = folders.map(|folder| format!("{folder}/{MATURITY}"));
    paths.find(|path| tree::exists(&workspace.root.join(path)))
}

/// What our part of a document is to say.
fn body(workspace: &Workspace, component: &Component, records: &[Record], kind: Kind) -> String {
    match kind {
        Kind::Maturity => {
            let standing = lifecycle::stand(component.stage, records);
            let soak = standing.completed.as_ref().and_then(|completed| soak_of(component, completed));
            let maturity = Maturity {
                component,
                stage: standing.stage,
                completed: standing.completed.as_ref(),
                soak: soak.as_ref(),
                milestones: &lifecycle::milestones(records),
            };
            maturity.text()
        }
        Kind::Status => {
            let ledgers = Ledgers::of(workspace);
            let standing = |one: &Component| {
                let records = ledgers.read(&one.name).ok()?.records;
                let Standing { stage, completed, .. } = lifecycle::stand(one.stage, &records);
                Some(Stands { stage, completed, back: moved_back(&lifecycle::milestones(&records)).cloned() })
            };
            let rows = workspace.policy.components.iter();
            let rows: Vec<Row<'_>> =
                rows.map(|component| Row { component, standing: standing(component) }).collect();
            status::text(&rows)
        }
    }
}

/// How the candidate of a completed promotion was observed before it was completed.
pub fn soak_of(component: &Component, completed: &Completed) -> Option<Soak> {
    lifecycle::completed_soak(&component.observation(completed.promotion.to).soak, completed)
}

/// What a document should say, and what is to be done for it.
fn look(
    workspace: &Workspace,
    document: &Document,
    records: &[Record],
    component: &Component,
    force: bool,
) -> Result<(String, Placed), String> {
    let text = match file::read_text(&workspace.root.join(&document.path)) {
        Ok(text) => text,
        Err(ReadError::Absent) => String::new(),
        Err(ReadError::Unreadable(why)) => return Err(format!("it cannot be read: {why}")),
    };
    let name = match document.kind {
        Kind::Maturity => component.name.as_str(),
        Kind::Status => STATUS,
    };
    let body = body(workspace, component, records, document.kind);
    let placed = section::place(&text, name, &body, force).map_err(|fault| fault.to_string())?;
    Ok((body, placed))
}

/// Looks, intends, writes, looks again, records.
fn write(
    hand: &mut InHand<'_>,
    promotion: &PromotionId,
    document: &Document,
    force: bool,
) -> Result<PaperEnd, LedgerFault> {
    let (workspace, component) = (hand.workspace, hand.component);
    let mut end = PaperEnd::UpToDate;
    for _ in 0..ATTEMPTS {
        let records = hand.ledger().records();
        let pending = pending(records, promotion, &document.path);
        let (body, text) = match look(workspace, document, records, component, force) {
            Ok((_, Placed::UpToDate)) => {
                if let Some((intent, ..)) = pending {
                    hand.record(promotion, done(intent))?;
                }
                return Ok(end);
            }
            Ok((body, Placed::Changed(text))) => (body, text),
            Ok((body, Placed::Edited { line, difference })) => {
                let why = format!("line {line}: somebody edited what stands between the marks");
                owe(hand, promotion, document, pending, &body, &why)?;
                return Ok(PaperEnd::Edited { line, difference });
            }
            Err(why) => {
                owe(hand, promotion, document, pending, "", &why)?;
                return Ok(PaperEnd::Failed(why));
            }
        };
        let sha256 = section::digest(&body);
        let begun = pending.as_ref().filter(|(_, of, _)| *of == sha256).map(|(intent, ..)| *intent);
        let intent = match begun {
            Some(intent) => intent,
            None => hand.record(promotion, intended(document, sha256))?,
        };
        if let Err(error) = file::write_whole(&workspace.root.join(&document.path), &text) {
            let why = format!("it cannot be written: {error}");
            hand.record(promotion, failed(intent, &why))?;
            return Ok(PaperEnd::Failed(why));
        }
        // Another process may have written the document of all components meanwhile: it is looked at once more.
        end = PaperEnd::Written;
    }
    Ok(PaperEnd::Failed("others write it again and again".to_owned()))
}

/// The intent about that document that has no end: its number, its digest, and why it failed. By the records themselves,
/// since the promotion may be over.
fn pending(records: &[Record], promotion: &PromotionId, path: &str) -> Option<(u64, String, Option<String>)> {
    let mut pending: Option<(u64, String, Option<String>)> = None;
    for record in records.iter().filter(|record| record.promotion == *promotion) {
        let of = pending.as_ref().map(|(intent, ..)| *intent);
        match &record.fact {
            Fact::Intended(Act::Document { path: of, sha256 }) if of == path => {
                pending = Some((record.seq, sha256.clone(), None));
            }
            Fact::Done { intent, .. } if Some(*intent) == of => pending = None,
            Fact::Failed { intent, why } if Some(*intent) == of => {
                pending = pending.map(|(intent, sha256, _)| (intent, sha256, Some(why.clone())));
            }
            _ => {}
        }
    }
    pending
}

/// Records that it is owed; what is recorded so already, is.
fn owe(
    hand: &mut InHand<'_>,
    promotion: &PromotionId,
    document: &Document,
    pending: Option<(u64, String, Option<String>)>,
    body: &str,
    why: &str,
) -> Result<(), LedgerFault> {
    let intent = match pending {
        Some((_, _, Some(said))) if said == why => return Ok(()),
        Some((intent, ..)) => intent,
        None => hand.record(promotion, intended(document, section::digest(body)))?,
    };
    hand.record(promotion, failed(intent, why))?;
    Ok(())
}

fn intended(document: &Document, sha256: String) -> Fact {
    Fact::Intended(Act::Document { path: document.path.clone(), sha256 })
}

fn done(intent: u64) -> Fact {
    Fact::Done { intent, result: ActResult::Documented }
}

fn failed(intent: u64, why: &str) -> Fact {
    Fact::Failed { intent, why: why.to_owned() }
}
