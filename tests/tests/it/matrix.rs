//! The policy through the API: every mutation of the schema is in the table below or opens an account, and whoever
//! may not is refused as the domain's tables say, in every state of a listing that can be reached by hand.

use std::collections::BTreeSet;

use async_graphql_parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use domain::{
    account::{OrgRole, PlatformRole as P},
    listing::ListingTransition as T,
    policy::{Action as A, AggregateKind as K, Decision, Standing, decide},
    vocabulary::{ListingState as S, Vocabulary},
};
use serde_json::{Value, json};
use tests::server::Server;

use crate::journey_a::{fibre, fibre_complete};

/// What a mutation asks of a listing, the type of its input where it is not the mutation's own, and what else the
/// input needs.
fn of_listings() -> Vec<(&'static str, &'static str, A, Value)> {
    let plain = |name, transition| (name, "ProjectTransitionInput", A::Listing(transition), json!({}));
    let content = fibre("Of somebody else");
    let reasons = json!({"reasons": ["NOT_A_PROJECT"]});
    let word = json!({"transition": "REJECT"});
    vec![
        ("updateProject", "", A::Edit, json!({"project": content})),
        ("answerQuestions", "", A::Edit, json!({"answers": []})),
        ("justifyFlag", "", A::Edit, json!({"flag": "GAP_ABOVE_COST", "justification": "x"})),
        ("setProjectDisclosure", "", A::Edit, json!({"blind": true})),
        plain("submitProject", T::Submit),
        plain("recallProject", T::Recall),
        plain("claimProject", T::Claim),
        plain("publishProject", T::Publish),
        plain("grantProjectAppeal", T::GrantAppeal),
        plain("pauseProject", T::Pause),
        plain("resumeProject", T::Resume),
        plain("reinstateProject", T::Reinstate),
        plain("withdrawProject", T::Withdraw),
        plain("reviveProject", T::Revive),
        plain("releaseProjectOffer", T::ReleaseOffer),
        (
            "markProjectUnderOffer",
            "MarkUnderOfferInput",
            A::Listing(T::MarkUnderOffer),
            json!({"until": "2030-01-01"}),
        ),
        ("confirmProjectCurrent", "ProjectTransitionInput", A::ConfirmCurrent, json!({})),
        ("returnProject", "ProjectDecisionInput", A::Listing(T::Return), reasons.clone()),
        ("rejectProject", "ProjectDecisionInput", A::Listing(T::Reject), reasons),
        ("suspendProject", "", A::Listing(T::Suspend), json!({"reason": "x"})),
        ("secondProjectDecision", "", A::Decide, word),
        ("takeUpReview", "", A::Decide, json!({})),
        ("decideProjectChange", "", A::Decide, json!({"accepted": true})),
        ("dismissDuplicate", "", A::Decide, json!({"otherProjectId": ""})),
    ]
}

/// Mutations with an aggregate of another kind; their refusals stand in the tests of their own.
const OF_OTHERS: &[(&str, K, A)] = &[
    ("registerOrganisation", K::Organisation, A::Create),
    ("updateOrganisation", K::Organisation, A::Edit),
    ("createProject", K::Project, A::Create),
    ("createMandate", K::Mandate, A::Create),
    ("updateMandate", K::Mandate, A::Edit),
    ("removeMandate", K::Mandate, A::Delete),
    ("claimCity", K::City, A::TakeOver),
    ("releaseCity", K::City, A::Edit),
    ("updateCityProfile", K::City, A::Edit),
    ("declareNeed", K::City, A::Edit),
    ("declareOffer", K::City, A::Edit),
    ("createCapability", K::Capability, A::Create),
    ("updateCapability", K::Capability, A::Edit),
    ("removeCapability", K::Capability, A::Delete),
    ("saveSearch", K::SavedSearch, A::Create),
    ("updateSavedSearch", K::SavedSearch, A::Edit),
    ("removeSavedSearch", K::SavedSearch, A::Delete),
    ("requestUpload", K::ImportJob, A::Create),
    ("startImport", K::ImportJob, A::Create),
    ("cancelImport", K::ImportJob, A::Delete),
    ("uploadDocument", K::Document, A::Create),
    ("removeDocument", K::Document, A::Delete),
    ("draftPartnership", K::Partnership, A::Create),
    ("actOnPartnership", K::Partnership, A::Move),
    ("shareInPartnership", K::Partnership, A::Move),
    ("takeBackShared", K::Partnership, A::Move),
    ("openSharedDocument", K::Partnership, A::ReadPrivate),
    ("draftDemonstrationArea", K::DemonstrationArea, A::Create),
    ("actOnDemonstrationArea", K::DemonstrationArea, A::Move),
    ("createEvent", K::ExchangeEvent, A::Create),
    ("actOnEvent", K::ExchangeEvent, A::Move),
    ("computeSchedule", K::ExchangeEvent, A::Move),
    ("registerForEvent", K::EventRegistration, A::Create),
    ("withdrawFromEvent", K::EventRegistration, A::Create),
    ("requestMeeting", K::Meeting, A::Create),
    ("actOnMeeting", K::Meeting, A::Move),
    ("setCityRoles", K::Membership, A::Edit),
    ("expressInterest", K::Introduction, A::Create),
    ("inviteInvestor", K::Introduction, A::Create),
    ("blockOrganisation", K::Introduction, A::Create),
    ("moveIntroduction", K::Introduction, A::Move),
    ("settleNda", K::Introduction, A::Edit),
    ("grantRoomFolder", K::Introduction, A::Edit),
    ("openRoomDocument", K::Introduction, A::Read),
    ("addIntroductionNote", K::Introduction, A::Edit),
    ("removeIntroductionNote", K::Introduction, A::Edit),
    ("decideScreeningHit", K::ScreeningHit, A::Decide),
    ("appealScreening", K::Organisation, A::Appeal),
    ("decideAppeal", K::ScreeningHit, A::Decide),
    ("startVerification", K::Verification, A::Create),
    ("proveDomain", K::Verification, A::Decide),
    ("claimVerification", K::Verification, A::TakeUp),
    ("layDownVerification", K::Verification, A::Decide),
    ("decideVerification", K::Verification, A::Decide),
    ("withdrawVerification", K::Verification, A::Delete),
    ("supplyVerification", K::Verification, A::Edit),
    ("grantVerificationAppeal", K::Verification, A::Appeal),
    ("endorseOrganisation", K::Organisation, A::Endorse),
    ("invite", K::Invitation, A::Create),
    ("revokeInvitation", K::Invitation, A::Delete),
    ("acceptInvitation", K::Invitation, A::Accept),
    ("setMemberRole", K::Membership, A::Edit),
    ("removeMember", K::Membership, A::Delete),
    ("createApiKey", K::ApiKey, A::Create),
    ("revokeApiKey", K::ApiKey, A::Delete),
    ("setPlatformRole", K::Person, A::GrantRole),
    ("setPersonDisabled", K::Person, A::Suspend),
    ("eraseMe", K::Person, A::Delete),
];

/// Mutations that are asked with a credential, a link or a session of one's own, and touch nobody else's.
const OF_ONESELF: &[&str] = &[
    "register",
    "confirmEmail",
    "signIn",
    "signInWithLink",
    "refreshSession",
    "signOut",
    "endSession",
    "requestPasswordReset",
    "resetPassword",
    "changePassword",
    "requestEmailChange",
    "confirmEmailChange",
    "revertEmailChange",
    "startTwoFactor",
    "confirmTwoFactor",
    "disableTwoFactor",
    "recordConsent",
    "confirmListing",
    "subscribeDigest",
    "setDigest",
    "moveDigest",
    "issueDigestFeed",
    "revokeDigestFeed",
];

fn mutations() -> BTreeSet<String> {
    let sdl = include_str!("../../../api/schema.graphql");
    let definitions = parse_schema(sdl).unwrap().definitions;
    let root = definitions.into_iter().find_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) if ty.node.name.node == "Mutation" => match ty.node.kind {
            TypeKind::Object(object) => Some(object.fields),
            _ => None,
        },
        _ => None,
    });
    root.unwrap().into_iter().map(|field| field.node.name.node.to_string()).collect()
}

#[test]
fn every_mutation_has_a_policy() {
    let listed: Vec<String> = of_listings()
        .iter()
        .map(|row| row.0)
        .chain(OF_OTHERS.iter().map(|row| row.0))
        .chain(OF_ONESELF.iter().copied())
        .map(str::to_owned)
        .collect();
    let once: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), once.len(), "a mutation stands twice");
    assert_eq!(once, mutations(), "say who may do what a new mutation asks for");
    for (name, kind, action) in OF_OTHERS {
        let rows = domain::policy::rows(*kind);
        assert!(rows.iter().any(|row| row.action == *action), "{name} is for nobody");
    }
}

/// The demo's people as they stand to a listing of the demo's owner.
fn people(state: S) -> Vec<(&'static str, Standing)> {
    let with = |platform: &[P], role| Standing {
        confirmed: true,
        platform: platform.iter().copied().collect(),
        role,
        claimed_review: false,
        ..Standing::default()
    };
    let claimer = Standing { claimed_review: state == S::InReview, ..with(&[P::Reviewer], None) };
    vec![
        ("owner", with(&[], Some(OrgRole::Owner))),
        ("investor", with(&[], None)),
        ("city_office", with(&[], None)),
        ("reviewer", claimer),
        ("second_reviewer", with(&[P::Reviewer], None)),
        ("compliance", with(&[P::ComplianceOfficer], None)),
        ("administrator", with(&[P::Administrator], None)),
        ("observer", with(&[P::Observer], None)),
    ]
}

/// Begins a listing and moves it by hand.
async fn listing(server: &Server, state: S) -> (Value, i64) {
    listed(server, &fibre_complete(&format!("Fibre in the state {state}")), state).await
}

/// Begins a listing of fibre and moves it by hand: who, by which mutation, with what reasons.
pub(crate) async fn listed(server: &Server, facts: &Value, state: S) -> (Value, i64) {
    let node = "project{id version state}";
    let input = json!({"project": facts});
    let mut made = server.done("owner", "createProject", node, input).await["project"].clone();
    let id = made["id"].clone();
    let answers = json!([
        {"question": "answers.total_cost", "money": {"amountMinor": "4000000000", "currency": "EUR"}},
        {"question": "answers.demand_evidence", "text": {"lang": "en", "value": "A survey of 2,100 households"}},
        {"question": "answers.medium", "choice": "FIBRE"},
        {"question": "answers.spectrum_needed", "yesNo": false},
    ]);
    let input = json!({"projectId": id, "expectedVersion": made["version"], "answers": answers});
    made = server.done("owner", "answerQuestions", node, input).await["project"].clone();
    let look = "query($i:ID!){project(id:$i){consistencyFlags{flag}}}";
    let data = server.data_as("owner", look, json!({"i": id})).await;
    for flag in data["project"]["consistencyFlags"].as_array().unwrap() {
        let input = json!({"projectId": id, "expectedVersion": made["version"], "flag": flag["flag"],
            "justification": "Explained in the study"});
        made = server.done("owner", "justifyFlag", node, input).await["project"].clone();
    }
    let submit = ("owner", "submitProject:ProjectTransitionInput");
    let claim = ("reviewer", "claimProject:ProjectTransitionInput");
    let publish = ("reviewer", "publishProject:ProjectTransitionInput");
    let send_back = ("reviewer", "returnProject:ProjectDecisionInput");
    let pause = ("owner", "pauseProject:ProjectTransitionInput");
    let withdraw = ("owner", "withdrawProject:ProjectTransitionInput");
    let suspend = ("compliance", "suspendProject");
    let path: &[(&str, &str)] = match state {
        S::Submitted => &[submit],
        S::InReview => &[submit, claim],
        S::ChangesRequested => &[submit, claim, send_back],
        S::Published => &[submit, claim, publish],
        S::Paused => &[submit, claim, publish, pause],
        S::Suspended => &[submit, claim, publish, suspend],
        S::Withdrawn => &[withdraw],
        _ => &[],
    };
    for (who, mutation) in path {
        let mut input = json!({"projectId": id, "expectedVersion": made["version"]});
        if mutation.starts_with("return") {
            input["reasons"] = json!(["MISSING_FINANCIALS"]);
        }
        if mutation.starts_with("suspend") {
            input["reason"] = json!("A complaint");
        }
        made = server.done(who, mutation, node, input).await["project"].clone();
    }
    assert_eq!(made["state"], state.code());
    (id, made["version"].as_i64().unwrap())
}

/// Asks for everything as everybody who may not.
pub(crate) async fn refusals(server: &Server) {
    let mut asked = 0_u32;
    for state in [
        S::Draft,
        S::Submitted,
        S::InReview,
        S::ChangesRequested,
        S::Published,
        S::Paused,
        S::Suspended,
        S::Withdrawn,
    ] {
        let (id, version) = listing(server, state).await;
        for (who, standing) in people(state) {
            let relations = standing.relations();
            let reads = decide(K::Project, A::Read, relations, Some(state)) == Decision::Allow;
            let data = server.data_as(who, "query($i:ID!){node(id:$i){id}}", json!({"i": id})).await;
            assert_eq!(!data["node"].is_null(), reads, "{who} reads a listing in the state {state}");
            for (name, ty, action, more) in of_listings() {
                let decision = decide(K::Project, action, relations, Some(state));
                if decision == Decision::Allow {
                    continue;
                }
                let mut input = json!({"projectId": id, "expectedVersion": version});
                if ["secondProjectDecision", "takeUpReview", "decideProjectChange", "dismissDuplicate"]
                    .contains(&name)
                {
                    input.as_object_mut().unwrap().remove("expectedVersion");
                }
                for (key, value) in more.as_object().unwrap() {
                    input[key] = if key == "otherProjectId" { id.clone() } else { value.clone() };
                }
                let mutation = if ty.is_empty() { name.to_owned() } else { format!("{name}:{ty}") };
                let (code, _) = server.refused(who, &mutation, input).await;
                let right: &[&str] = match decision {
                    Decision::Hide => &["NOT_FOUND"],
                    // That a state has no such transition may be said to whoever sees the state.
                    _ => &["NOT_PERMITTED", "INVALID_TRANSITION"],
                };
                assert!(right.contains(&code.as_str()), "{name} as {who} in the state {state}: {code}");
                asked = asked.saturating_add(1);
            }
        }
        let after =
            server.data_as("owner", "query($i:ID!){project(id:$i){version state}}", json!({"i": id})).await;
        assert_eq!(after["project"], json!({"version": version, "state": state.code()}), "nothing moved it");
    }
    assert!(asked > 600, "{asked}");
}
