//! `rollback --root-cause`: what people found out about a rollback goes into the ledger.
//!
//! Not what they write: that is read and not judged.

use std::path::Path;

use crate::app::context::Context;
use crate::app::in_hand::InHand;
use crate::app::issue::farewell;
use crate::app::ledgers::PATIENCE;
use crate::app::project::Workspace;
use crate::model::promotion_id::PromotionId;
use crate::model::record::Fact;
use crate::report::rollback_account;
use crate::sys::file;

use super::order::{Aftermath, RollbackError};
use super::workflow::declared;

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The promotion.
    pub promotion: PromotionId,
    /// What about, and the words.
    pub notes: Vec<(&'static str, String)>,
    /// Whether anything of it is new.
    pub is_new: bool,
    /// What follows.
    pub aftermath: Aftermath,
}

/// Records what the account in `file` says of the last rollback that was decided; `None` where none was.
pub fn explain(
    workspace: &Workspace,
    component: &str,
    file: &Path,
    context: &Context<'_>,
) -> Result<Option<Explained>, RollbackError> {
    let component = declared(workspace, component)?;
    let shown = file.display().to_string();
    let text = file::read_text(file).map_err(|error| RollbackError::Account {
        what: "read",
        file: shown.clone(),
        why: error.to_string(),
    })?;
    let account =
        rollback_account::read(&text).map_err(|missing| RollbackError::Unfilled { file: shown, missing })?;
    let mut hand = InHand::await_hand(workspace, component, context.folder, PATIENCE)?;
    let records = hand.ledger().records();
    let decided = records.iter().rfind(|record| matches!(record.fact, Fact::RollbackDecided(_)));
    let Some(promotion) = decided.map(|record| record.promotion.clone()) else { return Ok(None) };
    let mut is_new = false;
    let mut notes = Vec::new();
    for (topic, text) in account.notes() {
        let text = hand.secrets.hide(text);
        let is_it = |fact: &Fact| matches!(fact, Fact::Noted { topic: of, .. } if of == topic);
        let last = hand.ledger().records().iter().rfind(|one| one.promotion == promotion && is_it(&one.fact));
        let is_said =
            last.is_some_and(|one| matches!(&one.fact, Fact::Noted { text: said, .. } if *said == text));
        if !is_said {
            hand.record(&promotion, Fact::Noted { topic: topic.to_owned(), text: text.clone() })?;
            is_new = true;
        }
        notes.push((topic, text));
    }
    let told = farewell(&mut hand, context)?;
    Ok(Some(Explained { promotion, notes, is_new, aftermath: Aftermath { account: None, told } }))
}
