//! Words and pairs of letters of a text in any script.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Whether a letter's script is written without spaces between words.
const fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{0E00}'..='\u{0EFF}'       // Thai, Lao
        | '\u{1000}'..='\u{109F}'     // Myanmar
        | '\u{1780}'..='\u{17FF}'     // Khmer
        | '\u{3040}'..='\u{30FF}'     // Kana
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'     // Han
        | '\u{AC00}'..='\u{D7AF}'     // Hangul
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}'
    )
}

/// Whether a term is a pair of letters, or a single one, of such a script.
pub(super) fn is_pair(term: &str) -> bool {
    term.chars().next().is_some_and(is_unspaced)
}

/// Terms of a text: folded words, and pairs of letters in scripts without spaces.
pub fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut run: Vec<char> = Vec::new();
    // Compatibility forms first: full-width letters and ligatures become plain ones. Hangul is composed again.
    for c in text.nfkc() {
        if is_unspaced(c) {
            end_word(&mut word, &mut found);
            run.push(c);
        } else if c.is_alphanumeric() || (is_combining_mark(c) && !word.is_empty()) {
            end_run(&mut run, &mut found);
            word.push(c);
        } else {
            end_word(&mut word, &mut found);
            end_run(&mut run, &mut found);
        }
    }
    end_word(&mut word, &mut found);
    end_run(&mut run, &mut found);
    found
}

fn end_word(word: &mut String, found: &mut Vec<String>) {
    if word.is_empty() {
        return;
    }
    let folded: String = word
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            // Letters that do not decompose but that people type without their stroke or dot.
            'ı' => 'i',
            'đ' => 'd',
            'ł' => 'l',
            'ø' => 'o',
            other => other,
        })
        .filter(|c| !is_combining_mark(*c))
        .take(60)
        .collect();
    if !folded.is_empty() {
        found.push(folded);
    }
    word.clear();
}

fn end_run(run: &mut Vec<char>, found: &mut Vec<String>) {
    match run.as_slice() {
        [] => {}
        [single] => found.push(single.to_string()),
        letters => found.extend(letters.windows(2).map(|pair| pair.iter().collect::<String>())),
    }
    run.clear();
}

/// The tokenizer of the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct AnyScript;

/// Terms one after the other.
#[derive(Debug)]
pub(super) struct Terms {
    terms: std::vec::IntoIter<String>,
    token: Token,
}

impl Tokenizer for AnyScript {
    type TokenStream<'a> = Terms;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Terms {
        Terms { terms: tokens(text).into_iter(), token: Token { position: usize::MAX, ..Token::default() } }
    }
}

impl TokenStream for Terms {
    fn advance(&mut self) -> bool {
        match self.terms.next() {
            Some(term) => {
                self.token.text = term;
                self.token.position = self.token.position.wrapping_add(1);
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

    #[test]
    fn words_are_folded_and_unspaced_scripts_cut_into_pairs() {
        assert_eq!(tokens("İzmir — Niš, ＦＩＢＲＥ"), ["izmir", "nis", "fibre"]);
        assert_eq!(tokens("深圳智慧城市"), ["深圳", "圳智", "智慧", "慧城", "城市"]);
        assert_eq!(tokens("5G 网"), ["5g", "网"]);
        assert_eq!(tokens("الرياض 2030"), ["الرياض", "2030"]);
        assert!(tokens("กรุงเทพมหานคร").len() > 5);
    }

    proptest! {
        #[test]
        fn any_middle_of_an_unspaced_text_is_found(text in "[\u{4E00}-\u{4EFF}\u{0E01}-\u{0E2E}\u{0E81}-\u{0E8F}]{2,20}", from in 0_usize..10, len in 2_usize..6) {
            let letters: Vec<char> = text.chars().collect();
            let part: String = letters.iter().skip(from).take(len).collect();
            if part.chars().count() >= 2 {
                let all = tokens(&text);
                prop_assert!(tokens(&part).iter().all(|term| all.contains(term)));
            }
        }

        #[test]
        fn any_text_is_cut_without_panic(text in ".{0,200}") {
            let _ = tokens(&text);
        }
    }
}
