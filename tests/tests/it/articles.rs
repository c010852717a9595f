//! What articles 7 and 8 of the proposal ask for, row by row, through the API: a test is named after each row that no
//! journey is named after. The journeys are D (8.1, 8.5), E (8.9 to 8.11) and that of the exchange events (7.5).

use domain::vocabulary::ListingState;
use serde_json::{Value, json};
use tests::{
    server::{Behind, Server},
    sql::Sql,
};

use crate::{
    introduction::{answers, go as move_on, paper},
    journey_a::fibre_complete,
    matrix::listed,
    partnership::{cities, draft, go, look, text},
};

/// A mandate for fibre anywhere.
pub(crate) fn fund(name: &str, more: &Value) -> Value {
    let mut terms = json!({"fields": [{"field": "CONN_BROADBAND", "weight": 100}], "global": true,
        "instruments": ["LOAN"], "ticketMin": {"amountMinor": "100000000", "currency": "EUR"},
        "ticketMax": {"amountMinor": "90000000000", "currency": "EUR"}});
    for (key, value) in more.as_object().unwrap() {
        terms[key] = value.clone();
    }
    json!({"name": name, "mandate": terms})
}

async fn mandate(server: &Server, name: &str, more: &Value) -> Value {
    server.done("investor", "createMandate", "mandate{id}", fund(name, more)).await["mandate"]["id"].clone()
}

#[tokio::test]
async fn article_7_1_investment_is_cross_border_where_the_investors_country_is_none_of_the_projects() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let query = "query($m:ID!){opportunities(mandateId:$m,first:100){edges{node{crossBorder \
                 investor{country{code}} project{places{country{code}}}}}}}";
    let (mut across, mut within) = (0_u32, 0_u32);
    let home = "{me{memberships{organisation{country{code}}}}}";
    let data = server.data_as("investor", home, json!({})).await;
    let home = data["me"]["memberships"][0]["organisation"]["country"]["code"].clone();
    // Something at home, so that both are seen.
    let mut facts = fibre_complete("Fibre at the investor's home");
    facts["places"] = json!([{"country": home}]);
    let (own, _) = listed(&server, &facts, ListingState::Published).await;
    let anywhere = mandate(&server, "Fibre anywhere", &json!({})).await;
    let whole = "query($m:ID!){opportunities(mandateId:$m,first:100){edges{node{project{id}}}}}";
    let has_own = |data: &Value| {
        let edges = data["opportunities"]["edges"].as_array();
        edges.is_some_and(|edges| edges.iter().any(|edge| edge["node"]["project"]["id"] == own))
    };
    server.until(whole, &json!({"m": anywhere}), has_own).await;
    let data = server.data_as("investor", query, json!({"m": anywhere})).await;
    for edge in data["opportunities"]["edges"].as_array().unwrap() {
        let places = edge["node"]["project"]["places"].as_array().unwrap();
        if edge["node"]["crossBorder"].is_null() {
            // What the owner keeps back is not told by the flag either.
            continue;
        }
        let at_home = places.iter().any(|place| place["country"]["code"] == home);
        assert_eq!(edge["node"]["crossBorder"], json!(!at_home), "{edge}");
        if at_home { within = within.saturating_add(1) } else { across = across.saturating_add(1) }
    }
    assert!(across > 0 && within > 0, "{across} across, {within} at home");
    let unsaved = "query($t:MandateInput!){opportunities(mandate:$t,first:1){edges{node{crossBorder}}}}";
    let data = server.data(unsaved, json!({"t": fund("x", &json!({}))["mandate"]})).await;
    for edge in data["opportunities"]["edges"].as_array().unwrap() {
        assert_eq!(edge["node"]["crossBorder"], Value::Null, "of nobody's country");
    }
}

#[tokio::test]
async fn article_7_2_a_mandate_excludes_infrastructure_or_applications() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let query = "query($t:MandateInput!){opportunities(mandate:$t,first:100,list:NOT_ENOUGH_KNOWN){totalCount \
                 excluded{gate count} edges{node{project{kind}}}}}";
    let mut counts = Vec::new();
    for kinds in [json!([]), json!(["INFRASTRUCTURE"]), json!(["APPLICATION"])] {
        let terms = json!({"generalist": true, "global": true, "kinds": kinds});
        let found = server.data(query, json!({"t": terms})).await["opportunities"].clone();
        let rows = found["edges"].as_array().unwrap();
        let wanted = kinds.as_array().unwrap();
        assert!(!rows.is_empty(), "{kinds}");
        assert!(
            wanted.is_empty() || rows.iter().all(|row| wanted.contains(&row["node"]["project"]["kind"])),
            "{kinds}: {found}"
        );
        counts.push(found["totalCount"].as_i64().unwrap());
    }
    assert!(counts[0] > counts[1] && counts[0] > counts[2], "{counts:?}");
}

#[tokio::test]
async fn article_7_3_a_social_fund_weighs_impact_up_to_its_cap() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let list = "{mandates(first:100){edges{node{id investor{investorType}}}}}";
    let data = server.data(list, json!({})).await;
    let edges = data["mandates"]["edges"].as_array().unwrap();
    let social = edges.iter().find(|edge| edge["node"]["investor"]["investorType"] == "SOCIAL_FUND").unwrap();
    let query = "query($m:ID!,$w:[WeightInput!]){opportunities(mandateId:$m,first:50,weights:$w){policy{ownWeights} \
                 edges{node{project{id} score{point} forInvestor{criteria{key weight}}}}}}";
    // The others in proportion: FIELD 20, TICKET 15, STAGE 12 and so on make room for 40 of impact.
    let weigh = |impact: i32| {
        json!([{"key": "IMPACT", "weight": impact}, {"key": "FIELD", "weight": 80 - 33 - impact},
            {"key": "TICKET", "weight": 5}, {"key": "STAGE", "weight": 12}, {"key": "TERMS", "weight": 12},
            {"key": "GEO", "weight": 5}, {"key": "READY", "weight": 7}, {"key": "TRUST", "weight": 8},
            {"key": "TIES", "weight": 4}])
    };
    let ask =
        async |impact: i32| server.query(query, json!({"m": social["node"]["id"], "w": weigh(impact)})).await;
    let at_cap = ask(40).await;
    assert_eq!(at_cap["data"]["opportunities"]["policy"]["ownWeights"], true, "{at_cap}");
    let rows = at_cap["data"]["opportunities"]["edges"].as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let criteria = row["node"]["forInvestor"]["criteria"].as_array().unwrap();
        let impact = criteria.iter().find(|line| line["key"] == "IMPACT");
        assert!(impact.is_none_or(|line| line["weight"].as_f64().unwrap() >= 39.9), "{row}");
    }
    let above = ask(41).await;
    assert_eq!(above["errors"][0]["extensions"]["argument"], "weights", "{above}");
}

#[tokio::test]
async fn article_7_4_a_public_private_partnership_names_its_public_authority() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let mut facts = fibre_complete("A concession of fibre");
    facts["contract"] = json!("BOT");
    let refused = server.refused("owner", "createProject", json!({"project": facts})).await;
    assert_eq!(refused, ("VALIDATION".to_owned(), "project.publicAuthority".to_owned()));
    facts["publicAuthority"] = json!("Ministry of Information and Telecommunications");
    let node = "project{id contract publicAuthority}";
    let made =
        server.done("owner", "createProject", node, json!({"project": facts})).await["project"].clone();
    assert_eq!(made["publicAuthority"], facts["publicAuthority"]);
}

#[tokio::test]
async fn article_7_6_the_ledger_is_the_sum_of_its_transactions_and_mirrors() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let wide = mandate(&server, "Fibre anywhere", &json!({})).await;
    let node = "introduction{id version state}";
    let mut sum = 0_i64;
    // Five, since fewer are held back.
    for number in 1..=5_i64 {
        let mut facts = fibre_complete(&format!("Fibre of valley {number}"));
        facts["places"] = json!([{"country": "LA"}]);
        let (project, _) = listed(&server, &facts, ListingState::Published).await;
        let input = json!({"projectId": project, "mandateId": wide, "answers": answers()});
        let find = "query($m:ID!,$p:ID!){whyNot(mandateId:$m,projectId:$p){listed}}";
        let both = json!({"m": wide, "p": project});
        server.until(find, &both, |data| data["whyNot"]["listed"] == true).await;
        let at = server.done("investor", "expressInterest", node, input).await["introduction"].clone();
        let at = move_on(&server, "owner", &at, "ACCEPT", json!({})).await;
        let at = move_on(&server, "investor", &at, "LOG_CONTACT", json!({})).await;
        let waive = json!({"introductionId": at["id"], "expectedVersion": at["version"], "waive": true});
        let at = server.done("owner", "settleNda", node, waive).await["introduction"].clone();
        let at = move_on(&server, "owner", &at, "OPEN_DATA_ROOM", json!({})).await;
        let at = move_on(&server, "investor", &at, "PROPOSE_TERMS", json!({"text": "Ten years, 5 %"})).await;
        let minor = number.saturating_mul(100_000_001);
        let amount = json!({"amount": {"amountMinor": minor.to_string(), "currency": "EUR"}});
        let at = move_on(&server, "investor", &at, "PLEDGE", amount).await;
        assert_eq!(at["state"], "PLEDGED");
        sum = sum.saturating_add(minor);
    }
    // What a side answers, and how soon, is in its record: five of five on the first day.
    let replies = "query($m:ID!){opportunities(mandateId:$m,first:100){edges{node{project{owner{name \
                   replyRatePct medianReplyDays}}}}}}";
    let answered = |data: &Value| {
        let edges = data["opportunities"]["edges"].as_array().unwrap();
        edges.iter().any(|edge| {
            let owner = &edge["node"]["project"]["owner"];
            owner["replyRatePct"] == 100.0 && owner["medianReplyDays"] == 1
        })
    };
    server.until(replies, &json!({"m": wide}), answered).await;
    let sql = Sql::connect(&server.database).await;
    let ways = sql.texts("SELECT DISTINCT from_country || ' ' || to_country FROM outcome").await;
    sql.close().await;
    let (from, to) = ways[0].split_once(' ').unwrap();
    let query = "query($a:String!,$b:String!){reciprocity(countryA:$a,countryB:$b){\
                 aToB{rung count amount{amountMinor currency} suppressed} \
                 bToA{rung count amount{amountMinor currency} suppressed} suggestions(first:3){listed}}}";
    assert_eq!((ways.len(), to), (1, "LA"));
    let one = server.data(query, json!({"a": from, "b": to})).await["reciprocity"].clone();
    let pledges = one["aToB"].as_array().unwrap().iter().find(|cell| cell["rung"] == "PLEDGE").unwrap();
    let wanted = json!({"rung": "PLEDGE", "count": 5, "suppressed": false, "amount": null});
    assert_eq!(pledges, &wanted, "what one investor pledged is its own affair");
    assert_eq!(one["bToA"], json!([]));
    // As if three investors and three owners had, none with more than half of it: rounded.
    let sql = Sql::connect(&server.database).await;
    // Sums are those of the end of last month.
    sql.execute("UPDATE outcome SET at = at - 3456000000000").await;
    for (other, pledged) in [(0, "100000001, 200000002"), (1, "300000003, 400000004")] {
        let other = format!("(SELECT id FROM organisation ORDER BY id LIMIT 1 OFFSET {other})");
        let of =
            format!("(SELECT introduction_id FROM outcome WHERE rung = 'PLEDGE' AND minor IN ({pledged}))");
        sql.execute(&format!(
            "UPDATE introduction SET investor_id = {other}, owner_id = {other} WHERE id IN {of}"
        ))
        .await;
    }
    sql.close().await;
    let one = server.data(query, json!({"a": from, "b": to})).await["reciprocity"].clone();
    let pledges = one["aToB"].as_array().unwrap().iter().find(|cell| cell["rung"] == "PLEDGE").unwrap();
    assert_eq!(sum, 1_500_000_015);
    assert_eq!(pledges["amount"], json!({"amountMinor": "1500000000", "currency": "EUR"}));
    let other = server.data(query, json!({"a": to, "b": from})).await["reciprocity"].clone();
    assert_eq!((&one["aToB"], &one["bToA"]), (&other["bToA"], &other["aToB"]), "swapping mirrors");
    assert!(other["suggestions"].as_array().unwrap().iter().all(|one| one["listed"] == true));
}

#[tokio::test]
async fn article_8_2_a_strategic_relationship_grows_out_of_an_active_twinning_and_is_not_drafted() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let (a, b) = cities(&server).await;
    let at_once = json!({"cityId": a, "partnerId": b, "text": text("STRATEGIC", "At once")});
    assert_eq!(server.refused("city_office", "draftPartnership", at_once).await.0, "GATE_FAILED");
    // Nor by writing it into a draft, nor by a counter to a twinning.
    let at = draft(&server, &a, &b).await;
    let edit = json!({"partnershipId": at["id"], "expectedVersion": at["version"],
        "act": {"edit": text("STRATEGIC", "By the back door")}});
    assert_eq!(server.refused("city_office", "actOnPartnership", edit).await.0, "GATE_FAILED");
    let at = go(&server, "city_office", &at, json!({"propose": true})).await;
    let counter = json!({"partnershipId": at["id"], "expectedVersion": at["version"],
        "act": {"counter": text("STRATEGIC", "By the back door")}});
    assert_eq!(server.refused("partner_office", "actOnPartnership", counter).await.0, "GATE_FAILED");
    let upgrade = json!({"partnershipId": at["id"], "expectedVersion": at["version"],
        "act": {"upgradeTier": text("STRATEGIC", "Before it is active")}});
    assert_eq!(server.refused("city_office", "actOnPartnership", upgrade).await.0, "INVALID_TRANSITION");
}

/// An active twinning, the short way: no trial is demanded of these two.
async fn twinned(server: &Server) -> Value {
    let (a, b) = cities(server).await;
    let (one, other) = (
        paper(server, "city_office", "Signed by Novi Sad", json!({})).await,
        paper(server, "partner_office", "Signed by Chiang Mai", json!({})).await,
    );
    let at = draft(server, &a, &b).await;
    let at = go(server, "city_office", &at, json!({"propose": true})).await;
    let mut at = go(server, "partner_office", &at, json!({"acceptProposal": true})).await;
    let sign = |at: &Value, paper: &Value| json!({"hash": at["text"]["hash"], "official": "Mayor", "documentId": paper});
    for (who, paper) in [("city_office", &one), ("partner_office", &other)] {
        at = go(server, who, &at, json!({"signLetterOfIntent": sign(&at, paper)})).await;
    }
    at = go(server, "city_office", &at, json!({"requestApprovals": true})).await;
    for (who, paper) in [("city_office", &one), ("partner_office", &other)] {
        let grant = json!({"decideApproval": {"step": 0, "granted": true, "documentId": paper}});
        at = go(server, who, &at, grant).await;
    }
    for (who, paper) in [("city_colleague", &one), ("partner_colleague", &other)] {
        at = go(server, who, &at, json!({"signAgreement": sign(&at, paper)})).await;
    }
    assert_eq!(at["state"], "ACTIVE");
    at
}

#[tokio::test]
async fn article_8_3_the_yearly_review_tells_what_changed_in_traffic_and_logistics() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let at = twinned(&server).await;
    let at = go(&server, "city_office", &at, json!({"requestReview": true})).await;
    let kpi = |name: &str, unit: &str, before: i64, after: i64| json!({"name": name, "unit": unit, "beforeThousandths": before, "afterThousandths": after});
    let report = json!({"submitAnnualReview": {"text": {"lang": "en", "value": "A direct flight"}, "kpis": [
        kpi("Direct flights a week", "1", 0, 2000), kpi("Customs clearance", "h", 48000, 30500)]}});
    let at = go(&server, "partner_office", &at, report).await;
    let kpis = at["reviews"][0]["kpis"].as_array().unwrap();
    let deltas: Vec<i64> = kpis.iter().map(|kpi| kpi["deltaThousandths"].as_i64().unwrap()).collect();
    assert_eq!(deltas, [2000, -17500]);
}

#[tokio::test]
async fn article_8_4_an_item_of_the_work_plan_shows_its_project_as_it_stands() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let at = twinned(&server).await;
    let (project, version) =
        listed(&server, &fibre_complete("A ring for two"), ListingState::Published).await;
    let item = json!({"changeWorkPlan": {"number": 1, "title": {"lang": "en", "value": "The ring"}, "owner": "A",
        "due": "2028-06-30", "status": "PLANNED", "projectIds": [project]}});
    let at = go(&server, "city_office", &at, item).await;
    let plan = "query($i:ID!){node(id:$i){... on Partnership{workPlan{carriedOutBy{id state}}}}}";
    let shown = async || {
        let data = server.data_as("partner_office", plan, json!({"i": at["id"]})).await;
        data["node"]["workPlan"][0]["carriedOutBy"].clone()
    };
    assert_eq!(shown().await, json!([{"id": project, "state": "PUBLISHED"}]));
    let until = json!({"projectId": project, "expectedVersion": version});
    server.done("owner", "pauseProject:ProjectTransitionInput", "project{version}", until).await;
    assert_eq!(shown().await, json!([]), "what is paused is out of sight here too, at once");
}

#[tokio::test]
async fn article_8_6_needs_of_the_one_city_are_met_by_offers_of_the_other() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let (a, b) = cities(&server).await;
    let query = "query($a:ID!){partnerCities(cityId:$a,first:100){edges{node{b{id} \
                 forA{criteria{key value sentence}}}}}}";
    let complement = async || {
        let data = server.data(query, json!({"a": a})).await;
        let edges = data["partnerCities"]["edges"].as_array().unwrap().clone();
        let edge = edges.into_iter().find(|edge| edge["node"]["b"]["id"] == b)?;
        let criteria = edge["node"]["forA"]["criteria"].as_array().unwrap().clone();
        criteria.into_iter().find(|line| line["key"] == "COMPLEMENT")?["value"].as_f64()
    };
    let met = complement().await.unwrap();
    assert!(met > 0.0);
    // The offer that meets the need is taken back.
    let version = server.data("query($i:ID!){node(id:$i){... on City{version}}}", json!({"i": b})).await;
    let profile = json!({"cityId": b, "expectedVersion": version["node"]["version"],
        "profile": {"offers": [{"field": "CITY_PEOPLE", "priority": 1}]}});
    server.done("partner_office", "updateCityProfile", "city{id}", profile).await;
    let mut less = met;
    for _ in 0..100 {
        less = complement().await.unwrap_or(0.0);
        if less < met {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(less < met, "{less} and {met}");
}

#[tokio::test]
async fn article_8_7_cities_that_trade_on_the_internet_are_found_with_their_desk() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let (a, b) = cities(&server).await;
    let seen = "query($i:ID!){node(id:$i){... on City{version tradeDesk}}}";
    let before = server.data(seen, json!({"i": a})).await["node"].clone();
    assert_eq!(before["tradeDesk"], Value::Null);
    let write = |desk: &str| {
        json!({"cityId": a, "expectedVersion": before["version"], "profile": {"tradeDesk": desk,
            "offers": [{"field": "CITY_TRADESERVICES", "priority": 3}]}})
    };
    let two_lines = server.refused("city_office", "updateCityProfile", write("a\nb")).await;
    assert_eq!(two_lines, ("VALIDATION".to_owned(), "profile.tradeDesk".to_owned()));
    server.done("city_office", "updateCityProfile", "city{id}", write("trade-desk@novisad.example")).await;
    let query =
        "{cities(first:100,filter:{offers:[CITY_TRADESERVICES]}){edges{node{id tradeDesk offers{field}}}}}";
    let has =
        |data: &Value| data["cities"]["edges"].as_array().unwrap().iter().any(|edge| edge["node"]["id"] == a);
    let found = server.until(query, &json!({}), has).await["cities"]["edges"].clone();
    for edge in found.as_array().unwrap() {
        let offers = edge["node"]["offers"].as_array().unwrap();
        assert!(offers.iter().any(|offer| offer["field"] == "CITY_TRADESERVICES"), "{edge}");
        assert_ne!(edge["node"]["id"], b);
    }
    let own = found.as_array().unwrap().iter().find(|edge| edge["node"]["id"] == a).unwrap();
    assert_eq!(own["node"]["tradeDesk"], "trade-desk@novisad.example");
}

#[tokio::test]
async fn article_8_8_exchange_between_people_counts_in_the_index_of_health() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let at = twinned(&server).await;
    let health = |at: &Value| at["health"].as_i64().unwrap();
    let before = health(&at);
    let mut at = at;
    for kind in ["CULTURAL", "ACADEMIC"] {
        let held = json!({"kind": kind, "title": "Exchange", "heldAt": chrono::Utc::now().to_rfc3339()});
        let after = go(&server, "city_office", &at, json!({"recordActivity": held})).await;
        assert!(health(&after) > health(&at), "{kind}");
        at = after;
    }
    assert!(health(&at) > before && health(&at) <= 100);
    assert_eq!(look(&server, "partner_office", &at["id"]).await["health"], at["health"]);
}
