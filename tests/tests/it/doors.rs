//! The doors of accounts while somebody rattles at them: links that are none, many passwords, a factor that changes, a
//! browser that signs in again; and the names of files that are handed in.

use std::{collections::BTreeMap, fs, net::Ipv4Addr, time::Duration};

use aws_lc_rs::hmac;
use futures::{StreamExt, future::join_all, stream};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tests::{
    attack::mail::Mail,
    server::{Behind, Server},
};

const PASSWORD: &str = "violet tram orbits seven";

/// A client of another place.
fn from(a: u8, b: u8) -> reqwest::Client {
    let place = Ipv4Addr::new(127, 0, a, b);
    let builder = reqwest::Client::builder().local_address(Some(place.into()));
    builder.redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// Asks for a mutation from a place; answers its payload, or the error of the whole under `error`.
async fn ask(
    server: &Server,
    client: &reqwest::Client,
    (mutation, ty, selection): (&str, &str, &str),
    token: Option<&str>,
    input: Value,
) -> Value {
    let query =
        format!("mutation($i:{ty}!){{{mutation}(input:$i){{{selection} userErrors{{code path message}}}}}}");
    let mut request = client
        .post(format!("{}/graphql", server.url))
        .json(&json!({"query": query, "variables": {"i": input}}));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    match body["errors"][0]["extensions"]["code"].as_str() {
        Some(code) => json!({"error": code}),
        None => body["data"][mutation].clone(),
    }
}

/// The code of what came: `DONE`, the first refusal, or the error of the whole.
fn code(payload: &Value) -> &str {
    let refused = payload["userErrors"][0]["code"].as_str();
    payload["error"].as_str().or(refused).unwrap_or("DONE")
}

async fn sign_in(
    server: &Server,
    client: &reqwest::Client,
    email: &str,
    password: &str,
    code: Option<&str>,
) -> Value {
    let input = json!({"email": email, "password": password, "code": code});
    ask(server, client, ("signIn", "SignInInput", "tokens{accessToken}"), None, input).await
}

const RESET: (&str, &str, &str) = ("resetPassword", "ResetPasswordInput", "accepted");

async fn reset(server: &Server, client: &reqwest::Client, token: &str, password: &str) -> Value {
    ask(server, client, RESET, None, json!({"token": token, "newPassword": password})).await
}

/// Mails to an address with words in their head, once there are so many.
async fn mails(server: &Server, address: &str, subject: &str, count: usize) -> Vec<Mail> {
    for _ in 0..400 {
        let files = fs::read_dir(server.mail_dir()).into_iter().flatten().flatten();
        let found: Vec<Mail> = files
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "eml"))
            .filter_map(|entry| Some((fs::read_to_string(entry.path()).ok()?, entry.metadata().ok()?)))
            .map(|(text, meta)| Mail::read(&text, meta.modified().unwrap()))
            .filter(|mail| {
                mail.is_to(address) && mail.field("subject").is_some_and(|own| own.contains(subject))
            })
            .collect();
        if found.len() >= count {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no {count} mails '{subject}' to {address} within twenty seconds");
}

/// Makes an account.
async fn account(server: &Server, email: &str) {
    let home = from(9, 9);
    let input = json!({"email": email, "password": PASSWORD, "name": "Ana Petrova"});
    let made = ask(server, &home, ("register", "RegisterInput", "accepted"), None, input).await;
    assert_eq!(code(&made), "DONE", "{made}");
    let token = mails(server, email, "Confirm", 1).await[0].token().unwrap();
    let confirmed =
        ask(server, &home, ("confirmEmail", "LinkInput", "accepted"), None, json!({"token": token})).await;
    assert_eq!(code(&confirmed), "DONE", "{confirmed}");
}

/// A link to set a new password, asked for by mail for the `count`th time.
async fn reset_link(server: &Server, email: &str, count: usize) -> String {
    let request = ("requestPasswordReset", "RequestPasswordResetInput", "accepted");
    let asked = ask(server, &from(9, 9), request, None, json!({"email": email})).await;
    assert_eq!(code(&asked), "DONE", "{asked}");
    let mails = mails(server, email, "Set a new password", count).await;
    mails.iter().max_by_key(|mail| mail.at).unwrap().token().unwrap()
}

/// A browser with its cookies, at a place.
struct Browser<'s> {
    server: &'s Server,
    client: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

impl<'s> Browser<'s> {
    fn at(server: &'s Server, client: reqwest::Client) -> Self {
        Self { server, client, cookies: BTreeMap::new() }
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> (u16, HeaderMap, String) {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request.header("cookie", cookies.join("; ")).header("sec-fetch-site", "same-origin");
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for set in headers.get_all("set-cookie") {
            let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        (status, headers, response.text().await.unwrap())
    }

    async fn get(&mut self, path: &str) -> (u16, HeaderMap, String) {
        let request = self.client.get(format!("{}{path}", self.server.url));
        self.send(request).await
    }

    /// A hidden field of the form of a page.
    async fn hidden(&mut self, page: &str, name: &str) -> String {
        let (_, _, html) = self.get(page).await;
        let start = format!("name=\"{name}\" value=\"");
        let rest = html.split(&start).nth(1).unwrap_or_else(|| panic!("no {name} in {page}: {html}"));
        rest.split('"').next().unwrap().to_owned()
    }

    /// Sends the form of a page.
    async fn post(&mut self, page: &str, fields: &[(&str, &str)]) -> (u16, HeaderMap, String) {
        let mark = self.hidden(page, "form_token").await;
        self.send_form(page, &mark, fields).await
    }

    /// Sends a form with a mark.
    async fn send_form(
        &mut self,
        path: &str,
        mark: &str,
        fields: &[(&str, &str)],
    ) -> (u16, HeaderMap, String) {
        let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let mut pairs = vec![format!("form_token={mark}")];
        pairs.extend(fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))));
        let request = self.client.post(format!("{}{path}", self.server.url));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(pairs.join("&"))).await
    }
}

async fn links_that_are_none(behind: Behind) {
    let server = Server::demo(behind, &[]);
    account(&server, "ana@doors.example").await;
    let link = reset_link(&server, "ana@doors.example", 1).await;

    // A crowd sets passwords by links that are none, and the right password signs in meanwhile.
    let crowd = stream::iter(0..400).for_each_concurrent(40, |number| {
        let server = &server;
        async move {
            let token = if number % 2 == 0 { "cvo_x".to_owned() } else { format!("cvo_{}", "A".repeat(43)) };
            let client = from(5, u8::try_from(number % 40).unwrap());
            let done = reset(server, &client, &token, "another tram orbits eight").await;
            assert!(["NOT_FOUND", "RATE_LIMITED"].contains(&code(&done)), "{done}");
        }
    });
    let owner = async {
        for _ in 0..8 {
            let begun = std::time::Instant::now();
            let done = sign_in(&server, &from(6, 6), "ana@doors.example", PASSWORD, None).await;
            assert_eq!(code(&done), "DONE", "{done}");
            assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        }
    };
    futures::join!(crowd, owner);

    // One place is told to wait after thirty, and is not told to for what cannot be a link at all.
    let place = from(7, 7);
    let unknown = format!("cvo_{}", "B".repeat(43));
    for _ in 0..30 {
        // A weak password is not what it is told of.
        assert_eq!(code(&reset(&server, &place, &unknown, "short").await), "NOT_FOUND");
    }
    let waits = reset(&server, &place, &unknown, PASSWORD).await;
    assert_eq!(code(&waits), "RATE_LIMITED", "{waits}");
    assert_eq!(code(&reset(&server, &place, "cvo_x", PASSWORD).await), "NOT_FOUND");
    let accept = ("acceptInvitation", "AcceptInvitationInput", "membershipId");
    let input = json!({"token": unknown, "name": "Ana", "password": PASSWORD});
    assert_eq!(code(&ask(&server, &place, accept, None, input).await), "RATE_LIMITED");
    let (status, _, _) =
        Browser::at(&server, from(7, 7)).post(&format!("/confirm-email/{unknown}"), &[]).await;
    assert_eq!(status, 429);
    // A weak password does not cost a link, nor does waiting: the good one is taken from there.
    assert_eq!(code(&reset(&server, &place, &link, "short").await), "VALIDATION");
    assert_eq!(code(&reset(&server, &place, &link, "another tram orbits eight").await), "DONE");
    assert_eq!(code(&reset(&server, &from(7, 8), &link, "another tram orbits nine").await), "NOT_FOUND");

    // Who tries too often on the pages is told when to come back.
    let mut browser = Browser::at(&server, from(8, 8));
    let wrong = [("email", "ana@doors.example"), ("password", "a wrong tram orbits one")];
    for _ in 0..10 {
        assert_eq!(browser.post("/sign-in", &wrong).await.0, 422);
    }
    let (status, headers, _) = browser.post("/sign-in", &wrong).await;
    let after: u64 = headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!(status == 429 && (1..=900).contains(&after), "{status} {after}");
}

#[tokio::test]
async fn links_that_are_none_stop_nobody_on_sqlite() {
    links_that_are_none(Behind::Sqlite).await;
}

#[tokio::test]
async fn links_that_are_none_stop_nobody_on_postgres() {
    links_that_are_none(Behind::Postgres).await;
}

/// The code of now of a shared secret in base 32 (RFC 6238).
fn totp(secret: &str) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let values = secret.chars().filter_map(|letter| letters.find(letter));
    let bits: Vec<u8> =
        values.flat_map(|value| (0..5).rev().map(move |bit| (value >> bit & 1) as u8)).collect();
    let key: Vec<u8> =
        bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | bit)).collect();
    let step = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() / 30;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes(tag[at..at + 4].try_into().unwrap()) & 0x7FFF_FFFF;
    format!("{:06}", number % 1_000_000)
}

async fn many_passwords_and_codes(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let email = "boris@doors.example";
    account(&server, email).await;
    let home = from(1, 1);
    let signed_in = sign_in(&server, &home, email, PASSWORD, None).await;
    let token = signed_in["tokens"]["accessToken"].as_str().unwrap().to_owned();
    let me = async |token: &str| server.query_with(token, "{me{id}}", json!({})).await["errors"].is_null();

    // Two other sessions of the same person, one of them in a browser.
    let signed_in = sign_in(&server, &from(1, 2), email, PASSWORD, None).await;
    let other = signed_in["tokens"]["accessToken"].as_str().unwrap().to_owned();
    let mut browser = Browser::at(&server, from(1, 3));
    let credentials = [("email", email), ("password", PASSWORD)];
    assert_eq!(browser.post("/sign-in", &credentials).await.0, 303);
    assert_eq!(browser.get("/account").await.0, 200);
    assert!(me(&other).await);

    // A factor that is set up ends them, and the person is told.
    let start = ("startTwoFactor", "PasswordAgainInput", "secret");
    let started = ask(&server, &home, start, Some(&token), json!({"password": PASSWORD})).await;
    let confirm = ("confirmTwoFactor", "ConfirmTwoFactorInput", "recoveryCodes");
    let given = json!({"code": totp(started["secret"].as_str().unwrap())});
    let confirmed = ask(&server, &home, confirm, Some(&token), given).await;
    assert_eq!(code(&confirmed), "DONE", "{confirmed}");
    let recovery: Vec<&str> =
        confirmed["recoveryCodes"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(me(&token).await && !me(&other).await, "the session that asked stays alone");
    assert_eq!(browser.get("/account").await.0, 303, "the browser's is over");
    mails(&server, email, "A second factor was set up", 1).await;

    // A hundred wrong passwords and wrong codes, from ten places.
    let tries = (0..100_u8).map(|number| {
        let server = &server;
        async move {
            let (password, code) =
                if number % 2 == 0 { ("a wrong tram orbits one", None) } else { (PASSWORD, Some("000000")) };
            let done = sign_in(server, &from(2, number / 10), email, password, code).await;
            assert_eq!(self::code(&done), "UNAUTHENTICATED", "{done}");
        }
    });
    stream::iter(tries).buffer_unordered(10).collect::<Vec<()>>().await;
    // From nowhere else does all that is right open it now, and for who knows less it looks the same.
    for (place, password) in [(1, PASSWORD), (2, "a wrong tram orbits one")] {
        let done = sign_in(&server, &from(3, place), email, password, Some(recovery[0])).await;
        assert_eq!(code(&done), "RATE_LIMITED", "{done}");
    }
    // The owner signs in from where it was done before, and is told once.
    for recovery in &recovery[1..3] {
        let done = sign_in(&server, &home, email, PASSWORD, Some(recovery)).await;
        assert_eq!(code(&done), "DONE", "{done}");
    }
    assert_eq!(mails(&server, email, "Many attempts", 1).await.len(), 1);

    // By mail it is opened from anywhere; the factor stays.
    let link = reset_link(&server, email, 1).await;
    let new = "another tram orbits eight";
    assert_eq!(code(&reset(&server, &from(3, 3), &link, new).await), "DONE");
    for (place, recovery) in [(3, recovery[3]), (4, recovery[4])] {
        let without = sign_in(&server, &from(3, place), email, new, None).await;
        assert_eq!(code(&without), "UNAUTHENTICATED", "{without}");
        let done = sign_in(&server, &from(3, place), email, new, Some(recovery)).await;
        assert_eq!(code(&done), "DONE", "{done}");
    }

    // A factor that is taken away ends the others too.
    let one = sign_in(&server, &home, email, new, Some(recovery[5])).await["tokens"]["accessToken"].clone();
    let two = sign_in(&server, &home, email, new, Some(recovery[6])).await["tokens"]["accessToken"].clone();
    let disable = ("disableTwoFactor", "DisableTwoFactorInput", "accepted");
    let given = json!({"password": new, "code": recovery[7]});
    let done = ask(&server, &home, disable, one.as_str(), given).await;
    assert_eq!(code(&done), "DONE", "{done}");
    assert!(me(one.as_str().unwrap()).await && !me(two.as_str().unwrap()).await);
    mails(&server, email, "The second factor was taken away", 1).await;
    assert_eq!(mails(&server, email, "Many attempts", 1).await.len(), 1, "once");
}

#[tokio::test]
async fn many_passwords_open_nothing_and_lock_nobody_out_on_sqlite() {
    many_passwords_and_codes(Behind::Sqlite).await;
}

#[tokio::test]
async fn many_passwords_open_nothing_and_lock_nobody_out_on_postgres() {
    many_passwords_and_codes(Behind::Postgres).await;
}

/// A browser that signs in again keeps no second session, whose secret somebody else may have.
#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let server = Server::demo(Behind::Sqlite, &[]);
    account(&server, "vera@doors.example").await;
    let link = server.links["observer"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let mut browser = Browser::at(&server, from(1, 1));
    let mut secrets = Vec::new();
    let credentials = [("email", "vera@doors.example"), ("password", PASSWORD)];
    for round in 0..3 {
        // The page of signing in leads on who is signed in already; its mark is that of any other page.
        let page = if round == 0 { "/sign-in" } else { "/account" };
        let mark = browser.hidden(page, "form_token").await;
        let path = if round == 2 { format!("/sign-in/{link}") } else { "/sign-in".to_owned() };
        let (status, _, html) = browser.send_form(&path, &mark, &credentials).await;
        assert_eq!(status, 303, "{html}");
        secrets.push(browser.cookies["__Host-session"].clone());
    }
    let last = secrets.pop().unwrap();
    for (secret, wanted) in [(&secrets[0], 303), (&secrets[1], 303), (&last, 200)] {
        let mut other = Browser::at(&server, from(1, 1));
        other.cookies.insert("__Host-session".to_owned(), secret.clone());
        assert_eq!(other.get("/account").await.0, wanted);
    }
}

/// Of a path only its last part is a name, on the API and in a form; and what is no name is refused so that it can be
/// mended. An id with blanks around it is none.
#[tokio::test]
async fn names_of_files_are_names_and_ids_are_ids() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let name = |given: &str| json!({"fileName": given, "purpose": "DOCUMENT"});
    let asked = server.done("owner", "requestUpload", "upload{url}", name("..\\..\\a/b\u{7}c.txt")).await;
    let url = asked["upload"]["url"].as_str().unwrap();
    let (status, answer) = server.send_file("owner", url, b"a plain text".to_vec()).await;
    assert_eq!((status, &answer["fileName"]), (200, &json!("bc.txt")), "{answer}");
    for none in ["a/..", "\u{0}"] {
        let refused = server.refused("owner", "requestUpload", name(none)).await;
        assert_eq!(refused, ("VALIDATION".to_owned(), "fileName".to_owned()));
    }

    let link = server.links["owner"].as_str().unwrap().strip_prefix(&server.url).unwrap().to_owned();
    let mut browser = Browser::at(&server, from(1, 1));
    assert_eq!(browser.post(&link, &[]).await.0, 303);
    let add = async |browser: &mut Browser<'_>, title: &str, named: &[u8]| {
        let mark = browser.hidden("/papers", "form_token").await;
        let key = browser.hidden("/papers", "key").await;
        let mut body = Vec::new();
        for (name, value) in [("form_token", mark.as_str()), ("key", &key), ("title", title)] {
            body.extend(
                format!("--X\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        body.extend(b"--X\r\ncontent-disposition: form-data; name=\"file\"; ");
        body.extend(named);
        body.extend(b"\r\ncontent-type: text/plain\r\n\r\nthe text of a paper\r\n--X--\r\n");
        let request = browser.client.post(format!("{}/papers", server.url));
        browser.send(request.header("content-type", "multipart/form-data; boundary=X").body(body)).await
    };
    for (title, named) in [
        ("first", "filename=\"../../etc/p.txt\""),
        ("second", "filename=\"x.txt\"; filename*=UTF-8''%2E%2E%2Fp.txt"),
        ("third", "filename=\"C:\\\\p.txt\""),
    ] {
        let (status, _, html) = add(&mut browser, title, named.as_bytes()).await;
        assert_eq!(status, 303, "{named}: {html}");
    }
    let (status, _, html) = add(&mut browser, "fourth", b"filename=\"p\0.txt\"").await;
    assert!(matches!(status, 400 | 422) && html.contains("name"), "{status} {html}");
    let query = "{me{memberships{organisation{documents{title fileName}}}}}";
    let found = server.data_as("owner", query, json!({})).await.to_string();
    for name in ["..", "%2E", "/", "\\\\"] {
        assert!(!found.contains(&format!("{name}p.txt")) && !found.contains("etc"), "{found}");
    }

    let query = "query($i:ID!){city(id:$i){id}}";
    let id = server.ids["city"].as_str().unwrap();
    assert_eq!(server.data(query, json!({"i": id})).await["city"]["id"], id);
    for padded in [format!(" {id}"), format!("{id}\n")] {
        let body = server.query(query, json!({"i": padded})).await;
        assert_eq!(body["errors"][0]["extensions"]["code"], "VALIDATION", "{body}");
    }
}

/// Many at once from one place do not pass its bound together.
#[tokio::test]
async fn many_at_once_pass_no_bound_together() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let place = from(4, 4);
    let tries = (0..40).map(|_| sign_in(&server, &place, "nobody@doors.example", PASSWORD, None));
    let answers = join_all(tries).await;
    let looked_at = answers.iter().filter(|answer| code(answer) == "UNAUTHENTICATED").count();
    assert!(looked_at <= 10, "{answers:?}");
}
