//! A learnt criterion: its name, the question that its number answers, and the sentence in which the number is said.

/// What a criterion rests on; a policy switches criteria off by name or by group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Where the two are.
    Place,
    /// What they do.
    Field,
    /// How far the company has come.
    Stage,
    /// How much money.
    Ticket,
    /// Who invested together, who is linked to whom.
    Ties,
    /// What others in a like position do.
    Peers,
    /// What the listing itself is like.
    Listing,
    /// How the viewer is: never scored by itself, it bends other criteria.
    Viewer,
    /// Countries and languages.
    Country,
    /// Size.
    Size,
    /// Names.
    Name,
}

impl Group {
    /// Its name in policies.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Field => "field",
            Self::Stage => "stage",
            Self::Ticket => "ticket",
            Self::Ties => "ties",
            Self::Peers => "peers",
            Self::Listing => "listing",
            Self::Viewer => "viewer",
            Self::Country => "country",
            Self::Size => "size",
            Self::Name => "name",
        }
    }
}

/// A learnt criterion.
#[derive(Debug, Clone, Copy)]
pub struct Term {
    /// Its name in model files and policies.
    pub key: &'static str,
    /// What it rests on.
    pub group: Group,
    /// The sentence; `{x}` is the model's input.
    pub sentence: &'static str,
    /// The sentence where the number is not known.
    pub unknown: &'static str,
    /// Digits after the point in the sentence.
    pub digits: u8,
}

impl Term {
    /// The sentence with the model's input.
    pub fn say(&self, input: f32) -> String {
        if input.is_nan() {
            return self.unknown.to_owned();
        }
        self.sentence.replace("{x}", &format!("{input:.*}", usize::from(self.digits)))
    }
}

/// Names an enumeration of signals and its table of terms at once, so that they cannot part.
macro_rules! signals {
    ($(#[$meta:meta])* $name:ident { $($variant:ident $key:literal $group:ident $digits:literal $sentence:literal / $unknown:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum $name { $(#[doc = $sentence] $variant,)+ }

        impl $name {
            /// All, in the order of the model's inputs.
            pub const TERMS: &'static [$crate::learn::term::Term] = &[$($crate::learn::term::Term {
                key: $key, group: $crate::learn::term::Group::$group, sentence: $sentence, unknown: $unknown, digits: $digits,
            },)+];
            /// How many.
            pub const COUNT: usize = Self::TERMS.len();
        }
    };
}
pub(crate) use signals;
