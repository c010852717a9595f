"""Judges of digests from outside: dkimpy of their signatures, feedparser of their feed.

usage: digest.py BINARY WORK

A subscription is confirmed from the mailbox, a digest is composed and written to a file by the binary itself, and its
signature holds under the key of its selector: not under that of another, not with one byte changed. Then the key is
changed for one of another selector: what was signed before holds as before, and so does what is signed now.
"""
import base64
import email
import email.policy
import email.utils
import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest import mock

import dkim
import feedparser
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

binary, work = sys.argv[1], Path(sys.argv[2])
database, data = f"sqlite:{work / 'digest.sqlite'}", work / "data"
records, server = {}, None


def make_key(selector):
    """Writes a private key, and publishes the other half as DNS would."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = work / f"{selector}.pem"
    file.touch(mode=0o600)
    form = serialization.PrivateFormat.PKCS8
    file.write_bytes(private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    public = base64.b64encode(private.public_key().public_bytes(serialization.Encoding.DER, kind))
    records[f"{selector}._domainkey".encode()] = b"v=DKIM1; k=rsa; p=" + public


def record(name, timeout=5):
    return records.get(b".".join(name.split(b".")[:2]))


def holds(raw):
    """Whether the signature holds on the day of the letter, which is one of the days ahead that are rehearsed here."""
    day = email.utils.parsedate_to_datetime(email.message_from_bytes(raw)["Date"]).timestamp()
    try:
        with mock.patch("time.time", return_value=day):
            return dkim.verify(raw, dnsfunc=record)
    except dkim.DKIMException:
        return False


def start(selector):
    """Starts the demo with a key; answers what it says when it is ready."""
    global server
    ready = work / "digest.ready"
    key = ["--dkim-key", work / f"{selector}.pem", "--dkim-selector", selector]
    listen = ["--listen", "127.0.0.1:0", "--database", database, "--data-dir", data]
    with ready.open("w") as out:
        server = subprocess.Popen([binary, "demo", "--json", *listen, *key], stdout=out, stderr=subprocess.DEVNULL)
    for _ in range(300):
        if ready.read_text().strip():
            return json.loads(ready.read_text())
        time.sleep(0.2)
    raise SystemExit("the demo did not become ready")


def stop():
    server.terminate()
    server.wait(30)


def ask(ready, query, **variables):
    body = json.dumps({"query": query, "variables": variables}).encode()
    token = ready["tokens"]["investor"]
    head = {"content-type": "application/json", "authorization": f"Bearer {token}"}
    with urllib.request.urlopen(urllib.request.Request(ready["graphql"], body, head)) as answer:
        told = json.load(answer)
    assert not told.get("errors"), told
    return told["data"]


def letters(before=()):
    """Waits for letters that were not there, and answers them."""
    for _ in range(200):
        there = [file for file in sorted((data / "mail").glob("*.eml")) if file not in before]
        if there:
            time.sleep(1)
            return [file for file in sorted((data / "mail").glob("*.eml")) if file not in before]
        time.sleep(0.1)
    raise SystemExit("no letter was written")


def compose(ready, at):
    args = ["digest", "run", "--public-url", ready["url"], "--at", at.strftime("%Y-%m-%dT%H:%M:%SZ"), "--json"]
    done = subprocess.run([binary, "--database", database, "--data-dir", data, *args], check=True, capture_output=True)
    return json.loads(done.stdout)["composed"]


def digests(files):
    read = [(file, file.read_bytes()) for file in files]
    return [raw for _, raw in read if b"\nList-Unsubscribe: " in raw]


def tampered(raw):
    """One letter of the text, and one of the address by which one unsubscribes, in the other case."""
    head, text = raw.split(b"\r\n\r\n", 1)
    at = text.index(b"New for")
    yield head + b"\r\n\r\n" + text[:at] + b"n" + text[at + 1:]
    at = head.index(b"List-Unsubscribe: <http") + len(b"List-Unsubscribe: <")
    yield head[:at] + b"H" + head[at + 1:] + b"\r\n\r\n" + text


try:
    make_key("s2026")
    make_key("s2027")
    ready = start("s2026")
    me = ask(ready, "{me{email}}")["me"]["email"]
    subscribe = """mutation($i:SubscribeDigestInput!){subscribeDigest(input:$i){subscription{id} userErrors{message}}}"""
    settings = {"minScore": 0, "minCoverage": 0, "cadence": "DAILY", "maxItems": 3}
    given = {"email": me, "mandateId": ready["ids"]["mandate"], "settings": settings}
    subscription = ask(ready, subscribe, i=given)["subscribeDigest"]["subscription"]["id"]
    request = email.message_from_bytes(letters()[-1].read_bytes(), policy=email.policy.default)
    text = request.get_body(("plain",)).get_content()
    link = next(word for word in text.split() if word.startswith("http"))
    link = ready["url"] + urllib.parse.urlparse(link).path
    urllib.request.urlopen(urllib.request.Request(link, b"", method="POST")).read()

    before = sorted((data / "mail").glob("*.eml"))
    now = datetime.now(timezone.utc)
    assert compose(ready, now + timedelta(days=4)) == 1
    [first] = digests(letters(before))
    assert holds(first), "dkimpy finds the signature of a digest"
    names = email.message_from_bytes(first)["DKIM-Signature"].replace("\r\n", "").replace(" ", "")
    assert "c=relaxed/relaxed" in names and "list-unsubscribe:list-unsubscribe-post" in names, names
    for changed in tampered(first):
        assert changed != first and not holds(changed), "one changed byte breaks it"
    other = {**records, b"s2026._domainkey": records[b"s2027._domainkey"]}
    records, kept = other, records
    assert not holds(first), "the key of another selector does not fit"
    records = kept
    print("dkimpy: a digest's signature holds, and breaks with one byte")

    # The key is changed: the next letter is of the new selector, and both hold.
    stop()
    ready = start("s2027")
    before = sorted((data / "mail").glob("*.eml"))
    assert compose(ready, now + timedelta(days=9)) == 1
    [second] = digests(letters(before))
    assert b"s=s2027" in second and b"s=s2026" in first
    assert holds(second) and holds(first), "both selectors hold side by side"
    del records[b"s2026._domainkey"]
    assert holds(second) and not holds(first), "a selector that was taken out of DNS holds no more"
    print("dkimpy: two selectors side by side")

    # The same items as a feed, read by a reader of feeds.
    issue = "mutation($i:IssueDigestFeedInput!){issueDigestFeed(input:$i){feedUrl userErrors{message}}}"
    url = ask(ready, issue, i={"subscriptionId": subscription, "idempotencyKey": "judge-feed"})["issueDigestFeed"]["feedUrl"]
    url = ready["url"] + urllib.parse.urlparse(url).path
    query = "query($i:ID!){digestIssues(subscriptionId:$i){state items{kind reason project{title{value}}}}}"
    items = [item for one in ask(ready, query, i=subscription)["digestIssues"] for item in one["items"]]
    feed = feedparser.parse(url)
    assert feed.status == 200 and not feed.bozo and feed.version == "atom10", (feed.get("bozo_exception"), feed.version)
    assert [entry.tags[0].term for entry in feed.entries] == [item["kind"] for item in items]
    for entry, item in zip(feed.entries, items):
        assert item["reason"] in entry.content[0].value, (entry, item)
        assert item["project"]["title"]["value"] in entry.title, (entry, item)
        assert entry.updated_parsed and entry.id.startswith("urn:uuid:")
    assert len({entry.id for entry in feed.entries}) == len(items) > 0
    assert feed.feed.updated_parsed and feed.feed.author and feed.feed.id.startswith("urn:uuid:")
    assert feedparser.parse(url, etag=feed.etag).status == 304
    assert feedparser.parse(url, modified=feed.modified).status == 304
    print(f"feedparser: a feed of {len(items)} items, as digestIssues has them")
finally:
    if server:
        stop()
