//! The gate at its bounds, under attack, and against a naive count.

#![expect(clippy::arithmetic_side_effects, reason = "counts of small documents")]

mod naive;

use serde_json::json;

use super::{body, *};

const FREE: GateLimits = GateLimits {
    body_bytes: usize::MAX,
    bytes: usize::MAX,
    tokens: usize::MAX,
    nesting: 60,
    definitions: usize::MAX,
    spreads: usize::MAX,
    aliases: usize::MAX,
    directives: usize::MAX,
    selections: usize::MAX,
    unfolded: u64::MAX,
    root_fields: u64::MAX,
    depth: u64::MAX,
    introspection_depth: u64::MAX,
    introspection_lists: u64::MAX,
    rankings: u64::MAX,
    cost: u64::MAX,
    default_page: 20,
    max_page: 100,
    credential_fields: &["login"],
};

/// Prices of these tests, whatever is served.
const PRICES: CostTable = CostTable::new(&[
    FieldCost::page("cities", 1),
    FieldCost::new("gates", 5).rows(Rows::Short(10)),
    FieldCost::page("mandates", 1),
    FieldCost::new("nodes", 1).rows(Rows::Items("ids")),
    FieldCost::page("opportunities", 100).ranks(),
    FieldCost::page("partnerCities", 100).ranks(),
    FieldCost::page("projects", 1),
    FieldCost::new("stability", 1_000),
]);

fn check(text: &str) -> Result<CheckedDocument, GateError> {
    Gate::new(GateLimits::SERVED, PRICES).check(Request::new(text))
}

fn measured(text: &str) -> Measure {
    Gate::new(FREE, PRICES).check(Request::new(text)).unwrap().measure()
}

/// The bound that a document is over.
fn over(text: &str) -> Option<Bound> {
    match check(text) {
        Err(GateError::OverLimit { bound, .. }) => Some(bound),
        Ok(_) => None,
        Err(other) => panic!("{other}: {}", text.chars().take(80).collect::<String>()),
    }
}

fn repeat(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(" ")
}

fn nested(levels: usize) -> String {
    format!("{}a{}", "a{".repeat(levels - 1), "}".repeat(levels - 1))
}

#[test]
fn each_limit_holds_at_the_bound_and_refuses_one_past() {
    type Make = fn(usize) -> String;
    let limits = GateLimits::SERVED;
    let cases: [(Bound, usize, Make); 10] = [
        (Bound::Bytes, limits.bytes, |n| format!("{{a}}{}", " ".repeat(n - 3))),
        (Bound::Tokens, limits.tokens, |n| format!("{{a(x:[{}])}}", repeat(n - 9, |i| i.to_string()))),
        (Bound::Nesting, limits.nesting, |n| format!("{{a(x:{}1{})}}", "[".repeat(n - 2), "]".repeat(n - 2))),
        (Bound::Definitions, limits.definitions, |n| {
            format!("{{...F1}} {}", repeat(n - 1, |i| format!("fragment F{} on Q{{a}}", i + 1)))
        }),
        (Bound::Spreads, limits.spreads, |n| {
            format!("{{b{{{}}}}} fragment F on Q{{a}}", repeat(n, |_| "...F".into()))
        }),
        (Bound::Aliases, limits.aliases, |n| format!("{{b{{{}}}}}", repeat(n, |i| format!("x{i}:a")))),
        (Bound::Directives, limits.directives, |n| {
            format!("{{a {}}}", repeat(n, |_| "@skip(if:false)".into()))
        }),
        (Bound::Selections, limits.selections, |n| format!("{{b{{{}}}}}", repeat(n - 1, |_| "a".into()))),
        (Bound::RootFields, limits.root_fields as usize, |n| format!("{{{}}}", repeat(n, |_| "a".into()))),
        (Bound::Depth, limits.depth as usize, |n| format!("{{{}}}", nested(n))),
    ];
    for (bound, limit, make) in cases {
        assert_eq!(over(&make(limit)), None, "{bound:?} at the bound");
        assert_eq!(over(&make(limit + 1)), Some(bound), "{bound:?} one past");
    }
}

#[test]
fn limits_see_through_fragments() {
    assert_eq!(over("{...F} fragment F on Q{a{a{a{a{a{a{a{a{a{a}}}}}}}}}}"), None);
    assert_eq!(over("{a{...F}} fragment F on Q{a{a{a{a{a{a{a{a{a{a}}}}}}}}}}"), Some(Bound::Depth));
    let roots = |n: usize| format!("{{...F ...F}} fragment F on Q{{{}}}", repeat(n, |_| "a".into()));
    assert_eq!(over(&roots(10)), None);
    assert_eq!(over(&roots(11)), Some(Bound::RootFields));
    let unfolded = |n: usize| {
        format!("{{b{{{}}}}} fragment F on Q{{{}}}", repeat(n, |_| "...F".into()), repeat(19, |_| "a".into()))
    };
    assert_eq!(over(&unfolded(99)), None);
    assert_eq!(over(&unfolded(100)), Some(Bound::Unfolded));
    let unused =
        format!("{{a}} fragment A on Q{{{}}} {}", repeat(50, |_| "...B".into()), unfolded(0).split_at(7).1);
    assert!(check(&unused).is_err(), "a fragment that nobody spreads is walked by validation, too");
}

#[test]
fn fragments_that_double_are_refused_however_many() {
    for levels in [20, 22, 200] {
        let fragments = repeat(levels, |i| format!("fragment F{i} on Q{{...F{} ...F{}}}", i + 1, i + 1));
        let text = format!("{{a{{...F0}}}} {fragments} fragment F{levels} on Q{{id}}");
        assert!(matches!(check(&text), Err(GateError::OverLimit { .. })), "{levels}");
        let few = Gate::new(GateLimits { unfolded: 2_000, ..FREE }, PRICES).check(Request::new(&text));
        let unfolded = GateError::OverLimit { bound: Bound::Unfolded, limit: 2_000 };
        assert_eq!(few.unwrap_err(), unfolded, "{levels}: by its unfolding alone");
        // Each level is two spreads and what they unfold to; the last is a field. The count stops at the largest.
        let each = (0..levels).fold(1_u64, |below, _| below.saturating_add(1).saturating_mul(2));
        assert_eq!(measured(&text).unfolded, each.saturating_add(2));
    }
}

#[test]
fn many_of_anything_is_refused() {
    let spreads = format!(
        "{{b{{{}}}}} fragment A on Q{{{}}}",
        repeat(3_000, |_| "...A".into()),
        repeat(1_000, |_| "id".into())
    );
    assert_eq!(over(&spreads), Some(Bound::Tokens));
    assert_eq!(over(&format!("{{{}}}", repeat(10_000, |i| format!("a{i}:__typename")))), Some(Bound::Bytes));
    assert_eq!(over(&format!("{{{}}}", repeat(3_000, |i| format!("a{i}:__typename")))), Some(Bound::Tokens));
    assert_eq!(over(&format!("{{b{{id {}}}}}", "@include(if:true)".repeat(3_000))), Some(Bound::Tokens));
    assert_eq!(over(&repeat(1_000, |i| format!("query Q{i}{{__typename}}"))), Some(Bound::Tokens));
    assert_eq!(
        over(&format!("{{{}}}", repeat(60, |i| format!("x:s(text:\"{i}\"){{id}}")))),
        Some(Bound::Aliases)
    );
    assert_eq!(over(&format!("{{a(x:{})}}", "[".repeat(60_000))), Some(Bound::Nesting));
    assert_eq!(over(&"{a".repeat(30_000)), Some(Bound::Nesting));
}

#[test]
fn cycles_and_unknown_fragments_are_named() {
    let cycle = check("{b{...A}} fragment A on Q{...B} fragment B on Q{a{...A}}").unwrap_err();
    assert!(matches!(cycle, GateError::FragmentCycle(_)), "{cycle}");
    let unused = check("{b} fragment A on Q{...A}").unwrap_err();
    assert!(matches!(unused, GateError::FragmentCycle(_)), "{unused}");
    assert_eq!(check("{...X}").unwrap_err(), GateError::UnknownFragment("X".into()));
}

#[test]
fn brackets_in_text_and_comments_do_not_count_and_those_after_do() {
    let fine = [
        "{a(x:\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\")}",
        "{a(x:\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\")}",
        "{a(x:\"\"\"[[[[[[[[[[[[[[[[[[[ \\\"\"\" [[[[[[[[[[[[[[[[[[ \" [[[[[ \"\"\")}",
        "# [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n{a}",
    ];
    for text in fine {
        assert_eq!(over(text), None, "{text}");
    }
    let deep = "[".repeat(40);
    let starts = [
        "{a(x:\"\\\\\",y:",
        "{a(x:\"\"\"b\\\"\"\" c\"\"\",y:",
        "{a(x:\"\"\"\"\"\",y:",
        "# \"\n{a(y:",
        "{a(x:\"\",y:",
    ];
    for start in starts {
        assert_eq!(over(&format!("{start}{deep}")), Some(Bound::Nesting), "{start}");
    }
    for broken in ["{a(x:\"b)}", "{a(x:\"b\n\")}", "{a(x:\"\"\"b\")}", "{a;}", "{ä}", "{..a}"] {
        assert!(matches!(check(broken), Err(GateError::Syntax { .. })), "{broken}");
    }
}

#[test]
fn the_operation_is_the_named_one_or_the_only_one() {
    let gate = Gate::default();
    let kind = |text: &str, name: Option<&str>| {
        let mut request = Request::new(text);
        request.operation_name = name.map(str::to_owned);
        gate.check(request).map(|checked| (checked.kind(), checked.name().map(str::to_owned)))
    };
    let both = "query A{a} mutation B{b}";
    assert_eq!(kind("{a}", None), Ok((OperationType::Query, None)));
    assert_eq!(kind("{a}", Some("")), Ok((OperationType::Query, None)));
    assert_eq!(kind("query A{a}", None), Ok((OperationType::Query, Some("A".into()))));
    assert_eq!(kind(both, Some("B")), Ok((OperationType::Mutation, Some("B".into()))));
    assert_eq!(kind(both, None), Err(GateError::OperationNameMissing));
    assert_eq!(kind(both, Some("C")), Err(GateError::UnknownOperation));
    assert_eq!(kind("{a}", Some("A")), Err(GateError::UnknownOperation));
}

#[test]
fn a_variable_that_needs_a_value_has_one() {
    let check = |text: &str, variables: serde_json::Value| {
        Gate::default().check(Request::new(text).variables(Variables::from_json(variables))).map(|_| ())
    };
    let missing = Err(GateError::MissingVariable("n".into()));
    assert_eq!(check("query($n:Int!){a(n:$n)}", json!({})), missing);
    assert_eq!(check("query($n:Int!){a(n:$n)}", json!({"n": null})), missing);
    assert_eq!(check("query($n:Int!=1){a(n:$n)}", json!({"n": null})), missing);
    assert_eq!(check("query($n:Int!=1){a(n:$n)}", json!({})), Ok(()));
    assert_eq!(check("query($n:Int){a(n:$n)}", json!({})), Ok(()));
}

fn cost(text: &str, variables: serde_json::Value) -> u64 {
    let request = Request::new(text).variables(Variables::from_json(variables));
    Gate::new(FREE, PRICES).check(request).unwrap().cost()
}

#[test]
fn the_price_is_weights_times_the_pages_above() {
    let none = || json!({});
    assert_eq!(cost("{a b{c}}", none()), 3);
    assert_eq!(cost("{projects(first:7){edges{node{id}}}}", none()), 1 + 7 * 3);
    assert_eq!(cost("{projects{totalCount}}", none()), 1 + 20);
    assert_eq!(cost("{projects(first:null){id}}", none()), 1 + 20);
    assert_eq!(cost("{projects(first:3,last:9){id}}", none()), 1 + 9);
    assert_eq!(cost("{projects(first:3){cities(first:5){id}}}", none()), 1 + 3 * (1 + 5));
    assert_eq!(cost("query($n:Int=50){projects(first:$n){id}}", none()), 1 + 50);
    assert_eq!(cost("query($n:Int=50){projects(first:$n){id}}", json!({"n": 4})), 1 + 4);
    assert_eq!(cost("query($n:Int=50){projects(first:$n){id}}", json!({"n": null})), 1 + 20);
    assert_eq!(cost("query($n:Int){x:projects(first:$n){id}}", none()), 1 + 20);
    assert_eq!(cost("query($i:[ID!]!){nodes(ids:$i){id}}", json!({"i": ["a", "b", "c"]})), 1 + 3);
    assert_eq!(cost("{nodes(ids:[\"a\",\"b\"]){id}}", none()), 1 + 2);
    assert_eq!(cost("{projects(first:3){...F}} fragment F on Project{stability a}", none()), 1 + 3 * 1_001);
}

#[test]
fn page_sizes_are_clamped_and_never_wrap() {
    for (size, rows) in [
        ("0", 0),
        ("-1", 0),
        ("-9223372036854775808", 0),
        ("101", 100),
        ("9223372036854775807", 100),
        ("18446744073709551616", 100),
        ("1e99", 100),
        ("2.5", 100),
        ("\"7\"", 100),
        ("[1]", 100),
    ] {
        assert_eq!(cost(&format!("{{projects(first:{size}){{id}}}}"), json!({})), 1 + rows, "{size}");
    }
    for (size, rows) in [(json!(-5), 0), (json!(1_000_000), 100), (json!("9"), 100), (json!(1e300), 100)] {
        assert_eq!(cost("query($n:Int){projects(first:$n){id}}", json!({"n": size})), 1 + rows);
    }
    let deep = format!("{{{}id{}}}", "projects(first:100){".repeat(20), "}".repeat(20));
    assert_eq!(cost(&deep, json!({})), u64::MAX);
    let three = "{projects(first:100){cities(first:100){mandates(first:100){id}}}}";
    assert_eq!(over(three), Some(Bound::Cost));
    let default = "query($n:Int=100){projects(first:$n){cities(first:$n){mandates(first:$n){id}}}}";
    assert_eq!(over(default), Some(Bound::Cost));
}

#[test]
fn rankings_are_counted_through_pages_aliases_and_fragments() {
    let ranked = |n: usize| format!("{{{}}}", repeat(n, |i| format!("a{i}:opportunities(first:1){{id}}")));
    assert_eq!(over(&ranked(10)), None);
    assert_eq!(over(&ranked(11)), Some(Bound::Rankings));
    assert_eq!(over("{cities(first:11){partnerCities(first:1){id}}}"), Some(Bound::Rankings));
    assert_eq!(measured("{cities(first:9){...F}} fragment F on City{partnerCities{id}}").rankings, 9);
}

#[test]
fn the_dearest_price_of_a_name_counts_unless_the_type_is_certain() {
    const TABLE: CostTable = CostTable::new(&[
        FieldCost::new("x", 5).of("Cheap"),
        FieldCost::page("x", 50).of("Dear"),
        FieldCost::new("y", 3),
    ]);
    assert_eq!(TABLE.price_of(Some("Cheap"), "x").weight, 5);
    assert_eq!(TABLE.price_of(Some("Node"), "x").weight, 50);
    assert_eq!(TABLE.price_of(None, "x").weight, 50);
    assert_eq!(TABLE.price_of(Some("Any"), "y").weight, 3);
    assert_eq!(TABLE.price_of(None, "z").weight, 1);
    assert!(TABLE.has("Cheap", "x") && TABLE.has("Any", "y") && !TABLE.has("Node", "x"));
}

#[test]
fn a_document_tests_one_secret_under_its_own_name() {
    assert_eq!(over("mutation{login(a:1){id}}"), None);
    assert_eq!(over("mutation{login(a:1){id} login(a:1){id}}"), Some(Bound::Credentials));
    assert_eq!(over("mutation{...F ...F} fragment F on M{login}"), Some(Bound::Credentials));
    let both = "mutation A{login} mutation B{login}";
    assert_eq!(over(both), Some(Bound::Credentials), "even if one operation runs");
    assert_eq!(check("mutation{x:login}").unwrap_err(), GateError::AliasedCredential);
    assert_eq!(check("mutation{...F} fragment F on M{x:login}").unwrap_err(), GateError::AliasedCredential);
    assert_eq!(over("{login b{login}}"), None, "a query may have fields of that name");
}

#[test]
fn a_standard_introspection_passes_and_a_bomb_does_not() {
    let checked = check(INTROSPECTION).unwrap();
    assert_eq!(checked.measure().depth, 15);
    let mixed = INTROSPECTION.replacen("__schema {", "a __schema {", 1);
    assert_eq!(over(&mixed), Some(Bound::Depth));
    let bomb = "{__schema{types{fields{type{fields{type{fields{type{fields{name}}}}}}}}}}";
    assert_eq!(over(bomb), Some(Bound::IntrospectionLists));
    let hidden = "{__type(name:\"A\"){...F}} fragment F on __Type{fields{type{...G}}} fragment G on __Type{fields{type{fields{name}}}}";
    assert_eq!(over(hidden), Some(Bound::IntrospectionLists));
    assert_eq!(over("{a{fields{fields{fields{fields}}}}}"), None, "fields of data may be called so");
}

#[test]
fn a_subscription_has_one_root() {
    assert_eq!(over("subscription{a}"), None);
    assert_eq!(over("subscription{a b}"), Some(Bound::RootFields));
}

#[test]
fn the_shape_tells_documents_apart_and_not_their_values() {
    let shape = |text: &str| check(text).unwrap().shape().to_owned();
    let one = shape("mutation { login(mail: \"a@example.org\", password: \"secret\", n: 1) { id } }");
    assert_eq!(one, shape("mutation{login(mail:\"b\",password:\"\"\"other\"\"\",n:-2.5e3){id}} # note"));
    assert_ne!(one, shape("mutation{login(mail:\"b\",password:\"x\",n:1){name}}"));
    let debug = format!("{:?}", check("{a(x:\"secret\")}").unwrap());
    assert!(!debug.contains("secret"), "{debug}");
}

#[test]
fn bodies_are_objects_of_the_right_types() {
    let parse = |text: &str| body::parse(text.as_bytes(), &GateLimits::SERVED);
    for fine in [
        r#"{"query":"{a}"}"#,
        r#" {"query":"{a}","operationName":null,"variables":null,"extensions":null}"#,
        r#"{"query":"query A{a}","operationName":"A","variables":{"x":[1,{"y":null}]},"extensions":{"z":1},"more":1}"#,
    ] {
        assert!(parse(fine).is_ok(), "{fine}");
    }
    for wrong in [
        "",
        "null",
        "\"{a}\"",
        "{",
        "{}",
        r#"{"query":1}"#,
        r#"{"query":{"a":1}}"#,
        r#"{"query":["{a}"]}"#,
        r#"{"query":null}"#,
        r#"{"query":"{a}","query":"{b}"}"#,
        r#"{"query":"{a}","operationName":0}"#,
        r#"{"query":"{a}","variables":"x"}"#,
        r#"{"query":"{a}","variables":[]}"#,
        r#"{"query":"{a}","extensions":false}"#,
        r#"{"query":"{a}","extensions":["a"]}"#,
        r#"{"query":"{a}"} {"query":"{a}"}"#,
    ] {
        assert!(matches!(parse(wrong), Err(GateError::Body(_))), "{wrong}");
    }
    assert_eq!(parse(r#"[{"query":"{a}"}]"#).unwrap_err(), GateError::Batch);
    assert_eq!(parse(r#"["{a}",null,null,null]"#).unwrap_err(), GateError::Batch);
    assert!(body::parse(b"{\"query\":\"\xff\xfe\"}", &GateLimits::SERVED).is_err());
    let deep =
        format!(r#"{{"query":"{{a}}","variables":{{"x":{}{}}}}}"#, "[".repeat(30_000), "]".repeat(30_000));
    assert!(matches!(parse(&deep), Err(GateError::Body(_))));
    let long = format!(r#"{{"query":"{{a}}{}"}}"#, " ".repeat(GateLimits::SERVED.body_bytes));
    assert!(matches!(parse(&long), Err(GateError::OverLimit { bound: Bound::Bytes, .. })));
}

/// What tools ask of a schema, in the form with the longest chain of `ofType`.
const INTROSPECTION: &str = "
query IntrospectionQuery {
  __schema {
    description
    queryType { name kind } mutationType { name kind } subscriptionType { name kind }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) {
    name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue {
  name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
}
fragment TypeRef on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
}";
