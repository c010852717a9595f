//! Saved searches, asked again.

use async_graphql::{Context, ID, InputType, Json, Object, Result, Value};
use domain::saved_search::{SavedSearch, SearchSubject};
use matcher::rank::{List, RankBy, Reader};

use super::{
    super::{
        cursor::{self, Question},
        error::{ErrorCode, client_error, refusal},
        input::{CityFilterInput, OpportunityFilterInput},
        query::busy_partners,
    },
    CityMatchConnection, CityNode, MandateNode, OpportunityConnection,
    common::{find, global},
};
use crate::{
    app::{self, App, CityRequest, MandateChoice, OpportunityRequest},
    auth::Actor,
    visible::Visible,
};

/// A saved search.
#[derive(Debug, Clone)]
pub struct SavedSearchNode(pub Visible<SavedSearch>);

impl SavedSearchNode {
    /// The filter as it was given.
    ///
    /// # Errors
    /// The schema has changed since so that it reads no more.
    fn filter<F: InputType>(&self) -> Result<F> {
        let old = || {
            let message = "The filter of this search reads no more: save it anew.";
            client_error(ErrorCode::Validation, None, message)
        };
        let value = Value::from_json(self.0.value.filter.clone()).map_err(|_| old())?;
        F::parse(Some(value)).map_err(|_| old())
    }

    fn question(&self) -> Question {
        let asked = format!("{:?}{}", self.0.value.subject, self.0.value.filter);
        Question::new(&["savedSearch", &asked]).ranked()
    }
}

/// A question that the caller keeps; nobody else sees it.
#[Object(name = "SavedSearch")]
impl SavedSearchNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Its name.
    async fn name(&self) -> &str {
        self.0.value.name.as_str()
    }
    /// Rises with every change; a change names the version that it was made on.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// For which mandate; null where for none, or where the mandate is gone.
    async fn mandate(&self, ctx: &Context<'_>) -> Result<Option<MandateNode>> {
        match self.0.value.subject {
            SearchSubject::Mandate(id) => Ok(find(ctx, id).await?.map(MandateNode)),
            SearchSubject::Projects | SearchSubject::City(_) => Ok(None),
        }
    }
    /// For which city; null where for none.
    async fn city(&self, ctx: &Context<'_>) -> Result<Option<CityNode>> {
        match self.0.value.subject {
            SearchSubject::City(id) => Ok(find(ctx, id).await?.map(CityNode)),
            SearchSubject::Projects | SearchSubject::Mandate(_) => Ok(None),
        }
    }
    /// The filter, as `OpportunityFilter` or `CityFilter` takes it.
    async fn filter_json(&self) -> Json<serde_json::Value> {
        Json(self.0.value.filter.clone())
    }
    /// Projects for the mandate, ranked as `opportunities` ranks them; null where the search is for no mandate, or
    /// where the mandate is gone.
    async fn opportunities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<Option<OpportunityConnection>> {
        let SearchSubject::Mandate(mandate) = self.0.value.subject else { return Ok(None) };
        let app = ctx.data::<App>()?;
        let given: OpportunityFilterInput = self.filter()?;
        let reader = app.reader_of(ctx.data::<Actor>()?, mandate);
        let (mut filter, text) = given.parse(&app.ranking.snapshot().catalog.world, reader)?;
        filter.only_told = true;
        let question = self.question();
        let mut request = OpportunityRequest {
            mandate: MandateChoice::Saved(mandate),
            parted: reader == Reader::Inside,
            filter,
            by: RankBy::Mutual,
            list: List::Ranked,
            weights: None,
            first: cursor::page_size(first)?,
            after: question.after(after.as_ref())?,
        };
        let found = app
            .compute(move |app| {
                request.filter.only = text.map(|text| app.search_projects(&text)).transpose()?;
                app::opportunities(app, &request)
            })
            .await;
        match found {
            Ok(page) => {
                OpportunityConnection::new(page, question, List::Ranked, &[]).present(ctx).await.map(Some)
            }
            Err(app::AppError::NotFound { .. }) => Ok(None),
            Err(error) => Err(refusal(error)),
        }
    }
    /// Partners for the city, ranked as `partnerCities` ranks them; null where the search is for no city.
    async fn partner_cities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<Option<CityMatchConnection>> {
        let SearchSubject::City(city) = self.0.value.subject else { return Ok(None) };
        let app = ctx.data::<App>()?;
        let given: CityFilterInput = self.filter()?;
        let question = self.question();
        let request = CityRequest {
            filter: given.parse()?,
            busy: busy_partners(ctx, city, None).await?,
            after: question.after(after.as_ref())?,
            ..CityRequest::published(city, cursor::page_size(first)?)
        };
        match app.compute(move |app| app::partner_cities(app, &request)).await {
            Ok(page) => Ok(Some(CityMatchConnection::new(page, question, List::Ranked))),
            Err(app::AppError::NotFound { .. }) => Ok(None),
            Err(error) => Err(refusal(error)),
        }
    }
}
