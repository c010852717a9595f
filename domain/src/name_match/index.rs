//! The index over all names of all lists, and the screening of one organisation against it.
//!
//! Why no pair is lost: a score of [`POTENTIAL_HIT`] needs at least one pair of words that are alike by
//! [`TOKEN_FLOOR`], or the same letters divided otherwise. The index knows every distinct word of the lists. Each word
//! of the asked name is held against every one of them, first by its shape, which tells how many letters can match
//! at most, then in full. From the like words come postings of names, and for each name the sum over *all* pairs,
//! which is never below the sum over the best pairing. Only names whose sum stays below the threshold are left out;
//! the others are scored in full, by the same function that compares two names without an index. The same letters
//! divided otherwise are looked up by those letters.

use std::collections::{BTreeMap, HashMap};

use super::{
    POTENTIAL_HIT, POTENTIAL_HIT_WEAK,
    normal::{Name, identifier},
    score::{MILLION, Pair, TOKEN_FLOOR, discounted, of_pairs, share},
    sentence,
    word::{Asked, Shape},
};
use crate::{
    sanctions::{ListEntry, ListedKind, SanctionsList},
    value::CountryCode,
};

/// Who is screened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    /// The organisation's name.
    pub name: &'a str,
    /// Its other names.
    pub aliases: &'a [&'a str],
    /// Its numbers: of registers, tax offices, LEI.
    pub identifiers: &'a [&'a str],
    /// Where it is registered.
    pub country: Option<CountryCode>,
}

/// What makes an entry a potential hit, the stronger the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// A weak alias alone: it cannot confirm a hit.
    WeakAlias,
    /// A strong alias.
    Alias,
    /// The name of the entry.
    Name,
    /// The same identifier.
    Identifier,
}

/// An entry that the screened organisation may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Potential {
    /// Whose entry.
    pub list: SanctionsList,
    /// The entry's number in the list.
    pub uid: String,
    /// What the entry names.
    pub kind: ListedKind,
    /// How like, in millionths; 1,000,000 for the same identifier.
    pub score: u32,
    /// What it rests on.
    pub basis: Basis,
    /// The name or identifier of the entry, as the list writes it.
    pub matched_name: String,
    /// The name or identifier of the organisation that is like it.
    pub subject_name: String,
    /// Whether the list names the country of the organisation; none where either is unknown. Evidence only: it changes
    /// no score and excludes nothing.
    pub country_agrees: Option<bool>,
    /// What is alike, in sentences; no verdict.
    pub why: Vec<String>,
}

impl Potential {
    /// Whether a confirmation may rest on this alone. A weak alias needs something beside it.
    pub fn can_confirm_alone(&self) -> bool {
        self.basis > Basis::WeakAlias
    }
}

/// A name of an entry, in the index.
#[derive(Debug)]
struct Listed {
    entry: u32,
    /// Its place among the names of the entry: 0 is the name, the others are aliases.
    place: u32,
    basis: Basis,
    name: Name,
    /// Places of its words in the vocabulary, in the order of the words.
    words: Vec<u32>,
}

/// The best that was found for an entry.
#[derive(Debug, Clone, Copy)]
struct Found<'a> {
    score: u32,
    basis: Basis,
    matched: &'a str,
    subject: &'a str,
}

/// The index. Built once for all lists in force; asking it changes nothing.
#[derive(Debug, Default)]
pub struct Screener {
    entries: Vec<ListEntry>,
    names: Vec<Listed>,
    /// Every distinct word.
    vocabulary: Vec<String>,
    /// Shapes of the words and their places in the vocabulary, by the length of the word: all of them are looked at,
    /// but for those whose length alone tells them apart.
    shapes: Vec<Vec<(Shape, u32)>>,
    /// Names that hold a word, by the word's place in the vocabulary.
    postings: Vec<Vec<u32>>,
    joined: HashMap<String, Vec<u32>>,
    identifiers: HashMap<String, Vec<(u32, u32)>>,
}

impl Screener {
    /// Indexes entries. Names without a letter or digit are left out: nothing is like them.
    pub fn new(entries: impl IntoIterator<Item = ListEntry>) -> Self {
        let mut screener = Self::default();
        let mut places: HashMap<String, u32> = HashMap::new();
        for entry in entries {
            let number = screener.entries.len() as u32;
            screener.add_name(&mut places, number, 0, Basis::Name, &entry.name);
            for (place, alias) in (1..).zip(&entry.aliases) {
                let basis = if alias.weak { Basis::WeakAlias } else { Basis::Alias };
                screener.add_name(&mut places, number, place, basis, &alias.name);
            }
            for (place, listed) in (0..).zip(&entry.identifiers) {
                if let Some(number_of) = identifier(&listed.number) {
                    screener.identifiers.entry(number_of).or_default().push((number, place));
                }
            }
            screener.entries.push(entry);
        }
        screener
    }

    fn add_name(
        &mut self,
        places: &mut HashMap<String, u32>,
        entry: u32,
        place: u32,
        basis: Basis,
        name: &str,
    ) {
        let name = Name::new(name);
        if name.is_empty() {
            return;
        }
        let number = self.names.len() as u32;
        let mut words = Vec::with_capacity(name.tokens.len());
        for token in &name.tokens {
            let word = *places.entry(token.clone()).or_insert_with(|| {
                let place = self.vocabulary.len() as u32;
                if self.shapes.len() <= token.len() {
                    self.shapes.resize_with(token.len().saturating_add(1), Vec::new);
                }
                if let Some(of_length) = self.shapes.get_mut(token.len()) {
                    of_length.push((Shape::new(token), place));
                }
                self.vocabulary.push(token.clone());
                self.postings.push(Vec::new());
                place
            });
            if let Some(posting) = self.postings.get_mut(word as usize) {
                posting.push(number);
            }
            words.push(word);
        }
        self.joined.entry(name.joined.clone()).or_default().push(number);
        self.names.push(Listed { entry, place, basis, name, words });
    }

    /// Entries in the index.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Every entry that the subject may be, the likest first; then by list and number.
    pub fn screen(&self, subject: &Subject<'_>) -> Vec<Potential> {
        let mut found: BTreeMap<u32, Found<'_>> = BTreeMap::new();
        for name in std::iter::once(subject.name).chain(subject.aliases.iter().copied()) {
            self.find_names(name, &mut found);
        }
        for number in subject.identifiers {
            let same = identifier(number).and_then(|number| self.identifiers.get(&number));
            for (entry, place) in same.into_iter().flatten() {
                let listed = self.entries.get(*entry as usize);
                let matched = listed.and_then(|entry| entry.identifiers.get(*place as usize));
                let matched = matched.map_or("", |listed| listed.number.as_str());
                note(
                    &mut found,
                    *entry,
                    Found { score: MILLION, basis: Basis::Identifier, matched, subject: number },
                );
            }
        }
        let mut hits: Vec<Potential> =
            found.into_iter().filter_map(|(entry, found)| self.potential(entry, found, subject)).collect();
        hits.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| (a.list, &a.uid).cmp(&(b.list, &b.uid))));
        hits
    }

    fn potential(&self, entry: u32, found: Found<'_>, subject: &Subject<'_>) -> Option<Potential> {
        let entry = self.entries.get(entry as usize)?;
        let known = entry.countries.iter().any(|country| country.code.is_some());
        let country_agrees = subject
            .country
            .filter(|_| known)
            .map(|code| entry.countries.iter().any(|country| country.code == Some(code)));
        let mut hit = Potential {
            list: entry.list,
            uid: entry.uid.clone(),
            kind: entry.kind,
            score: found.score,
            basis: found.basis,
            matched_name: found.matched.to_owned(),
            subject_name: found.subject.to_owned(),
            country_agrees,
            why: Vec::new(),
        };
        hit.why = sentence::sentences(entry, &hit, subject.country);
        Some(hit)
    }

    /// Places in the vocabulary of words like one, with their likeness.
    fn like_words(&self, token: &str) -> Vec<(u32, u32)> {
        let asked = Asked::new(token);
        let mut like = Vec::new();
        for (length, shapes) in self.shapes.iter().enumerate() {
            let Some(needed) = asked.needed(length) else { continue };
            let near = shapes.iter().filter(|(shape, _)| asked.may_be_like(*shape, needed));
            like.extend(near.filter_map(|(_, place)| {
                let alike = asked.alike(self.vocabulary.get(*place as usize)?);
                (alike >= TOKEN_FLOOR).then_some((*place, alike))
            }));
        }
        like
    }

    fn find_names<'a>(&'a self, given: &'a str, found: &mut BTreeMap<u32, Found<'a>>) {
        let name = Name::new(given);
        if name.is_empty() {
            return;
        }
        let like: Vec<HashMap<u32, u32>> =
            name.tokens.iter().map(|token| self.like_words(token).into_iter().collect()).collect();
        // Letters times likeness over all pairs, seen from the asked name and from the listed one.
        let mut sums = vec![(0_u64, 0_u64); self.names.len()];
        let mut touched = Vec::new();
        for (token, words) in name.tokens.iter().zip(&like) {
            for (word, alike) in words {
                let alike = u64::from(*alike);
                let asked = alike.saturating_mul(token.len() as u64);
                let letters = self.vocabulary.get(*word as usize).map_or(0, |word| word.len() as u64);
                let listed = alike.saturating_mul(letters);
                for number in self.postings.get(*word as usize).into_iter().flatten() {
                    let Some(sum) = sums.get_mut(*number as usize) else { continue };
                    if sum.0 == 0 {
                        touched.push(*number);
                    }
                    *sum = (sum.0.saturating_add(asked), sum.1.saturating_add(listed));
                }
            }
        }
        let redivided = self.joined.get(&name.joined).into_iter().flatten();
        let within = touched.iter().filter(|number| {
            let sum = sums.get(**number as usize);
            let listed = self.names.get(**number as usize);
            sum.zip(listed)
                .is_some_and(|(sum, listed)| bound(&name, &listed.name, *sum) >= threshold(listed.basis))
        });
        for listed in redivided.chain(within).filter_map(|number| self.names.get(*number as usize)) {
            let mut pairs = Vec::new();
            for (a, words) in like.iter().enumerate() {
                for (b, word) in listed.words.iter().enumerate() {
                    if let Some(alike) = words.get(word) {
                        pairs.push(Pair { a, b, alike: *alike });
                    }
                }
            }
            let score = of_pairs(&name, &listed.name, &pairs);
            if score >= threshold(listed.basis) {
                let matched = self.written(listed);
                note(found, listed.entry, Found { score, basis: listed.basis, matched, subject: given });
            }
        }
    }

    /// A name as the list writes it.
    fn written(&self, listed: &Listed) -> &str {
        let Some(entry) = self.entries.get(listed.entry as usize) else { return "" };
        match (listed.place as usize).checked_sub(1) {
            None => &entry.name,
            Some(alias) => entry.aliases.get(alias).map_or("", |alias| &alias.name),
        }
    }
}

/// The score from which on a name of that kind is a potential hit.
pub(super) const fn threshold(basis: Basis) -> u32 {
    match basis {
        Basis::WeakAlias => POTENTIAL_HIT_WEAK,
        Basis::Alias | Basis::Name | Basis::Identifier => POTENTIAL_HIT,
    }
}

/// An upper bound of the score, from sums over all pairs.
fn bound(asked: &Name, listed: &Name, (of_asked, of_listed): (u64, u64)) -> u32 {
    let aligned = share(of_asked.saturating_add(of_listed), asked.letters.saturating_add(listed.letters));
    let within_asked = if asked.letters <= listed.letters { share(of_asked, asked.letters) } else { 0 };
    let within_listed = if listed.letters <= asked.letters { share(of_listed, listed.letters) } else { 0 };
    aligned.max(discounted(within_asked.max(within_listed)))
}

/// Keeps the likest; of equals the stronger basis, then what was asked first.
fn note<'a>(found: &mut BTreeMap<u32, Found<'a>>, entry: u32, new: Found<'a>) {
    found
        .entry(entry)
        .and_modify(|old| {
            // A strong basis stands before a weak one, whatever their scores: it can confirm.
            let rank = |f: &Found<'_>| (f.basis > Basis::WeakAlias, f.score, f.basis);
            if rank(&new) > rank(old) {
                *old = new;
            }
        })
        .or_insert(new);
}
