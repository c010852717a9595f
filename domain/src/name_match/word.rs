//! How like two words are: Jaro–Winkler, by whole numbers alone.

use super::{
    normal::MAX_LETTERS,
    score::{MILLION, TOKEN_FLOOR},
};

/// What can be told of a word at a glance: which letters it has, which of them twice, how many, and its first four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// In the lower half the letters that it has, in the upper half those that it has twice: counted in one step.
    letters: u64,
    length: u32,
    prefix: [u8; 4],
}

impl Shape {
    pub(super) fn new(token: &str) -> Self {
        let mut prefix = [0; 4];
        for (place, byte) in prefix.iter_mut().zip(token.bytes()) {
            *place = byte;
        }
        let mut letters = 0_u64;
        for byte in token.bytes() {
            // Modulo 32: two letters of one bit are taken for one, which only makes the bound larger.
            let bit = 1_u64.wrapping_shl(u32::from(byte % 32));
            letters |= (letters & bit).wrapping_shl(32) | bit;
        }
        Self { letters, length: token.len() as u32, prefix }
    }

    /// Whether two words may share so many letters: one that the other lacks cannot match, nor can a second where the
    /// other has one alone.
    #[inline]
    const fn may_share(self, other: Self, needed: u32) -> bool {
        self.length.saturating_sub((self.letters & !other.letters).count_ones()) >= needed
            && other.length.saturating_sub((other.letters & !self.letters).count_ones()) >= needed
    }

    /// First letters that are the same, at most four.
    #[inline]
    const fn common_prefix(self, other: Self) -> u32 {
        // Little-endian: the first letter is the lowest byte. Where both end, zeros are the same; then the words are
        // as long as what they share, and more is not given for it than for four.
        let differ = u32::from_le_bytes(self.prefix) ^ u32::from_le_bytes(other.prefix);
        let same = differ.trailing_zeros() / 8;
        let shorter = if self.length < other.length { self.length } else { other.length };
        if same < shorter { same } else { shorter }
    }
}

/// A word that is held against many: what is known of it is made once.
pub(super) struct Asked<'a> {
    token: &'a [u8],
    shape: Shape,
    places: [u64; 128],
    /// By the length of another word and its common prefix, the letters that must match for [`TOKEN_FLOOR`].
    needed: Vec<[u32; 5]>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(token: &'a str) -> Self {
        let shape = Shape::new(token);
        let needed = (0..=MAX_LETTERS as u32).map(|length| {
            [0, 1, 2, 3, 4].map(|prefix| {
                // Without transpositions the score is largest, and it grows with the matches, roundings among it.
                let alike = |matches: u32| winkler(jaro_of(matches, matches, shape.length, length), prefix);
                let most = shape.length.min(length);
                let (mut low, mut high) = (1_u32, most.saturating_add(1));
                while low < high {
                    let middle = low.midpoint(high);
                    if alike(middle) >= TOKEN_FLOOR {
                        high = middle;
                    } else {
                        low = middle.saturating_add(1);
                    }
                }
                low
            })
        });
        Self { token: token.as_bytes(), shape, places: places(token.as_bytes()), needed: needed.collect() }
    }

    /// For words of that length, by the common prefix, how many letters must match; none where even all would not do.
    pub(super) fn needed(&self, length: usize) -> Option<[u32; 5]> {
        let most = self.shape.length.min(length as u32);
        self.needed.get(length).copied().filter(|by_prefix| by_prefix.iter().any(|needed| *needed <= most))
    }

    /// Whether a word of that shape may be alike by [`TOKEN_FLOOR`]; true wherever it is. What is needed is of
    /// [`Self::needed`], by the word's length.
    #[inline]
    pub(super) fn may_be_like(&self, other: Shape, needed: [u32; 5]) -> bool {
        let [none, one, two, three, four] = needed;
        let needed = match self.shape.common_prefix(other) {
            0 => none,
            1 => one,
            2 => two,
            3 => three,
            _ => four,
        };
        self.shape.may_share(other, needed)
    }

    /// As [`jaro_winkler`].
    pub(super) fn alike(&self, other: &str) -> u32 {
        let other = other.as_bytes();
        if self.token == other {
            return MILLION;
        }
        if (other.len(), other) < (self.token.len(), self.token) {
            of_places(other, self.token, &self.places)
        } else {
            of_places(self.token, other, &places(other))
        }
    }
}

/// Jaro's mean of three shares, in millionths, each rounded down.
fn jaro_of(matches: u32, in_order: u32, a: u32, b: u32) -> u32 {
    let share = |part: u32, whole: u32| part.saturating_mul(MILLION).checked_div(whole).unwrap_or(0);
    let sum = share(matches, a).saturating_add(share(matches, b)).saturating_add(share(in_order, matches));
    sum / 3
}

/// Winkler's bonus for a common prefix of at most four letters.
fn winkler(jaro: u32, prefix: u32) -> u32 {
    if jaro <= 700_000 {
        return jaro;
    }
    jaro.saturating_add(MILLION.saturating_sub(jaro).saturating_mul(prefix.min(4)) / 10)
}

/// Jaro–Winkler of two words of at most 64 ASCII letters, in millionths. Symmetric; 1,000,000 for equal words.
pub fn jaro_winkler(a: &str, b: &str) -> u32 {
    if a == b {
        return if a.is_empty() { 0 } else { MILLION };
    }
    // Seen from the shorter, so that the pairs that are found do not depend on who asks.
    let (a, b) = if (a.len(), a) < (b.len(), b) { (a, b) } else { (b, a) };
    of_places(a.as_bytes(), b.as_bytes(), &places(b.as_bytes()))
}

/// For each letter, its places in a word, as bits.
fn places(word: &[u8]) -> [u64; 128] {
    let mut places = [0_u64; 128];
    for (place, letter) in word.iter().take(MAX_LETTERS).enumerate() {
        if let Some(of_letter) = places.get_mut(usize::from(*letter & 0x7F)) {
            *of_letter |= 1_u64.wrapping_shl(place as u32);
        }
    }
    places
}

/// The places before one, as bits.
const fn before(place: usize) -> u64 {
    match 1_u64.checked_shl(place as u32) {
        Some(bit) => bit.wrapping_sub(1),
        None => u64::MAX,
    }
}

/// The score of two different words, the shorter first, with the places of letters in the longer.
fn of_places(short: &[u8], long: &[u8], places: &[u64; 128]) -> u32 {
    let window = (long.len() / 2).saturating_sub(1);
    let (mut taken_short, mut taken_long) = (0_u64, 0_u64);
    for (i, letter) in short.iter().take(MAX_LETTERS).enumerate() {
        let near = before(i.saturating_add(window).saturating_add(1)) & !before(i.saturating_sub(window));
        let free = places.get(usize::from(*letter & 0x7F)).map_or(0, |places| places & near & !taken_long);
        // The first free place; none of zero.
        let place = free & free.wrapping_neg();
        taken_long |= place;
        taken_short |= u64::from(place != 0).wrapping_shl(i as u32);
    }
    let matches = taken_short.count_ones();
    if matches == 0 {
        return 0;
    }
    let (mut left_short, mut left_long, mut moved) = (taken_short, taken_long, 0_u32);
    while left_short != 0 {
        let (i, j) = (left_short.trailing_zeros(), left_long.trailing_zeros());
        moved = moved.saturating_add(u32::from(short.get(i as usize) != long.get(j as usize)));
        left_short &= left_short.wrapping_sub(1);
        left_long &= left_long.wrapping_sub(1);
    }
    let prefix = short.iter().zip(long).take(4).take_while(|(a, b)| a == b).count() as u32;
    let in_order = matches.saturating_sub(moved / 2);
    winkler(jaro_of(matches, in_order, short.len() as u32, long.len() as u32), prefix)
}
