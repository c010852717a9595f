//! Places where a test makes the server fail, so that what it does about it can be seen from outside.
//!
//! `CARAVANSERAI_FAILPOINT` names one and what happens there: `after_commit=abort` ends the process between a commit
//! and its answer, `resolver=panic` panics in the resolver of the person who asks. Only a build with debug assertions
//! has them: a release build reads no such variable.

#[cfg(debug_assertions)]
static ARMED: std::sync::LazyLock<Option<(String, String)>> = std::sync::LazyLock::new(|| {
    let text = std::env::var("CARAVANSERAI_FAILPOINT").ok()?;
    let (place, act) = text.split_once('=')?;
    Some((place.to_owned(), act.to_owned()))
});

/// Says in the log that this process will fail on purpose.
pub fn tell() {
    #[cfg(debug_assertions)]
    if let Some((place, act)) = &*ARMED {
        tracing::warn!(event = "failpoint", place, act, "this process fails on purpose");
    }
}

/// Passes a place, or fails there where a test asked for it.
#[cfg_attr(debug_assertions, expect(clippy::panic, reason = "a test asks for one"))]
pub(crate) fn pass(place: &str) {
    #[cfg(not(debug_assertions))]
    let _ = place;
    #[cfg(debug_assertions)]
    match &*ARMED {
        Some((armed, act)) if armed == place && act == "abort" => std::process::abort(),
        Some((armed, act)) if armed == place && act == "panic" => panic!("a failpoint"),
        _ => {}
    }
}
