//! The people of the demo: fictional, and acting for fictional organisations alone.

use std::collections::BTreeSet;

use domain::{
    account::{EmailAddress, OrgRole, PersonName, PlatformRole},
    organisation::Organisation,
    partnership::CityRole,
    value::Lang,
};
use uuid::Uuid;

use super::Failure;
use crate::{
    account::session::{self, Tokens},
    app::App,
    auth::{
        Actor,
        secret::{Secret, SecretKind},
    },
    store::account::{NewToken, PersonRow, PersonState, Purpose},
};

/// One of the demo's people.
struct Persona {
    /// How the demo names it.
    key: &'static str,
    name: &'static str,
    email: &'static str,
    organisation: Option<(&'static str, OrgRole)>,
    platform: Option<PlatformRole>,
}

impl Persona {
    /// What the demo's people may do for their city: in each office one signs letters of intent and looks after the
    /// steps of approval, another is the highest official.
    fn city_roles(&self) -> Option<(&'static str, BTreeSet<CityRole>)> {
        let roles: &[CityRole] = match self.key {
            "city_office" | "partner_office" => &[CityRole::Signatory, CityRole::StepOwner],
            "city_colleague" | "partner_colleague" => &[CityRole::HighestOfficial],
            _ => return None,
        };
        self.organisation.map(|(office, _)| (office, roles.iter().copied().collect()))
    }
}

const PERSONAS: [Persona; 15] = [
    Persona {
        key: "investor",
        name: "Irena Investor (fictional)",
        email: "investor@blue-caravan.example",
        organisation: Some(("demo-silk-road-fund", OrgRole::Owner)),
        platform: None,
    },
    Persona {
        key: "owner",
        name: "Ognjen Owner (fictional)",
        email: "owner@drina-fibre.example",
        organisation: Some(("demo-owner", OrgRole::Owner)),
        platform: None,
    },
    Persona {
        key: "city_office",
        name: "Cveta City (fictional)",
        email: "office@novi-sad-office.example",
        organisation: Some(("demo-city-office-novi-sad", OrgRole::Owner)),
        platform: None,
    },
    Persona {
        key: "reviewer",
        name: "Rada Reviewer (fictional)",
        email: "reviewer@caravanserai.example",
        organisation: None,
        platform: Some(PlatformRole::Reviewer),
    },
    Persona {
        key: "second_reviewer",
        name: "Ratko Reviewer (fictional)",
        email: "second-reviewer@caravanserai.example",
        organisation: None,
        platform: Some(PlatformRole::Reviewer),
    },
    Persona {
        key: "compliance",
        name: "Koviljka Compliance (fictional)",
        email: "compliance@caravanserai.example",
        organisation: None,
        platform: Some(PlatformRole::ComplianceOfficer),
    },
    Persona {
        key: "second_compliance",
        name: "Kosta Compliance (fictional)",
        email: "second-compliance@caravanserai.example",
        organisation: None,
        platform: Some(PlatformRole::ComplianceOfficer),
    },
    Persona {
        key: "administrator",
        name: "Adam Administrator (fictional)",
        email: "administrator@caravanserai.example",
        organisation: None,
        platform: Some(PlatformRole::Administrator),
    },
    Persona {
        key: "observer",
        name: "Olga Observer (fictional)",
        email: "observer@observatory.example",
        organisation: Some(("demo-observer", OrgRole::Owner)),
        platform: Some(PlatformRole::Observer),
    },
    Persona {
        key: "investor_colleague",
        name: "Ivo Investor (fictional)",
        email: "colleague@blue-caravan.example",
        organisation: Some(("demo-silk-road-fund", OrgRole::Editor)),
        platform: None,
    },
    Persona {
        key: "owner_colleague",
        name: "Olja Owner (fictional)",
        email: "colleague@drina-fibre.example",
        organisation: Some(("demo-owner", OrgRole::Editor)),
        platform: None,
    },
    Persona {
        key: "bank",
        name: "Banu Banker (fictional)",
        email: "desk@meridian-bank.example",
        organisation: Some(("demo-backbone-bank", OrgRole::Owner)),
        platform: None,
    },
    Persona {
        key: "city_colleague",
        name: "Ceca City (fictional)",
        email: "head@novi-sad-office.example",
        organisation: Some(("demo-city-office-novi-sad", OrgRole::Owner)),
        platform: None,
    },
    Persona {
        key: "partner_office",
        name: "Chai Partner (fictional)",
        email: "office@chiang-mai-office.example",
        organisation: Some(("demo-city-office-chiang-mai", OrgRole::Owner)),
        platform: None,
    },
    Persona {
        key: "partner_colleague",
        name: "Chok Partner (fictional)",
        email: "head@chiang-mai-office.example",
        organisation: Some(("demo-city-office-chiang-mai", OrgRole::Owner)),
        platform: None,
    },
];

/// A persona with what signs it in.
pub(super) struct SignedIn {
    /// How the demo names it.
    pub(super) key: &'static str,
    /// The name.
    pub(super) name: &'static str,
    /// Tokens of a session.
    pub(super) tokens: Tokens,
    /// Signs in once more.
    pub(super) link: Secret,
}

/// Hours for which a sign-in link of the demo can be used.
const LINK_HOURS: i64 = 12;

/// Makes the demo's people where they are not there yet, and signs each in.
pub(super) async fn sign_in_all(app: &App) -> Result<Vec<SignedIn>, Failure> {
    let mut signed_in = Vec::new();
    for persona in &PERSONAS {
        signed_in.push(sign_in(app, persona).await?);
    }
    Ok(signed_in)
}

async fn sign_in(app: &App, persona: &Persona) -> Result<SignedIn, Failure> {
    let command = app.begin(&Actor::System, "demo", None).await?;
    let email: EmailAddress = persona.email.parse()?;
    let person = if let Some(person) = command.tx.lock_person_by_email(&email).await? {
        person
    } else {
        let person = PersonRow {
            id: domain::id::Id::from_uuid(Uuid::now_v7()),
            version: 1,
            email: Some(email),
            name: Some(PersonName::new(persona.name)?),
            // Only the links of the demo sign in.
            password_hash: None,
            language: Lang::EN.to_string(),
            state: PersonState::Active,
            sessions_valid_after: 0,
            confirmed_at: Some(command.tx.now_micros()),
            created_at: command.tx.now_micros(),
        };
        command.tx.insert_person(&person).await?;
        person
    };
    if let Some(role) = persona.platform {
        command.tx.grant_platform_role(person.id, role).await?;
    }
    if let Some((key, role)) = persona.organisation {
        let ids = command.tx.ids_by_keys::<Organisation>(&[key]).await?;
        let organisation = *ids.get(key).ok_or("the demo lacks the organisation of a persona")?;
        let mine = command.tx.memberships_of(person.id).await?;
        if !mine.iter().any(|membership| membership.organisation == organisation) {
            command.tx.insert_membership(person.id, organisation, role).await?;
        }
    }
    if let Some((office, roles)) = persona.city_roles() {
        let ids = command.tx.ids_by_keys::<Organisation>(&[office]).await?;
        let office = *ids.get(office).ok_or("the demo lacks the office of a persona")?;
        command.tx.set_city_roles(office, person.id, &roles).await?;
    }
    let tokens = session::open(&command, &person, Some("demo".to_owned())).await?;
    let link = Secret::new(SecretKind::OneTime)?;
    command.tx.revoke_tokens(person.id, Purpose::SignIn).await?;
    let lifetime = LINK_HOURS.saturating_mul(3_600_000_000);
    command
        .tx
        .insert_token(NewToken {
            hash: link.hash(),
            purpose: Purpose::SignIn,
            person: Some(person.id),
            organisation: None,
            email: Some(persona.email.to_owned()),
            payload: serde_json::json!({}),
            expires_at: command.tx.now_micros().saturating_add(lifetime),
        })
        .await?;
    command.tx.commit().await?;
    Ok(SignedIn { key: persona.key, name: persona.name, tokens, link })
}
