//! Which news go into an issue.

use std::collections::HashSet;

use chrono::NaiveDate;
use uuid::Uuid;

use super::{
    code::DigestItemKind,
    item::{Told, fingerprint, news},
};

/// Items of one owner among ten.
pub const OF_ONE_OWNER: usize = 3;
/// Among how many items the bound on owners holds.
pub const AMONG: usize = 10;

/// A thing that may be told, in the order of the list.
#[derive(Debug, Clone)]
pub struct Candidate<T> {
    /// Which thing.
    pub subject: Uuid,
    /// Whose it is; none where things of one owner need no bound.
    pub owner: Option<Uuid>,
    /// What would be told now.
    pub now: Told,
    /// What was told last; none where nothing was.
    pub before: Option<Told>,
    /// What comes with it.
    pub with: T,
}

/// An item of an issue.
#[derive(Debug, Clone)]
pub struct Chosen<T> {
    /// Why it is told.
    pub kind: DigestItemKind,
    /// The event.
    pub fingerprint: String,
    /// The thing.
    pub candidate: Candidate<T>,
}

/// Picks at most `most` items in the order of the candidates: one a thing, for its most pressing news that were never
/// told, and in any ten that follow each other no more than three of one owner. What finds no room now can be told in
/// the next issue. Of the candidates no more are taken than are needed.
pub fn select<T, S: std::hash::BuildHasher>(
    candidates: impl IntoIterator<Item = Candidate<T>>,
    told: &HashSet<(Uuid, String), S>,
    most: usize,
    today: NaiveDate,
) -> Vec<Chosen<T>> {
    let mut chosen: Vec<Chosen<T>> = Vec::new();
    for candidate in candidates {
        if chosen.len() >= most {
            break;
        }
        let lately = chosen.iter().rev().take(AMONG.saturating_sub(1));
        let of_owner = lately.filter(|c| c.candidate.owner.is_some() && c.candidate.owner == candidate.owner);
        if of_owner.count() >= OF_ONE_OWNER {
            continue;
        }
        let fresh = news(&candidate.now, candidate.before.as_ref(), today)
            .into_iter()
            .map(|kind| (kind, fingerprint(kind, &candidate.now)))
            .find(|(_, event)| !told.contains(&(candidate.subject, event.clone())));
        if let Some((kind, fingerprint)) = fresh {
            chosen.push(Chosen { kind, fingerprint, candidate });
        }
    }
    chosen
}
