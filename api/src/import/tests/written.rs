//! What an import writes: all or nothing, the good rows, nothing; and the same again changes nothing.

use domain::{
    city::City,
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
    value::{Currency, Pct, SingleLine},
    vocabulary::{ListingState, ReadinessStatus, ScreeningStatus},
};

use super::{
    ImportKind, ImportOptions, ORGANISATIONS, PROJECTS, Table, WRITE, columns, counts, import, import_as,
};
use crate::store::{
    Kind, Store,
    tests::{Place, on_both},
};

on_both!(
    twice_the_same_changes_nothing,
    one_bad_row_refuses_the_file_unless_the_good_ones_are_asked_for,
    deals_become_part_of_their_organisation_and_stay,
    imports_at_once_lose_no_deal,
    cells_become_what_they_say,
    cities_and_twinnings_are_written,
);

async fn filled(place: &Place) -> Store {
    let store = place.migrated().await;
    assert_eq!(counts(&import(&store, ImportKind::Organisations, ORGANISATIONS).await), (2, 0, 0, 0));
    store
}

async fn twice_the_same_changes_nothing(place: Place) {
    let store = filled(&place).await;
    assert_eq!(counts(&import(&store, ImportKind::Projects, PROJECTS).await), (2, 0, 0, 0));
    let seq = store.last_seq().await.unwrap();
    assert_eq!(counts(&import(&store, ImportKind::Projects, PROJECTS).await), (0, 0, 2, 0));
    assert_eq!(counts(&import(&store, ImportKind::Organisations, ORGANISATIONS).await), (0, 0, 2, 0));
    assert_eq!(store.last_seq().await.unwrap(), seq);
    let other = PROJECTS.replace("Clinics", "Hospitals");
    assert_eq!(counts(&import(&store, ImportKind::Projects, &other).await), (0, 1, 1, 0));
    let event = store.events_after(seq, 10).await.unwrap().remove(0);
    assert_eq!(
        (event.kind.as_str(), event.payload),
        ("project.changed", serde_json::json!({"source": "import"}))
    );
}

async fn one_bad_row_refuses_the_file_unless_the_good_ones_are_asked_for(place: Place) {
    let store = filled(&place).await;
    let bad = format!("{PROJECTS}c,Third,nobody,INFRASTRUCTURE,CONN_BACKBONE:100,RS,,,\nd,Fourth\n");
    let report = import(&store, ImportKind::Projects, &bad).await;
    assert_eq!((report.written, report.error_count, report.created), (false, 2, 0));
    assert_eq!(store.count(Kind::Project).await.unwrap(), 0);

    let dry = ImportOptions { dry_run: true, ..WRITE };
    let report = import_as(&store, ImportKind::Projects, PROJECTS, dry).await;
    assert_eq!((report.written, counts(&report)), (false, (2, 0, 0, 0)), "told, not done");
    assert_eq!((store.count(Kind::Project).await.unwrap(), store.last_seq().await.unwrap()), (0, 2));

    let good = ImportOptions { keep_good: true, ..WRITE };
    let report = import_as(&store, ImportKind::Projects, &bad, good).await;
    assert_eq!((report.written, report.rows, counts(&report)), (true, 4, (2, 0, 0, 2)));
    assert_eq!(store.count(Kind::Project).await.unwrap(), 2);
}

const DEALS: &str = "\
organisation,date,title,field,country,stage,amount,currency,instrument
bank,2011-07-01,Backbone,CONN_BACKBONE,KE,CONSTRUCTION,15000000,USD,LOAN
bank,2010-03-05,Clinics,,,,,,
bank,2010-03-05,Clinics,,,,,,
";

async fn deals_of(store: &Store) -> Vec<String> {
    let bank = store.find_by_key::<Organisation>("bank").await.unwrap().unwrap();
    bank.value.deals.iter().map(|deal| deal.title.to_string()).collect()
}

async fn deals_become_part_of_their_organisation_and_stay(place: Place) {
    let store = filled(&place).await;
    assert_eq!(counts(&import(&store, ImportKind::Deals, DEALS).await), (0, 1, 0, 0));
    assert_eq!(deals_of(&store).await, ["Clinics", "Backbone"], "each once, oldest first");
    assert_eq!(counts(&import(&store, ImportKind::Deals, DEALS).await), (0, 0, 1, 0));
    let renamed = ORGANISATIONS.replace("Development bank", "Bank of development");
    assert_eq!(counts(&import(&store, ImportKind::Organisations, &renamed).await), (0, 1, 1, 0));
    assert_eq!(deals_of(&store).await.len(), 2, "an import of organisations keeps the deals");
}

async fn imports_at_once_lose_no_deal(place: Place) {
    let store = filled(&place).await;
    let imports = (1..=8).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            let text = format!("organisation,date,title\nbank,2011-07-0{n},Deal {n}\n");
            import(&store, ImportKind::Deals, &text).await
        })
    });
    for import in imports.collect::<Vec<_>>() {
        assert_eq!(counts(&import.await.unwrap()), (0, 1, 0, 0));
    }
    assert_eq!(deals_of(&store).await.len(), 8);
}

async fn cells_become_what_they_say(place: Place) {
    let store = filled(&place).await;
    let text = "\
key\ttitle\ttitle_lang\towner\tkind\tfields\tcontract\tpublic_authority\tgap_amount\tgap_currency\tinstruments\treturn_pct\treadiness\tcountries\tcity_geonames\tlat\tlon\tpublished_at\tsource\tsource_ref\tsample_facts
full\tМрежа\tsr\towner\tINFRASTRUCTURE\tINCL_RURAL:30|CONN_BACKBONE:70\tDBFOM\tMinistry\t0.05\tEUR\tLOAN:60|GRANT:40\t11.5%\tNEEDS_ASSESSMENT=report, part 2|DEMAND_STUDY=|!LICENCES\tRS|HU\t792680\t44.817611111111114\t20.5\t\tList\trecord 7\tpublished
";
    let options = ImportOptions { fill_sample_dates: true, ..WRITE };
    assert_eq!(counts(&import_as(&store, ImportKind::Projects, text, options).await), (1, 0, 0, 0));
    let stored = store.find_by_key::<Project>("full").await.unwrap().unwrap();
    let project = &stored.value;
    assert_eq!(stored.owner, store.find_by_key::<Organisation>("owner").await.unwrap().map(|o| o.id));
    assert_eq!((project.title.value(), project.title.lang().as_str()), ("Мрежа", "sr"));
    assert_eq!(project.gap.map(|gap| (gap.minor(), gap.currency())), Some((5, Currency::EUR)));
    assert_eq!(project.return_pct.map(Pct::hundredths), Some(1_150));
    let readiness: Vec<_> = project
        .readiness
        .iter()
        .map(|entry| (entry.status, entry.evidence.as_ref().map(SingleLine::as_str)))
        .collect();
    assert_eq!(
        readiness,
        [
            (ReadinessStatus::Evidenced, Some("report, part 2")),
            (ReadinessStatus::Claimed, None),
            (ReadinessStatus::Missing, None),
        ]
    );
    let places: Vec<_> = project
        .locations
        .iter()
        .map(|l| (l.country.alpha2(), l.city_geonames, l.position.is_some()))
        .collect();
    assert_eq!(places, [("RS", Some(792_680), true), ("HU", None, false)]);
    assert_eq!(project.published_on, Some(WRITE.today), "a sample date is the day of loading");
    assert_eq!((project.confirmed_on, project.state), (None, ListingState::Draft));
    assert_eq!(project.provenance.source.as_ref().map(SingleLine::as_str), Some("List; record 7"));

    let text = "\
key,organisation,name,fields,fields_term,countries,ticket_min,ticket_max,currency,stages,articles,global
m,bank,Broadband,CONN_BROADBAND:100|INCL_RURAL:40,soft,RS|KE,1,2.5,USD,FEASIBILITY|SEED,1|8,no
";
    assert_eq!(counts(&import(&store, ImportKind::Mandates, text).await), (1, 0, 0, 0));
    let mandate = store.find_by_key::<Mandate>("m").await.unwrap().unwrap().value;
    assert_eq!(
        (mandate.fields.len(), mandate.stages.len(), mandate.articles.as_slice()),
        (2, 2, &[1, 8][..])
    );
    assert_eq!(mandate.ticket.map(|ticket| ticket.max.minor()), Some(250));
    assert_ne!(mandate.terms.fields, mandate.terms.places, "a term is hard where not given");
}

async fn cities_and_twinnings_are_written(place: Place) {
    let store = place.migrated().await;
    let text = "\
geonames_id,name,country,lat,lon,population,accepting,verification,needs,indicators,sample
1,Niš,RS,43.3,21.9,183164,yes,V2,CITY_SMART:3|CITY_AI:1,EC:ICT:ICT:1C=61.5@2021,yes
2,Kragujevac,RS,44.0,20.9,,,,,,
";
    let options = ImportOptions { fill_sample_dates: true, ..WRITE };
    assert_eq!(counts(&import_as(&store, ImportKind::Cities, text, options).await), (2, 0, 0, 0));
    assert_eq!(counts(&import_as(&store, ImportKind::Cities, text, options).await), (0, 0, 2, 0));
    let nis = store.find_by_key::<City>("geonames:1").await.unwrap().unwrap().value;
    let office = nis.office.as_ref().unwrap();
    assert_eq!(office.screening.status, ScreeningStatus::Clear);
    assert!(nis.provenance.is_sample("screening") && office.accepting);
    assert_eq!((nis.needs.len(), nis.indicators[0].year), (2, 2021));
    assert!(store.find_by_key::<City>("geonames:2").await.unwrap().unwrap().value.office.is_none());

    let twinnings = "a_geonames,b_geonames,sources\n2,1,wp|wd\n1,2,wp\n";
    assert_eq!(counts(&import(&store, ImportKind::Twinnings, twinnings).await), (1, 0, 1, 0));
    assert_eq!(counts(&import(&store, ImportKind::Twinnings, twinnings).await), (0, 0, 2, 0));
    let twinning = store.twinnings().await.unwrap().remove(0);
    assert_eq!((twinning.a, twinning.b, twinning.sources.len()), (1, 2, 2));
}

#[tokio::test]
async fn progress_rises_to_the_total() {
    let place = Place::sqlite();
    let store = place.migrated().await;
    let rows: String = (0..1_200).map(|row| format!("k{row},Name,COMPANY\n")).collect();
    let text = format!("key,name,kind\n{rows}");
    let kind = ImportKind::Organisations;
    let table = Table::from_bytes("test", text.as_bytes(), columns(kind)).unwrap();
    let mut told = Vec::new();
    let mut progress = |done, total| told.push((done, total));
    super::import_table(&store, kind, &table, WRITE, &mut progress).await.unwrap();
    assert_eq!(told, [(500, 1_200), (1_000, 1_200), (1_200, 1_200)]);
}
