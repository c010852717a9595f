//! Imports that are not over yet.

use domain::{
    Vocabulary,
    id::Id,
    import_job::{ImportJob, ImportState},
    organisation::Organisation,
};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Order, SimpleExpr},
};

use super::{
    Kind, Store, StoreError, Tx,
    sql::{count, get, is, select},
};

fn open() -> SimpleExpr {
    let open = ImportState::ALL.iter().filter(|state| !state.is_over()).map(|state| state.code());
    Expr::col(Alias::new("state")).is_in(open)
}

impl Store {
    /// The import that waits longest or is under way.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn first_open_import(&self) -> Result<Option<Id<ImportJob>>, StoreError> {
        let mut rows = select(Kind::ImportJob.table(), ["id"], [open()]);
        rows.order_by(Alias::new("id"), Order::Asc).limit(1);
        let row = self.reader().query_one(&rows).await?;
        row.map(|row| Ok(Id::from_uuid(get(&row, "id")?))).transpose()
    }
}

impl Tx {
    /// How many imports of an organisation are not over.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn open_imports(&self, owner: Id<Organisation>) -> Result<u64, StoreError> {
        count(self.connection(), Kind::ImportJob.table(), [open(), is("owner_id", owner.uuid())]).await
    }
}
