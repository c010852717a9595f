//! Organisations and their past deals.

use std::collections::BTreeMap;

use domain::{
    organisation::{Deal, Organisation, OrganisationFacts, ReplyRecord, Screening},
    vocabulary::{InvestmentStage, ScreeningStatus, StageLadder, VerificationLevel},
};

use super::{Change, ImportOptions, ImportReport, Parsed, Row, RowError, StoreError, Tx, table::cut};

/// Columns of organisations.
pub(super) const COLUMNS: &[(&str, bool)] = &[
    ("key", true),
    ("name", true),
    ("kind", true),
    ("country", false),
    ("city_geonames", false),
    ("investor_type", false),
    ("verification", false),
    ("verification_at", false),
    ("screening", false),
    ("screening_at", false),
    ("active", false),
    ("claimed", false),
    ("sample_facts", false),
    ("presence_countries", false),
    ("languages", false),
    ("help_offered", false),
    ("reply_rate_pct", false),
    ("median_reply_days", false),
    ("closed_deals", false),
    ("pledged_deals", false),
    ("beneficial_owners", false),
    ("label", false),
    ("source", false),
    ("licence", false),
];

/// Columns of deals.
pub(super) const DEAL_COLUMNS: &[(&str, bool)] = &[
    ("organisation", true),
    ("date", true),
    ("title", true),
    ("field", false),
    ("country", false),
    ("ladder", false),
    ("stage", false),
    ("amount", false),
    ("currency", false),
    ("instrument", false),
    ("round_amount", false),
    ("source", false),
];

/// A key of the source: one line.
pub(super) fn key(row: &mut Row<'_>, column: &str) -> Option<String> {
    if row.text(column).is_none() {
        row.refuse(column, "give the key under which your records know it");
    }
    row.line(column).map(|line| line.to_string())
}

pub(super) fn organisation(row: &mut Row<'_>, options: ImportOptions) -> Option<Change<Organisation>> {
    let source_key = key(row, "key");
    let name = row.line("name");
    row.must("name");
    let provenance = row.provenance();
    let sample_day =
        |fact: &str| (options.fill_sample_dates && provenance.is_sample(fact)).then_some(options.today);
    let kind = row.required("kind");
    let facts = OrganisationFacts {
        country: row.value("country"),
        city_geonames: row.number("city_geonames"),
        investor_type: row.value("investor_type"),
        verification: row.value("verification").unwrap_or(VerificationLevel::V0),
        verified_on: row.date("verification_at").or_else(|| sample_day("verification")),
        verified_until: None,
        screening: Screening {
            status: row.value("screening").unwrap_or(ScreeningStatus::NotScreened),
            screened_on: row.date("screening_at").or_else(|| sample_day("screening")),
        },
        active: row.yes_no("active").unwrap_or(true),
        claimed: row.yes_no("claimed").unwrap_or(false),
        presence: row.list("presence_countries"),
        languages: row.list("languages"),
        help_offered: row.list("help_offered"),
        replies: ReplyRecord {
            reply_rate: row.value("reply_rate_pct"),
            median_reply_days: row.number("median_reply_days"),
            closed_deals: row.number("closed_deals"),
            pledged_deals: row.number("pledged_deals"),
        },
        beneficial_owners: row.lines("beneficial_owners"),
        deals: Vec::new(),
        provenance,
        // Last, so that every wrong cell of the row is noted.
        name: name?,
        kind: kind?,
    };
    let value = Organisation::try_from(facts).map_err(|errors| row.refuse_all(errors)).ok()?;
    Some(Change { source_key: source_key?, owner: None, value })
}

/// A deal and the key of the organisation whose it is.
pub(super) struct KeyedDeal {
    organisation: String,
    deal: Deal,
}

pub(super) fn deal(row: &mut Row<'_>) -> Option<KeyedDeal> {
    let organisation = key(row, "organisation");
    let date = row.date("date");
    if row.text("date").is_none() {
        row.refuse("date", "write a day like 2011-07-01");
    }
    let title = row.line("title");
    row.must("title");
    let stage = stage(row);
    let deal = Deal {
        field: row.value("field"),
        country: row.value("country"),
        stage,
        amount: row.money("amount", "currency"),
        round_amount: row.money("round_amount", "currency"),
        instrument: row.value("instrument"),
        date: date?,
        title: title?,
    };
    Some(KeyedDeal { organisation: organisation?, deal })
}

/// The stage on the ladder of the column `ladder`, or on either where that is empty.
pub(super) fn stage(row: &mut Row<'_>) -> Option<InvestmentStage> {
    let ladder: Option<StageLadder> = row.value("ladder");
    let code = row.text("stage")?;
    let parsed = match ladder {
        Some(ladder) => InvestmentStage::parse(ladder, code),
        None => InvestmentStage::from_code(code),
    };
    parsed.map_err(|error| row.refuse("stage", error)).ok()
}

/// An import of organisations leaves the deals alone that an import of deals brought.
pub(super) async fn keep_deals(
    tx: &Tx,
    rows: Vec<Parsed<Change<Organisation>>>,
) -> Result<Vec<Parsed<Change<Organisation>>>, StoreError> {
    let keys: Vec<&str> = rows.iter().map(|row| row.value.source_key.as_str()).collect();
    let stored = tx.find_by_keys::<Organisation>(&keys).await?;
    Ok(rows
        .into_iter()
        .map(|mut parsed| {
            if let Some(old) = stored.get(&parsed.value.source_key) {
                let mut facts = OrganisationFacts::from(parsed.value.value.clone());
                facts.deals.clone_from(&old.value.deals);
                if let Ok(value) = Organisation::try_from(facts) {
                    parsed.value.value = value;
                }
            }
            parsed
        })
        .collect())
}

/// Deals become part of their organisation; one that is there already is not added again.
pub(super) async fn merge_deals(
    tx: &Tx,
    deals: Vec<Parsed<KeyedDeal>>,
    report: &mut ImportReport,
) -> Result<Vec<Parsed<Change<Organisation>>>, StoreError> {
    let mut by_key: BTreeMap<String, Vec<(u64, Deal)>> = BTreeMap::new();
    for Parsed { row, value } in deals {
        by_key.entry(value.organisation).or_default().push((row, value.deal));
    }
    let keys: Vec<&str> = by_key.keys().map(String::as_str).collect();
    let stored = tx.find_by_keys::<Organisation>(&keys).await?;
    let mut changes = Vec::with_capacity(by_key.len());
    for (key, deals) in by_key {
        let first_row = deals.first().map_or(0, |(row, _)| *row);
        let Some(old) = stored.get(&key) else {
            let message = format!("there is no organisation '{}': import it first", cut(&key));
            for (row, _) in deals {
                let (column, message) = ("organisation".to_owned(), message.clone());
                report.refuse(RowError { row, column, message });
            }
            continue;
        };
        let mut facts = OrganisationFacts::from(old.value.clone());
        for (_, deal) in deals {
            if !facts.deals.contains(&deal) {
                facts.deals.push(deal);
            }
        }
        match Organisation::try_from(facts) {
            Ok(value) => {
                changes
                    .push(Parsed { row: first_row, value: Change { source_key: key, owner: None, value } });
            }
            Err(errors) => {
                for error in errors.0 {
                    report.refuse(RowError { row: first_row, column: error.path, message: error.message });
                }
            }
        }
    }
    Ok(changes)
}
