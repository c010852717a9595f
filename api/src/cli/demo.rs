//! `caravanserai demo`: real, attributed data through the same importers as everybody's.

use std::process::ExitCode;

use domain::{
    city::City, digest::DigestLanguage, mandate::Mandate, organisation::Organisation, project::Project,
};

use super::{Failure, app, open, personas, rank, serve, today};
use crate::{
    app::App,
    config::{CommonArgs, ServeArgs, Settings},
    id::encode_as,
    import::{ImportKind, ImportOptions, Table, columns, import_table},
    store::Store,
};

/// Files in the order in which they refer to each other.
const FILES: &[(ImportKind, &str, &[u8])] = &[
    (ImportKind::Organisations, "organisations.tsv", include_bytes!("../../demo/organisations.tsv")),
    (ImportKind::Deals, "deals.tsv.gz", include_bytes!("../../demo/deals.tsv.gz")),
    (ImportKind::Projects, "projects.tsv", include_bytes!("../../demo/projects.tsv")),
    (ImportKind::Mandates, "mandates.tsv", include_bytes!("../../demo/mandates.tsv")),
    (ImportKind::Cities, "cities.tsv.gz", include_bytes!("../../demo/cities.tsv.gz")),
    (ImportKind::Twinnings, "twinnings.tsv.gz", include_bytes!("../../demo/twinnings.tsv.gz")),
];

/// How a compressed file begins.
const GZIP: &[u8] = &[0x1F, 0x8B];

/// The mandate, project and city that the demo shows first.
const MANDATE: &str = "mandate-bank-china-eximbank";
const PROJECT: &str =
    "aiddata-ng-phase-2-of-nigeria-national-information-and-communication-technology-infrastr";
const CITY: &str = "geonames:3194360";

/// Records of the demo's own people, by what they are and whose.
const OWN_ORGANISATIONS: [(&str, &str); 4] = [
    ("investorOrganisation", "demo-silk-road-fund"),
    ("ownerOrganisation", "demo-owner"),
    ("cityOffice", "demo-city-office-novi-sad"),
    ("partnerOffice", "demo-city-office-chiang-mai"),
];
const OWN_MANDATE: &str = "demo-mandate-rural";
const OWN_PROJECTS: [(&str, &str); 2] =
    [("project", "demo-rural-fibre"), ("sharedProject", "demo-city-sensors")];
const PARTNER_CITY: &str = "geonames:1153671";

pub(super) async fn demo(
    common: &CommonArgs,
    args: &ServeArgs,
    json: bool,
    once: bool,
) -> Result<ExitCode, Failure> {
    crate::telemetry::init("warn");
    // Without a directory of the user's the demo leaves nothing behind.
    let fresh = tempfile::tempdir()?;
    let mut common = common.clone();
    if common.data_dir.is_none() && common.database.is_none() {
        common.data_dir = Some(fresh.path().to_owned());
    }
    let settings = Settings::new(&common, args)?;
    if !settings.listen.ip().is_loopback() && !once {
        return Err(
            "the demo prints tokens of its people, an administrator among them: listen on 127.0.0.1".into()
        );
    }
    let store = open(&settings).await?;
    store.migrate().await?;
    load(&store).await?;
    let app = app(store).await?;
    if once {
        let print = rank::Print { first: 5, lang: DigestLanguage::En, as_json: false };
        for (what, id) in [
            (rank::What::Opportunities, MANDATE),
            (rank::What::Investors, PROJECT),
            (rank::What::Cities, CITY),
        ] {
            say!("{}", rank::rank(&app, what, id, print).await?);
        }
        say!(
            "Sources and licences: api/demo/ATTRIBUTION.md. Verification and screening of the records are samples."
        );
        app.store.close().await?;
        return Ok(ExitCode::SUCCESS);
    }
    let ids = ids(&app).await?;
    let development = settings.development;
    serve::serve(&settings, app, async move |address, app| {
        let url = format!("http://{address}");
        let people = personas::sign_in_all(app).await?;
        if json {
            let each = |what: fn(&personas::SignedIn) -> &str| -> serde_json::Map<String, serde_json::Value> {
                people.iter().map(|one| (one.key.to_owned(), what(one).into())).collect()
            };
            let ready = serde_json::json!({
                "url": url,
                "graphql": format!("{url}/graphql"),
                "ids": ids,
                "tokens": each(|one| &one.tokens.access_token),
                "refresh": each(|one| one.tokens.refresh_token.expose()),
                "links": people
                    .iter()
                    .map(|one| (one.key.to_owned(), format!("{url}/sign-in/{}", one.link.expose()).into()))
                    .collect::<serde_json::Map<String, serde_json::Value>>(),
            });
            say!("{ready}");
        } else {
            say!(
                "Caravanserai is ready.\n  Pages     {url}\n  GraphQL   {url}/graphql\n  Health    {url}/readyz\n  Ids       {ids}"
            );
            if development {
                say!("  Editor    {url}/graphiql (the page loads its script over the internet)");
            }
            say!("Open a link to sign in as one of these people; each is good once:");
            for one in &people {
                say!("  {:<18} {url}/sign-in/{}  {}", one.key, one.link.expose(), one.name);
            }
            say!("Stop it with Ctrl-C.");
        }
        Ok(())
    })
    .await?;
    Ok(ExitCode::SUCCESS)
}

/// Imports the embedded files. A second run over the same directory changes nothing but the samples' dates.
pub(super) async fn load(store: &Store) -> Result<(), Failure> {
    for (kind, name, bytes) in FILES {
        let mut unpacked = Vec::new();
        let bytes: &[u8] = if bytes.starts_with(GZIP) {
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(*bytes), &mut unpacked)?;
            &unpacked
        } else {
            bytes
        };
        let table = Table::from_bytes(name, bytes, columns(*kind))?;
        let options =
            ImportOptions { dry_run: false, keep_good: false, today: today(), fill_sample_dates: true };
        let report = import_table(store, *kind, &table, options, &mut |_, _| {}).await?;
        if let Some(error) = report.errors.first() {
            return Err(
                format!("the embedded {name} is wrong: {error} ({} errors)", report.error_count).into()
            );
        }
    }
    Ok(())
}

/// What the demo shows first, which others keep; and under `own` what its people act for: the mandate of its investor,
/// the projects of its owner, the two cities of its offices, and the organisations themselves.
async fn ids(app: &App) -> Result<serde_json::Value, Failure> {
    let mut own = serde_json::Map::new();
    for (what, key) in OWN_ORGANISATIONS {
        own.insert(what.to_owned(), encode_as(app.resolve::<Organisation>(key).await?.id).into());
    }
    for (what, key) in OWN_PROJECTS {
        own.insert(what.to_owned(), encode_as(app.resolve::<Project>(key).await?.id).into());
    }
    own.insert("mandate".to_owned(), encode_as(app.resolve::<Mandate>(OWN_MANDATE).await?.id).into());
    for (what, key) in [("city", CITY), ("partnerCity", PARTNER_CITY)] {
        own.insert(what.to_owned(), encode_as(app.resolve::<City>(key).await?.id).into());
    }
    Ok(serde_json::json!({
        "own": own,
        "mandate": encode_as(app.resolve::<Mandate>(MANDATE).await?.id),
        "project": encode_as(app.resolve::<Project>(PROJECT).await?.id),
        "city": encode_as(app.resolve::<City>(CITY).await?.id),
    }))
}
