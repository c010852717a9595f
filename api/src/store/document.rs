//! Documents of a listing or of an organisation, found by the beginning of their keys.

use domain::{document::Document, id::Id, organisation::Organisation, project::Project};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Order, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Kind, Store, StoreError, Stored, Tx, aggregate,
    sql::{count, is},
};

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

/// What holds for the documents of a listing, or of an organisation itself. A semicolon follows a colon.
fn of(owner: Id<Organisation>, project: Option<Id<Project>>) -> [SimpleExpr; 3] {
    let key = || Expr::col(Alias::new("source_key"));
    let prefix = prefix(owner, project);
    [key().gte(format!("{prefix}:")), key().lt(format!("{prefix};")), is("owner_id", owner.uuid())]
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
        let mut rows = aggregate::select::<Document>();
        for condition in of(owner, project) {
            rows.and_where(condition);
        }
        rows.order_by(Alias::new("source_key"), Order::Asc);
        self.reader().query_all(&rows).await?.iter().map(aggregate::read).collect()
    }
}

impl Tx {
    /// How many documents a listing, or an organisation itself, has.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_documents(
        &self,
        owner: Id<Organisation>,
        project: Option<Id<Project>>,
    ) -> Result<u64, StoreError> {
        count(self.connection(), Kind::Document.table(), of(owner, project)).await
    }
}
