//! How like two names are, in millionths, by whole numbers alone: the same on every machine.
//!
//! Words are compared by Jaro–Winkler (Winkler 1990: prefix of at most four letters, scale 0.1, from Jaro 0.7 on), and
//! paired one to one so that the sum is largest. Two words less alike than [`TOKEN_FLOOR`] are no pair. Two scores come
//! of it:
//! - the *alignment*: the letters of both names that stand in pairs, each weighed by how like its pair is, of all the
//!   letters of both;
//! - the *token set*: the same, but of the shorter name's letters only, times [`CONTAINED`]: a name that stands whole
//!   within a longer one. It counts where the shorter has two words and [`CONTAINED_LETTERS`] letters.
//!
//! The greater is the score. Names of the same letters that are only divided otherwise have [`REDIVIDED`].

use super::normal::{MAX_LETTERS, MAX_TOKENS, Name};

/// One.
pub const MILLION: u32 = 1_000_000;

/// Words less alike than this are different words. `mohamed` and `muhammad` are alike by 0.80.
pub const TOKEN_FLOOR: u32 = 800_000;

/// What the token set is worth: a name that is part of another is not the other.
pub const CONTAINED: u32 = 900_000;

/// Letters that a name must have for the token set to count.
pub const CONTAINED_LETTERS: u64 = 8;

/// Score of names whose letters are the same in the same order, divided into words otherwise.
pub const REDIVIDED: u32 = 990_000;

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

/// A pair of like words: their places in the two names, and how like they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) alike: u32,
}

/// All pairs of like words.
fn pairs(a: &Name, b: &Name) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (i, of_a) in a.tokens.iter().enumerate() {
        for (j, of_b) in b.tokens.iter().enumerate() {
            let alike = jaro_winkler(of_a, of_b);
            if alike >= TOKEN_FLOOR {
                pairs.push(Pair { a: i, b: j, alike });
            }
        }
    }
    pairs
}

/// How like two names are, 0 to 1,000,000. Symmetric.
pub fn similarity(a: &Name, b: &Name) -> u32 {
    of_pairs(a, b, &pairs(a, b))
}

/// The score of two names whose like pairs are known.
pub(super) fn of_pairs(a: &Name, b: &Name, pairs: &[Pair]) -> u32 {
    if a.is_empty() || b.is_empty() {
        return 0;
    }
    if a.tokens == b.tokens {
        return MILLION;
    }
    let redivided = if a.joined == b.joined { REDIVIDED } else { 0 };
    let both = |pair: &Pair| weight(a, pair.a).saturating_add(weight(b, pair.b));
    let aligned = share(best(a, b, pairs, both), a.letters.saturating_add(b.letters));
    redivided.max(aligned).max(token_set(a, b, pairs))
}

/// The token set, discounted; 0 where the shorter name is too short for it.
fn token_set(a: &Name, b: &Name, pairs: &[Pair]) -> u32 {
    let shorter = a.letters.min(b.letters);
    if shorter < CONTAINED_LETTERS {
        return 0;
    }
    let within_a = (a.letters == shorter && a.tokens.len() >= 2)
        .then(|| share(best(a, b, pairs, |pair| weight(a, pair.a)), shorter));
    let within_b = (b.letters == shorter && b.tokens.len() >= 2)
        .then(|| share(best(a, b, pairs, |pair| weight(b, pair.b)), shorter));
    discounted(within_a.max(within_b).unwrap_or(0))
}

/// A token set times [`CONTAINED`].
pub(super) fn discounted(token_set: u32) -> u32 {
    let product = u64::from(token_set).saturating_mul(u64::from(CONTAINED));
    share(product, u64::from(MILLION))
}

/// Millionths of letters of all letters, in millionths.
pub(super) fn share(sum: u64, letters: u64) -> u32 {
    sum.checked_div(letters).unwrap_or(0).min(u64::from(MILLION)) as u32
}

fn weight(name: &Name, token: usize) -> u64 {
    name.tokens.get(token).map_or(0, |token| token.len() as u64)
}

/// The largest sum of weight times likeness over pairings in which every word stands at most once.
fn best(a: &Name, b: &Name, pairs: &[Pair], weigh: impl Fn(&Pair) -> u64) -> u64 {
    let value = |pair: &Pair| weigh(pair).saturating_mul(u64::from(pair.alike));
    let (mut of_a, mut of_b) = (0_u32, 0_u32);
    let mut sum = 0_u64;
    let mut free = true;
    for pair in pairs {
        let (bit_a, bit_b) = (1_u32.wrapping_shl(pair.a as u32), 1_u32.wrapping_shl(pair.b as u32));
        free &= of_a & bit_a == 0 && of_b & bit_b == 0;
        of_a |= bit_a;
        of_b |= bit_b;
        sum = sum.saturating_add(value(pair));
    }
    if free {
        return sum;
    }
    let mut values = [[0_u64; MAX_TOKENS]; MAX_TOKENS];
    for pair in pairs {
        if let Some(cell) = values.get_mut(pair.a).and_then(|row| row.get_mut(pair.b)) {
            *cell = value(pair);
        }
    }
    assign(&values, a.tokens.len().max(b.tokens.len()).min(MAX_TOKENS))
}

/// The assignment of rows to columns with the largest sum: the Hungarian method with potentials, cubic in `size`.
#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "places run to size <= MAX_TOKENS in arrays of one more; values are at most 128 letters times a million"
)]
fn assign(values: &[[u64; MAX_TOKENS]; MAX_TOKENS], size: usize) -> u64 {
    const ENDS: usize = MAX_TOKENS + 1;
    // The method finds the smallest sum: costs are values with their sign turned. Place 0 is the method's own.
    let cost = |row: usize, column: usize| -(values[row - 1][column - 1] as i64);
    let mut of_row = [0_i64; ENDS];
    let mut of_column = [0_i64; ENDS];
    let mut row_of = [0_usize; ENDS];
    for row in 1..=size {
        let mut least = [i64::MAX; ENDS];
        let mut seen = [false; ENDS];
        let mut before = [0_usize; ENDS];
        row_of[0] = row;
        let mut column = 0;
        loop {
            seen[column] = true;
            let here = row_of[column];
            let (mut step, mut next) = (i64::MAX, 0);
            for other in 1..=size {
                if seen[other] {
                    continue;
                }
                let reduced = cost(here, other) - of_row[here] - of_column[other];
                if reduced < least[other] {
                    least[other] = reduced;
                    before[other] = column;
                }
                if least[other] < step {
                    step = least[other];
                    next = other;
                }
            }
            for other in 0..=size {
                if seen[other] {
                    of_row[row_of[other]] += step;
                    of_column[other] -= step;
                } else {
                    least[other] = least[other].saturating_sub(step);
                }
            }
            column = next;
            if row_of[column] == 0 {
                break;
            }
        }
        while column != 0 {
            row_of[column] = row_of[before[column]];
            column = before[column];
        }
    }
    (1..=size).map(|column| values[row_of[column] - 1][column - 1]).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn alike(a: &str, b: &str) -> u32 {
        similarity(&Name::new(a), &Name::new(b))
    }

    #[test]
    fn known_values_of_jaro_and_winkler() {
        // Winkler's own examples, to the third place.
        for (a, b, expected) in [
            ("martha", "marhta", 961),
            ("dwayne", "duane", 840),
            ("dixon", "dicksonx", 813),
            ("abc", "xyz", 0),
            ("a", "a", 1000),
        ] {
            assert_eq!(jaro_winkler(a, b).saturating_add(500) / 1000, expected, "{a} {b}");
        }
        assert_eq!(jaro_winkler("", "a"), 0);
    }

    #[test]
    fn names_that_are_like_and_names_that_are_not() {
        for (a, b, least, most) in [
            ("Karavan Telekom", "TELEKOM KARAVAN A.S.", 1_000_000, 1_000_000),
            ("Nile Fibre Company", "Nile Fiber Co.", 950_000, 999_999),
            ("Mohamed Hussein Trading", "Muhammad Hussein Trading", 880_000, 960_000),
            ("Aerocaravan", "Aero Caravan", REDIVIDED, REDIVIDED),
            ("Northern Cable Works", "Northern Cable Works International Holding", 900_000, 900_000),
            ("Северный Кабель", "Severny Kabel", 950_000, 999_999),
            ("National Bank of Commerce", "National Bank of the River Provinces", 0, 700_000),
            ("Cable", "Cable Works International", 0, 600_000),
            ("Blue Nile Bank", "Silk Road Fund", 0, 100_000),
            ("", "Silk Road Fund", 0, 0),
        ] {
            let score = alike(a, b);
            assert!((least..=most).contains(&score), "{a} / {b}: {score}");
            assert_eq!(score, alike(b, a), "{a} / {b}");
        }
    }

    #[test]
    fn words_are_paired_so_that_the_sum_is_largest_not_in_the_order_of_likeness() {
        let (a, b) = (Name::new("aaaaab aaaabb"), Name::new("aaaaab aaaaac"));
        let table: Vec<u32> =
            a.tokens.iter().flat_map(|x| b.tokens.iter().map(|y| jaro_winkler(x, y))).collect();
        let best = (table[0] + table[3]).max(table[1] + table[2]);
        assert_eq!(similarity(&a, &b), best / 2);
    }

    #[test]
    fn words_of_sixty_four_letters_are_compared_to_the_last() {
        let (a, b) = ("x".repeat(64), format!("{}y", "x".repeat(63)));
        assert!(jaro_winkler(&a, &b) > 980_000);
        assert_eq!(Asked::new(&a).alike(&a), MILLION);
        let asked = Asked::new(&a);
        assert!(asked.may_be_like(Shape::new(&b), asked.needed(64).unwrap()));
    }

    /// All pairings, tried one after the other.
    #[expect(clippy::arithmetic_side_effects, reason = "small tables")]
    fn exhaustive(values: &[Vec<u64>], used: u32, row: usize) -> u64 {
        let Some(cells) = values.get(row) else { return 0 };
        let taken = cells
            .iter()
            .enumerate()
            .filter(|(j, _)| used & (1 << j) == 0)
            .map(|(j, value)| value + exhaustive(values, used | (1 << j), row + 1));
        taken.max().unwrap_or(0).max(exhaustive(values, used, row + 1))
    }

    proptest! {
        #[test]
        fn the_assignment_is_the_best_of_all(
            values in prop::collection::vec(prop::collection::vec(0_u64..50, 5), 1..6),
        ) {
            let mut square = [[0; MAX_TOKENS]; MAX_TOKENS];
            for (i, row) in values.iter().enumerate() {
                for (j, value) in row.iter().enumerate() {
                    square[i][j] = *value;
                }
            }
            prop_assert_eq!(assign(&square, 5), exhaustive(&values, 0, 0));
        }

        #[test]
        fn jaro_winkler_is_symmetric_and_no_shape_hides_a_like_word(a in "[a-e0p]{1,12}", b in "[a-e0p]{1,12}") {
            let score = jaro_winkler(&a, &b);
            prop_assert_eq!(score, jaro_winkler(&b, &a));
            let asked = Asked::new(&a);
            prop_assert_eq!(score, asked.alike(&b));
            let may = asked.needed(b.len()).is_some_and(|needed| asked.may_be_like(Shape::new(&b), needed));
            prop_assert!(score < TOKEN_FLOOR || may);
            prop_assert!(score <= MILLION);
            prop_assert_eq!(score == MILLION, a == b);
        }

        /// Another's implementation, in floating point, seen from the shorter word as ours is.
        #[test]
        fn jaro_winkler_agrees_with_another_implementation(a in "[a-f]{1,20}", b in "[a-f]{1,20}") {
            let (x, y) = if (a.len(), &a) <= (b.len(), &b) { (&a, &b) } else { (&b, &a) };
            let theirs = strsim::jaro_winkler(x, y) * 1e6;
            let close = (f64::from(jaro_winkler(&a, &b)) - theirs).abs() < 3.0;
            // At Winkler's threshold the rounding decides whether the bonus is given.
            let at_threshold = (strsim::jaro(x, y) - 0.7).abs() < 1e-5;
            prop_assert!(close || at_threshold, "{a} {b} {theirs}");
        }

        #[test]
        fn likeness_of_names_is_symmetric_and_whole_only_for_the_same_words(
            a in prop::collection::vec("[ab]{1,5}", 1..6),
            b in prop::collection::vec("[ab]{1,5}", 1..6),
        ) {
            let (a, b) = (Name::new(&a.join(" ")), Name::new(&b.join(" ")));
            let score = similarity(&a, &b);
            prop_assert_eq!(score, similarity(&b, &a));
            prop_assert_eq!(score == MILLION, a.tokens == b.tokens);
        }
    }
}
