//! Documents by chance, counted by unfolding them for real.

use std::fmt::Write;

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Node {
    Field {
        name: &'static str,
        alias: bool,
        first: Option<u8>,
        below: Vec<Node>,
    },
    Inline(Vec<Node>),
    /// Of a fragment further on, so that there is no cycle: how much further, around the end.
    Spread(usize),
}

/// The operation, then its fragments.
type Document = Vec<Vec<Node>>;

const NAMES: [&str; 6] = ["a", "b", "projects", "opportunities", "stability", "gates"];

fn nodes() -> impl Strategy<Value = Vec<Node>> {
    let leaf = prop_oneof![
        3 => (prop::sample::select(&NAMES[..]), any::<bool>(), prop::option::of(0_u8..=120))
            .prop_map(|(name, alias, first)| Node::Field { name, alias, first, below: Vec::new() }),
        2 => (0_usize..8).prop_map(Node::Spread),
    ];
    let node = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            3 => (prop::sample::select(&NAMES[..]), any::<bool>(), prop::option::of(0_u8..=120), prop::collection::vec(inner.clone(), 1..4))
                .prop_map(|(name, alias, first, below)| Node::Field { name, alias, first, below }),
            1 => prop::collection::vec(inner, 1..4).prop_map(Node::Inline),
        ]
    });
    prop::collection::vec(node, 1..5)
}

fn documents() -> impl Strategy<Value = Document> {
    prop::collection::vec(nodes(), 1..6)
}

/// Which fragment a spread in a definition means; none in the last, which has none further on.
fn target(document: &Document, from: usize, step: usize) -> Option<usize> {
    let left = document.len() - from - 1;
    (left > 0).then(|| from + 1 + step % left)
}

fn write_set(document: &Document, from: usize, set: &[Node], text: &mut String, aliases: &mut usize) {
    text.push('{');
    for node in set {
        match node {
            Node::Field { name, alias, first, below } => {
                if *alias {
                    *aliases += 1;
                    write!(text, "x{aliases}:").unwrap();
                }
                text.push_str(name);
                if let Some(first) = first {
                    write!(text, "(first:{first})").unwrap();
                }
                if !below.is_empty() {
                    write_set(document, from, below, text, aliases);
                }
            }
            Node::Inline(below) => {
                text.push_str("...");
                write_set(document, from, below, text, aliases);
            }
            Node::Spread(step) => match target(document, from, *step) {
                Some(to) => write!(text, "...F{to}").unwrap(),
                None => text.push_str("leaf"),
            },
        }
        text.push(' ');
    }
    text.push('}');
}

fn written(document: &Document) -> (String, usize) {
    let (mut text, mut aliases) = (String::new(), 0);
    for (at, set) in document.iter().enumerate() {
        if at > 0 {
            write!(text, " fragment F{at} on Thing").unwrap();
        }
        write_set(document, at, set, &mut text, &mut aliases);
    }
    (text, aliases)
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Count {
    selections: u64,
    fields: u64,
    depth: u64,
    rankings: u64,
    cost: u64,
}

/// Walks everything as often as it unfolds.
fn count(document: &Document, from: usize, set: &[Node]) -> Count {
    let mut sum = Count::default();
    for node in set {
        let one = match node {
            Node::Field { name, first, below, .. } => {
                let below = count(document, from, below);
                let page = u64::from(first.unwrap_or(20).min(100));
                let (weight, rows, ranks) = match *name {
                    "projects" => (1, page, 0),
                    "opportunities" => (100, page, 1),
                    "stability" => (1_000, 1, 0),
                    "gates" => (5, 10, 0),
                    _ => (1, 1, 0),
                };
                Count {
                    selections: below.selections,
                    fields: 1,
                    depth: 1 + below.depth,
                    rankings: ranks + rows * below.rankings,
                    cost: weight + rows * below.cost,
                }
            }
            Node::Inline(below) => count(document, from, below),
            Node::Spread(step) => match target(document, from, *step) {
                Some(to) => count(document, to, &document[to]),
                None => Count { fields: 1, depth: 1, cost: 1, ..Count::default() },
            },
        };
        sum.selections += 1 + one.selections;
        sum.fields += one.fields;
        sum.depth = sum.depth.max(one.depth);
        sum.rankings += one.rankings;
        sum.cost = sum.cost.saturating_add(one.cost);
    }
    sum
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_gate_counts_as_one_who_unfolds(document in documents()) {
        let (text, aliases) = written(&document);
        let expected = count(&document, 0, &document[0]);
        let measure = measured(&text);
        prop_assert_eq!(measure.aliases, aliases);
        prop_assert_eq!(measure.definitions, document.len());
        let found = Count {
            selections: measure.unfolded,
            fields: measure.root_fields,
            depth: measure.depth,
            rankings: measure.rankings,
            cost: measure.cost,
        };
        prop_assert_eq!(found, expected, "{}", text);
        let limits = GateLimits::SERVED;
        let is_in = expected.selections <= limits.unfolded
            && expected.fields <= limits.root_fields
            && expected.depth <= limits.depth
            && expected.rankings <= limits.rankings
            && expected.cost <= limits.cost
            && aliases <= limits.aliases;
        let unused = (1..document.len()).all(|at| count(&document, at, &document[at]).selections <= limits.unfolded);
        prop_assert_eq!(check(&text).is_ok(), is_in && unused, "{}", text);
    }

    #[test]
    fn the_gate_never_panics(text in ".{0,300}") {
        let _ = check(&text);
    }

    #[test]
    fn the_gate_never_panics_on_what_looks_like_a_document(
        parts in prop::collection::vec(prop::sample::select(&[
            "{", "}", "(", ")", "[", "]", ":", "...", "on", "fragment", "query", "mutation", "F", "a", "first", "$n",
            "=", "1", "-", "\"", "\"\"\"", "\\", "@skip", "!", "#", "\n", ",", "\u{feff}", "é", "null", "true", "1e9",
        ][..]), 0..120),
        glue in prop::sample::select(&["", " "][..]),
    ) {
        let _ = check(&parts.join(glue));
    }

    #[test]
    fn the_body_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Gate::default().check_json(&bytes);
    }

    #[test]
    fn what_the_gate_takes_is_what_the_parser_takes(document in documents()) {
        let (text, _) = written(&document);
        prop_assert!(async_graphql::parser::parse_query(&text).is_ok());
        prop_assert!(scan::scan(&text, &FREE).is_ok());
    }
}
