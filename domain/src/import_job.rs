//! An import that a signed-in person asked for: what it is to do, how far it is, what was wrong.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    FieldErrors,
    account::Person,
    id::Id,
    value::SingleLine,
    vocabulary::{Vocabulary, vocabulary},
};

vocabulary! {
    /// What a file of an organisation's own records holds.
    ImportedKind, "CARAVANSERAI-IMPORTED", "1", {
        Projects = "PROJECTS": "Projects, which come in as drafts",
        Mandates = "MANDATES": "Mandates",
    }
}
vocabulary! {
    /// What becomes of a file with wrong rows.
    ImportMode, "CARAVANSERAI-IMPORT-MODE", "1", {
        Whole = "WHOLE": "All rows or none, in one transaction",
        GoodRows = "GOOD_ROWS": "The good rows, each lot of them in a transaction",
    }
}
vocabulary! {
    /// State of an import.
    ImportState, "CARAVANSERAI-IMPORT-STATE", "1", {
        Queued = "QUEUED": "Waits for its turn",
        Running = "RUNNING": "Under way",
        Done = "DONE": "Done; its report says what came of each row",
        Failed = "FAILED": "Given up; nothing of what was not reported as done was written",
        Cancelled = "CANCELLED": "Stopped by its people",
    }
}
vocabulary! {
    /// What can be done to an import.
    ImportTransition, "CARAVANSERAI-IMPORT-TRANSITION", "1", {
        Begin = "BEGIN": "The platform begins with it",
        Finish = "FINISH": "The platform has done it",
        Fail = "FAIL": "The platform gives it up",
        Cancel = "CANCEL": "Its people stop it",
    }
}

impl ImportState {
    /// The state after a transition; none where the state has no such transition.
    pub const fn after(self, transition: ImportTransition) -> Option<Self> {
        use ImportTransition as T;
        Some(match (self, transition) {
            (Self::Queued, T::Begin) => Self::Running,
            (Self::Running, T::Finish) => Self::Done,
            (Self::Queued | Self::Running, T::Fail) => Self::Failed,
            (Self::Queued | Self::Running, T::Cancel) => Self::Cancelled,
            _ => return None,
        })
    }

    /// Whether nothing comes after it.
    pub fn is_over(self) -> bool {
        ImportTransition::ALL.iter().all(|transition| self.after(*transition).is_none())
    }
}

/// A wrong cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongCell {
    /// The row in the file; the header is row 1.
    pub row: u64,
    /// The column's name; `row` where the row as a whole is wrong.
    pub column: String,
    /// What would be right.
    pub message: String,
}

/// Wrong cells that are kept; all are counted.
pub const MAX_WRONG_CELLS: usize = 1_000;

/// What an import has done so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Rows of the file.
    pub rows: u64,
    /// Rows that were looked at; an import that was interrupted goes on after them.
    pub done: u64,
    /// New records.
    pub created: u64,
    /// Changed records.
    pub changed: u64,
    /// Records that were the same before.
    pub unchanged: u64,
    /// Wrong cells, at most [`MAX_WRONG_CELLS`] of them.
    pub wrong: Vec<WrongCell>,
    /// All wrong cells.
    pub wrong_count: u64,
}

impl Progress {
    /// Notes a wrong cell.
    pub fn note(&mut self, cell: WrongCell) {
        self.wrong_count = self.wrong_count.saturating_add(1);
        if self.wrong.len() < MAX_WRONG_CELLS {
            self.wrong.push(cell);
        }
    }
}

/// The facts of an import. Build an [`ImportJob`] from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImportJobFacts {
    /// The file that was handed in.
    pub upload: Uuid,
    /// Its name.
    pub file_name: SingleLine,
    /// Who asked.
    pub person: Id<Person>,
    /// What the file holds.
    pub kind: ImportedKind,
    /// What becomes of a file with wrong rows.
    pub mode: ImportMode,
    /// Whether it only says what it would do.
    pub dry_run: bool,
    /// State.
    pub state: ImportState,
    /// How far it is.
    pub progress: Progress,
    /// Why it was given up.
    pub fault: Option<String>,
}

/// An import whose facts hold together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ImportJobFacts", into = "ImportJobFacts")]
pub struct ImportJob(ImportJobFacts);

impl std::ops::Deref for ImportJob {
    type Target = ImportJobFacts;
    fn deref(&self) -> &ImportJobFacts {
        &self.0
    }
}

impl TryFrom<ImportJobFacts> for ImportJob {
    type Error = FieldErrors;

    fn try_from(facts: ImportJobFacts) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.check(
            facts.progress.done <= facts.progress.rows,
            "done",
            "no more rows are done than there are",
        );
        errors.check(
            facts.fault.is_none() || facts.state == ImportState::Failed,
            "fault",
            "only an import that was given up has a reason for it",
        );
        errors.into_result(Self(facts))
    }
}

impl From<ImportJob> for ImportJobFacts {
    fn from(job: ImportJob) -> Self {
        job.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_stays_over_and_all_else_ends() {
        use ImportState as S;
        use ImportTransition as T;
        let table: Vec<(S, T, S)> = S::ALL
            .iter()
            .flat_map(|from| T::ALL.iter().filter_map(|t| Some((*from, *t, from.after(*t)?))))
            .collect();
        assert_eq!(
            table,
            [
                (S::Queued, T::Begin, S::Running),
                (S::Queued, T::Fail, S::Failed),
                (S::Queued, T::Cancel, S::Cancelled),
                (S::Running, T::Finish, S::Done),
                (S::Running, T::Fail, S::Failed),
                (S::Running, T::Cancel, S::Cancelled),
            ]
        );
        let over: Vec<S> = S::ALL.iter().copied().filter(|state| state.is_over()).collect();
        assert_eq!(over, [S::Done, S::Failed, S::Cancelled]);
    }
}
