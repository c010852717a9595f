//! Patterns of sentences: text with holes `{0}`, `{1}`, …, which anything fills.

/// A piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// As it stands.
    Text(&'t str),
    /// A hole, by its number.
    Hole(usize),
}

/// The pieces of a pattern. A brace that holds no number is text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|tail| tail.find('{')).map(|at| from.saturating_add(at)) {
        let (before, brace) = rest.split_at(at);
        let hole = brace.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        match hole.and_then(|(number, after)| Some((number.parse().ok()?, after))) {
            Some((number, after)) => {
                if !before.is_empty() {
                    found.push(Piece::Text(before));
                }
                found.push(Piece::Hole(number));
                rest = after;
                from = 0;
            }
            None => from = at.saturating_add(1),
        }
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest));
    }
    found
}

/// How messages are compared: a sentence may begin with a capital and end with a full stop, or not.
pub(super) fn key(text: &str) -> String {
    let mut letters = text.chars();
    // Of ASCII alone, so that the length in bytes stays.
    letters
        .next()
        .map_or_else(String::new, |first| format!("{}{}", first.to_ascii_lowercase(), letters.as_str()))
}

/// A pattern.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// As it stands in the file.
    pub(super) english: &'static str,
    pieces: Vec<Piece<'static>>,
    start: String,
}

impl Pattern {
    /// Reads a line.
    pub(super) fn new(english: &'static str) -> Self {
        let pieces = pieces(english);
        let start = match pieces.first() {
            Some(Piece::Text(text)) => key(text),
            Some(Piece::Hole(_)) | None => String::new(),
        };
        Self { english, pieces, start }
    }

    /// Whether anything is left open.
    pub(super) fn has_holes(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Hole(_)))
    }

    /// How specific it is: the length of its text.
    pub(super) fn weight(&self) -> usize {
        let length = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => text.len(),
            Piece::Hole(_) => 0,
        };
        self.pieces.iter().map(length).sum()
    }

    /// What fills the holes in a message, where the message is of this pattern. `key` is how the message is compared;
    /// what fills a hole is taken from the message itself.
    pub(super) fn holes<'m>(&self, key: &str, message: &'m str) -> Option<Vec<(usize, &'m str)>> {
        let mut at = key.strip_prefix(self.start.as_str()).map(|_| self.start.len())?;
        let mut found = Vec::new();
        let mut open = None;
        let mut rest = self.pieces.iter().peekable();
        if !self.start.is_empty() {
            rest.next();
        }
        while let Some(piece) = rest.next() {
            match piece {
                Piece::Hole(number) => open = Some(*number),
                Piece::Text(text) => {
                    let tail = key.get(at..)?;
                    // The last text ends the message; any other is looked for where the hole has at least one letter.
                    let length = if rest.peek().is_none() {
                        tail.strip_suffix(text)?.len()
                    } else {
                        let first = tail.chars().next()?.len_utf8();
                        tail.get(first..)?.find(text)?.saturating_add(first)
                    };
                    let to = at.saturating_add(length);
                    found.push((open.take()?, filling(message, at, to)?));
                    at = to.saturating_add(text.len());
                }
            }
        }
        if let Some(number) = open {
            found.push((number, filling(message, at, message.len())?));
        }
        Some(found)
    }
}

/// What fills a hole; something has to.
fn filling(message: &str, from: usize, to: usize) -> Option<&str> {
    message.get(from..to).filter(|text| !text.trim().is_empty())
}
