//! What the gates say to whom of two cities that have something under way.

use serde_json::{Value, json};
use tests::server::Server;

use super::act;

/// K6 for those who may know of it: the two offices see the pair taken, nobody else does.
pub(super) async fn pair_is_taken(server: &Server, a: &Value, b: &Value) {
    let why = "query($a:ID!,$b:ID!){whyNotCities(cityId:$a,partnerId:$b){listed gates{key outcome}} \
               approvalPath(cityA:$a,cityB:$b,tier:TWIN){reachable}}";
    let list = "query($a:ID!){partnerCities(cityId:$a,first:100){edges{node{b{id}}}}}";
    for (who, knows) in
        [("city_office", true), ("partner_office", true), ("investor", false), ("observer", false)]
    {
        let data = server.data_as(who, why, json!({"a": a, "b": b})).await;
        let gates = data["whyNotCities"]["gates"].as_array().unwrap();
        let taken = gates.iter().find(|gate| gate["key"] == "K6_PAIR").unwrap()["outcome"] == "FAIL";
        assert_eq!((taken, data["whyNotCities"]["listed"] == false), (knows, knows), "{who}: {data}");
        assert_eq!(data["approvalPath"]["reachable"] != "TWIN", knows, "{who}: {data}");
        let data = server.data_as(who, list, json!({"a": a})).await;
        let partners = data["partnerCities"]["edges"].as_array().unwrap();
        let listed = partners.iter().any(|edge| &edge["node"]["b"]["id"] == b);
        // Of the list of city A its own office alone knows more than others.
        assert_eq!(listed, who != "city_office", "{who}");
    }
}

/// A proposal to an office that looks for nobody is refused by the gate's name, with its reason.
pub(super) async fn refusal_names_the_gate(server: &Server, at: &Value, a: &Value, b: &Value) {
    accepting(server, a, b, false).await;
    let payload =
        server.mutate("city_office", "actOnPartnership", "", act(at, json!({"propose": true}))).await;
    let errors = payload["userErrors"].as_array().unwrap();
    let says = |words: &str| {
        errors
            .iter()
            .any(|error| error["code"] == "GATE_FAILED" && error["message"].as_str().unwrap().contains(words))
    };
    assert!(says("their office is not looking for partners now") && says("open now: none"), "{payload}");
    accepting(server, a, b, true).await;
}

async fn accepting(server: &Server, a: &Value, b: &Value, yes: bool) {
    let version = "query($i:ID!){node(id:$i){... on City{version}}}";
    let city = server.data(version, json!({"i": b})).await["node"].clone();
    let profile = json!({"cityId": b, "expectedVersion": city["version"], "profile": {"accepting": yes}});
    server.done("partner_office", "updateCityProfile", "city{id}", profile).await;
    let path = "query($a:ID!,$b:ID!){approvalPath(cityA:$a,cityB:$b,tier:TWIN){reachable}}";
    server
        .until(path, &json!({"a": a, "b": b}), |data| (data["approvalPath"]["reachable"] == "TWIN") == yes)
        .await;
}
