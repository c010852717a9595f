//! Who is signed in, and for whom.

use serde::Deserialize;

/// Somebody who is signed in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Global id.
    pub id: String,
    /// Name.
    pub name: Option<String>,
    /// Address of mail.
    pub email: Option<String>,
    /// Roles on the platform.
    pub platform_roles: Vec<String>,
    /// Where the person belongs.
    pub memberships: Vec<Membership>,
}

/// An organisation of a person.
#[derive(Debug, Clone, Deserialize)]
pub struct Membership {
    /// Which.
    pub organisation: Organisation,
    /// The person's role in it.
    pub role: String,
    /// Whether the person acts for it now.
    pub acting: bool,
}

/// An organisation as the head of a page needs it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organisation {
    /// Global id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Kind, by its code.
    pub kind: String,
    /// Type of investor, where it is one.
    pub investor_type: Option<String>,
}

impl Person {
    /// The organisation for which the person acts.
    pub fn acting(&self) -> Option<&Organisation> {
        self.memberships
            .iter()
            .find(|membership| membership.acting)
            .map(|membership| &membership.organisation)
    }

    /// Whether the person has a role on the platform.
    pub fn has(&self, role: &str) -> bool {
        self.platform_roles.iter().any(|own| own == role)
    }

    /// Whether the person acts for an investor.
    pub fn is_investor(&self) -> bool {
        self.acting().is_some_and(|one| one.investor_type.is_some())
    }

    /// Whether the person acts for the office of a city.
    pub fn is_city(&self) -> bool {
        self.acting().is_some_and(|one| one.kind == "CITY_OFFICE")
    }

    /// Whether the person acts for somebody who can own listings.
    pub fn is_owner(&self) -> bool {
        self.acting().is_some() && !self.is_investor() && !self.is_city() && !self.has("OBSERVER")
    }
}
