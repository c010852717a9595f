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

use super::{
    normal::{MAX_TOKENS, Name},
    word::jaro_winkler,
};

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

    use super::{
        super::word::{Asked, Shape},
        *,
    };

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
