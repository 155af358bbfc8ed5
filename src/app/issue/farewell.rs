//! Tells issues of promotions that go, are gone or were revoked: a comment for each, and a label.
//!
//! Not what there is to tell (`lifecycle::farewell`). Where GitHub fails it is owed, and the next step tries again.

use crate::app::context::Context;
use crate::app::in_hand::InHand;
use crate::lifecycle::farewell::{COMPLETED_LABEL, Farewell, News, farewells};
use crate::report::rollback_comment;

use super::errand::{Courier, Delivery, Errand, Wish};
use super::outcome::IssueError;

/// Tells them, and gives a sentence for each thing that was told or is still owed.
///
/// # Errors
/// Where the ledger cannot be written, or we were asked to stop: never because of GitHub.
pub fn farewell(hand: &mut InHand<'_>, context: &Context<'_>) -> Result<Vec<String>, IssueError> {
    let Some(repository) = hand.workspace.policy.project.repository.as_deref() else {
        return Ok(Vec::new());
    };
    let secrets = hand.secrets.clone();
    let courier = Courier::new(context, repository, &secrets);
    let mut told = Vec::new();
    for news in farewells(hand.ledger().records()) {
        for (errand, done) in errands(&news) {
            match courier.run(hand, &errand, None)? {
                Ok(Delivery::Done) => told.push(done),
                Ok(Delivery::DoneBefore) => {}
                Err(failure) => {
                    // Where GitHub cannot be asked, it need not be asked again.
                    let issue = news.issue;
                    told.push(format!("news for issue #{issue} are owed: {failure}; {}", failure.hint()));
                    return Ok(told);
                }
            }
        }
    }
    Ok(told)
}

/// The errands that are left, each with what is said once it is done.
fn errands(news: &Farewell) -> Vec<(Errand, String)> {
    let issue = news.issue;
    let errand = |wish| Errand { promotion: news.promotion.clone(), issue, wish };
    let mut errands = Vec::new();
    if !news.is_told {
        let comment = Wish::Comment { topic: news.topic.clone(), text: words(news) };
        errands.push((errand(comment), format!("issue #{issue} was told: {}", heading(news))));
    }
    if let Some((label, false)) = news.label {
        let closed = if news.closes { " and is closed" } else { "" };
        let remove = vec![news.to.name().to_owned(), COMPLETED_LABEL.to_owned()];
        let settled = Wish::Settled { add: vec![label.to_owned()], remove, close: news.closes };
        errands.push((errand(settled), format!("issue #{issue} has the label `{label}`{closed}")));
    }
    errands
}

fn words(news: &Farewell) -> String {
    match &news.news {
        News::Decided(told) => rollback_comment::decided(told),
        News::RolledBack { decided, running } => rollback_comment::rolled_back(decided, running),
        News::Revoked(told) => {
            let what = &told.what;
            rollback_comment::revoked(told, &what.reason, what.to.name(), what.measured)
        }
        News::Left(told) => rollback_comment::left(told),
        News::Explained(notes) => rollback_comment::explained(notes),
    }
}

fn heading(news: &Farewell) -> &'static str {
    match &news.news {
        News::Decided(_) => "a rollback was decided",
        News::RolledBack { .. } => "it was rolled back",
        News::Revoked(_) => "it was revoked",
        News::Left(_) => "what it rests on was revoked",
        News::Explained(_) => "what was found out",
    }
}
