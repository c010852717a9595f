//! GraphQL.

/// The schema.
pub fn sdl() -> String {
    String::new()
}
