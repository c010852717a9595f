//! Templates of what two cities sign: a letter of intent, a friendly exchange, an agreement of twins; each in as many
//! languages side by side as are wanted, of clauses from one library.
//!
//! The library is data: a file for each language, and one that says which clauses make which document. Texts that a
//! machine translated are marked as such wherever they go. Every document is voluntary unless the parties change it.

mod library;
mod load;
#[cfg(test)]
mod tests;

pub use library::{Blank, Blanks, ClauseLibrary, ComposeError, DocumentKind};
pub use load::TemplateError;
