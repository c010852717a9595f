//! Documents of listings and organisations.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use async_graphql::{Context, ID, Object, Result};
use domain::document::Document;

use super::common::{global, number};
use crate::{app::App, registry::document, server::uploads::DOCUMENTS, visible::Visible};

/// A document.
#[derive(Debug, Clone)]
pub struct DocumentNode(pub Visible<Document>);

/// A document of a listing or of an organisation. Not for `node`: it is reached from what it belongs to.
#[Object(name = "Document")]
impl DocumentNode {
    /// Id, for `removeDocument` and as evidence.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// What it is, in a line.
    async fn title(&self) -> &str {
        self.0.value.title.as_str()
    }
    /// The name that the file had; null for those who may know of it alone.
    async fn file_name(&self) -> Option<&str> {
        self.0.is_private().then(|| self.0.value.file_name.as_str())
    }
    /// Media type, told from its bytes.
    async fn media_type(&self) -> &str {
        &self.0.value.media_type
    }
    /// Its length in bytes.
    async fn bytes(&self) -> i64 {
        number(self.0.value.bytes)
    }
    /// Hash of its bytes (SHA-256) in hex; null for those who may know of it alone.
    async fn sha256(&self) -> Option<&str> {
        self.0.is_private().then_some(self.0.value.sha256.as_str())
    }
    /// Where its bytes are for the next five minutes; null for those who may know of it alone.
    async fn url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        if !self.0.is_private() {
            return Ok(None);
        }
        let app = ctx.data::<App>()?;
        Ok(Some(format!("{}{DOCUMENTS}/{}", app.auth.public_url, document::address(app, self.0.id))))
    }
}
