//! The account of a rollback: a file to fill in, beside the ledger. What people write there is theirs: it is written
//! once, and never again.
//!
//! Not its words (`report::rollback_account`).

use std::path::PathBuf;

use crate::app::in_hand::InHand;
use crate::app::project::Workspace;
use crate::model::promotion_id::PromotionId;
use crate::report::rollback_account;
use crate::sys::{file, tree};

use super::order::RollbackError;

/// Where the accounts lie, from the folder of the policy file.
const FOLDER: &str = ".promotion/rollbacks";

/// The account of a promotion, as it is named to people.
pub fn name(promotion: &PromotionId) -> String {
    let is_safe = |one: char| one.is_ascii_alphanumeric() || "-_.".contains(one);
    let safe: String = promotion.as_str().chars().map(|one| if is_safe(one) { one } else { '-' }).collect();
    format!("{FOLDER}/{}.md", safe.trim_start_matches('.'))
}

fn path(workspace: &Workspace, promotion: &PromotionId) -> PathBuf {
    workspace.folder.join(name(promotion))
}

/// Whether it was written.
pub fn is_there(workspace: &Workspace, promotion: &PromotionId) -> bool {
    tree::exists(&path(workspace, promotion))
}

/// Writes it where it is not there, and gives its name.
pub fn write(hand: &InHand<'_>, promotion: &PromotionId) -> Result<String, RollbackError> {
    let (name, path) = (name(promotion), path(hand.workspace, promotion));
    if tree::exists(&path) {
        return Ok(name);
    }
    let records: Vec<_> =
        hand.ledger().records().iter().filter(|record| record.promotion == *promotion).cloned().collect();
    let text = rollback_account::form(&hand.component.name, promotion, &records);
    let written = tree::make_folder(&hand.workspace.folder.join(FOLDER))
        .and_then(|()| file::write_whole(&path, &hand.secrets.hide(&text)));
    match written {
        Ok(()) => Ok(name),
        Err(error) => Err(RollbackError::Account { what: "write", file: name, why: error.to_string() }),
    }
}
