//! A client that sends mutations as the people of the demo and looks at what was refused.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use tests::server::{Behind, Server};

/// A client of the API as one of the demo's people.
pub(crate) struct Api {
    pub(crate) server: Server,
    keys: AtomicU64,
}

impl Api {
    pub(crate) fn demo(behind: Behind) -> Self {
        Self { server: Server::demo(behind, &[]), keys: AtomicU64::new(1) }
    }

    /// Sends a mutation, for an organisation where one is named; answers its payload.
    pub(crate) async fn tried(
        &self,
        who: &str,
        acting: Option<&Value>,
        mutation: &str,
        fields: &str,
        mut input: Value,
    ) -> Value {
        let object = input.as_object_mut().unwrap();
        if !["proveDomain"].contains(&mutation) && !object.contains_key("idempotencyKey") {
            object.insert(
                "idempotencyKey".into(),
                format!("k{}", self.keys.fetch_add(1, Ordering::Relaxed)).into(),
            );
        }
        let name = match mutation {
            "proveDomain" => "LinkInput".to_owned(),
            "claimVerification"
            | "layDownVerification"
            | "withdrawVerification"
            | "grantVerificationAppeal" => "VerificationTransitionInput".to_owned(),
            _ => format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]),
        };
        let query = format!(
            "mutation($i:{name}!){{{mutation}(input:$i){{{fields} userErrors{{code path message ruleRef}}}}}}"
        );
        let mut request = self
            .server
            .client()
            .post(format!("{}/graphql", self.server.url))
            .bearer_auth(self.server.tokens[who].as_str().unwrap())
            .json(&json!({"query": query, "variables": {"i": input}}));
        if let Some(acting) = acting {
            request = request.header("Caravanserai-Organisation", acting.as_str().unwrap());
        }
        let body: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(body["errors"].is_null(), "{} for {query}", body["errors"]);
        body["data"][mutation].clone()
    }

    pub(crate) async fn done(&self, who: &str, mutation: &str, fields: &str, input: Value) -> Value {
        let payload = self.tried(who, None, mutation, fields, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation} as {who}");
        payload
    }

    /// A mutation that must be refused with a code; answers the refusal.
    pub(crate) async fn refused(&self, who: &str, mutation: &str, input: Value, code: &str) -> Value {
        let payload = self.tried(who, None, mutation, "", input).await;
        assert_eq!(payload["userErrors"][0]["code"], code, "{mutation} as {who}: {payload}");
        payload["userErrors"][0].clone()
    }

    /// What an organisation shows to somebody.
    pub(crate) async fn organisation(&self, who: &str, id: &Value) -> Value {
        let query = "query($i:ID!){organisation(id:$i){version held verification screening{status} \
             screeningHits{id version state likenesses{matchedName likeness why} words{decision} appeals{granted} \
             availableTransitions{name requires} history{to transition}} \
             verificationCases{id version proof state claimed mine domain identifier{scheme number checkDigits} reasons \
             availableTransitions{name requires} history{to}}}}";
        self.server.data_as(who, query, json!({"i": id})).await["organisation"].clone()
    }

    pub(crate) async fn register(&self, name: &str, owners: &[&str]) -> Value {
        let profile = json!({"name": name, "country": "RS", "ultimateOwners": owners});
        let input = json!({"kind": "COMPANY", "profile": profile});
        self.done("owner", "registerOrganisation", "organisation{id}", input).await["organisation"]["id"]
            .clone()
    }

    /// Two officers say the same of the newest hit of an organisation.
    pub(crate) async fn both_say(&self, organisation: &Value, decision: &str) -> Value {
        let mut last = Value::Null;
        for officer in ["compliance", "second_compliance"] {
            let hit = self.organisation(officer, organisation).await["screeningHits"][0].clone();
            let input = json!({"hitId": hit["id"], "expectedVersion": hit["version"], "decision": decision,
                "rationale": "Seen in the register"});
            last = self.done(officer, "decideScreeningHit", "screeningHit{state version}", input).await;
        }
        last["screeningHit"]["state"].clone()
    }
}
