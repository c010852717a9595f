//! What each field costs.
//!
//! Fields that are not here weigh 1 and have one row. A test walks the schema and finds lists and pages that were
//! forgotten.

use super::gate::{CostTable, FieldCost, Rows};

/// The prices that are served.
pub const SERVED_COSTS: CostTable = CostTable::new(&[
    FieldCost::new("__schema", 1_000),
    FieldCost::new("__type", 50),
    // Pages, and the fields that work on more than a row.
    FieldCost::page("capabilities", 1),
    FieldCost::page("cities", 1),
    FieldCost::page("counterparts", 20),
    FieldCost::new("compareProjects", 20),
    FieldCost::new("counterfactuals", 20).rows(Rows::Count("max")),
    FieldCost::new("explanation", 5),
    FieldCost::new("forA", 5),
    FieldCost::new("forB", 5),
    FieldCost::new("forInvestor", 5),
    FieldCost::new("forProject", 5),
    FieldCost::page("highlights", 100).ranks(),
    FieldCost::new("mandateFromPortfolio", 50),
    FieldCost::page("mandates", 1),
    FieldCost::new("nodes", 1).rows(Rows::Items("ids")),
    FieldCost::page("opportunities", 100).ranks(),
    FieldCost::page("organisations", 1),
    FieldCost::page("partnerCities", 100).ranks(),
    FieldCost::new("partnerMatches", 100).of("Subscription").ranks(),
    FieldCost::page("projectInvestors", 50).ranks(),
    FieldCost::page("projects", 1),
    FieldCost::page("search", 50),
    // Ranks again under many weightings, for each row that asks.
    FieldCost::new("stability", 1_000),
    FieldCost::new("statistics", 100),
    // Scores all mandates again for each deed and each unknown fact.
    FieldCost::new("unlockMap", 500),
    FieldCost::new("whyNot", 10),
    FieldCost::new("whyNotCities", 10),
    // Commands: a transaction each. Those that hash a password cost what it takes.
    FieldCost::new("acceptInvitation", 500),
    FieldCost::new("changePassword", 500),
    FieldCost::new("data", 500),
    FieldCost::new("disableTwoFactor", 500),
    FieldCost::new("eraseMe", 500),
    FieldCost::new("register", 500),
    FieldCost::new("requestEmailChange", 500),
    FieldCost::new("resetPassword", 500),
    FieldCost::new("signIn", 500),
    FieldCost::new("startTwoFactor", 500),
    // Each begins a transaction and looks for duplicates.
    FieldCost::new("availableTransitions", 100).rows(Rows::Short(8)),
    FieldCost::new("consistencyFlags", 100).rows(Rows::Short(10)),
    FieldCost::new("review", 100),
    FieldCost::new("blockedOrganisations", 20).rows(Rows::Short(5)),
    FieldCost::new("contactBudget", 10),
    FieldCost::new("contacts", 5).rows(Rows::Short(2)),
    FieldCost::new("exportPipeline", 1_000),
    FieldCost::page("heldIntroductions", 5),
    FieldCost::page("partnerships", 5),
    FieldCost::new("agreementLibrary", 10),
    FieldCost::new("agreementTemplate", 20),
    FieldCost::new("noes", 50).rows(Rows::Short(5)),
    FieldCost::new("matchReceipt", 50),
    FieldCost::new("cityReceipt", 50),
    FieldCost::new("verifyReceipt", 100),
    // Looks for closures over all projects.
    FieldCost::page("triads", 200),
    // Solves over all mandates.
    FieldCost::new("capitalStack", 1_000),
    FieldCost::new("demonstrationAreas", 20).rows(Rows::Short(3)),
    FieldCost::page("exchangeEvents", 5),
    FieldCost::new("myExchangeEvents", 20).rows(Rows::Short(10)),
    // Each reads who takes part, and its meetings.
    FieldCost::new("calendar", 100),
    FieldCost::page("meetings", 20),
    FieldCost::new("myMeetings", 20).rows(Rows::Short(10)),
    FieldCost::new("myRegistration", 20),
    FieldCost::page("participants", 20),
    FieldCost::new("quotas", 20).rows(Rows::Short(3)),
    FieldCost::new("report", 200),
    FieldCost::page("suggestedMeetings", 100),
    FieldCost::new("introductions", 20).rows(Rows::Short(2)),
    // Looks for the best schedule.
    FieldCost::new("computeSchedule", 1_000),
    FieldCost::new("agreements", 20).rows(Rows::Short(10)),
    FieldCost::new("approvalPath", 20),
    FieldCost::new("compareVersions", 5_000).rows(Rows::Short(20)),
    FieldCost::page("pipeline", 5),
    FieldCost::new("outcomeLadder", 200).rows(Rows::Short(60)),
    FieldCost::new("countryFlows", 200).rows(Rows::Short(200)),
    FieldCost::new("reciprocity", 50),
    FieldCost::page("suggestions", 500),
    FieldCost::new("room", 20),
    FieldCost::new("digestIssues", 10).rows(Rows::Count("first")),
    // Ranks, and lays the letter out.
    FieldCost::new("digestPreview", 200).ranks(),
    FieldCost::new("digestSubscriptions", 10).rows(Rows::Short(5)),
    FieldCost::new("feedSince", 5),
    FieldCost::page("errors", 1),
    FieldCost::page("importJobs", 5),
    FieldCost::page("listings", 5),
    FieldCost::page("reviewQueue", 5),
    FieldCost::page("screeningQueue", 5),
    FieldCost::page("verificationQueue", 5),
    FieldCost::page("auditTrail", 1),
    FieldCost::page("letters", 1),
    // Short lists.
    FieldCost::short("availableMoves", 3),
    FieldCost::short("quietDates", 10),
    FieldCost::short("documents", 20),
    FieldCost::short("disclosure", 29),
    FieldCost::short("ownMandates", 20),
    FieldCost::short("ownCities", 20),
    FieldCost::short("activities", 20),
    FieldCost::short("available", 10),
    FieldCost::short("byCountryPair", 5),
    FieldCost::short("confirmedBy", 2),
    FieldCost::short("funnel", 10),
    FieldCost::short("intents", 2),
    FieldCost::short("meetingOutcomes", 6),
    FieldCost::short("meetingWords", 2),
    FieldCost::short("slots", 10),
    FieldCost::short("tables", 10),
    FieldCost::short("unscheduled", 10),
    FieldCost::short("wantedSlots", 5),
    FieldCost::short("documentKinds", 3),
    FieldCost::short("editions", 8),
    FieldCost::short("keys", 15),
    FieldCost::short("optionalKeys", 10),
    FieldCost::short("confirmed", 20),
    FieldCost::short("wrong", 4),
    FieldCost::short("hidden", 20),
    FieldCost::short("slices", 8),
    FieldCost::short("triadEdges", 4),
    FieldCost::short("evaluations", 2),
    FieldCost::short("focus", 7),
    FieldCost::short("tasks", 20),
    FieldCost::short("approvalsA", 4),
    FieldCost::short("approvalsB", 4),
    FieldCost::short("awaits", 2),
    FieldCost::short("before", 4),
    FieldCost::short("body", 3),
    FieldCost::short("budget", 5),
    FieldCost::short("carriedOutBy", 3),
    FieldCost::short("clauses", 20),
    FieldCost::short("codes", 3),
    FieldCost::short("declaredWill", 2),
    FieldCost::short("fieldsLeftOut", 3),
    FieldCost::short("heading", 3),
    FieldCost::short("kpis", 5),
    FieldCost::short("lanes", 2),
    FieldCost::short("papers", 5),
    FieldCost::short("parts", 4),
    FieldCost::short("pieces", 20),
    FieldCost::short("questions", 4),
    FieldCost::short("reviews", 5),
    FieldCost::short("signatures", 4),
    FieldCost::short("steps", 5),
    FieldCost::short("textVersions", 5),
    FieldCost::short("trialDemandedBy", 2),
    FieldCost::short("workPlan", 10),
    FieldCost::short("workspace", 20),
    FieldCost::short("disclosureLog", 2),
    FieldCost::short("documentIds", 2),
    FieldCost::short("folders", 6),
    FieldCost::short("ndaSignedBy", 2),
    FieldCost::short("notes", 10),
    FieldCost::short("reads", 20),
    FieldCost::short("waitingWords", 2),
    FieldCost::short("appeals", 3),
    FieldCost::short("likenesses", 10),
    FieldCost::short("screeningHits", 5),
    FieldCost::short("supplied", 3),
    FieldCost::short("verificationCases", 10),
    FieldCost::short("deeds", 10),
    FieldCost::short("why", 4),
    FieldCost::short("words", 3),
    FieldCost::short("duplicates", 5),
    FieldCost::short("feeds", 3),
    FieldCost::short("history", 20),
    FieldCost::short("questionnaire", 30),
    FieldCost::short("reasons", 3),
    FieldCost::short("requires", 3),
    FieldCost::short("versions", 10),
    FieldCost::short("languages", 4),
    FieldCost::short("waitingChanges", 4),
    FieldCost::short("waitingEdits", 10),
    FieldCost::short("was", 3),
    FieldCost::short("willBe", 3),
    FieldCost::short("apiKeys", 50),
    FieldCost::short("invitations", 50),
    FieldCost::short("members", 50),
    FieldCost::short("memberships", 20),
    FieldCost::short("path", 4),
    FieldCost::short("platformRoles", 4),
    FieldCost::short("recoveryCodes", 10),
    FieldCost::short("savedSearches", 20),
    FieldCost::short("scopes", 9),
    FieldCost::short("sessions", 20),
    FieldCost::short("userErrors", 10),
    FieldCost::short("aToB", 6),
    FieldCost::short("bToA", 6),
    FieldCost::short("against", 4),
    FieldCost::short("areaFocus", 7),
    FieldCost::short("articles", 3),
    FieldCost::short("basis", 5),
    FieldCost::short("because", 4),
    FieldCost::short("bands", 10),
    FieldCost::short("calibration", 2),
    FieldCost::short("cells", 60),
    FieldCost::short("cityGates", 8),
    FieldCost::short("cityWeights", 10),
    FieldCost::short("countries", 10),
    FieldCost::short("criteria", 10),
    FieldCost::short("differences", 9),
    FieldCost::short("edges", 1),
    FieldCost::short("evidence", 2),
    FieldCost::short("excluded", 10),
    FieldCost::short("excludedContracts", 3),
    FieldCost::short("excludedCountries", 5),
    FieldCost::short("excludedFields", 3),
    FieldCost::short("excludedInvestors", 3),
    FieldCost::short("fields", 4),
    FieldCost::short("flags", 4),
    FieldCost::new("gates", 5).rows(Rows::Short(10)),
    FieldCost::short("helpOffered", 6),
    FieldCost::short("helpWanted", 6),
    FieldCost::short("instruments", 4),
    FieldCost::short("items", 10),
    FieldCost::short("investorWeights", 9),
    FieldCost::short("kinds", 7),
    // The name is also that of a subscription, and a document does not say whose it is: the dearer price counts.
    FieldCost::new("matches", 100).rows(Rows::Short(6)),
    // An event carries one row, however long the list is that is watched; each event is paid for.
    FieldCost::new("matches", 100).of("Subscription").ranks(),
    FieldCost::short("needs", 6),
    FieldCost::short("neverCounted", 3),
    FieldCost::short("offers", 6),
    FieldCost::short("places", 2),
    FieldCost::short("policies", 5),
    FieldCost::short("projectWeights", 8),
    FieldCost::short("readiness", 14),
    FieldCost::short("regions", 6),
    FieldCost::short("sampleFacts", 3),
    FieldCost::short("sdgTargets", 3),
    FieldCost::short("softTerms", 5),
    FieldCost::short("stages", 5),
    FieldCost::short("unknown", 4),
    FieldCost::short("values", 6),
]);

#[cfg(test)]
mod tests {
    use async_graphql::parser::{
        parse_schema,
        types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition},
    };

    use super::*;

    /// Fields that do more work than to read a row, however they are asked for.
    const DEAR: [&str; 13] = [
        "compareProjects",
        "counterfactuals",
        "explanation",
        "gates",
        "highlights",
        "mandateFromPortfolio",
        "opportunities",
        "partnerCities",
        "projectInvestors",
        "search",
        "stability",
        "statistics",
        "whyNot",
    ];

    fn fields() -> Vec<(String, FieldDefinition)> {
        let document = parse_schema(crate::graphql::sdl()).unwrap();
        let mut found = Vec::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            if let TypeKind::Object(object) = definition.node.kind {
                found.extend(object.fields.into_iter().map(|field| (name.clone(), field.node)));
            }
        }
        assert!(found.len() > 150, "{}", found.len());
        found
    }

    fn is_list(ty: &Type) -> bool {
        matches!(ty.base, BaseType::List(_))
    }

    #[test]
    fn every_list_and_every_page_of_the_schema_has_its_rows() {
        let mut forgotten = Vec::new();
        for (parent, field) in fields() {
            let name = field.name.node.as_str();
            let price = SERVED_COSTS.price_of(Some(&parent), name);
            let has_argument = |named: &str| field.arguments.iter().any(|a| a.node.name.node == named);
            let right = match price.rows {
                // An event of a subscription is one row, whatever the length of the list that is watched.
                Rows::One => !is_list(&field.ty.node) && (!has_argument("first") || parent == "Subscription"),
                Rows::Page => has_argument("first"),
                Rows::Count(argument) | Rows::Items(argument) => has_argument(argument),
                // A name can be a list of one type and a leaf of another; a leaf has nothing below to multiply.
                Rows::Short(_) => !has_argument("first"),
            };
            if !right {
                forgotten.push(format!("{parent}.{name}"));
            }
        }
        assert!(forgotten.is_empty(), "no row, or the wrong kind of rows, in the price list: {forgotten:?}");
    }

    #[test]
    fn dear_fields_are_priced_and_the_list_names_no_field_that_is_not_there() {
        let all = fields();
        for name in DEAR {
            assert!(SERVED_COSTS.price_of(None, name).weight >= 5, "{name}");
        }
        for row in SERVED_COSTS.fields() {
            let known = row.field.starts_with("__") || all.iter().any(|(_, f)| f.name.node == row.field);
            assert!(known, "the schema has no field {}", row.field);
        }
        let ranked: Vec<&str> = SERVED_COSTS.fields().iter().filter(|f| f.ranks).map(|f| f.field).collect();
        assert_eq!(
            ranked,
            [
                "highlights",
                "opportunities",
                "partnerCities",
                "partnerMatches",
                "projectInvestors",
                "digestPreview",
                "matches"
            ]
        );
    }
}
