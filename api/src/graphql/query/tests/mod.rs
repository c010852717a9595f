//! The schema over a small database, in process.

mod highlights;
mod lists;
mod pairs;
mod rankings;

use std::sync::{Arc, LazyLock};

use async_graphql::{Request, Variables};
use chrono::NaiveDate;
use domain::{
    city::{Aim, City, CityFacts, Commitment, Office, Twinning},
    mandate::{Mandate, MandateFacts, Places, Terms, Ticket, WantedField},
    organisation::{Organisation, OrganisationFacts, ReplyRecord, Screening},
    project::{Impact, Location, Project, ProjectFacts, ReadinessEntry},
    provenance::Provenance,
    value::{CountryCode, Currency, Lang, Localized, Money, Position, Shares, SingleLine},
    vocabulary::{
        CooperationField as F, InfrastructureStage, Instrument, InvestmentStage, InvestorType, ListingState,
        OrganisationKind, ProjectKind, ReadinessItem, ReadinessStatus, ScreeningStatus, StageLadder,
        VerificationLevel,
    },
};
use serde_json::Value;

use crate::{
    app::App,
    graphql::{ApiSchema, request_data, schema},
    id::encode_as,
    ranking::Ranking,
    reference::Reference,
    store::{Aggregate, Change, Store},
};

/// A text in Chinese, Thai, Lao and Korean.
pub(super) const UNSPACED: &str =
    "深圳智慧城市宽带项目 กรุงเทพมหานครเมืองอัจฉริยะ ໂຄງການອິນເຕີເນັດຄວາມໄວສູງ 서울특별시 스마트시티";

pub(super) fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

fn line(text: &str) -> SingleLine {
    SingleLine::new(text).unwrap()
}

fn eur(major: i64) -> Money {
    Money::parse(&major.to_string(), Currency::EUR).unwrap()
}

fn country(code: &str) -> CountryCode {
    code.parse().unwrap()
}

/// A company of which nothing else is known.
pub(crate) fn plain_organisation(name: &str) -> Organisation {
    organisation(name, OrganisationKind::Company, VerificationLevel::V0)
}

fn organisation(name: &str, kind: OrganisationKind, level: VerificationLevel) -> Organisation {
    Organisation::try_from(OrganisationFacts {
        name: line(name),
        kind,
        country: None,
        city_geonames: None,
        investor_type: (kind == OrganisationKind::Investor).then_some(InvestorType::BlendedFacility),
        verification: level,
        verified_on: None,
        verified_until: None,
        screening: Screening { status: ScreeningStatus::Clear, screened_on: Some(today()) },
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
        fields: vec![WantedField { field: F::ConnBroadband, weight: 100 }],
        generalist: false,
        excluded_fields: Vec::new(),
        kinds: Vec::new(),
        places: Places {
            countries: vec![country("RS")],
            regions: vec!["Southern Asia".into()],
            global: true,
        },
        excluded_countries: Vec::new(),
        excluded_contracts: Vec::new(),
        ticket: Some(Ticket { min: eur(5_000_000), max: eur(30_000_000) }),
        stages: vec![InvestmentStage::Infrastructure(InfrastructureStage::Feasibility)],
        instruments: vec![Instrument::Loan],
        target_return_pct: None,
        max_tenor_months: Some(180),
        min_stake_pct: None,
        security_wanted: None,
        sdg_targets: vec!["9.c".into()],
        articles: Vec::new(),
        no_competitors: false,
        terms: Terms::default(),
        inferred: false,
        basis: None,
        provenance: Provenance::default(),
    })
    .unwrap()
}

/// The same mandate as an argument.
pub(super) const SAME_MANDATE: &str = r#"{
    fields: [{field: CONN_BROADBAND, weight: 100}], countries: ["RS"], regions: ["Southern Asia"], global: true,
    ticketMin: {amountMinor: "500000000", currency: EUR}, ticketMax: {amountMinor: "3000000000", currency: EUR},
    stages: [FEASIBILITY], instruments: [LOAN], maxTenorMonths: 180, sdgTargets: ["9.c"]
}"#;

pub(crate) fn project(title: &str, place: &str, change: impl FnOnce(&mut ProjectFacts)) -> Project {
    let mut facts = ProjectFacts {
        title: Localized::new(Lang::EN, title).unwrap(),
        summary: None,
        kind: ProjectKind::Infrastructure,
        works: None,
        innovation: None,
        lifecycle: None,
        ladder: StageLadder::Infrastructure,
        stage: Some(InvestmentStage::Infrastructure(InfrastructureStage::Feasibility)),
        fields: Shares::whole(F::ConnBroadband),
        contract: None,
        public_authority: None,
        gap: Some(eur(20_000_000)),
        min_slice: None,
        instruments: Some(Shares::whole(Instrument::Loan)),
        concessional: None,
        return_pct: None,
        tenor_months: Some(120),
        readiness: vec![ReadinessEntry {
            item: ReadinessItem::NeedsAssessment,
            status: ReadinessStatus::Evidenced,
            evidence: Some(line("Assessment of 2025")),
        }],
        flags: Vec::new(),
        impact: Impact::default(),
        locations: vec![Location { country: country(place), city_geonames: None, position: None }],
        languages: Vec::new(),
        excluded_investors: Vec::new(),
        help_wanted: Vec::new(),
        deadline: None,
        published_on: NaiveDate::from_ymd_opt(2026, 10, 1),
        confirmed_on: NaiveDate::from_ymd_opt(2026, 11, 1),
        state: ListingState::Published,
        recorded_financier: Some(line("The bank that financed it")),
        recorded_year: Some(2016),
        disclosure: domain::disclosure::Disclosure::default(),
        provenance: Provenance {
            label: Some(line("historical record replayed as if open")),
            ..Provenance::default()
        },
    };
    change(&mut facts);
    Project::try_from(facts).unwrap()
}

fn city(geonames: u32, name: &str, place: &str, needs: &[F], offers: &[F], office: bool) -> City {
    let aims = |fields: &[F]| fields.iter().map(|field| Aim { field: *field, priority: 3 }).collect();
    City::try_from(CityFacts {
        geonames_id: geonames,
        wikidata: None,
        name: line(name),
        country: country(place),
        admin1: None,
        position: Position::new(44.0, 20.0).unwrap(),
        population: geonames.checked_mul(1_000),
        time_zone: Some("Europe/Belgrade".into()),
        level: None,
        office: office.then(|| Office {
            verification: VerificationLevel::V3,
            screening: Screening { status: ScreeningStatus::Clear, screened_on: Some(today()) },
            accepting: true,
            capacity_left: None,
            replies: ReplyRecord::default(),
            confirmed_on: Some(today()),
            same_country: false,
        }),
        languages: Vec::new(),
        needs: aims(needs),
        offers: aims(offers),
        commitment: Commitment::default(),
        indicators: Vec::new(),
        area_focus: Vec::new(),
        area_site: None,
        trade_desk: None,
        provenance: Provenance {
            sample_facts: vec!["needs".into(), "offers".into()],
            ..Provenance::default()
        },
    })
    .unwrap()
}

fn change<T>(key: &str, owner: Option<domain::id::Id<Organisation>>, value: T) -> Change<T> {
    Change { source_key: key.to_owned(), owner, value }
}

static REFERENCE: LazyLock<Arc<Reference>> = LazyLock::new(|| Arc::new(Reference::embedded().unwrap()));

/// A server without its outside.
pub(crate) struct World {
    pub(crate) app: App,
    pub(super) schema: ApiSchema,
    _dir: tempfile::TempDir,
}

impl World {
    /// Twelve broadband projects that differ, one of another field, one of which nothing is known, one draft; two
    /// investors with a mandate each; six cities.
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", dir.path().join("test.db").display())).await.unwrap();
        store.migrate().await.unwrap();
        fill(&store).await;
        let reference = Arc::clone(&REFERENCE);
        let ranking = Arc::new(Ranking::load(&store, &reference, today()).await.unwrap());
        let app = App::new(store, ranking, reference).await.unwrap();
        Self { schema: schema(app.clone(), true), app, _dir: dir }
    }

    /// The global id of a source's key.
    pub(super) async fn id<T: Aggregate>(&self, key: &str) -> String {
        encode_as(self.app.store.find_by_key::<T>(key).await.unwrap().unwrap().id)
    }

    async fn answer(&self, query: &str, variables: Value) -> async_graphql::Response {
        let mut request = Request::new(query).variables(Variables::from_json(variables));
        request.data = request_data(&self.app, crate::auth::Actor::Anonymous);
        self.schema.execute(request).await
    }

    /// Data of a query that must succeed.
    pub(super) async fn ask(&self, query: &str, variables: Value) -> Value {
        let answer = self.answer(query, variables).await;
        assert!(answer.errors.is_empty(), "{query}: {:?}", answer.errors);
        answer.data.into_json().unwrap()
    }

    /// Code, argument and text of a query that must be refused.
    pub(super) async fn refused(&self, query: &str, variables: Value) -> (String, String, String) {
        let answer = self.answer(query, variables).await;
        let error = answer.errors.first().unwrap_or_else(|| panic!("not refused: {query}"));
        let of = |key: &str| {
            let value = error.extensions.as_ref().and_then(|extensions| extensions.get(key));
            value.map_or_else(String::new, |value| {
                value.clone().into_json().unwrap().as_str().unwrap().to_owned()
            })
        };
        (of("code"), of("argument"), error.message.clone())
    }

    /// Writes a project and lets the catalog and the index follow.
    pub(crate) async fn put_project(&self, key: &str, value: Project) {
        let owner = self.app.store.find_by_key::<Organisation>("owner").await.unwrap().unwrap().id;
        let tx = self.app.store.begin().await.unwrap();
        tx.put(vec![change(key, Some(owner), value)]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(self.app.ranking.catch_up(&self.app.store).await.unwrap() > 0);
        assert!(self.app.search.catch_up(&self.app.store).await.unwrap() > 0);
    }
}

async fn fill(store: &Store) {
    let tx = store.begin().await.unwrap();
    tx.put(vec![
        change(
            "bank",
            None,
            organisation("Development bank", OrganisationKind::Investor, VerificationLevel::V3),
        ),
        change(
            "plain",
            None,
            organisation("Новая Инвестиция", OrganisationKind::Investor, VerificationLevel::V1),
        ),
        change("owner", None, organisation("Ministry", OrganisationKind::Government, VerificationLevel::V2)),
    ])
    .await
    .unwrap();
    let keys = ["bank", "plain", "owner"];
    let orgs = tx.ids_by_keys::<Organisation>(&keys).await.unwrap();
    let (bank, plain, owner) = (orgs["bank"], orgs["plain"], Some(orgs["owner"]));
    tx.put(vec![
        change("mandate-bank", Some(bank), mandate("Broadband loans")),
        change("mandate-plain", Some(plain), mandate("The same, of a newcomer")),
    ])
    .await
    .unwrap();
    let mut projects = Vec::new();
    for i in 0..12 {
        // Ties are among them: every third project has the same gap.
        let value =
            project(&format!("Fibre for district {i}"), if i % 2 == 0 { "RS" } else { "BA" }, |facts| {
                facts.gap = Some(eur([6_000_000, 12_000_000, 18_000_000, 24_000_000][i / 3]));
            });
        projects.push(change(&format!("fibre-{i}"), owner, value));
    }
    let clinic = project("Clinic", "RS", |facts| facts.fields = Shares::whole(F::DxHealth));
    projects.push(change("clinic", owner, clinic));
    projects.push(change(
        "unknown",
        owner,
        project("Nothing known", "LK", |facts| {
            facts.stage = None;
            facts.gap = None;
            facts.instruments = None;
            facts.tenor_months = None;
            facts.readiness.clear();
            facts.confirmed_on = None;
        }),
    ));
    projects.push(change("draft", owner, project("Draft", "RS", |facts| facts.state = ListingState::Draft)));
    projects.push(change(
        "scripts",
        owner,
        project("Čačak – İzmir link", "RS", |facts| {
            facts.summary = Localized::new("zh".parse().unwrap(), UNSPACED).ok();
        }),
    ));
    tx.put(projects).await.unwrap();
    let (needs, offers) = ([F::CitySmart, F::HealthRemote, F::SkillsPublic], [F::CityAi, F::CityIot]);
    tx.put(vec![
        change("geonames:100", None, city(100, "Niš", "RS", &needs, &offers, true)),
        change("geonames:200", None, city(200, "深圳", "CN", &offers, &needs, true)),
        change("geonames:300", None, city(300, "กรุงเทพมหานคร", "TH", &needs[..2], &offers, false)),
        change("geonames:400", None, city(400, "ວຽງຈັນ", "LA", &offers, &needs[1..], true)),
        change("geonames:500", None, city(500, "İzmir", "TR", &[], &[], false)),
        change("geonames:600", None, city(600, "Beograd", "RS", &offers, &needs, true)),
    ])
    .await
    .unwrap();
    tx.put_twinnings(&[Twinning::new(100, 400, vec!["test".into()], None).unwrap()]).await.unwrap();
    tx.commit().await.unwrap();
}
