//! Mail to the people of an organisation, promised in the transaction that it tells of.

use domain::{account::OrgRole, id::Id, organisation::Organisation};

use super::{CommandError, CommandTx};
use crate::account::letters::notice;

impl CommandTx {
    /// Promises mail to the people of an organisation who can act for it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tell(
        &self,
        organisation: Id<Organisation>,
        letter: (&str, String),
    ) -> Result<(), CommandError> {
        self.tell_those(organisation, letter, |role| role != OrgRole::Viewer).await
    }

    /// Promises mail to the owners of an organisation.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn tell_owners(
        &self,
        organisation: Id<Organisation>,
        letter: (&str, String),
    ) -> Result<(), CommandError> {
        self.tell_those(organisation, letter, |role| role == OrgRole::Owner).await
    }

    async fn tell_those(
        &self,
        organisation: Id<Organisation>,
        (subject, body): (&str, String),
        is_meant: impl Fn(OrgRole) -> bool + Send,
    ) -> Result<(), CommandError> {
        for member in self.app.store.members(organisation).await? {
            let (Some(email), true) = (member.email, is_meant(member.membership.role)) else { continue };
            let letter = notice(member.membership.person, &email, subject, body.clone(), None);
            self.tx.promise(letter, &self.app.auth.mail_domain).await?;
        }
        Ok(())
    }
}
