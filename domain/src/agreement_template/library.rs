//! The library of clauses, and how a document is composed from it.

use std::collections::BTreeMap;

use crate::{
    FieldErrors,
    partnership::{AgreementFacts, AgreementForce, AgreementText, AgreementTier, Clause, Parallel, Sides},
    value::{Lang, Localized},
    vocabulary::{Vocabulary, vocabulary},
};

vocabulary! {
    /// What two cities sign.
    DocumentKind, "CARAVANSERAI-AGREEMENT-DOCUMENT", "1", {
        LetterOfIntent = "LETTER_OF_INTENT": "Letter of intent",
        FriendlyExchange = "FRIENDLY_EXCHANGE": "Agreement on friendly exchange",
        TwinAgreement = "TWIN_AGREEMENT": "Agreement of twin cities",
    }
}

impl DocumentKind {
    /// The tier that it brings.
    pub const fn tier(self) -> AgreementTier {
        match self {
            Self::LetterOfIntent => AgreementTier::ExploratoryLoi,
            Self::FriendlyExchange => AgreementTier::FriendlyExchange,
            Self::TwinAgreement => AgreementTier::Twin,
        }
    }
}

vocabulary! {
    /// A blank in a clause, which the parties fill in.
    Blank, "CARAVANSERAI-AGREEMENT-BLANK", "1", {
        CityA = "CITY_A": "Name of the city that proposes",
        CityB = "CITY_B": "Name of the city that is asked",
        Fields = "FIELDS": "Fields of the cooperation",
        ReportMonths = "REPORT_MONTHS": "Months to the first report",
        TermMonths = "TERM_MONTHS": "Months of a fixed term",
        TrialMonths = "TRIAL_MONTHS": "Months of a trial",
        Project = "PROJECT": "Name of the first project",
    }
}

/// What the blanks are filled with. Names are given in as many languages as are known; where a language has none, the
/// first that was given stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blanks {
    /// Names of the two cities.
    pub cities: Sides<Vec<Localized>>,
    /// Fields of the cooperation, as one phrase.
    pub fields: Vec<Localized>,
    /// Months to the first report.
    pub report_months: Option<u32>,
    /// Months of a fixed term; goes into the text and into the facts of the agreement.
    pub term_months: Option<u32>,
    /// Months of a trial.
    pub trial_months: Option<u32>,
    /// Name of the first project.
    pub project: Vec<Localized>,
}

impl Blanks {
    fn get(&self, blank: Blank, lang: Lang) -> Option<String> {
        let named = |texts: &[Localized]| {
            let text = texts.iter().find(|text| text.lang() == lang).or_else(|| texts.first());
            text.map(|text| text.value().to_owned())
        };
        match blank {
            Blank::CityA => named(&self.cities.a),
            Blank::CityB => named(&self.cities.b),
            Blank::Fields => named(&self.fields),
            Blank::ReportMonths => self.report_months.map(|months| months.to_string()),
            Blank::TermMonths => self.term_months.map(|months| months.to_string()),
            Blank::TrialMonths => self.trial_months.map(|months| months.to_string()),
            Blank::Project => named(&self.project),
        }
    }
}

/// A text of the library: stretches and the blanks between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// As it stands.
    Text(String),
    /// To be filled in.
    Blank(Blank),
}

/// A clause in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wording {
    pub(super) heading: Vec<Part>,
    pub(super) body: Vec<Part>,
}

/// A language of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edition {
    pub(super) lang: Lang,
    /// Whether a machine translated it.
    pub(super) machine: bool,
    pub(super) clauses: BTreeMap<String, Wording>,
}

/// Clauses in their languages, and which of them make which document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseLibrary {
    pub(super) editions: Vec<Edition>,
    pub(super) documents: BTreeMap<DocumentKind, Vec<String>>,
    pub(super) optional: Vec<String>,
}

/// Why a document is not composed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// The library does not have the language.
    #[error("the library of clauses is not written in {0}")]
    Language(Lang),
    /// The library does not have the clause.
    #[error("the library has no clause {0}")]
    Clause(String),
    /// A blank was not filled in.
    #[error("the clause {clause} has the blank {blank}, which is not filled in")]
    Blank {
        /// Where.
        clause: String,
        /// Which.
        blank: Blank,
    },
    /// What came out is no text of an agreement.
    #[error(transparent)]
    Text(#[from] FieldErrors),
}

impl ClauseLibrary {
    /// The languages, and whether a machine translated each.
    pub fn languages(&self) -> impl Iterator<Item = (Lang, bool)> {
        self.editions.iter().map(|edition| (edition.lang, edition.machine))
    }

    /// The clauses of a kind of document, in order.
    pub fn clauses_of(&self, kind: DocumentKind) -> &[String] {
        self.documents.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// Clauses that a document may take up beside those of its kind.
    pub fn optional(&self) -> &[String] {
        &self.optional
    }

    /// One clause in some languages, filled in.
    ///
    /// # Errors
    /// A language or the clause is not there, or a blank is not filled in.
    pub fn clause(&self, key: &str, langs: &[Lang], blanks: &Blanks) -> Result<Clause, ComposeError> {
        let (mut headings, mut bodies) = (Vec::new(), Vec::new());
        for lang in langs {
            let edition = self.editions.iter().find(|edition| edition.lang == *lang);
            let edition = edition.ok_or(ComposeError::Language(*lang))?;
            let wording = edition.clauses.get(key).ok_or_else(|| ComposeError::Clause(key.to_owned()))?;
            for (parts, texts) in [(&wording.heading, &mut headings), (&wording.body, &mut bodies)] {
                let text = Localized::new(*lang, &fill(key, parts, *lang, blanks)?)
                    .map_err(|error| FieldErrors(vec![crate::FieldError::new(key, error.to_string())]))?;
                texts.push(if edition.machine { text.by_machine() } else { text });
            }
        }
        Ok(Clause { key: key.to_owned(), heading: Parallel::new(headings)?, body: Parallel::new(bodies)? })
    }

    /// A document in some languages, with further clauses before the last one of its kind. It binds nobody.
    ///
    /// # Errors
    /// A language or a clause is not there, or a blank is not filled in.
    pub fn compose(
        &self,
        kind: DocumentKind,
        more: &[&str],
        langs: &[Lang],
        blanks: &Blanks,
    ) -> Result<AgreementText, ComposeError> {
        let of_kind = self.clauses_of(kind);
        let (last, first) =
            of_kind.split_last().ok_or_else(|| ComposeError::Clause(kind.code().to_owned()))?;
        let keys = first.iter().map(String::as_str).chain(more.iter().copied()).chain([last.as_str()]);
        let clauses = keys.map(|key| self.clause(key, langs, blanks)).collect::<Result<_, _>>()?;
        let facts = AgreementFacts {
            tier: kind.tier(),
            fixed_term_months: blanks.term_months.filter(|_| more.contains(&"TERM")),
            force: AgreementForce::default(),
            clauses,
        };
        Ok(AgreementText::try_from(facts)?)
    }
}

fn fill(key: &str, parts: &[Part], lang: Lang, blanks: &Blanks) -> Result<String, ComposeError> {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Text(run) => text.push_str(run),
            Part::Blank(blank) => {
                let empty = || ComposeError::Blank { clause: key.to_owned(), blank: *blank };
                text.push_str(&blanks.get(*blank, lang).ok_or_else(empty)?);
            }
        }
    }
    Ok(text)
}
