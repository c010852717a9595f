//! What a listing keeps back is told by no filter, no search, no ranking and no count.

use serde_json::{Value, json};
use tests::server::Server;

const LIST: &str = "query($f:OpportunityFilter){projects(filter:$f,first:100){totalCount edges{node{id}}}}";

async fn lists(server: &Server, id: &Value, filter: Value) -> bool {
    let data = server.data(LIST, json!({"f": filter})).await;
    data["projects"]["edges"].as_array().unwrap().iter().any(|edge| edge["node"]["id"] == *id)
}

/// A blind listing that is public: its id, and the words of its title.
pub(crate) async fn nothing_is_read_out(server: &Server, id: &Value, word: &str) {
    let gap = |key: &str| json!({"countries": ["RS"], key: {"amountMinor": "100", "currency": "EUR"}});
    assert!(
        lists(server, id, json!({"countries": ["RS"], "fields": ["CONN_BROADBAND"]})).await,
        "it is public"
    );
    for filter in [
        gap("minGap"),
        gap("maxGap"),
        json!({"countries": ["RS"], "stages": ["FEASIBILITY"]}),
        json!({"countries": ["RS"], "instruments": ["LOAN"]}),
        json!({"countries": ["RS"], "kinds": ["INFRASTRUCTURE"]}),
        json!({"text": word}),
    ] {
        assert!(!lists(server, id, filter.clone()).await, "{filter}");
    }
    let search = "query($t:String!){search(text:$t,first:100){id}}";
    let found = server.data(search, json!({"t": word})).await;
    assert!(!found["search"].as_array().unwrap().iter().any(|node| node["id"] == *id));
    // A mandate made up to probe it does not meet it, and neither does one of somebody else.
    let probe = "{opportunities(mandate:{fields:[{field:CONN_BROADBAND,weight:100}],countries:[\"RS\"]},first:100,\
                 list:RANKED){totalCount notEnoughKnown excludedTotal edges{node{project{id}}}}}";
    let all = server.data(probe, json!({})).await;
    let edges = all["opportunities"]["edges"].as_array().unwrap();
    assert!(!edges.iter().any(|edge| edge["node"]["project"]["id"] == *id));
    // It is in no count: whatever the mandate, its lists and what is left out of them are all but this one.
    let public = server.data("{projects(first:1){totalCount}}", json!({})).await;
    let others = public["projects"]["totalCount"].as_i64().map(|all| all.saturating_sub(1));
    for query in [probe.to_owned(), probe.replace("countries:", "stages:[OPERATION],countries:")] {
        let data = server.data(&query, json!({})).await;
        let counts = ["totalCount", "notEnoughKnown", "excludedTotal"];
        let sum: i64 = counts.iter().filter_map(|key| data["opportunities"][*key].as_i64()).sum();
        assert_eq!(Some(sum), others, "{query}");
    }
    // Nor in a figure: of its kind as many are counted as are listed.
    let data = server
        .data("{statistics(by:KIND){cells{key count}} projects(filter:{kinds:[INFRASTRUCTURE]},first:1){totalCount}}", json!({}))
        .await;
    let cells = data["statistics"]["cells"].as_array().unwrap();
    let counted = cells.iter().find(|cell| cell["key"] == "INFRASTRUCTURE").unwrap();
    assert_eq!(counted["count"], data["projects"]["totalCount"], "{data}");
    no_score_tells(server, id).await;
    let fits = "query($p:ID!){projectInvestors(projectId:$p,first:1){totalCount}}";
    let body = server.query(fits, json!({"p": id})).await;
    assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{body}");
    let data = server.data_as("owner", fits, json!({"p": id})).await;
    assert!(data["projectInvestors"]["totalCount"].as_i64().is_some(), "its own people see who fits");
}

/// A fund that turns its mandate this way and that learns nothing from the score; others get none.
async fn no_score_tells(server: &Server, id: &Value) {
    let why = "query($m:ID!,$p:ID!){whyNot(mandateId:$m,projectId:$p){listed score{low point high coverage} \
               gates{key outcome}}}";
    let terms = |more: Value| {
        let mut terms = json!({"fields": [{"field": "CONN_BROADBAND", "weight": 100}], "countries": ["RS"],
            "ticketMin": {"amountMinor": "100000000", "currency": "EUR"},
            "ticketMax": {"amountMinor": "90000000000", "currency": "EUR"}});
        for (key, value) in more.as_object().unwrap() {
            terms[key] = value.clone();
        }
        terms
    };
    let node = "mandate{id version}";
    let made = json!({"name": "Probe", "mandate": terms(json!({"stages": ["FEASIBILITY"]}))});
    let mut mandate = server.done("investor", "createMandate", node, made).await["mandate"].clone();
    let about = json!({"m": mandate["id"], "p": id});
    let first = server.until_as("investor", "query($m:ID!){mandate(id:$m){id}}", &about, |_| true).await;
    assert_eq!(first["mandate"]["id"], mandate["id"]);
    let open = json!({"m": mandate["id"], "p": server.ids["project"]});
    let (mut seen, mut told) = (Vec::new(), Vec::new());
    // The gap is 39 million, the stage feasibility, and a loan of ten years is sought.
    for (count, more) in [
        json!({"stages": ["FEASIBILITY"]}),
        json!({"stages": ["OPERATION"]}),
        json!({"stages": ["FEASIBILITY"], "kinds": ["APPLICATION"]}),
        json!({"stages": ["FEASIBILITY"], "ticketMin": {"amountMinor": "3800000000", "currency": "EUR"}}),
        json!({"stages": ["FEASIBILITY"], "ticketMin": {"amountMinor": "4000000000", "currency": "EUR"}}),
        json!({"stages": ["FEASIBILITY"], "instruments": ["SHARES_UNLISTED"]}),
    ]
    .into_iter()
    .enumerate()
    {
        let change = json!({"mandateId": mandate["id"], "expectedVersion": mandate["version"],
            "name": format!("Probe {count}"), "mandate": terms(more)});
        mandate = server.done("investor", "updateMandate", node, change).await["mandate"].clone();
        let named = format!("Probe {count}");
        let name = "query($m:ID!){whyNotName:mandate(id:$m){name}}";
        server.until_as("investor", name, &about, |data| data["whyNotName"]["name"] == named).await;
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        seen.push(server.data_as("investor", why, about.clone()).await["whyNot"].clone());
        told.push(server.data_as("investor", why, open.clone()).await["whyNot"].clone());
    }
    // Of a listing that keeps nothing back the same questions tell something.
    assert!(told.iter().any(|other| other["gates"] != told[0]["gates"]), "{told:?}");
    assert!(told.iter().any(|other| other["score"] != told[0]["score"]), "{told:?}");
    for other in &seen {
        assert_eq!((&other["listed"], &other["gates"]), (&seen[0]["listed"], &seen[0]["gates"]), "{other}");
        let points = |match_: &Value| (match_["score"]["point"].clone(), match_["score"]["coverage"].clone());
        // That a mandate names instruments is the mandate's own affair; what the listing seeks is not in the score.
        assert_eq!(points(other), points(&seen[0]), "{seen:?}");
    }
    for who in ["observer", "partner_office"] {
        let token = server.tokens[who].as_str().unwrap().to_owned();
        let body = server.query_with(&token, why, about.clone()).await;
        assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{who}: {body}");
    }
}
