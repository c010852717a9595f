//! Logs: one JSON line an event, to standard error, filtered by `CARAVANSERAI_LOG`.

use tracing_subscriber::{EnvFilter, fmt};

/// Starts logging. A second call changes nothing.
pub fn init(default: &str) {
    let filter = EnvFilter::try_from_env("CARAVANSERAI_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let _ =
        fmt().json().with_env_filter(filter).with_writer(std::io::stderr).with_current_span(false).try_init();
}
