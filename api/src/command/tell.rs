//! Mail to the people of an organisation, each in the own language, promised in the transaction that it tells of.

use domain::{account::OrgRole, id::Id, organisation::Organisation};

use super::{CommandError, CommandTx, News};
use crate::{account::letters::notice, digest::words::language_of};

impl CommandTx {
    /// Promises mail to the people of an organisation who can act for it.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn tell(&self, organisation: Id<Organisation>, news: News) -> Result<(), CommandError> {
        self.tell_those(organisation, &news, |role| role != OrgRole::Viewer).await
    }

    /// Promises mail to the owners of an organisation.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn tell_owners(
        &self,
        organisation: Id<Organisation>,
        news: News,
    ) -> Result<(), CommandError> {
        self.tell_those(organisation, &news, |role| role == OrgRole::Owner).await
    }

    async fn tell_those(
        &self,
        organisation: Id<Organisation>,
        news: &News,
        is_meant: impl Fn(OrgRole) -> bool + Send,
    ) -> Result<(), CommandError> {
        for member in self.app.store.members(organisation).await? {
            let (Some(email), true) = (member.email, is_meant(member.membership.role)) else { continue };
            let (subject, body) = news.written(language_of(&member.language));
            let letter = notice(member.membership.person, &email, &subject, body, None);
            self.tx.promise(letter, &self.app.auth.mail_domain).await?;
        }
        Ok(())
    }
}
