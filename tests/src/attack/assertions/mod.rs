//! What cases expect, tied to code once: a text finds its check by the words in it.
//!
//! A text without a check makes its case fail: what nobody looked at is not safe. The tables are read from the top,
//! so narrow rows stand before wide ones. A text of several clauses that no row takes whole is taken clause by
//! clause, and each has to be understood.

pub mod account;
pub mod content;
pub mod limits;
pub mod mails;
pub mod refusal;
pub mod rules;
pub mod visibility;

use std::time::Duration;

use serde_json::Value;

use super::{case::Expect, stage::Exchange, trial::Trial};
use rules::Claim;

/// What came of an assertion: nothing, or what was seen instead.
pub type Finding = Result<(), String>;

/// How a reason begins that is about time alone.
const TIME: &str = "time: ";

/// Whether a reason is about time or processor time alone, which other programs of the machine disturb.
pub fn is_timing(reason: &str) -> bool {
    reason.starts_with(TIME)
}

/// Whether anything of it needs the state before the attack.
pub fn wants_state(expect: &Expect) -> bool {
    let texts = expect.must.iter().chain(&expect.must_not);
    texts
        .map(|text| text.to_lowercase())
        .any(|text| text.contains("state change") || text.contains("row count"))
}

/// Assertions that no check is bound to.
pub fn not_understood(expect: &Expect) -> Vec<String> {
    let rows =
        [("must", &expect.must, false), ("must not", &expect.must_not, true), ("then", &expect.then, false)];
    rows.into_iter()
        .flat_map(|(word, texts, negative)| texts.iter().map(move |text| (word, text, negative)))
        .filter(|(_, text, negative)| rules::find(text, *negative).is_none())
        .map(|(word, text, _)| format!("assertion not understood: {word} '{text}'"))
        .collect()
}

/// Looks at all that a case expects, and tells what does not hold.
pub async fn judge(trial: &mut Trial<'_>) -> Vec<String> {
    let case = trial.case;
    let mut broken = Vec::new();
    if trial.seen.is_empty() && trial.facts.is_empty() {
        broken.push("nothing was sent, so nothing is proved".to_owned());
    }
    broken.extend(figures(trial));
    for (texts, negative) in
        [(&case.expect.must, false), (&case.expect.must_not, true), (&case.expect.then, false)]
    {
        for text in texts {
            let word = if negative { "must not" } else { "must" };
            match rules::find(text, negative) {
                None => broken.push(format!("assertion not understood: {word} '{text}'")),
                Some(claims) => {
                    for (claim, clause) in claims {
                        if let Err(seen) = check(trial, claim, &clause).await {
                            let time = if is_timing(&seen) { TIME } else { "" };
                            let seen = seen.trim_start_matches(TIME);
                            broken.push(format!("{time}{word} '{clause}': {seen}"));
                        }
                    }
                }
            }
        }
    }
    broken
}

/// Statuses, times, and figures of the process.
fn figures(trial: &Trial<'_>) -> Vec<String> {
    let expect = &trial.case.expect;
    let mut broken = Vec::new();
    for exchange in &trial.seen {
        let status = exchange.reply.status;
        if !expect.status.is_empty() && !expect.status.contains(&status) {
            broken.push(format!("status {status} at '{}' is none of {:?}", exchange.label, expect.status));
        }
        let millis = exchange.reply.elapsed.as_millis();
        if let Some(most) = expect.max_ms.filter(|most| exchange.reply.elapsed > Duration::from_millis(*most))
        {
            broken.push(format!("{TIME}{millis} ms at '{}', at most {most}", exchange.label));
        }
    }
    if expect.max_ms.is_some() && trial.seen.is_empty() {
        broken.push("no answer whose time could be taken".to_owned());
    }
    if let (Some(before), Some(after)) = (trial.before, trial.after) {
        let cpu = after.cpu_us.saturating_sub(before.cpu_us) / 1_000;
        if let Some(most) = expect.server.cpu_ms_max.filter(|most| cpu > *most) {
            broken.push(format!("{TIME}{cpu} ms of processor time, at most {most}"));
        }
        let grown = trial.peak_rss_kb.max(after.rss_kb).saturating_sub(before.rss_kb) / 1_024;
        if let Some(most) = expect.server.rss_growth_mb_max.filter(|most| grown > *most) {
            broken.push(format!("memory grew by {grown} MB, at most {most}"));
        }
    }
    broken
}

/// One claim.
async fn check(trial: &mut Trial<'_>, claim: Claim, text: &str) -> Finding {
    use Claim as C;
    match claim {
        C::StableCode => refusal::stable_code(trial),
        C::Codes => refusal::codes_said(trial, text),
        C::BadInput => refusal::bad_input(trial),
        C::BadInputOrExact => refusal::bad_input_or_exact(trial),
        C::Refused => refusal::refused(trial),
        C::RefusedOrData => refusal::refused_or_empty(trial),
        C::AllFail => refusal::all_fail(trial),
        C::FieldErrors => refusal::field_errors(trial),
        C::PublicList => refusal::public_list(trial),
        C::BearerForms => refusal::bearer_forms(trial),
        C::UrlIgnored => refusal::url_ignored(trial),
        C::StatusSaid => refusal::status_said(trial, text),
        C::Introspection => refusal::introspection(trial),
        C::Internal => refusal::internal(trial),
        C::PagesClosed => refusal::pages_closed(trial),
        C::NoRedirect => refusal::no_redirect(trial),
        C::Headers => refusal::headers(trial, text),
        C::NoData => refusal::no_data(trial),
        C::NoInner => content::no_inner(trial),
        C::No500 => content::no_500(trial),
        C::NoWord => content::no_word(trial, text),
        C::NoSuggestion => content::no_suggestion(trial),
        C::NoEnumList => content::no_enum_list(trial),
        C::Literal => content::literal(trial),
        C::LiteralSearch => content::literal_search(trial),
        C::ZeroHits => content::zero_hits(trial).await,
        C::WholeTable => content::whole_table(trial),
        C::LogClean => content::log_clean(trial).await,
        C::LogEvents => content::log_events(trial),
        C::Export => content::export(trial),
        C::ExportClean => content::export_clean(trial, text),
        C::LinkOrigin => content::link_origin(trial).await,
        C::OneResponse => limits::one_response(trial),
        C::Closed => limits::closed(trial),
        C::Crowd => limits::crowd(trial),
        C::RssBelow => limits::rss_below(trial, text),
        C::Cheap => limits::cheap(trial, text),
        C::CapOrFast => limits::cap_or_fast(trial, text),
        C::Batch => limits::batch(trial),
        C::NoHashes => limits::no_hashes(trial),
        C::Alive => limits::alive(trial).await,
        C::Throttled => limits::throttled(trial, text),
        C::OtherAddress => limits::other_address(trial).await,
        C::RateLimited => limits::rate_limited(trial),
        C::OthersServed => limits::others_served(trial).await,
        C::MailCap => limits::mail_cap(trial, text),
        C::Quota => limits::quota(trial),
        C::RejectedFast => limits::rejected_fast(trial, text),
        C::NoCall => limits::no_call(trial),
        C::WsClose => limits::ws_close(trial, text),
        C::WsSilent => limits::ws_silent(trial),
        C::WsRefusals => limits::ws_refusals(trial),
        C::WsCaps => limits::ws_caps(trial),
        C::StateSame => visibility::state_same(trial).await,
        C::SameAsNobody => visibility::same_as_nobody(trial).await,
        C::NoForbidden => visibility::no_forbidden(trial),
        C::TimingSame => visibility::timing_same(trial).await,
        C::NoSecret => visibility::no_secret(trial),
        C::CountAsPublic => visibility::count_as_public(trial).await,
        C::PrivateAbsent => visibility::private_absent(trial).await,
        C::NullPerField => visibility::null_per_field(trial),
        C::OwnOnly => visibility::own_only(trial).await,
        C::Gone => visibility::gone(trial),
        C::SameAnswer => visibility::same_answer(trial),
        C::Medians => visibility::medians(trial, text),
        C::ImportOwn => visibility::import_own(trial).await,
        C::FamilyRevoked => account::family_revoked(trial),
        C::EventLogged => account::event_logged(trial),
        C::Notified => account::notified(trial, text).await,
        C::OneSuccess => account::one_success(trial),
        C::NewToken => account::new_token(trial),
        C::OneAccount => account::one_account(trial).await,
        C::AttackerOut => account::attacker_out(trial),
        C::InvitationHeld => account::invitation_held(trial),
        C::NoMembership => account::no_membership(trial).await,
        C::OneRow => account::one_row(trial),
        C::Accepted => refusal::accepted(trial),
        C::Conflict => refusal::conflict(trial),
        C::NoBanner => refusal::no_banner(trial),
        C::Idle => limits::idle(trial).await,
        C::LogLines => content::log_lines(trial),
        C::Digest => content::digest(trial, text),
        C::MailCount => mails::count(trial, text).await,
        C::MailLines => mails::lines(trial),
        C::NotMailed => mails::not_mailed(trial),
        C::Cells => mails::cells(trial),
    }
}

/// How an exchange is named in a reason, with what came.
pub fn told(exchange: &Exchange) -> String {
    let text: String = exchange.reply.text().chars().take(160).collect();
    format!("'{}' answered {} {text}", exchange.label, exchange.reply.status)
}

/// The exchanges of which something is not so, as a finding; there has to be at least one exchange.
pub fn each(trial: &Trial<'_>, holds: impl Fn(&Exchange) -> bool) -> Finding {
    if trial.seen.is_empty() {
        return Err("no answer to look at".to_owned());
    }
    let odd: Vec<&Exchange> = trial.seen.iter().filter(|exchange| !holds(exchange)).collect();
    let Some((first, others)) = odd.split_first() else { return Ok(()) };
    let mut others: Vec<&str> = others.iter().map(|exchange| exchange.label.as_str()).collect();
    others.dedup();
    let others = if others.is_empty() { String::new() } else { format!("; also {}", others.join(", ")) };
    Err(format!("{} ({} of {}{others})", told(first), odd.len(), trial.seen.len()))
}

/// A fact as a number.
pub fn number(trial: &Trial<'_>, name: &str) -> Option<f64> {
    trial.facts.get(name).and_then(Value::as_f64)
}

/// The first number in a text that follows a mark; the first number at all where the mark is empty.
pub fn number_after(text: &str, mark: &str) -> Option<f64> {
    let rest = if mark.is_empty() { text } else { text.split_once(mark)?.1 };
    let begin = rest.find(|c: char| c.is_ascii_digit())?;
    let digits: String = rest[begin..].chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    digits.trim_end_matches('.').parse().ok()
}
