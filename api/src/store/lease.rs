//! Leases by which one of several nodes does a job that must not be done twice at once.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, OnConflict},
};

use super::{
    Store, StoreError,
    sql::{insert, is, update},
};

impl Store {
    /// Takes a lease, or keeps one's own, until a time. Answers whether the caller has it now.
    ///
    /// A lease that is over is free, and so is one that ends further away than one can be taken for: a jump of the
    /// clock must not strand it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_lease(
        &self,
        name: &str,
        holder: &str,
        now: i64,
        length: i64,
    ) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        let until = now.saturating_add(length);
        let row = [
            ("name", name.into()),
            ("holder", holder.into()),
            ("until", now.into()),
            ("fence", 0_i64.into()),
        ];
        let mut row = insert("lease", row);
        row.on_conflict(OnConflict::column(Alias::new("name")).do_nothing().to_owned());
        tx.connection().execute(&row).await?;
        let column = |name: &str| Expr::col(Alias::new(name));
        let free = column("until").lte(now).or(column("until").gt(until)).or(is("holder", holder));
        let mut take =
            update("lease", [("holder", holder.into()), ("until", until.into())], [is("name", name), free]);
        take.value(Alias::new("fence"), column("fence").add(1_i64));
        let taken = tx.connection().execute(&take).await?.rows_affected() == 1;
        tx.commit().await?;
        Ok(taken)
    }
}
