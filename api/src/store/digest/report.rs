//! What came back: bounces and complaints, and the addresses that take no more mail for it.

use std::collections::HashSet;

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, ExprTrait, OnConflict},
};

use super::super::{
    Store, StoreError, Tx,
    sql::{above, count, get, insert, is, select},
};

/// What a report says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// The address takes no mail.
    Hard,
    /// It took none this time.
    Soft,
    /// Its reader calls it unwanted.
    Complaint,
}

impl ReportKind {
    /// The stored code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hard => "HARD",
            Self::Soft => "SOFT",
            Self::Complaint => "COMPLAINT",
        }
    }
}

impl Store {
    /// Whether an address takes no more mail of lists.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_suppressed(&self, address_hash: &str) -> Result<bool, StoreError> {
        let one = [is("address_hash", address_hash)];
        Ok(count(self.reader(), "mail_suppression", one).await? > 0)
    }

    /// Which of some addresses take no more mail of lists.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn suppressed(&self, address_hashes: &[String]) -> Result<HashSet<String>, StoreError> {
        let mut found = HashSet::new();
        for some in address_hashes.chunks(super::batch::CHUNK) {
            let those = [super::column("address_hash").is_in(some.iter().map(String::as_str))];
            let rows = select("mail_suppression", ["address_hash"], those);
            for row in self.reader().query_all(&rows).await? {
                found.insert(get(&row, "address_hash")?);
            }
        }
        Ok(found)
    }
}

impl Tx {
    /// Counts a report on an address. Answers whether it was not counted before.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_report(
        &self,
        hash: &str,
        address_hash: &str,
        kind: ReportKind,
    ) -> Result<bool, StoreError> {
        let row = [
            ("hash", hash.into()),
            ("address_hash", address_hash.into()),
            ("kind", kind.code().into()),
            ("created_at", self.now_micros().into()),
        ];
        let mut row = insert("mail_report", row);
        row.on_conflict(OnConflict::column(Alias::new("hash")).do_nothing().to_owned());
        Ok(self.connection().execute(&row).await?.rows_affected() == 1)
    }

    /// Soft bounces of an address since a time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn soft_bounces(&self, address_hash: &str, since: i64) -> Result<u64, StoreError> {
        let those = [
            is("address_hash", address_hash),
            is("kind", ReportKind::Soft.code()),
            above("created_at", since),
        ];
        count(self.connection(), "mail_report", those).await
    }

    /// Suppresses an address for all lists.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn suppress(&self, address_hash: &str, kind: ReportKind) -> Result<(), StoreError> {
        let row = [
            ("address_hash", address_hash.into()),
            ("reason", kind.code().into()),
            ("created_at", self.now_micros().into()),
        ];
        let mut row = insert("mail_suppression", row);
        let mut known = OnConflict::column(Alias::new("address_hash"));
        // A complaint is for good, and outweighs a bounce.
        row.on_conflict(match kind {
            ReportKind::Complaint => known.update_column(Alias::new("reason")).to_owned(),
            ReportKind::Hard | ReportKind::Soft => known.do_nothing().to_owned(),
        });
        self.connection().execute(&row).await?;
        Ok(())
    }

    /// Whether an address was suppressed by a complaint, for good.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn has_complained(&self, address_hash: &str) -> Result<bool, StoreError> {
        let one = [is("address_hash", address_hash), is("reason", ReportKind::Complaint.code())];
        Ok(count(self.connection(), "mail_suppression", one).await? > 0)
    }

    /// Lets an address take mail again whatever it was suppressed for. Answers whether it was.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lift_suppression(&self, address_hash: &str) -> Result<bool, StoreError> {
        let one = [is("address_hash", address_hash)];
        let done = self.connection().execute(&super::delete("mail_suppression", one)).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Lets an address take mail again that bounced and was confirmed anew.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unsuppress(&self, address_hash: &str) -> Result<(), StoreError> {
        let one = [is("address_hash", address_hash), is("reason", ReportKind::Hard.code())];
        self.connection().execute(&super::delete("mail_suppression", one)).await?;
        Ok(())
    }
}
