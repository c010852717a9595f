//! Places where a test makes the program fail, so that what it does about it can be seen from outside.
//!
//! `CARAVANSERAI_FAILPOINT` names places and what happens there, with commas between them: `after_commit=abort` ends
//! the process between a commit and its answer, `mail_claimed=abort@3` at the third time, `mail_claimed=stop` halts the
//! whole process until it is told to go on, `resolver=panic` panics in the resolver of the person who asks,
//! `smtp_seconds=2` is a number. `no_fence=planted` puts a bug in: a suite that does not find it is worth nothing.
//! Only a build with debug assertions has any of them: a release build reads no such variable.

#[cfg(debug_assertions)]
struct Armed {
    place: String,
    act: String,
    /// Times that it is passed before something happens.
    left: std::sync::atomic::AtomicU32,
}

#[cfg(debug_assertions)]
static ARMED: std::sync::LazyLock<Vec<Armed>> = std::sync::LazyLock::new(|| {
    let text = std::env::var("CARAVANSERAI_FAILPOINT").unwrap_or_default();
    let read = |part: &str| {
        let (place, act) = part.split_once('=')?;
        let (act, times) = act.split_once('@').unwrap_or((act, "1"));
        let left = times.parse::<u32>().ok()?.saturating_sub(1).into();
        Some(Armed { place: place.to_owned(), act: act.to_owned(), left })
    };
    text.split(',').filter_map(read).collect()
});

#[cfg(debug_assertions)]
fn armed(place: &str) -> Option<&'static Armed> {
    ARMED.iter().find(|armed| armed.place == place)
}

/// Says in the log that this process will fail on purpose.
pub fn tell() {
    #[cfg(debug_assertions)]
    for Armed { place, act, .. } in &*ARMED {
        tracing::warn!(event = "failpoint", place, act, "this process fails on purpose");
    }
}

/// Passes a place, or fails there where a test asked for it.
#[cfg_attr(debug_assertions, expect(clippy::panic, reason = "a test asks for one"))]
pub(crate) fn pass(place: &str) {
    #[cfg(not(debug_assertions))]
    let _ = place;
    #[cfg(debug_assertions)]
    if let Some(armed) = armed(place) {
        use std::sync::atomic::Ordering::Relaxed;
        if armed.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() {
            return;
        }
        match armed.act.as_str() {
            "abort" => std::process::abort(),
            "panic" => panic!("a failpoint"),
            "stop" => {
                let id = std::process::id().to_string();
                let _ = std::process::Command::new("kill").args(["-STOP", &id]).status();
            }
            _ => {}
        }
    }
}

/// Whether a place would end the process now: for those that have something to do first.
pub(crate) fn is_next(place: &str) -> bool {
    #[cfg(not(debug_assertions))]
    return {
        let _ = place;
        false
    };
    #[cfg(debug_assertions)]
    armed(place).is_some_and(|armed| {
        use std::sync::atomic::Ordering::Relaxed;
        armed.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err()
    })
}

/// Whether a test put this bug in.
pub(crate) fn is_planted(bug: &str) -> bool {
    #[cfg(not(debug_assertions))]
    return {
        let _ = bug;
        false
    };
    #[cfg(debug_assertions)]
    armed(bug).is_some_and(|armed| armed.act == "planted")
}

/// A number of seconds that a test sets in place of a longer one.
pub(crate) fn seconds(place: &str) -> Option<u64> {
    #[cfg(not(debug_assertions))]
    return {
        let _ = place;
        None
    };
    #[cfg(debug_assertions)]
    armed(place).and_then(|armed| armed.act.parse().ok())
}
