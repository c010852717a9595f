use proptest::prelude::*;

use super::*;

fn check(text: &str) -> Result<CheckedDocument, Refusal> {
    CheckedDocument::check(text, None, Variables::default())
}

fn code(text: &str) -> ErrorCode {
    check(text).unwrap_err().code
}

fn doubling(n: usize) -> String {
    let mut text = "{...F0}".to_owned();
    for i in 0..n {
        text += &format!("fragment F{i} on Query{{...F{} ...F{}}}", i + 1, i + 1);
    }
    text + &format!("fragment F{n} on Query{{__typename}}")
}

#[test]
fn doubling_fragments_are_refused() {
    // The first three are over the count of selections spread out, the others over the number of definitions too.
    for n in [12, 15, 18, 20, 22, 200] {
        assert_eq!(code(&doubling(n)), ErrorCode::LimitExceeded, "{n}");
    }
    assert!(check(&doubling(4)).is_ok());
}

#[test]
fn many_spreads_of_a_wide_fragment_are_refused() {
    let text = format!("{{{}}} fragment A on Query{{{}}}", "...A ".repeat(3000), "__typename ".repeat(1000));
    assert_eq!(code(&text), ErrorCode::LimitExceeded);
    let text = format!("{{{}}} fragment A on Query{{{}}}", "...A ".repeat(90), "__typename ".repeat(300));
    assert_eq!(code(&text), ErrorCode::LimitExceeded);
}

#[test]
fn aliases_roots_depth_and_directives_are_counted_to_the_bound() {
    let aliases =
        |n: usize| format!("{{node(id:1){{{}}}}}", (0..n).map(|i| format!("a{i}:id ")).collect::<String>());
    assert!(check(&aliases(LIMITS.aliases)).is_ok());
    assert_eq!(code(&aliases(LIMITS.aliases + 1)), ErrorCode::LimitExceeded);
    let many: String = (0..10_000).map(|i| format!("a{i}:__typename ")).collect();
    assert_eq!(code(&format!("{{{many}}}")), ErrorCode::LimitExceeded);
    let roots = |n: usize| format!("{{{}}}", "__typename ".repeat(n));
    assert!(check(&roots(20)).is_ok());
    assert_eq!(code(&roots(21)), ErrorCode::LimitExceeded);
    let deep = |n: usize| format!("{}x{}", "{a".repeat(n - 1) + "{", "}".repeat(n));
    assert!(check(&deep(10)).is_ok());
    assert_eq!(code(&deep(11)), ErrorCode::LimitExceeded);
    assert_eq!(code(&deep(5_000)), ErrorCode::LimitExceeded);
    let directives = |n: usize| format!("{{a{}}}", " @skip(if:true)".repeat(n));
    assert!(check(&directives(5)).is_ok());
    assert_eq!(code(&directives(6)), ErrorCode::LimitExceeded);
    assert_eq!(code(&"[".repeat(60_000)), ErrorCode::LimitExceeded);
    assert_eq!(code(&"x".repeat(70_000)), ErrorCode::LimitExceeded);
}

#[test]
fn cycles_are_refused_and_operations_are_found() {
    assert_eq!(code("{...A} fragment A on Query{...B} fragment B on Query{...A}"), ErrorCode::Validation);
    assert_eq!(code("query A{__typename} query B{__typename}"), ErrorCode::Validation);
    assert!(check("query A{__typename}").is_ok());
    assert!(CheckedDocument::check("query A{__typename}", Some("A"), Variables::default()).is_ok());
    assert!(CheckedDocument::check("query A{__typename}", Some("B"), Variables::default()).is_err());
    assert_eq!(code("{"), ErrorCode::ParseError);
    assert_eq!(code("{a(b:\"unended)}"), ErrorCode::ParseError);
}

#[test]
fn pages_multiply_what_lies_below_them_through_variables_and_defaults() {
    let cost = |text: &str, variables: serde_json::Value| {
        CheckedDocument::check(text, None, Variables::from_json(variables)).map(|checked| checked.cost)
    };
    let none = serde_json::json!({});
    let page = |first: &str| format!("{{projects(first:{first}){{edges{{node{{id}}}}}}}}");
    let one = cost(&page("1"), none.clone()).unwrap();
    let hundred = cost(&page("100"), none.clone()).unwrap();
    assert!(hundred > 90 * (one - 1));
    assert_eq!(cost(&page("2147483647"), none.clone()), Ok(hundred));
    assert_eq!(cost(&page("-1"), none.clone()), Ok(hundred));
    let variable = "query($n:Int=100){projects(first:$n){edges{node{id}}}}";
    assert_eq!(cost(variable, none.clone()), Ok(hundred));
    assert_eq!(cost(variable, serde_json::json!({"n": 1})), Ok(one));
    let dear = "{opportunities(first:100){edges{node{stability forInvestor{criteria{evidence{fact}}}}}}}";
    assert_eq!(cost(dear, none).unwrap_err().code, ErrorCode::LimitExceeded);
}

#[test]
fn the_usual_introspection_query_passes() {
    let of_type = "ofType{kind name ".repeat(9) + &"}".repeat(9);
    let text = format!(
        "query I{{__schema{{queryType{{name}} types{{kind name fields(includeDeprecated:true){{name args{{name \
         type{{kind name {of_type}}}}}}}}}}}}}"
    );
    assert!(check(&text).is_ok());
}

/// Selections of a fragment with those that it spreads, spread out.
fn spread_out(i: usize, spreads: &dyn Fn(usize) -> Vec<usize>) -> u64 {
    1 + spreads(i).into_iter().map(|j| spread_out(j, spreads)).sum::<u64>()
}

proptest! {
    #[test]
    fn any_text_is_judged_without_panic(text in "[{}()\\[\\]a-z0-9\"\\\\#@:.$! \n]{0,200}|.{0,200}") {
        let _ = check(&text);
    }

    /// On documents without cycles the remembered count is that of spreading everything out.
    #[test]
    fn the_count_equals_spreading_out(
        shape in proptest::collection::vec(proptest::collection::vec(0_usize..6, 0..4), 1..6),
    ) {
        // Fragment i spreads only later ones.
        let n = shape.len();
        let spreads = |i: usize| shape[i].iter().map(|j| i + 1 + j).filter(|j| *j < n).collect::<Vec<_>>();
        let mut text = "{...F0}".to_owned();
        for i in 0..n {
            let inner: String = spreads(i).iter().map(|j| format!("...F{j} ")).collect();
            text += &format!("fragment F{i} on Query{{__typename {inner}}}");
        }
        let expected = spread_out(0, &spreads);
        match check(&text) {
            Ok(checked) => prop_assert_eq!(checked.cost, expected),
            Err(refusal) => {
                prop_assert_eq!(refusal.code, ErrorCode::LimitExceeded);
                prop_assert!(expected > LIMITS.root_fields);
            }
        }
    }
}
