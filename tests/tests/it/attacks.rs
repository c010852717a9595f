//! The attack runner on attacks of our own, and on planted ones that must not pass.

use serde_json::json;
use tests::{
    attack::{self, Verdict, binding::Binding, case, case::Case, http::Target, schema::Schema, stage::Stage},
    server::{Behind, Server},
};

async fn stage(server: &Server) -> Stage {
    let address = server.url.trim_start_matches("http://").parse().unwrap();
    let binding = Binding::read(include_str!("../../attacks/binding.json")).unwrap();
    let (_, sdl, _) = tests::run(&["schema"]);
    let mut stage = Stage::new(Target { address }, binding, Schema::read(&sdl).unwrap(), None).await.unwrap();
    stage.mail_dir = Some(server.mail_dir());
    stage.demo = json!({"ids": server.ids, "tokens": server.tokens, "refresh": server.refresh});
    stage
}

async fn verdicts(stage: &Stage, cases: &[Case]) -> Vec<(String, Verdict)> {
    let mut told = Vec::new();
    let mut tell = |case: &Case, verdict: &Verdict| told.push((case.id.clone(), verdict.clone()));
    let summary = attack::run(stage, cases, &mut tell).await;
    assert_eq!([summary.passed, summary.failed, summary.skipped].iter().sum::<usize>(), cases.len());
    told
}

#[tokio::test]
async fn our_own_attacks_are_stood() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let stage = stage(&server).await;
    assert!(stage.pid.is_some(), "the process is found by its port");
    let cases = case::read(include_str!("../../attacks/own.jsonl")).unwrap();
    for (id, verdict) in verdicts(&stage, &cases).await {
        match verdict {
            Verdict::Safe(_) => {}
            Verdict::Skipped(why) => assert!(why.contains("schema"), "{id}: {why}"),
            Verdict::Unsafe(why) => panic!("{id}: {why:?}"),
        }
    }
}

#[tokio::test]
async fn planted_faults_are_found() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let stage = stage(&server).await;
    let json = json!({"Content-Type": "application/json"});
    let cheap = json!({"query": "{ {{q.cheap}} }"});
    let listed = json!({"query": "{ {{q.public_state}} }"});
    let differ = json!([
        {"body": {"query": "{ node(id: \"{{id.nonexistent_same_type}}\") { id } }"}},
        {"body": {"query": "{ node(id: \"{{id.demo_project}}\") { id } }"}}
    ]);
    let planted = [
        // What is not refused, what comes back, what differs.
        (json!({"body": cheap, "expect": {"status": [415]}}), "status 200"),
        (json!({"body": listed, "expect": {"must_not": ["500", "data"]}}), "must not 'data'"),
        (
            json!({"body": cheap, "expect": {"must": ["error code UNAUTHENTICATED"]}}),
            "error code UNAUTHENTICATED",
        ),
        (json!({"steps": differ, "expect": {"must": ["same answer"]}}), "same answer"),
        (json!({"body": cheap, "expect": {"max_ms": 0}}), "ms at"),
        // What the runner does not know.
        (
            json!({"body": cheap, "expect": {"must": ["the moon is made of cheese"]}}),
            "assertion not understood",
        ),
        (json!({"steps": [{"levitate": 3}], "expect": {"status": [200]}}), "not understood: levitate"),
        (json!({"body": {"query": "{{no_such_name}}"}, "expect": {"status": [400]}}), "no_such_name"),
        (json!({"body": cheap, "expect": {}}), "expects nothing"),
    ];
    let mut cases = Vec::new();
    for (at, (planted, _)) in planted.iter().enumerate() {
        let mut case = json!({"id": format!("PLANTED-{at}"), "category": "planted", "description": "d", "headers": json});
        for (key, value) in planted.as_object().unwrap() {
            case[key] = value.clone();
        }
        cases.extend(case::read(&case.to_string()).unwrap());
    }
    for ((id, verdict), (_, says)) in verdicts(&stage, &cases).await.into_iter().zip(&planted) {
        let Verdict::Unsafe(why) = verdict else { panic!("{id} passed: {verdict:?}") };
        assert!(why.join("; ").contains(says), "{id}: {why:?}");
    }
}
