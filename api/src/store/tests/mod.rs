//! The store on both databases: every test runs over a fresh SQLite file and over a fresh PostgreSQL database.
#![expect(clippy::arithmetic_side_effects, reason = "a test fails by panic, at the place that says why")]

mod log;
mod privacy;
mod schema;
mod settings;
mod write;

use domain::{
    city::{City, CityFacts, Commitment},
    id::Id,
    mandate::{Mandate, MandateFacts, Places, Terms},
    organisation::{Organisation, OrganisationFacts, ReplyRecord, Screening},
    provenance::Provenance,
    value::{Position, SingleLine},
    vocabulary::{OrganisationKind, ScreeningStatus, VerificationLevel},
};

use super::{Change, Store, StoreOptions, Tx, Written, city_key};

/// A fresh database; its file goes away with it.
pub(crate) struct Place {
    pub(crate) url: String,
    dir: Option<tempfile::TempDir>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        // Signs that mean something in an address and nothing in a path.
        let path = dir.path().join("a 100% store.db");
        Self { url: format!("sqlite:{}", path.display()), dir: Some(dir) }
    }

    pub(crate) fn postgres() -> Self {
        Self { url: ::tests::postgres::database(), dir: None }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.dir.is_some()
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }

    pub(crate) async fn migrated(&self) -> Store {
        let store = self.open().await;
        store.migrate().await.unwrap();
        store
    }

    /// Changes the database behind the store's back.
    pub(crate) async fn tamper(&self, sql: &str) {
        use sea_orm::ConnectionTrait;
        let store = self.open().await;
        store.write.execute_unprepared(sql).await.unwrap();
        store.close().await.unwrap();
    }
}

/// Two tests of one function over a [`Place`].
macro_rules! on_both {
    ($($(#[$attribute:meta])* $name:ident),+ $(,)?) => {
        $(mod $name {
            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn on_sqlite() {
                super::$name($crate::store::tests::Place::sqlite()).await;
            }

            $(#[$attribute])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn on_postgresql() {
                super::$name($crate::store::tests::Place::postgres()).await;
            }
        })+
    };
}
pub(crate) use on_both;

fn line(text: &str) -> SingleLine {
    SingleLine::new(text).unwrap()
}

fn organisation(name: &str) -> Organisation {
    Organisation::try_from(OrganisationFacts {
        name: line(name),
        kind: OrganisationKind::Company,
        country: None,
        city_geonames: None,
        investor_type: None,
        verification: VerificationLevel::V0,
        verified_on: None,
        verified_until: None,
        screening: Screening { status: ScreeningStatus::NotScreened, screened_on: None },
        active: true,
        claimed: false,
        presence: Vec::new(),
        languages: Vec::new(),
        help_offered: Vec::new(),
        replies: ReplyRecord::default(),
        beneficial_owners: Vec::new(),
        deals: Vec::new(),
        provenance: Provenance::default(),
    })
    .unwrap()
}

fn mandate(name: &str) -> Mandate {
    Mandate::try_from(MandateFacts {
        name: line(name),
        fields: Vec::new(),
        generalist: true,
        excluded_fields: Vec::new(),
        kinds: Vec::new(),
        places: Places { global: true, ..Places::default() },
        excluded_countries: Vec::new(),
        excluded_contracts: Vec::new(),
        ticket: None,
        stages: Vec::new(),
        instruments: Vec::new(),
        target_return_pct: None,
        max_tenor_months: None,
        min_stake_pct: None,
        security_wanted: None,
        sdg_targets: Vec::new(),
        articles: Vec::new(),
        no_competitors: false,
        terms: Terms::default(),
        inferred: false,
        basis: None,
        provenance: Provenance::default(),
    })
    .unwrap()
}

fn city(geonames_id: u32, position: (f64, f64)) -> City {
    City::try_from(CityFacts {
        geonames_id,
        wikidata: None,
        name: line("Town"),
        country: "RS".parse().unwrap(),
        admin1: None,
        position: Position::new(position.0, position.1).unwrap(),
        population: None,
        time_zone: None,
        level: None,
        office: None,
        languages: Vec::new(),
        needs: Vec::new(),
        offers: Vec::new(),
        commitment: Commitment::default(),
        indicators: Vec::new(),
        area_focus: Vec::new(),
        area_site: None,
        trade_desk: None,
        provenance: Provenance::default(),
    })
    .unwrap()
}

fn change<T>(key: &str, value: T) -> Change<T> {
    Change { source_key: key.to_owned(), owner: None, value }
}

/// Writes one organisation in a transaction of its own.
async fn write_one(store: &Store, key: &str, name: &str) -> Result<Written, super::StoreError> {
    let tx = store.begin().await?;
    let written = tx.put(vec![change(key, organisation(name))]).await?;
    tx.commit().await?;
    Ok(written[0])
}

async fn id_of(tx: &Tx, key: &str) -> Id<Organisation> {
    tx.ids_by_keys::<Organisation>(&[key]).await.unwrap()[key]
}

async fn two_cities(store: &Store) {
    let tx = store.begin().await.unwrap();
    let cities = [1, 2].map(|id| change(&city_key(id), city(id, (0.5, 0.5))));
    tx.put(cities.to_vec()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Waits no longer than a test has patience for.
fn patient(url: &str) -> StoreOptions {
    let little = std::time::Duration::from_millis(300);
    StoreOptions { lock_timeout: little, connect_timeout: little * 3, ..StoreOptions::new(url) }
}
