//! Words and letters of a text in any script.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A word, folded: without case, without accents.
    Word(String),
    /// Letters in a row of a script that puts no spaces between words.
    Run(Vec<char>),
}

/// Whether a letter's script is written without spaces between words. Hangul has spaces but glues particles to
/// words, so that it is better cut too.
const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}'       // Thai, Lao
        | '\u{1000}'..='\u{109F}'     // Myanmar
        | '\u{1780}'..='\u{17FF}'     // Khmer
        | '\u{19E0}'..='\u{19FF}'
        | '\u{3005}'..='\u{3007}'     // Marks that stand for a Han letter
        | '\u{3040}'..='\u{30FF}'     // Kana
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'     // Han
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{A9E0}'..='\u{A9FF}'
        | '\u{AA60}'..='\u{AA7F}'
        | '\u{AC00}'..='\u{D7AF}'     // Hangul
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}'
    )
}

/// Marks that people leave out when they type: accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic.
/// The vowels of the scripts of India are marks too, but a word without them is another word.
const fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}'
        | '\u{0483}'..='\u{0489}'
        | '\u{0591}'..='\u{05C7}'
        | '\u{0610}'..='\u{061A}'
        | '\u{0640}'
        | '\u{064B}'..='\u{065F}'
        | '\u{0670}'
        | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}'
        | '\u{FE20}'..='\u{FE2F}'
    )
}

/// Longest word that is kept, in letters.
const MAX_WORD: usize = 60;

/// The parts of a text, in order.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut run: Vec<char> = Vec::new();
    // Compatibility forms first: full-width letters and ligatures become plain ones. Hangul is composed.
    for c in text.nfkc() {
        let is_letter = c.is_alphanumeric() || is_combining_mark(c);
        if is_letter && is_unspaced(c) {
            end_word(&mut word, &mut found);
            run.push(c);
        } else if is_letter && (c.is_alphanumeric() || !word.is_empty()) {
            end_run(&mut run, &mut found);
            word.push(c);
        } else if !matches!(c, '\u{00AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}') {
            // Characters that only steer line breaks and joins do not part words.
            end_word(&mut word, &mut found);
            end_run(&mut run, &mut found);
        }
    }
    end_word(&mut word, &mut found);
    end_run(&mut run, &mut found);
    found
}

fn end_word(word: &mut String, found: &mut Vec<Piece>) {
    if word.is_empty() {
        return;
    }
    let folded: String = word
        .chars()
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|c| !is_accent(*c))
        .map(|c| match c {
            // Letters that do not decompose but that people type without their stroke or dot.
            'ı' => 'i',
            'đ' => 'd',
            'ł' => 'l',
            'ø' => 'o',
            'ς' => 'σ',
            other => other,
        })
        .nfc()
        .take(MAX_WORD)
        .collect();
    if !folded.is_empty() {
        found.push(Piece::Word(folded));
    }
    word.clear();
}

fn end_run(run: &mut Vec<char>, found: &mut Vec<Piece>) {
    if !run.is_empty() {
        found.push(Piece::Run(std::mem::take(run)));
    }
}

/// Pairs of neighbouring letters.
pub(super) fn pairs(run: &[char]) -> impl Iterator<Item = String> {
    run.windows(2).map(|pair| pair.iter().collect())
}

/// Terms with their places: words, and for a run each letter and each pair of letters where it begins.
fn terms(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut place = 0_usize;
    for piece in pieces(text) {
        match piece {
            Piece::Word(word) => {
                found.push((word, place));
                place = place.saturating_add(1);
            }
            Piece::Run(run) => {
                for (offset, letter) in run.iter().enumerate() {
                    let here = place.saturating_add(offset);
                    found.push((letter.to_string(), here));
                    found.extend(
                        run.get(offset..offset.saturating_add(2)).map(|pair| (pair.iter().collect(), here)),
                    );
                }
                // The last letter of a run and the first of the next are no pair.
                place = place.saturating_add(run.len()).saturating_add(1);
            }
        }
    }
    found
}

/// The tokenizer of the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct AnyScript;

/// Terms one after the other.
#[derive(Debug)]
pub(super) struct Terms {
    terms: std::vec::IntoIter<(String, usize)>,
    token: Token,
}

impl Tokenizer for AnyScript {
    type TokenStream<'a> = Terms;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms {
        Terms { terms: terms(text).into_iter(), token: Token::default() }
    }
}

impl TokenStream for Terms {
    fn advance(&mut self) -> bool {
        match self.terms.next() {
            Some((text, place)) => {
                self.token.text = text;
                self.token.position = place;
                true
            }
            None => false,
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(text: &str) -> Vec<String> {
        terms(text).into_iter().map(|(term, _)| term).collect()
    }

    #[test]
    fn words_are_folded() {
        assert_eq!(texts("İzmir — Niš, ＦＩＢＲＥ"), ["izmir", "nis", "fibre"]);
        assert_eq!(texts("Łódź Đakovo Tromsø"), ["lodz", "dakovo", "tromso"]);
        assert_eq!(texts("الرِّياض 2030"), ["الرياض", "2030"]);
        assert_ne!(texts("कि"), texts("के"), "a vowel of Devanagari is no accent");
        assert_eq!(texts("co\u{00AD}operate"), ["cooperate"]);
    }

    #[test]
    fn scripts_without_spaces_give_letters_and_pairs() {
        assert_eq!(texts("深圳市"), ["深", "深圳", "圳", "圳市", "市"]);
        assert_eq!(texts("5G 网"), ["5g", "网"]);
        assert_eq!(
            terms("深圳 5g"),
            [("深".to_owned(), 0), ("深圳".to_owned(), 0), ("圳".to_owned(), 1), ("5g".to_owned(), 3)]
        );
        assert_eq!(pieces("スマート・シティ").len(), 2);
        assert_eq!(pieces("서울특별시").len(), 1);
    }

    proptest! {
        #[test]
        fn any_middle_of_an_unspaced_text_is_found(text in "[\u{4E00}-\u{4EFF}\u{0E01}-\u{0E2E}\u{0E81}-\u{0E82}]{2,20}", from in 0_usize..10, len in 1_usize..6) {
            let letters: Vec<char> = text.chars().collect();
            let part: String = letters.iter().skip(from).take(len).collect();
            let all = texts(&text);
            prop_assert!(texts(&part).iter().all(|term| all.contains(term)));
        }

        #[test]
        fn any_text_is_cut_without_panic_and_cutting_again_changes_nothing(text in ".{0,200}") {
            let words: Vec<String> = pieces(&text).into_iter().filter_map(|piece| match piece {
                Piece::Word(word) => Some(word),
                Piece::Run(_) => None,
            }).collect();
            for word in words {
                prop_assert!(word.chars().count() <= MAX_WORD);
            }
        }
    }
}
