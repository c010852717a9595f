//! Logs: one line of JSON an event, to standard error, filtered by `CARAVANSERAI_LOG`.
//!
//! What is personal is logged as [`hidden`]: the same person gives the same letters while the process lives, so a
//! log can be followed, and nobody can be found from it.

use std::{
    hash::{BuildHasher, RandomState},
    sync::LazyLock,
};

use tracing_subscriber::{EnvFilter, fmt};

static SECRET: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Starts logging, at the level given unless the environment says another. A second call changes nothing.
///
/// Panics are logged by their place. Their text stays out, since it may hold what was being worked on.
pub fn init(default: &str) {
    let filter = EnvFilter::try_from_env("CARAVANSERAI_LOG")
        .unwrap_or_else(|_| EnvFilter::new(format!("{default},tantivy=warn")));
    let format = fmt().json().flatten_event(true).with_current_span(true).with_span_list(false);
    if format.with_env_filter(filter).with_writer(std::io::stderr).try_init().is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "a panic");
        }));
        crate::failpoint::tell();
    }
}

/// A person's address or id, to be written into a log.
pub fn hidden(personal: &str) -> String {
    format!("{:016x}", SECRET.hash_one(personal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_the_same_and_does_not_show() {
        let hidden_once = hidden("ada@example.org");
        assert_eq!(hidden_once, hidden("ada@example.org"));
        assert_ne!(hidden_once, hidden("eve@example.org"));
        assert!(!hidden_once.contains("ada"));
    }
}
