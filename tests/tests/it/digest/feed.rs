//! The items of a digest as a feed.

use serde_json::Value;
use serde_json::json;
use tests::server::Server;

use super::mine;

/// The same items as a feed, at an address that is a secret, changed by its person alone. Answers the address.
pub(super) async fn feed(server: &Server) -> String {
    let id = mine(server).await["id"].clone();
    let fields = "feedUrl subscription{feedSince}";
    let input = json!({"subscriptionId": id, "idempotencyKey": "feed-1"});
    assert_eq!(
        server.refused("owner", "issueDigestFeed", json!({"subscriptionId": id})).await.0,
        "NOT_FOUND"
    );
    let issued = server.done("investor", "issueDigestFeed", fields, input.clone()).await;
    let first = issued["feedUrl"].as_str().unwrap().to_owned();
    assert!(first.starts_with(&server.url) && first.contains("/feeds/cvf_"), "{first}");
    assert!(issued["subscription"]["feedSince"].is_string());
    let again = server.done("investor", "issueDigestFeed", fields, input).await;
    assert_eq!(again["feedUrl"], Value::Null, "it is shown once");

    let get = async |url: &str, header: Option<(&str, &str)>| {
        let request = server.client().get(url);
        let request = match header {
            Some((name, value)) => request.header(name, value),
            None => request,
        };
        request.send().await.unwrap()
    };
    let response = get(&first, None).await;
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/atom+xml; charset=utf-8");
    let (tag, modified) = (header("etag"), header("last-modified"));
    assert!(header("cache-control").starts_with("private"));
    let xml = response.text().await.unwrap();
    // The items of the issues, newest first, with their sentences.
    let query = "query($i:ID!){digestIssues(subscriptionId:$i){items{kind reason}}}";
    let data = server.data_as("investor", query, json!({"i": id})).await;
    let items: Vec<&Value> = data["digestIssues"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|issue| issue["items"].as_array().unwrap())
        .collect();
    let entries: Vec<&str> = xml.split("<entry>").skip(1).collect();
    assert_eq!(entries.len(), items.len(), "{xml}");
    for (entry, item) in entries.iter().zip(items) {
        assert!(entry.contains(&format!("term=\"{}\"", item["kind"].as_str().unwrap())), "{item}: {entry}");
        assert!(entry.contains(item["reason"].as_str().unwrap()), "{item}: {entry}");
        assert!(entry.contains("<id>urn:uuid:") && entry.contains("Watched fibre, &lt;b&gt;open"), "{entry}");
    }
    for known in [("if-none-match", tag.as_str()), ("if-modified-since", modified.as_str())] {
        assert_eq!(get(&first, Some(known)).await.status(), 304, "{known:?}");
    }
    for unknown in [("if-none-match", "\"other\""), ("if-modified-since", "Thu, 01 Jan 2026 00:00:00 GMT")] {
        assert_eq!(get(&first, Some(unknown)).await.status(), 200, "{unknown:?}");
    }

    // A new address ends the old one; what was never one, was ended or is taken back gets one page.
    let input = json!({"subscriptionId": id});
    let second = server.done("investor", "issueDigestFeed", fields, input.clone()).await["feedUrl"].clone();
    let second = second.as_str().unwrap().to_owned();
    let never = format!("{}/feeds/nothing.atom", server.url);
    let page = async |url: &str| {
        let response = get(url, None).await;
        assert_eq!(response.status(), 404, "{url}");
        response.text().await.unwrap()
    };
    let dead = page(&never).await;
    assert!(dead.contains("There is nothing to do here"), "{dead}");
    assert_eq!(page(&first).await, dead);
    assert_eq!(get(&second, None).await.status(), 200);
    assert_eq!(server.refused("owner", "revokeDigestFeed", input.clone()).await.0, "NOT_FOUND");
    assert_eq!(get(&second, None).await.status(), 200);
    let revoked = server.done("investor", "revokeDigestFeed", fields, input.clone()).await;
    assert_eq!(revoked["subscription"]["feedSince"], Value::Null);
    assert_eq!(page(&second).await, dead);
    let third = server.done("investor", "issueDigestFeed", fields, input).await["feedUrl"].clone();
    let third = third.as_str().unwrap().to_owned();
    assert_eq!(get(&third, None).await.status(), 200);
    third
}
