//! Documents of a listing or of an organisation, found by the beginning of their keys.

use domain::{document::Document, id::Id, organisation::Organisation, project::Project};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{Kind, Store, StoreError, Stored, Tx, aggregate, sql::get};

/// The key of a document: whose it is, then its file, so that a file is a document of the same thing once.
pub fn document_key(owner: Id<Organisation>, project: Option<Id<Project>>, upload: Uuid) -> String {
    format!("{}:{upload}", prefix(owner, project))
}

fn prefix(owner: Id<Organisation>, project: Option<Id<Project>>) -> String {
    match project {
        Some(project) => format!("project:{}", project.uuid()),
        None => format!("organisation:{}", owner.uuid()),
    }
}

fn within(
    mut rows: SelectStatement,
    owner: Id<Organisation>,
    project: Option<Id<Project>>,
) -> SelectStatement {
    let key = || Expr::col(Alias::new("source_key"));
    let prefix = prefix(owner, project);
    // A semicolon follows a colon.
    rows.and_where(key().gte(format!("{prefix}:")))
        .and_where(key().lt(format!("{prefix};")))
        .and_where(Expr::col(Alias::new("owner_id")).eq(owner.uuid()))
        .order_by(Alias::new("source_key"), Order::Asc);
    rows
}

impl Store {
    /// Documents of a listing, or of an organisation itself, in the order in which they were handed in.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn documents(
        &self,
        owner: Id<Organisation>,
        project: Option<Id<Project>>,
    ) -> Result<Vec<Stored<Document>>, StoreError> {
        let rows = within(aggregate::select::<Document>(), owner, project);
        self.reader().query_all(&rows).await?.iter().map(aggregate::read).collect()
    }
}

impl Tx {
    /// How many documents a listing, or an organisation itself, has.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn documents(
        &self,
        owner: Id<Organisation>,
        project: Option<Id<Project>>,
    ) -> Result<usize, StoreError> {
        let mut ids = Query::select();
        ids.column(Alias::new("id")).from(Alias::new(Kind::Document.table()));
        let rows = self.connection().query_all(&within(ids, owner, project)).await?;
        rows.iter().try_fold(0_usize, |count, row| {
            let _: Uuid = get(row, "id")?;
            Ok(count.saturating_add(1))
        })
    }
}
