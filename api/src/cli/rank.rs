//! `caravanserai rank`: a ranking as a table or as JSON.

use comfy_table::{ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use domain::{
    Vocabulary, city::City, digest::DigestLanguage, mandate::Mandate, organisation::Organisation,
    project::Project,
};
use matcher::{
    explanation::{Audience, Sentence, display_points},
    rank::{List, OpportunityFilter, RankBy},
    score::{Interval, points},
};
use serde_json::{Value, json};

use super::Failure;
use crate::{
    app::{
        App, AppError, CityRequest, MandateChoice, Match, OpportunityRequest, investors_for, opportunities,
        partner_cities,
    },
    id::encode_as,
};

/// What to rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum What {
    /// Projects for a mandate.
    Opportunities,
    /// Mandates for a project.
    Investors,
    /// Partners for a city.
    Cities,
}

/// One line of a ranking, ready to be shown.
struct Line {
    rank: u64,
    id: String,
    name: String,
    notes: Vec<String>,
    score: Interval,
    because: Vec<String>,
    against: Vec<String>,
    unknown: Vec<String>,
}

struct Shown {
    title: String,
    lines: Vec<Line>,
    total: u64,
    other: u64,
    excluded: Vec<(&'static str, u64, u64)>,
}

/// How a ranking is printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Print {
    /// Rows.
    pub(super) first: usize,
    /// The language of the sentences; the frame of the table is English.
    pub(super) lang: DigestLanguage,
    /// Whether as one document of JSON.
    pub(super) as_json: bool,
}

/// The language of a tag, for the terminal's arguments.
pub(super) fn language(tag: &str) -> Result<DigestLanguage, String> {
    let known = || DigestLanguage::ALL.iter().copied();
    known().find(|language| language.tag().eq_ignore_ascii_case(tag)).ok_or_else(|| {
        let tags: Vec<_> = known().map(DigestLanguage::tag).collect();
        format!("it would be one of {}", tags.join(", "))
    })
}

pub(super) async fn rank(app: &App, what: What, id: &str, print: Print) -> Result<String, Failure> {
    let shown = match what {
        What::Opportunities => for_mandate(app, id, print).await?,
        What::Investors => for_project(app, id, print).await?,
        What::Cities => for_city(app, id, print).await?,
    };
    Ok(if print.as_json { serde_json::to_string_pretty(&shown.json())? } else { shown.table() })
}

fn told(sentences: &[Sentence], lang: DigestLanguage) -> Vec<String> {
    sentences.iter().map(|sentence| sentence.told(lang)).collect()
}

async fn for_mandate(app: &App, id: &str, Print { first, lang, .. }: Print) -> Result<Shown, AppError> {
    let mandate = app.resolve::<Mandate>(id).await?;
    let request = OpportunityRequest {
        parted: true,
        mandate: MandateChoice::Saved(mandate.id),
        filter: OpportunityFilter::default(),
        by: RankBy::Mutual,
        list: List::Ranked,
        weights: None,
        first,
        after: None,
    };
    let ranked = opportunities(app, &request)?;
    let ids: Vec<_> = ranked.page.items.iter().map(|row| row.project).collect();
    let found = app.store.find::<Project>(&ids).await?;
    let lines = ranked.page.items.iter().filter_map(|row| {
        let project = &found.get(&row.project)?.value;
        let notes = project.provenance.label.iter().map(ToString::to_string).collect();
        Some(line(
            row,
            encode_as(row.project),
            project.title.value().to_owned(),
            notes,
            (Audience::Investor, lang),
        ))
    });
    let notes: Vec<String> = mandate.value.provenance.label.iter().map(ToString::to_string).collect();
    Ok(Shown {
        title: with_notes(&format!("Projects for the mandate: {}", mandate.value.name), &notes),
        lines: lines.collect(),
        total: ranked.page.total,
        other: ranked.page.other_list,
        excluded: ranked.page.excluded.iter().map(|c| (c.gate, c.failed, c.unknown)).collect(),
    })
}

async fn for_project(app: &App, id: &str, Print { first, lang, .. }: Print) -> Result<Shown, AppError> {
    let project = app.resolve::<Project>(id).await?;
    let ranked = investors_for(app, (project.id, true), RankBy::Mutual, List::Ranked, first, None)?;
    let ids: Vec<_> = ranked.page.items.iter().filter_map(|row| row.investor).collect();
    let investors = app.store.find::<Organisation>(&ids).await?;
    let ids: Vec<_> = ranked.page.items.iter().filter_map(|row| row.mandate).collect();
    let mandates = app.store.find::<Mandate>(&ids).await?;
    let lines = ranked.page.items.iter().filter_map(|row| {
        let investor = &investors.get(&row.investor?)?.value;
        let mandate = &mandates.get(&row.mandate?)?.value;
        let notes = mandate.provenance.label.iter().map(ToString::to_string).collect();
        Some(line(row, encode_as(row.mandate?), investor.name.to_string(), notes, (Audience::Owner, lang)))
    });
    let notes: Vec<String> = project.value.provenance.label.iter().map(ToString::to_string).collect();
    Ok(Shown {
        title: with_notes(&format!("Investors for the project: {}", project.value.title.value()), &notes),
        lines: lines.collect(),
        total: ranked.page.total,
        other: ranked.page.other_list,
        excluded: ranked.page.excluded.iter().map(|c| (c.gate, c.failed, c.unknown)).collect(),
    })
}

async fn for_city(app: &App, id: &str, Print { first, lang, .. }: Print) -> Result<Shown, AppError> {
    let city = app.resolve::<City>(id).await?;
    let ranked = partner_cities(app, &CityRequest::published(city.id, first))?;
    let ids: Vec<_> = ranked.page.items.iter().map(|row| row.partner).collect();
    let found = app.store.find::<City>(&ids).await?;
    let world = &ranked.shared.snapshot.catalog.world;
    let lines = ranked.page.items.iter().filter_map(|row| {
        let partner = &found.get(&row.partner)?.value;
        let explanation = row.explanation()?;
        let mut notes = vec![format!("reachable now: {}", explanation.reachable_tier.label().to_lowercase())];
        if row.is_sample() {
            notes.push("sample needs and offers".to_owned());
        }
        Some(Line {
            rank: row.rank.unwrap_or_default(),
            id: encode_as(row.partner),
            name: format!("{}, {}", partner.name, world.country_name(partner.country)),
            notes,
            score: row.evaluation.mutual,
            because: told(&explanation.because, lang),
            against: told(&explanation.against, lang),
            unknown: told(&explanation.unknown, lang),
        })
    });
    let lines = lines.collect();
    let notes: Vec<String> = city.value.provenance.label.iter().map(ToString::to_string).collect();
    Ok(Shown {
        title: with_notes(&format!("Partner cities for {}", city.value.name), &notes),
        lines,
        total: ranked.page.total,
        other: ranked.page.other_list,
        excluded: ranked.page.excluded.iter().map(|c| (c.gate, c.failed, c.unknown)).collect(),
    })
}

fn with_notes(title: &str, notes: &[String]) -> String {
    if notes.is_empty() { title.to_owned() } else { format!("{title} [{}]", notes.join("; ")) }
}

fn line(
    row: &Match,
    id: String,
    name: String,
    notes: Vec<String>,
    (audience, lang): (Audience, DigestLanguage),
) -> Line {
    let explanation = row.explanation(audience);
    Line {
        rank: row.rank.unwrap_or_default(),
        id,
        name,
        notes,
        score: row.evaluation.mutual,
        because: explanation.as_ref().map(|e| told(&e.because, lang)).unwrap_or_default(),
        against: explanation.as_ref().map(|e| told(&e.against, lang)).unwrap_or_default(),
        unknown: explanation.as_ref().map(|e| told(&e.unknown, lang)).unwrap_or_default(),
    }
}

/// A gate as it is said, with its number in the policy: `field (G5)`.
fn gate_words(gate: &str) -> String {
    match gate.split_once('_') {
        Some((number, name)) => format!("{} ({number})", name.replace('_', " ").to_lowercase()),
        None => gate.to_owned(),
    }
}

/// Sentences against a match and of what is not known that a table has room for; JSON has all.
const TOLD: usize = 2;

impl Line {
    /// What speaks for it, then against it, then what is not known.
    fn why(&self) -> String {
        let told = |title: &str, sentences: &[String]| {
            let more = sentences.len().saturating_sub(TOLD);
            let told = sentences.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join(" ");
            match (sentences.is_empty(), more) {
                (true, _) => String::new(),
                (false, 0) => format!("\n{title}: {told}"),
                (false, more) => format!("\n{title}: {told} (and {more} more)"),
            }
        };
        let against = told("Against", &self.against);
        format!("{}{against}{}", self.because.join(" "), told("Not known", &self.unknown))
    }
}

impl Shown {
    fn table(&self) -> String {
        let mut table = Table::new();
        table.load_preset(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
        if !table.is_tty() {
            table.set_width(120);
        }
        table.set_header(["#", "score of 100", "who", "why"]);
        for line in &self.lines {
            let score = &line.score;
            table.add_row([
                line.rank.to_string(),
                format!(
                    "{} ({} to {})\n{} % known",
                    display_points(score.point),
                    display_points(score.low),
                    display_points(score.high),
                    score.coverage / 10_000
                ),
                with_notes(&line.name, &line.notes),
                line.why(),
            ]);
        }
        let gates: Vec<String> = self
            .excluded
            .iter()
            .filter(|(_, failed, unknown)| *failed > 0 || *unknown > 0)
            .map(|(gate, failed, unknown)| format!("{} {failed} out, {unknown} unknown", gate_words(gate)))
            .collect();
        let (lowest, highest) = self.coverage();
        format!(
            "{}\n{table}\n{} listed, {} more of which not enough is known; known share of the rows shown: {lowest} to {highest} %.\nGates: {}.\n",
            self.title,
            self.total,
            self.other,
            gates.join("; ")
        )
    }

    fn coverage(&self) -> (u32, u32) {
        let all = || self.lines.iter().map(|line| line.score.coverage / 10_000);
        (all().min().unwrap_or(0), all().max().unwrap_or(0))
    }

    fn json(&self) -> Value {
        let rows: Vec<Value> = self
            .lines
            .iter()
            .map(|line| {
                json!({
                    "rank": line.rank,
                    "id": line.id,
                    "name": line.name,
                    "notes": line.notes,
                    "score": {
                        "low": points(line.score.low),
                        "point": points(line.score.point),
                        "high": points(line.score.high),
                        "coverage": f64::from(line.score.coverage) / 1e6,
                    },
                    "because": line.because,
                    "against": line.against,
                    "unknown": line.unknown,
                })
            })
            .collect();
        let gates: Vec<Value> = self
            .excluded
            .iter()
            .map(|(gate, failed, unknown)| json!({"gate": gate, "failed": failed, "unknown": unknown}))
            .collect();
        json!({"title": self.title, "rows": rows, "total": self.total, "notEnoughKnown": self.other, "gates": gates})
    }
}
