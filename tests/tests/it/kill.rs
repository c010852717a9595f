//! The server is killed in the middle of concurrent writes, again and again: what was acknowledged is there, nothing is
//! half done, and a repetition with the same key gives one effect.
//!
//! `CARAVANSERAI_KILL_ROUNDS` says how often; a few times where it says nothing.

use std::{collections::BTreeSet, time::Duration};

use futures::future::join_all;
use serde_json::{Value, json};
use tests::{
    server::{Behind, Server},
    sql::Sql,
};

/// Rounds on one database: a person owns a score of organisations at most, and each round makes one a writer.
const ROUNDS_A_WORLD: usize = 10;

const WRITERS: [&str; 6] = ["investor", "owner", "city_office", "reviewer", "administrator", "observer"];

/// A mutation as it was sent, and what its client knows of it.
#[derive(Debug, Clone)]
struct Sent {
    operation: &'static str,
    key: String,
    organisation: Option<String>,
    input: Value,
    /// The id that it answered; nothing where no answer came.
    acknowledged: Option<String>,
}

/// Operation, type of its input, and where the id stands in what it answers.
const OPERATIONS: [(&str, &str, &str); 4] = [
    ("registerOrganisation", "RegisterOrganisationInput", "organisation{id}"),
    ("createProject", "CreateProjectInput", "project{id}"),
    ("updateProject", "UpdateProjectInput", "project{id}"),
    ("invite", "InviteInput", "invitationId"),
];

/// Sends a mutation. Nothing where no whole answer came.
async fn send(server: &Server, who: &str, sent: &Sent) -> Option<Value> {
    let (operation, ty, selection) =
        OPERATIONS.into_iter().find(|(operation, _, _)| *operation == sent.operation).unwrap();
    let query =
        format!("mutation($i:{ty}!){{{operation}(input:$i){{{selection} userErrors{{code path message}}}}}}");
    let mut input = sent.input.clone();
    input["idempotencyKey"] = json!(sent.key);
    let mut request = server
        .client()
        .post(format!("{}/graphql", server.url))
        .bearer_auth(server.tokens[who].as_str().unwrap())
        .json(&json!({"query": query, "variables": {"i": input}}));
    if let Some(organisation) = &sent.organisation {
        request = request.header("Caravanserai-Organisation", organisation);
    }
    request.send().await.ok()?.json().await.ok()
}

/// The id in an answer, which has to be a success.
fn id_of(answer: &Value, sent: &Sent) -> String {
    let payload = &answer["data"][sent.operation];
    assert_eq!(payload["userErrors"], json!([]), "{sent:?}: {answer}");
    let object = payload.as_object().unwrap().iter().find(|(name, _)| *name != "userErrors").unwrap().1;
    object.as_str().or_else(|| object["id"].as_str()).unwrap_or_else(|| panic!("an id: {answer}")).to_owned()
}

/// Writes until no answer comes: an organisation, then projects in it, edits of them, and invitations.
async fn write(server: &Server, who: &str, round: usize) -> Vec<Sent> {
    let facts = |title: &str| {
        json!({"title": {"lang": "en", "value": title}, "kind": "INFRASTRUCTURE", "places": [{"country": "RS"}],
               "fields": [{"field": "CONN_BROADBAND", "sharePct": 100.0}]})
    };
    let mut done: Vec<Sent> = Vec::new();
    let (mut organisation, mut project) = (None, None);
    for step in 0_usize.. {
        let key = format!("kill-{round}-{who}-{step}");
        let (operation, input) = match (step, step % 4) {
            (0, _) => {
                let profile = json!({"name": format!("Kill {round} {who}"), "country": "RS"});
                ("registerOrganisation", json!({"kind": "COMPANY", "profile": profile}))
            }
            (_, 1) => ("createProject", json!({"project": facts(&format!("Kill {key}"))})),
            (_, 2 | 3) => {
                let input = json!({"projectId": project, "expectedVersion": (step % 4).saturating_sub(1), "project": facts(&key)});
                ("updateProject", input)
            }
            _ => ("invite", json!({"email": format!("{key}@kill.example"), "role": "VIEWER"})),
        };
        let mut sent = Sent { operation, key, organisation: organisation.clone(), input, acknowledged: None };
        let Some(answer) = send(server, who, &sent).await else {
            done.push(sent);
            return done;
        };
        let id = id_of(&answer, &sent);
        match operation {
            "registerOrganisation" => organisation = Some(id.clone()),
            "createProject" => project = Some(id.clone()),
            _ => {}
        }
        sent.acknowledged = Some(id);
        done.push(sent);
    }
    done
}

/// One world: so many rounds, each with a kill, on one database. Answers how many writes there were and how many of
/// them had no answer.
async fn world(behind: Behind, rounds: usize, seed: usize) -> (usize, usize) {
    let mut server = Server::demo(behind, &[]);
    let address = match behind {
        Behind::Sqlite => format!("{}?mode=ro", server.database),
        Behind::Postgres => server.database.clone(),
    };
    let seeded = counts(&address).await;
    let mut all: Vec<Sent> = Vec::new();
    for round in 0..rounds {
        // From before the first answer to after some dozens, in an order that is no order.
        let wait = Duration::from_millis(
            (seed.wrapping_add(round).wrapping_mul(7_919) % 23).wrapping_mul(35).wrapping_add(20) as u64,
        );
        let killer = async {
            tokio::time::sleep(wait).await;
            server.kill();
        };
        let (written, ()) = tokio::join!(join_all(WRITERS.map(|who| write(&server, who, round))), killer);
        server = server.again();

        let sql = Sql::connect(&address).await;
        let keys = format!("SELECT key FROM idempotency WHERE key LIKE 'kill-{round}-%'");
        let kept: BTreeSet<String> = sql.texts(&keys).await.into_iter().collect();
        sql.close().await;
        let acknowledged = written.iter().flatten().filter(|sent| sent.acknowledged.is_some());
        let lost: Vec<&Sent> = acknowledged.filter(|sent| !kept.contains(&sent.key)).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");

        // Everybody asks again for all that was asked for, as a client does that was cut off.
        let again = WRITERS.iter().zip(written).map(async |(who, writes)| {
            let mut replayed = Vec::new();
            for sent in writes {
                let answer = send(&server, who, &sent)
                    .await
                    .unwrap_or_else(|| panic!("no answer though the server is back: {sent:?}"));
                let id = id_of(&answer, &sent);
                if let Some(first) = &sent.acknowledged {
                    assert_eq!(*first, id, "a repetition made another one: {sent:?}");
                }
                replayed.push(sent);
            }
            replayed
        });
        all.extend(join_all(again).await.into_iter().flatten());
    }
    agree(&address, &seeded, &all).await;
    (all.len(), all.iter().filter(|sent| sent.acknowledged.is_none()).count())
}

/// Counts of what a command leaves behind, by operation: acts in the audit chain and keys.
async fn counts(address: &str) -> Vec<i64> {
    let sql = Sql::connect(address).await;
    let mut out = Vec::new();
    for (operation, _, _) in OPERATIONS {
        for (table, column) in [("audit", "action"), ("idempotency", "operation")] {
            let query = format!("SELECT COUNT(*) FROM {table} WHERE {column} = '{operation}'");
            out.push(sql.number(&query).await);
        }
    }
    out.push(sql.number("SELECT COUNT(*) FROM project").await);
    out.push(sql.number("SELECT COUNT(*) FROM organisation").await);
    out.push(sql.number(UNLIKE_THE_LOG).await);
    sql.close().await;
    out
}

/// Records whose version is not the number of their events.
const UNLIKE_THE_LOG: &str = "SELECT COUNT(*) FROM (SELECT id, version FROM project UNION ALL SELECT id, version FROM \
    organisation) one WHERE one.version <> (SELECT COUNT(*) FROM event WHERE event.aggregate_id = one.id)";

/// What must be nothing, whatever was killed when.
const NOTHING: [(&str, &str); 8] = [
    ("a key without its answer", "SELECT COUNT(*) FROM idempotency WHERE result IS NULL"),
    (
        "a version twice in the log",
        "SELECT COUNT(*) FROM (SELECT aggregate_id FROM event GROUP BY aggregate_id, aggregate_version HAVING COUNT(*) > 1) twice",
    ),
    (
        "an event of no project",
        "SELECT COUNT(*) FROM event WHERE aggregate_kind = 'project' AND NOT EXISTS (SELECT 1 FROM project \
         WHERE project.id = event.aggregate_id AND project.version >= event.aggregate_version)",
    ),
    ("a gap in the log", "SELECT MAX(seq) - MIN(seq) + 1 - COUNT(*) FROM event"),
    ("a counter that is not the log's end", "SELECT (SELECT last FROM event_counter) - MAX(seq) FROM event"),
    ("a gap in the audit chain", "SELECT MAX(seq) - COUNT(*) FROM audit"),
    (
        "a broken link of the audit chain",
        "SELECT COUNT(*) FROM audit later JOIN audit earlier ON earlier.seq = later.seq - 1 WHERE later.previous <> earlier.hash",
    ),
    ("a head that is not the chain's end", "SELECT (SELECT seq FROM audit_head) - MAX(seq) FROM audit"),
];

/// Records, log, audit chain, outbox and keys tell the same story: each write once.
async fn agree(address: &str, seeded: &[i64], all: &[Sent]) {
    let sql = Sql::connect(address).await;
    for (what, query) in NOTHING {
        assert_eq!(sql.number(query).await, 0, "{what}");
    }
    let of = |operation: &str| all.iter().filter(|sent| sent.operation == operation).count() as i64;
    let invited = of("invite");
    for (what, query) in [
        ("promised letters", "SELECT COUNT(*) FROM outbox WHERE recipient LIKE 'kill-%'"),
        (
            "letters to somebody each",
            "SELECT COUNT(DISTINCT recipient) FROM outbox WHERE recipient LIKE 'kill-%'",
        ),
        ("invitations", "SELECT COUNT(*) FROM one_time_token WHERE email LIKE 'kill-%'"),
    ] {
        assert_eq!(sql.number(query).await, invited, "{what}");
    }
    sql.close().await;
    let mut wanted: Vec<i64> = Vec::new();
    for (operation, _, _) in OPERATIONS {
        wanted.extend([of(operation), of(operation)]);
    }
    wanted.extend([of("createProject"), of("registerOrganisation"), 0]);
    let grown: Vec<i64> =
        counts(address).await.iter().zip(seeded).map(|(now, before)| now.saturating_sub(*before)).collect();
    assert_eq!(grown, wanted, "acts and keys by operation, projects, organisations, records unlike the log");
}

async fn rounds(behind: Behind, usual: usize) {
    let rounds =
        std::env::var("CARAVANSERAI_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let (mut writes, mut unanswered) = (0_usize, 0_usize);
    for first in (0..rounds).step_by(ROUNDS_A_WORLD) {
        let (more, open) = world(behind, ROUNDS_A_WORLD.min(rounds.saturating_sub(first)), first).await;
        writes = writes.saturating_add(more);
        unanswered = unanswered.saturating_add(open);
    }
    assert!(unanswered >= rounds, "{unanswered} of {writes} writes were cut off in {rounds} rounds");
    println!("{rounds} kills, {writes} writes, {unanswered} of them cut off");
}

#[tokio::test]
async fn no_write_is_lost_halved_or_doubled_by_a_kill_on_sqlite() {
    rounds(Behind::Sqlite, 8).await;
}

#[tokio::test]
async fn no_write_is_lost_halved_or_doubled_by_a_kill_on_postgres() {
    rounds(Behind::Postgres, 3).await;
}
