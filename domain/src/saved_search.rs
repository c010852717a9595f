//! A question that a person keeps, to ask it again or to be told of what is new.

use serde::{Deserialize, Serialize};

use crate::{FieldErrors, account::Person, city::City, id::Id, mandate::Mandate, value::SingleLine};

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SearchSubject {
    /// Projects, without a ranking.
    Projects,
    /// Projects for a mandate.
    Mandate(Id<Mandate>),
    /// Partners for a city.
    City(Id<City>),
}

/// The facts of a saved search. Build a [`SavedSearch`] from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedSearchFacts {
    /// Its name.
    pub name: SingleLine,
    /// Whose it is.
    pub person: Id<Person>,
    /// What is asked.
    pub subject: SearchSubject,
    /// The filter, as the API's own input writes it; an empty object lets everything through.
    pub filter: serde_json::Value,
}

/// A saved search whose facts hold together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedSearchFacts", into = "SavedSearchFacts")]
pub struct SavedSearch(SavedSearchFacts);

/// Longest filter in characters of JSON.
const MAX_FILTER: usize = 8_000;

impl std::ops::Deref for SavedSearch {
    type Target = SavedSearchFacts;
    fn deref(&self) -> &SavedSearchFacts {
        &self.0
    }
}

impl TryFrom<SavedSearchFacts> for SavedSearch {
    type Error = FieldErrors;

    fn try_from(facts: SavedSearchFacts) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.check(facts.filter.is_object(), "filter", "a filter is an object");
        errors.check(
            facts.filter.to_string().len() <= MAX_FILTER,
            "filter",
            "the filter is too long to keep",
        );
        errors.into_result(Self(facts))
    }
}

impl From<SavedSearch> for SavedSearchFacts {
    fn from(search: SavedSearch) -> Self {
        search.0
    }
}
