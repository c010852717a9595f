//! Which words of an assertion mean which check.

/// A check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the name of a function, which says what it looks at")]
pub enum Claim {
    StableCode,
    Codes,
    BadInput,
    BadInputOrExact,
    Refused,
    RefusedOrData,
    AllFail,
    FieldErrors,
    PublicList,
    BearerForms,
    UrlIgnored,
    StatusSaid,
    Introspection,
    Internal,
    PagesClosed,
    NoRedirect,
    Headers,
    NoData,
    NoInner,
    No500,
    NoWord,
    NoSuggestion,
    NoEnumList,
    Literal,
    LiteralSearch,
    ZeroHits,
    WholeTable,
    LogClean,
    LogEvents,
    Export,
    ExportClean,
    LinkOrigin,
    OneResponse,
    Closed,
    Crowd,
    RssBelow,
    Cheap,
    CapOrFast,
    Batch,
    NoHashes,
    Alive,
    Throttled,
    OtherAddress,
    RateLimited,
    OthersServed,
    MailCap,
    Quota,
    RejectedFast,
    NoCall,
    WsClose,
    WsSilent,
    WsRefusals,
    WsCaps,
    StateSame,
    SameAsNobody,
    NoForbidden,
    TimingSame,
    NoSecret,
    CountAsPublic,
    PrivateAbsent,
    NullPerField,
    OwnOnly,
    Gone,
    SameAnswer,
    Medians,
    ImportOwn,
    FamilyRevoked,
    EventLogged,
    Notified,
    OneSuccess,
    NewToken,
    OneAccount,
    AttackerOut,
    InvitationHeld,
    NoMembership,
    OneRow,
    Accepted,
    Conflict,
    NoBanner,
    Idle,
    LogLines,
    Digest,
    MailCount,
    MailLines,
    NotMailed,
    Cells,
}

use Claim as C;

/// Rows that take a text of several clauses whole, since only together they say what is meant.
const WHOLE: &[(&[&str], Claim)] =
    &[(&["401/unauthenticated", "bearer"], C::BearerForms), (&["first three", "one account"], C::OneAccount)];

/// Rows of what must be: all words of a row have to stand in the text, in any order.
const MUST: &[(&[&str], Claim)] = &[
    (&["stable code"], C::StableCode),
    (&["query_too_complex"], C::StableCode),
    (&["sent in parallel", "within"], C::Cheap),
    (&["bad_user_input or exact"], C::BadInputOrExact),
    (&["bad_user_input"], C::BadInput),
    (&["unauthenticated unless"], C::PublicList),
    (&["error code"], C::Codes),
    (&["byte-identical"], C::SameAsNobody),
    (&["identical", "nonexistent"], C::SameAsNobody),
    (&["url query ignored"], C::UrlIgnored),
    (&["exactly one response"], C::OneResponse),
    (&["one response"], C::OneResponse),
    (&["400 and close"], C::OneResponse),
    (&["batch"], C::Batch),
    (&["rejected before execution"], C::NoData),
    (&["close 4"], C::WsClose),
    (&["closed with 4"], C::WsClose),
    (&["socket closed"], C::WsClose),
    (&["408"], C::Crowd),
    (&["write timeout"], C::Crowd),
    (&["header timeout"], C::Crowd),
    (&["idle timeout"], C::Crowd),
    (&["rss growth"], C::RssBelow),
    (&["memory bounded"], C::RssBelow),
    (&["operation cap"], C::CapOrFast),
    (&["answered in <"], C::CapOrFast),
    (&["null/error", "documented"], C::Introspection),
    (&["introspection", "documented"], C::Introspection),
    (&["500-class"], C::Internal),
    (&["process alive"], C::Alive),
    (&["next request ok"], C::Alive),
    (&["server lives"], C::Alive),
    (&["403/404", "public rows"], C::RefusedOrData),
    (&["404/405"], C::PagesClosed),
    (&["documented public page"], C::PagesClosed),
    (&["count as if"], C::CountAsPublic),
    (&["as if private rows did not exist"], C::CountAsPublic),
    (&["zero hits"], C::ZeroHits),
    (&["no hits"], C::ZeroHits),
    (&["field error"], C::FieldErrors),
    (&["whole family"], C::FamilyRevoked),
    (&["event logged"], C::EventLogged),
    (&["user notified"], C::Notified),
    (&["one message at the sink"], C::MailCount),
    (&["one event, one mail"], C::MailCount),
    (&["0 mails"], C::MailCount),
    (&["no mail"], C::MailCount),
    (&["bare lf"], C::MailLines),
    (&["p absent"], C::NotMailed),
    (&["cell is text"], C::Cells),
    (&["hidden until"], C::NullPerField),
    (&["gets a notice by mail"], C::Notified),
    (&["notified", "old"], C::Notified),
    (&["exactly one success"], C::OneSuccess),
    (&["exactly one wins"], C::OneSuccess),
    (&["new token value"], C::NewToken),
    (&["absent and not counted"], C::PrivateAbsent),
    (&["private_project_a absent"], C::PrivateAbsent),
    (&["per field rule"], C::NullPerField),
    (&["per private field"], C::NullPerField),
    (&["own data only"], C::OwnOnly),
    (&["gone everywhere"], C::Gone),
    (&["same answer for both"], C::SameAnswer),
    (&["same answer"], C::SameAnswer),
    (&["neutral answer"], C::SameAnswer),
    (&["median difference"], C::Medians),
    (&["configured public origin"], C::LinkOrigin),
    (&["void after verification"], C::AttackerOut),
    (&["only the invited address"], C::InvitationHeld),
    (&["no automatic membership"], C::NoMembership),
    (&["literal treatment"], C::LiteralSearch),
    (&["0 or exact rows"], C::LiteralSearch),
    (&["control char", "escaped"], C::LogLines),
    (&["escaped"], C::LiteralSearch),
    (&["no syntax error"], C::LiteralSearch),
    (&["no column filter"], C::LiteralSearch),
    (&["rejected in <"], C::RejectedFast),
    (&["rows are drafts"], C::ImportOwn),
    (&["refused at write"], C::Refused),
    (&["more map paths"], C::Refused),
    (&["no crash"], C::Alive),
    (&["no panic"], C::Alive),
    (&["bounded memory"], C::RssBelow),
    (&["total timeout"], C::Alive),
    (&["no further event"], C::WsSilent),
    (&["same refusals"], C::WsRefusals),
    (&["caps: subs"], C::WsCaps),
    (&["throttled after"], C::Throttled),
    (&["budget trips"], C::Throttled),
    (&["still throttled"], C::RateLimited),
    (&["nist cap"], C::Throttled),
    (&["another address still works"], C::OtherAddress),
    (&["mails per hour"], C::MailCap),
    (&["rate_limited with retry-after"], C::RateLimited),
    (&["429"], C::RateLimited),
    (&["another user unaffected"], C::OthersServed),
    (&["one row"], C::OneRow),
    (&["same result"], C::OneRow),
    (&["retry returns it"], C::OneRow),
    (&["machine-readable"], C::Export),
    (&["every table"], C::Export),
    (&["same-origin path"], C::NoRedirect),
    (&["no transparent redirect"], C::NoRedirect),
    (&["no redirect"], C::NoRedirect),
    (&["literals redacted"], C::LogClean),
    (&["redacted"], C::LogClean),
    (&["who, what, when"], C::LogEvents),
    (&["digest holds"], C::Digest),
    (&["quota error"], C::Quota),
    (&["quota"], C::Quota),
    (&["no request"], C::NoCall),
    (&["hsts"], C::Headers),
    (&["strict-transport"], C::Headers),
    (&["nosniff"], C::Headers),
    (&["content-security-policy"], C::Headers),
    (&["csp"], C::Headers),
    (&["frame-ancestors"], C::Headers),
    (&["x-frame"], C::Headers),
    (&["referrer"], C::Headers),
    (&["no-store"], C::Headers),
    (&["access-control-allow-origin"], C::Headers),
    (&["cors"], C::Headers),
    (&["all fail"], C::AllFail),
    (&["fails"], C::AllFail),
    (&["literal"], C::Literal),
    (&["same code and text"], C::SameAnswer),
    (&["same code"], C::SameAnswer),
    (&["same text"], C::SameAnswer),
    (&["medians differ"], C::Medians),
    (&["|median"], C::Medians),
    (&["accepted"], C::Accepted),
    (&["gets conflict"], C::Conflict),
    (&["conflict"], C::Conflict),
    (&["unknown field"], C::BadInput),
    (&["unknown argument"], C::BadInput),
    (&["validation error"], C::BadInput),
    (&["x-powered-by"], C::NoBanner),
    (&["server header"], C::NoBanner),
    (&["work stops"], C::Idle),
    (&["cancelled"], C::Idle),
    (&["cpu idle"], C::Idle),
    (&["one line"], C::LogLines),
    (&["location header"], C::NoRedirect),
    (&["throttled"], C::Throttled),
    (&["rate_limited"], C::RateLimited),
    (&["unauthenticated"], C::Codes),
    (&["not_found"], C::Codes),
    (&["forbidden"], C::Codes),
    (&["doctype"], C::Refused),
    (&["byte cap"], C::Refused),
    (&["entry cap"], C::Refused),
    (&["pixel cap"], C::Refused),
    (&["over the cap"], C::Refused),
    (&["rejected"], C::Refused),
    (&["refused"], C::Refused),
    (&["not executed"], C::Refused),
];

/// Rows of what must not be.
const MUST_NOT: &[(&[&str], Claim)] = &[
    (&["state change"], C::StateSame),
    (&["row count change"], C::StateSame),
    (&["second response"], C::OneResponse),
    (&["two responses"], C::OneResponse),
    (&["stack trace"], C::NoInner),
    (&["panic text"], C::NoInner),
    (&["sql text"], C::NoInner),
    (&["internal path"], C::NoInner),
    (&["file path"], C::NoInner),
    (&["internal text"], C::NoInner),
    (&["crate name"], C::NoInner),
    (&["data for the expensive"], C::NoData),
    (&["any field value"], C::NoSecret),
    (&["private data"], C::NoData),
    (&["whole table"], C::WholeTable),
    (&["did you mean"], C::NoSuggestion),
    (&["suggestion"], C::NoSuggestion),
    (&["enum values"], C::NoEnumList),
    (&["forbidden code"], C::NoForbidden),
    (&["different http status"], C::TimingSame),
    (&["timing gap"], C::TimingSame),
    (&["two live families"], C::OneSuccess),
    (&["password hashes computed"], C::NoHashes),
    (&["request at the collaborator"], C::NoCall),
    (&["different errors"], C::SameAnswer),
    (&["in logs"], C::LogClean),
    (&["other users' emails"], C::ExportClean),
    (&["password hash"], C::ExportClean),
    (&["tokens"], C::ExportClean),
    (&["redirect"], C::NoRedirect),
    (&["access-control"], C::Headers),
    (&["reflect"], C::Headers),
    (&["second row"], C::OneRow),
    (&["two rows"], C::OneRow),
    (&["process exit"], C::Alive),
    (&["crash"], C::Alive),
    (&["500"], C::No500),
    (&["x-powered-by"], C::NoBanner),
    (&["server header"], C::NoBanner),
    (&["version in", "header"], C::NoBanner),
    (&["exists"], C::NoForbidden),
    (&["internal error"], C::No500),
    (&["struct name"], C::NoInner),
    (&["rust"], C::NoInner),
    (&["path on disk"], C::NoInner),
];

fn normal(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The checks of a text, each with the clause it is about; nothing where a part is not understood.
pub fn find(text: &str, negative: bool) -> Option<Vec<(Claim, String)>> {
    let whole = normal(text);
    if let Some((_, claim)) =
        WHOLE.iter().find(|(words, _)| !negative && words.iter().all(|word| whole.contains(word)))
    {
        return Some(vec![(*claim, text.to_owned())]);
    }
    let clauses: Vec<&str> = text.split(';').map(str::trim).filter(|clause| !clause.is_empty()).collect();
    if clauses.len() > 1 {
        // Each clause says something of its own; those that only explain the one before stand in brackets.
        let found: Option<Vec<_>> = clauses.iter().map(|clause| one(clause, negative)).collect();
        if let Some(found) = found {
            return Some(found);
        }
        return None;
    }
    one(text, negative).map(|found| vec![found])
}

fn one(text: &str, negative: bool) -> Option<(Claim, String)> {
    let normal = normal(text);
    let table = if negative { MUST_NOT } else { MUST };
    let row = table.iter().find(|(words, _)| words.iter().all(|word| normal.contains(word)));
    let claim = row.map(|(_, claim)| *claim).or_else(|| {
        if negative {
            // One word is that word; `data` alone is what the request asked for.
            let is_word = !normal.contains(' ') && !normal.is_empty();
            return is_word.then_some(if normal == "data" { C::NoData } else { C::NoWord });
        }
        normal.starts_with(|c: char| c.is_ascii_digit()).then_some(C::StatusSaid)
    })?;
    Some((claim, text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(text: &str, negative: bool) -> Vec<Claim> {
        find(text, negative).unwrap_or_default().into_iter().map(|(claim, _)| claim).collect()
    }

    #[test]
    fn words_find_their_check() {
        assert_eq!(claims("GraphQL error with a stable code", false), [C::StableCode]);
        assert_eq!(claims("error code A or B", false), [C::Codes]);
        assert_eq!(claims("GONE  everywhere", false), [C::Gone]);
        assert_eq!(claims("data", true), [C::NoData]);
        assert_eq!(claims("secretword", true), [C::NoWord]);
        assert_eq!(claims("405 or 404", false), [C::StatusSaid]);
        assert_eq!(claims("one row; process alive", false), [C::OneRow, C::Alive]);
    }

    #[test]
    fn what_is_not_understood_is_not_passed() {
        assert!(find("the moon is made of cheese", false).is_none());
        assert!(find("one row; the moon is made of cheese", false).is_none());
        assert!(find("something vague happens", true).is_none());
    }
}
