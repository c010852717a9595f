//! Two organisations that write and read at the same time: through no door does one see a row of the other's drafts.
//!
//! `CARAVANSERAI_TENANT_READS` says how many reads; a few thousand where it says nothing.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use serde_json::{Value, json};
use tests::server::{Behind, Server};

/// Drafts that each has.
const DRAFTS: usize = 5;

/// Clients of each at once.
const CLIENTS: usize = 4;

/// One side.
struct Tenant {
    persona: &'static str,
    /// A word that stands in every text of its drafts and nowhere else.
    word: &'static str,
    organisation: String,
    drafts: Vec<String>,
}

fn facts(word: &str, version: usize) -> Value {
    json!({"title": {"lang": "en", "value": format!("{word} draft, text {version}")},
        "summary": {"lang": "en", "value": format!("What nobody else knows about {word}")},
        "kind": "INFRASTRUCTURE", "places": [{"country": "RS"}],
        "fields": [{"field": "CONN_BROADBAND", "sharePct": 100.0}]})
}

impl Tenant {
    async fn new(server: &Server, persona: &'static str, word: &'static str) -> Self {
        let profile = json!({"name": format!("Tenant {persona}"), "country": "RS"});
        let input =
            json!({"kind": "COMPANY", "profile": profile, "idempotencyKey": format!("{word}-organisation")});
        let register = "mutation($i:RegisterOrganisationInput!){registerOrganisation(input:$i){organisation{id} \
                        userErrors{code message}}}";
        let data = server.data_as(persona, register, json!({"i": input})).await;
        let organisation = data["registerOrganisation"]["organisation"]["id"].as_str().unwrap().to_owned();
        let mut tenant = Self { persona, word, organisation, drafts: Vec::new() };
        for at in 0..DRAFTS {
            let create = "mutation($i:CreateProjectInput!){createProject(input:$i){project{id} userErrors{code message}}}";
            let input = json!({"project": facts(word, 0), "idempotencyKey": format!("{word}-{at}")});
            let answer = tenant.ask(server, create, json!({"i": input})).await;
            let id = answer["data"]["createProject"]["project"]["id"].as_str();
            tenant.drafts.push(id.unwrap_or_else(|| panic!("a draft: {answer}")).to_owned());
        }
        tenant
    }

    async fn ask(&self, server: &Server, query: &str, variables: Value) -> Value {
        let request = server
            .client()
            .post(format!("{}/graphql", server.url))
            .bearer_auth(server.tokens[self.persona].as_str().unwrap())
            .header("Caravanserai-Organisation", &self.organisation)
            .json(&json!({"query": query, "variables": variables}));
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Whether an answer holds anything of this side.
    fn is_in(&self, answer: &Value) -> bool {
        let text = answer.to_string();
        text.contains(self.word) || self.drafts.iter().any(|draft| text.contains(draft))
    }
}

/// Doors that answer null or nothing: as many reads as the document has root fields.
const OPEN_DOORS: [(&str, usize); 3] = [
    (
        "query($d:ID!,$own:ID!,$o:ID!,$w:String!){
            mine: node(id:$own){id}
            node(id:$d){id ... on Project{title{value} summary{value} history{to}}}
            nodes(ids:[$d,$own]){id ... on Project{title{value}}}
            project(id:$d){id title{value} version availableTransitions{name} consistencyFlags{message}}
            search(text:$w){id ... on Project{title{value}}}
            projects(filter:{text:$w},first:100){totalCount edges{node{id title{value}}}}
            organisation(id:$o){id listings(first:50){id title{value}} members{id} invitations{id}} }",
        7,
    ),
    (
        "query{ projects(first:100){totalCount edges{node{id title{value}}}} statistics(by:COUNTRY){cells{__typename}} }",
        2,
    ),
    ("query{ me{ id memberships{organisation{id listings(first:50){id title{value}}}} data } }", 1),
];

/// Doors that refuse; one read each.
const SHUT_DOORS: [&str; 4] = [
    "query($d:ID!,$m:ID!){whyNot(mandateId:$m,projectId:$d){project{id title{value}} gates{key outcome}}}",
    "query($d:ID!){projectInvestors(projectId:$d,first:20){totalCount edges{node{project{title{value}} score{point}}}}}",
    "query($d:ID!,$p:ID!,$m:ID!){compareProjects(mandateId:$m,projectIds:[$p,$d]){matches{project{id title{value}}}}}",
    "query($w:String!,$m:ID!){opportunities(mandateId:$m,filter:{text:$w},first:100){totalCount edges{node{project{id title{value}}}}}}",
];

/// One client of one side, which reads what is the other's until there were enough reads, and writes now and then.
async fn read(server: &Server, own: &Tenant, other: &Tenant, client: usize, left: &AtomicUsize) {
    for turn in 0_usize.. {
        let draft = &other.drafts[turn.wrapping_add(client) % DRAFTS];
        let mine = &own.drafts[client % DRAFTS];
        let variables = json!({"d": draft, "own": mine, "o": other.organisation, "w": other.word, "m": server.ids["mandate"], "p": server.ids["project"]});
        for (at, (door, reads)) in OPEN_DOORS.iter().enumerate() {
            let answer = own.ask(server, door, variables.clone()).await;
            assert!(!other.is_in(&answer), "{} sees {}: {answer}", own.persona, other.persona);
            assert_eq!(answer["errors"], Value::Null, "{answer}");
            if at == 0 {
                let data = &answer["data"];
                assert_eq!(
                    data["mine"]["id"], **mine,
                    "one's own is there, or the test would see nothing at all"
                );
                assert_eq!(data["nodes"], json!([null, {"id": mine, "title": data["nodes"][1]["title"]}]));
                assert_eq!((&data["node"], &data["project"]), (&Value::Null, &Value::Null));
                assert_eq!((&data["search"], &data["projects"]["totalCount"]), (&json!([]), &json!(0)));
            }
            if took(left, *reads) {
                return;
            }
        }
        for door in SHUT_DOORS {
            let answer = own.ask(server, door, variables.clone()).await;
            assert!(!other.is_in(&answer), "{} sees {}: {answer}", own.persona, other.persona);
            let code = &answer["errors"][0]["extensions"]["code"];
            let listed = &answer["data"]["opportunities"]["edges"];
            assert!(code == "NOT_FOUND" || *listed == json!([]), "{door}: {answer}");
            if took(left, 1) {
                return;
            }
        }
        if client == 0 {
            let next = turn.saturating_add(1);
            let update = "mutation($i:UpdateProjectInput!){updateProject(input:$i){project{title{value}} userErrors{code message}}}";
            let input = json!({"projectId": mine, "expectedVersion": next, "project": facts(own.word, next),
                "idempotencyKey": format!("{}-{turn}-update", own.word)});
            let answer = own.ask(server, update, json!({"i": input})).await;
            assert!(own.is_in(&answer) && !other.is_in(&answer), "{answer}");
        }
    }
}

/// Takes reads off those that are left; whether none are.
fn took(left: &AtomicUsize, reads: usize) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(reads)))
        .is_ok_and(|before| before <= reads)
}

async fn apart(behind: Behind, usual: usize) {
    let reads =
        std::env::var("CARAVANSERAI_TENANT_READS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let server = Server::demo(behind, &["--cost-per-minute", "4000000000"]);
    let one = Tenant::new(&server, "owner", "quincewharf").await;
    let other = Tenant::new(&server, "city_office", "saffronquay").await;
    let left = AtomicUsize::new(reads);
    let (server, one, other, left) = (&server, &one, &other, &left);
    let clients = (0..CLIENTS).flat_map(|client| [(one, other, client), (other, one, client)]);
    join_all(clients.map(|(own, foreign, client)| read(server, own, foreign, client, left))).await;
    assert_eq!(left.load(Ordering::Relaxed), 0);
    println!("{reads} reads, 0 rows of the other");
}

#[tokio::test]
async fn two_tenants_in_parallel_see_nothing_of_each_other_on_sqlite() {
    apart(Behind::Sqlite, 3_000).await;
}

#[tokio::test]
async fn two_tenants_in_parallel_see_nothing_of_each_other_on_postgres() {
    apart(Behind::Postgres, 1_000).await;
}
