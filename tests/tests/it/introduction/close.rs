//! From the accepted interest to the close: document room, terms, pledge, commitment, evidence.

use serde_json::Value;
use serde_json::json;
use tests::server::Server;

use super::{INTRODUCTION, Pair, answers, go, in_days, on, paper, with};

/// Whose contact went to whom is on record, on both sides alike.
pub(super) async fn disclosed(server: &Server, at: &Value) {
    let query = "query($i:ID!){node(id:$i){... on Introduction{disclosureLog{what basis crossBorder fromOrganisationId \
                 toOrganisationId personId}}}}";
    let data = server.data_as("owner", query, json!({"i": at["id"]})).await;
    let log = data["node"]["disclosureLog"].as_array().unwrap();
    assert_eq!(log.len(), 2);
    assert_eq!(log[0]["fromOrganisationId"], log[1]["toOrganisationId"]);
    assert!(log.iter().all(|row| row["basis"].as_str().unwrap().starts_with("mutual consent")), "{log:?}");
}

pub(super) async fn to_the_close(server: &Server, pair: &Pair, accepted: Value) {
    let early = with(&accepted, "PLEDGE", json!({"amount": {"amountMinor": "100", "currency": "EUR"}}));
    assert_eq!(server.refused("investor", "moveIntroduction", early).await.0, "INVALID_TRANSITION");
    let timer = with(&accepted, "LAPSE", json!({}));
    assert_eq!(server.refused("investor", "moveIntroduction", timer).await.0, "NOT_PERMITTED");
    let talking = go(server, "investor", &accepted, "LOG_CONTACT", json!({})).await;
    assert_eq!(talking["state"], "IN_DISCUSSION");

    // The room opens with a settled agreement, and a paper with the owner's grant; each opening is on record.
    let shut = with(&talking, "OPEN_DATA_ROOM", json!({}));
    assert_eq!(server.refused("owner", "moveIntroduction", shut).await.0, "GATE_FAILED");
    let mut waive = on(&talking);
    waive["waive"] = true.into();
    assert_eq!(server.refused("investor", "settleNda", waive).await.0, "NOT_PERMITTED");
    let signed =
        server.done("investor", "settleNda", INTRODUCTION, on(&talking)).await["introduction"].clone();
    let signed =
        server.done("owner_colleague", "settleNda", INTRODUCTION, on(&signed)).await["introduction"].clone();
    let model =
        paper(server, "owner", "Financial model", json!({"projectId": pair.project, "folder": "FINANCIAL"}))
            .await;
    let room = go(server, "owner", &signed, "OPEN_DATA_ROOM", json!({})).await;
    assert_eq!(room["state"], "DUE_DILIGENCE");
    let wanted = json!({"introductionId": room["id"], "documentId": model});
    assert_eq!(server.refused("investor", "openRoomDocument", wanted.clone()).await.0, "GATE_FAILED");
    // Not even the listing's own page gives the bytes to who is introduced.
    let listed = "query($p:ID!){project(id:$p){documents{title url}}}";
    let data = server.data_as("investor", listed, json!({"p": pair.project})).await;
    assert_eq!(data["project"]["documents"][0]["url"], Value::Null, "{data}");
    let mut grant = on(&room);
    grant["folder"] = "FINANCIAL".into();
    grant["until"] = in_days(400).to_rfc3339().into();
    assert_eq!(server.refused("owner", "grantRoomFolder", grant.clone()).await.1, "until");
    grant["until"] = in_days(30).to_rfc3339().into();
    assert_eq!(server.refused("investor", "grantRoomFolder", grant.clone()).await.0, "NOT_PERMITTED");
    let room = server.done("owner", "grantRoomFolder", INTRODUCTION, grant).await["introduction"].clone();
    let opened = server.done("investor_colleague", "openRoomDocument", "url", wanted.clone()).await;
    let url = opened["url"].as_str().unwrap();
    let text = server.client().get(url).send().await.unwrap().text().await.unwrap();
    assert_eq!(text, "Financial model: all of it");
    // The address is dead as soon as the folder is shut, and not only minutes later.
    let mut shut = on(&room);
    shut["folder"] = "FINANCIAL".into();
    let room = server.done("owner", "grantRoomFolder", INTRODUCTION, shut).await["introduction"].clone();
    assert_eq!(server.client().get(url).send().await.unwrap().status(), 404);
    let mut again = on(&room);
    again["folder"] = "FINANCIAL".into();
    again["until"] = in_days(30).to_rfc3339().into();
    let room = server.done("owner", "grantRoomFolder", INTRODUCTION, again).await["introduction"].clone();
    assert_eq!(server.client().get(url).send().await.unwrap().status(), 200);
    assert_eq!(server.refused("bank", "openRoomDocument", wanted).await.0, "NOT_FOUND");
    let read = "query($i:ID!){node(id:$i){... on Introduction{room{nda folders{folder readable papers{id title}} \
                reads{documentId sha256}}}}}";
    let data = server.data_as("owner", read, json!({"i": room["id"]})).await;
    let view = &data["node"]["room"];
    assert_eq!(view["nda"], "SIGNED");
    assert_eq!(view["reads"].as_array().unwrap().len(), 1, "{view}");
    assert_eq!(view["reads"][0]["documentId"], model);

    // Terms bind nobody, and let the owner mark the listing as under offer.
    let version = async || {
        let data = server
            .data_as("owner", "query($p:ID!){project(id:$p){version}}", json!({"p": pair.project}))
            .await;
        data["project"]["version"].clone()
    };
    let until = in_days(90).date_naive().to_string();
    let offer = json!({"projectId": pair.project, "expectedVersion": version().await, "until": until});
    assert_eq!(
        server.refused("owner", "markProjectUnderOffer:MarkUnderOfferInput", offer.clone()).await.0,
        "GATE_FAILED"
    );
    let words = json!({"text": "Ten years, 5 %, secured on the network"});
    let terms = go(server, "investor", &room, "PROPOSE_TERMS", words).await;
    assert_eq!(terms["bindingness"], "NON_BINDING");
    let offered =
        server.done("owner", "markProjectUnderOffer:MarkUnderOfferInput", "project{state}", offer).await;
    assert_eq!(offered["project"]["state"], "UNDER_OFFER");

    // A pledge in the currency of the gap; a commitment and a close need the same word of both sides.
    let wrong = with(&terms, "PLEDGE", json!({"amount": {"amountMinor": "100", "currency": "USD"}}));
    assert_eq!(server.refused("investor", "moveIntroduction", wrong).await.0, "GATE_FAILED");
    let amount = json!({"amount": {"amountMinor": "1000000000", "currency": "EUR"}});
    let pledged = go(server, "investor", &terms, "PLEDGE", amount).await;
    let contract = paper(server, "investor", "Loan agreement, signed", json!({})).await;
    let foreign = with(&pledged, "COMMIT", json!({"documentIds": [contract]}));
    assert_eq!(
        server.refused("owner", "moveIntroduction", foreign).await,
        ("NOT_FOUND".into(), "documentIds".into())
    );
    let said = go(server, "investor", &pledged, "COMMIT", json!({"documentIds": [contract]})).await;
    assert_eq!(said["state"], "PLEDGED");
    assert_eq!(said["waitingWords"][0]["amount"]["amountMinor"], "1000000000");
    let again = go(server, "investor_colleague", &said, "COMMIT", json!({"documentIds": [contract]})).await;
    assert_eq!(again["state"], "PLEDGED", "a colleague of the same side is no second side");
    let committed = go(server, "owner", &again, "COMMIT", json!({})).await;
    assert_eq!(
        (&committed["state"], &committed["bindingness"]),
        (&json!("COMMITTED"), &json!("SIGNED_INSTRUMENT"))
    );
    let evidence = paper(server, "owner", "Bank statement", json!({})).await;
    let close = json!({"documentIds": [evidence], "instrument": "LOAN"});
    let said = go(server, "owner", &committed, "CONFIRM_CLOSE", close).await;
    let closed = go(server, "investor", &said, "CONFIRM_CLOSE", json!({})).await;
    assert_eq!(closed["state"], "CLOSED");

    // The gap fell by what was closed, and the listing is in public again with the rest.
    let gap = "query($p:ID!){project(id:$p){state fundingGap{amountMinor}}}";
    let data = server.data_as("owner", gap, json!({"p": pair.project})).await;
    assert_eq!(data["project"]["state"], "PUBLISHED");
    assert_eq!(data["project"]["fundingGap"]["amountMinor"], "3200000000");
    // A no of an investor teaches the listing's people, and nobody else.
    let invited = json!({"projectId": pair.project, "mandateId": pair.mandate, "answers": answers()});
    let done = server.done("owner", "inviteInvestor:ExpressInterestInput", INTRODUCTION, invited).await;
    go(server, "investor", &done["introduction"], "DECLINE", json!({"reason": "TENOR_MISMATCH"})).await;
    let noes = "query($p:ID!){project(id:$p){noes{reason times}}}";
    let data = server.data_as("owner", noes, json!({"p": pair.project})).await;
    assert_eq!(data["project"]["noes"], json!([{"reason": "TENOR_MISMATCH", "times": 1}]));
    let data = server.data_as("bank", noes, json!({"p": pair.project})).await;
    assert_eq!(data["project"]["noes"], json!([]));
    let late = with(&closed, "END", json!({"reason": "FX_RISK"}));
    assert_eq!(server.refused("investor", "moveIntroduction", late).await.0, "INVALID_TRANSITION");
}
