//! The bounds of a document.

/// Bounds of a document, each inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateLimits {
    /// Bytes of a body, with variables.
    pub body_bytes: usize,
    /// Bytes of the text of a document.
    pub bytes: usize,
    /// Tokens of the text.
    pub tokens: usize,
    /// Brackets of any kind that are open at once. Guards the parser, which recurses.
    pub nesting: usize,
    /// Operations and fragments.
    pub definitions: usize,
    /// Fragment spreads as written.
    pub spreads: usize,
    /// Aliases as written.
    pub aliases: usize,
    /// Directives on a field, a spread, a fragment, an operation or a variable.
    pub directives: usize,
    /// Fields, spreads and inline fragments as written.
    pub selections: usize,
    /// The same, fragments unfolded: what validation walks.
    pub unfolded: u64,
    /// Fields at the root of an operation, fragments unfolded.
    pub root_fields: u64,
    /// Fields on the way from a root to a leaf, fragments unfolded.
    pub depth: u64,
    /// The same for an operation that asks for the schema and nothing else.
    pub introspection_depth: u64,
    /// Lists of the schema inside lists of the schema (`fields` of the type of `fields`): each multiplies.
    pub introspection_lists: u64,
    /// Rankings of the whole catalog in one operation.
    pub rankings: u64,
    /// Price of an operation.
    pub cost: u64,
    /// Rows that a page is priced at when nothing is asked for.
    pub default_page: u64,
    /// Rows that a page is priced at most; fields refuse to serve more.
    pub max_page: u64,
    /// Mutations that test a secret: one a document, and under its own name, so that a document cannot guess.
    pub credential_fields: &'static [&'static str],
}

/// Mutations that test a secret.
pub const CREDENTIAL_FIELDS: &[&str] = &[
    "acceptInvitation",
    "changePassword",
    "confirmEmail",
    "confirmEmailChange",
    "confirmListing",
    "confirmTwoFactor",
    "disableTwoFactor",
    "eraseMe",
    "login",
    "refreshSession",
    "register",
    "requestEmailChange",
    "requestPasswordReset",
    "resetPassword",
    "revertEmailChange",
    "signIn",
    "signInWithLink",
    "startTwoFactor",
];

impl GateLimits {
    /// The bounds that are served.
    pub const SERVED: Self = Self {
        body_bytes: 64 * 1024,
        bytes: 64 * 1024,
        tokens: 2_000,
        nesting: 30,
        definitions: 20,
        spreads: 100,
        aliases: 50,
        directives: 5,
        selections: 500,
        unfolded: 2_000,
        root_fields: 20,
        depth: 10,
        introspection_depth: 15,
        introspection_lists: 2,
        rankings: 10,
        cost: 100_000,
        default_page: 20,
        max_page: 100,
        credential_fields: CREDENTIAL_FIELDS,
    };
}

impl Default for GateLimits {
    fn default() -> Self {
        Self::SERVED
    }
}
