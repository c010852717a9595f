//! Templates of what two cities sign, in parallel languages.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::{
    Vocabulary,
    agreement_template::{Blanks, ComposeError, DocumentKind},
    city::City,
    disclosure::ListingField,
    id::Id,
    partnership::Sides,
    project::Project,
    value::{Lang, Localized},
};

use super::{
    super::{
        code::Code,
        error::{ErrorCode, client_error},
        input::TextInput,
        object::{find, partnership::AgreementTextObject},
    },
    id_of,
};
use crate::app::App;

/// What a template is filled in with.
#[derive(Debug, Clone, InputObject)]
pub struct TemplateInput {
    /// Which document.
    kind: Code<DocumentKind>,
    /// The city that proposes.
    city_a: ID,
    /// The city that is asked.
    city_b: ID,
    /// Languages by ISO 639, 1 to 8; the library has them in `agreementLibrary`.
    langs: Vec<String>,
    /// Fields of the cooperation as one phrase, in as many of the languages as are known.
    #[graphql(default)]
    fields: Vec<TextInput>,
    /// Months to the first report.
    #[graphql(default = 12)]
    report_months: u32,
    /// Months of a fixed term, where the clause on it is taken up.
    term_months: Option<u32>,
    /// Months of a trial, where the clause on it is taken up.
    trial_months: Option<u32>,
    /// The first deed: a project that serves both cities, such as that of a triad.
    project_id: Option<ID>,
    /// Further clauses by key, before the last one.
    #[graphql(default)]
    more: Vec<String>,
}

/// The clauses of a kind of document.
#[derive(Debug, SimpleObject)]
pub struct TemplateClauses {
    /// Which document.
    kind: Code<DocumentKind>,
    /// Keys of its clauses, in order.
    keys: Vec<String>,
}

/// A language of the library.
#[derive(Debug, SimpleObject)]
pub struct TemplateLanguage {
    /// ISO 639 code.
    lang: String,
    /// Whether a machine translated it.
    machine_translated: bool,
}

/// The library of clauses.
#[derive(Debug, SimpleObject)]
pub struct AgreementLibrary {
    /// Its languages.
    editions: Vec<TemplateLanguage>,
    /// Which clauses make which document.
    document_kinds: Vec<TemplateClauses>,
    /// Keys of clauses that a document may take up beside those of its kind.
    optional_keys: Vec<String>,
}

/// Templates of what two cities sign.
#[derive(Debug, Default)]
pub struct TemplateQuery;

fn wrong(argument: &str, message: impl std::fmt::Display) -> async_graphql::Error {
    client_error(ErrorCode::Validation, Some(argument), format!("{message}."))
}

fn refused(error: &ComposeError) -> async_graphql::Error {
    let argument = match error {
        ComposeError::Language(_) => "template.langs",
        ComposeError::Clause(_) => "template.more",
        ComposeError::Blank { .. } | ComposeError::Text(_) => "template",
    };
    wrong(argument, error)
}

async fn city(ctx: &Context<'_>, argument: &'static str, id: &ID) -> Result<Vec<Localized>> {
    let id: Id<City> = id_of(argument, id)?;
    let Some(city) = find(ctx, id).await? else {
        return Err(client_error(ErrorCode::NotFound, Some(argument), "There is no such city."));
    };
    Ok(Localized::new(Lang::EN, city.value.name.as_str()).into_iter().collect())
}

/// Templates of what two cities sign.
#[Object]
impl TemplateQuery {
    /// The library of clauses from which documents are composed.
    async fn agreement_library(&self, ctx: &Context<'_>) -> Result<AgreementLibrary> {
        let library = &ctx.data::<App>()?.clauses;
        let editions = library.languages().map(|(lang, machine_translated)| TemplateLanguage {
            lang: lang.to_string(),
            machine_translated,
        });
        let kinds = DocumentKind::ALL
            .iter()
            .map(|kind| TemplateClauses { kind: Code(*kind), keys: library.clauses_of(*kind).to_vec() });
        Ok(AgreementLibrary {
            editions: editions.collect(),
            document_kinds: kinds.collect(),
            optional_keys: library.optional().to_vec(),
        })
    }

    /// A document in some languages side by side, filled in, to be drafted or changed. It binds nobody; what a machine
    /// translated is marked.
    async fn agreement_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is filled in with.")] template: TemplateInput,
    ) -> Result<AgreementTextObject> {
        if !(1..=8).contains(&template.langs.len()) || template.more.len() > 50 {
            return Err(wrong("template.langs", "name 1 to 8 languages and at most 50 further clauses"));
        }
        let langs = template.langs.iter().map(|code| code.parse::<Lang>());
        let langs: Vec<Lang> =
            langs.collect::<Result<_, _>>().map_err(|error| wrong("template.langs", error))?;
        let fields = template.fields.iter().map(|text| text.parse("fields"));
        let fields: Vec<Localized> = fields
            .collect::<Result<_, _>>()
            .map_err(|_| wrong("template.fields", "write each phrase with its language"))?;
        let project = match &template.project_id {
            None => Vec::new(),
            Some(id) => {
                let id: Id<Project> = id_of("template.projectId", id)?;
                let seen = find(ctx, id).await?.filter(|project| project.shows(ListingField::Title));
                let Some(project) = seen else {
                    let message = "There is no such project.";
                    return Err(client_error(ErrorCode::NotFound, Some("template.projectId"), message));
                };
                vec![project.value.title.clone()]
            }
        };
        let blanks = Blanks {
            cities: Sides {
                a: city(ctx, "template.cityA", &template.city_a).await?,
                b: city(ctx, "template.cityB", &template.city_b).await?,
            },
            fields,
            report_months: Some(template.report_months),
            term_months: template.term_months,
            trial_months: template.trial_months,
            project,
        };
        let more: Vec<&str> = template.more.iter().map(String::as_str).collect();
        let library = &ctx.data::<App>()?.clauses;
        let text =
            library.compose(template.kind.0, &more, &langs, &blanks).map_err(|error| refused(&error))?;
        Ok(AgreementTextObject(text))
    }
}
