//! Every wrong cell is told with its row, its column and what would be right.

use super::{super::MAX_ERRORS, ImportKind, ORGANISATIONS, errors, import, import_as};
use crate::store::{Kind, tests::Place};

async fn told(kind: ImportKind, text: &str, expected: &[(u64, &str, &str)]) {
    let store = Place::sqlite();
    let store = (store.migrated().await, store).0;
    import(&store, ImportKind::Organisations, ORGANISATIONS).await;
    let report = import(&store, kind, text).await;
    let found = errors(&report);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!((found.0, found.1), (expected.0, expected.1), "{found:?}");
        assert!(found.2.contains(expected.2), "{found:?} must say '{}'", expected.2);
    }
    assert_eq!(report.error_count, expected.len() as u64);
    assert!(!report.written);
}

#[tokio::test]
async fn of_organisations() {
    let text = "\
key,name,kind,country,investor_type,verification,verification_at,active,languages,reply_rate_pct,closed_deals,beneficial_owners
,,,,,,,,,,,
x,Name,INVESTOR,,,,,,,,,
y,Name,FIRM,Serbia,BANK,V9,24.11.2026,maybe,en|english,-7,many,One|\u{202E}Two
";
    told(
        ImportKind::Organisations,
        text,
        &[
            (2, "key", "give the key"),
            (2, "name", "must not be empty"),
            (2, "kind", "must not be empty"),
            (3, "investor_type", "such as MULTILATERAL_BANK"),
            (4, "kind", "(given: 'FIRM')"),
            (4, "country", "ISO 3166"),
            (4, "investor_type", "(given: 'BANK')"),
            (4, "verification", "V9"),
            (4, "verification_at", "write a day like 2026-11-24"),
            (4, "active", "write yes or no, not 'maybe'"),
            (4, "languages", "(given: 'english')"),
            (4, "closed_deals", "whole number"),
            (4, "beneficial_owners", "direction overrides"),
        ],
    )
    .await;
}

#[tokio::test]
async fn of_deals() {
    let text = "\
organisation,date,title,stage,amount,currency
bank,,,,,
bank,2011-7,Backbone,BUILDING,12.345,USD
bank,2011-07-01,Backbone,,10,
nobody,2011-07-01,Backbone,,,
nobody,2012-07-01,Backbone,,,
";
    told(
        ImportKind::Deals,
        text,
        &[
            (2, "date", "write a day"),
            (2, "title", "must not be empty"),
            (3, "date", "write a day"),
            (3, "stage", "BUILDING"),
            (3, "amount", "fewer decimals"),
            (4, "currency", "must not be empty"),
            (5, "organisation", "no organisation 'nobody': import it first"),
            (6, "organisation", "no organisation 'nobody': import it first"),
        ],
    )
    .await;
}

#[tokio::test]
async fn of_projects() {
    let text = "\
key,title,title_lang,owner,kind,ladder,stage,fields,contract,gap_amount,gap_currency,min_slice_amount,instruments,readiness,flags,countries,lat,lon,state
a,Title,en,owner,INFRASTRUCTURE,,SEED,CONN_BACKBONE:60|DX_HEALTH:50,,-5,EUR,,LOAN,NEEDS=x|NEEDS_ASSESSMENT=x|NEEDS_ASSESSMENT=,LATE=,XX,91,0,OPEN
b,Title,en,owner,INFRASTRUCTURE,,,CONN_BACKBONE:100,,1,EUR,2,,!NEEDS_ASSESSMENT|NEEDS_ASSESSMENT=,,RS,44,,
c,Title,english,nobody,STARTUP_VENTURE,infrastructure,CONCEPT,,DBFOM,,,,,,,,,,
d,Title,en,nobody,INFRASTRUCTURE,,,CONN_BACKBONE:100,,,,,,,,RS,,,
b,Title,en,owner,INFRASTRUCTURE,,,CONN_BACKBONE:100,,,,,,,,RS,,,
e,Title,en,owner,INFRASTRUCTURE,,,CONN_BACKBONE:100,,,,,,,,RS,,,
e,Title,en,owner,INFRASTRUCTURE,,,CONN_BACKBONE:100,,,,,,,,RS,,,
";
    told(
        ImportKind::Projects,
        text,
        &[
            (2, "fields", "the shares sum to 100, not to 110.00"),
            (2, "gap_amount", "an amount lies between"),
            (2, "instruments", "CODE:SHARE"),
            (2, "readiness", "NEEDS"),
            (2, "flags", "LATE"),
            (2, "lat", "latitude lies between"),
            (2, "countries", "(given: 'XX')"),
            (2, "state", "OPEN"),
            (3, "lat", "give both lat and lon"),
            (3, "min_slice_amount", "at most the funding gap"),
            (3, "readiness", "each item of the checklist once"),
            (4, "title_lang", "ISO 639"),
            (4, "fields", "name at least one field"),
            (5, "owner", "no organisation 'nobody': import it first"),
            (8, "key", "'e' stands twice"),
        ],
    )
    .await;
}

#[tokio::test]
async fn of_mandates_cities_and_twinnings() {
    let text = "\
key,organisation,name,version,fields,ticket_min,ticket_max,currency,ticket_term,ladder,stages,articles
m,bank,Name,first,CONN_BACKBONE:0.5,5,,EUR,firm,venture,CONCEPT,16
n,bank,,,CONN_BACKBONE:0,5,1,EUR,,,,16
o,bank,Name,,CONN_BACKBONE:0,5,1,EUR,,,,16
";
    told(
        ImportKind::Mandates,
        text,
        &[
            (2, "version", "whole number"),
            (2, "ticket_min", "give both"),
            (2, "ticket_term", "hard or soft"),
            (2, "fields", "CODE:WEIGHT"),
            (2, "stages", "CONCEPT"),
            (2, "articles", "1 to 15"),
            (3, "name", "must not be empty"),
            (4, "fields", "a weight is 1 to 100"),
            (4, "ticket_min", "at most the maximum"),
            (4, "articles", "1 to 15"),
        ],
    )
    .await;
    let text = "\
geonames_id,name,country,lat,lon,needs,indicators,wikidata
,,,,,,,
1,Town,RS,north,200,CITY_SMART:high,EC=61.5,
2,Town,RS,44,20,CITY_SMART:9,,3711
";
    told(
        ImportKind::Cities,
        text,
        &[
            (2, "geonames_id", "must not be empty"),
            (2, "name", "must not be empty"),
            (2, "country", "must not be empty"),
            (2, "lat", "must not be empty"),
            (2, "lon", "must not be empty"),
            (3, "lat", "(given: 'north')"),
            (3, "needs", "CODE:PRIORITY"),
            (3, "indicators", "CODE=VALUE@YEAR"),
            (4, "needs", "3, 2 or 1"),
            (4, "wikidata", "Q3711"),
        ],
    )
    .await;
    let text = "a_geonames,b_geonames\n7,7\n9,8\nx,\n";
    told(
        ImportKind::Twinnings,
        text,
        &[
            (2, "b_geonames", "its own twin"),
            (3, "b_geonames", "no city with the GeoNames id 8"),
            (4, "a_geonames", "whole number"),
            (4, "b_geonames", "must not be empty"),
        ],
    )
    .await;
}

#[tokio::test]
async fn of_many_rows_the_first_thousand_are_kept_and_all_are_counted() {
    let place = Place::sqlite();
    let store = place.migrated().await;
    let bad: String = (0..1_500).map(|row| format!("k{row},Name,FIRM\n")).collect();
    let text = format!("key,name,kind\n{bad}good,Name,COMPANY\n\nshort\n");
    let options = super::ImportOptions { keep_good: true, ..super::WRITE };
    let report = import_as(&store, ImportKind::Organisations, &text, options).await;
    assert_eq!((report.errors.len(), report.error_count), (MAX_ERRORS, 1_501));
    assert_eq!((report.rows, report.created, report.written), (1_502, 1, true));
    assert_eq!(store.count(Kind::Organisation).await.unwrap(), 1);
}
