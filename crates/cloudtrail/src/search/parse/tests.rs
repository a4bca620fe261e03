//! What the language means, case by case, and what holds of any text.

use proptest::prelude::*;

use super::*;
use crate::search::{Comparison, Field, Network, Pattern, PatternPart, Scalar, Test};
use crate::time::Time;

fn field(field: Field, values: &[&str]) -> Expr {
    let patterns = values.iter().map(|value| Pattern::literal(value, false)).collect();
    Expr::Field(FieldRef::Known(field), Test::AnyOf(patterns))
}

fn path(keys: &[&str]) -> FieldRef {
    FieldRef::Path(keys.iter().map(|key| (*key).to_owned()).collect())
}

fn word(text: &str) -> Expr {
    Expr::Word(Pattern::literal(text, false))
}

fn exact(text: &str) -> Expr {
    Expr::Word(Pattern::literal(text, true))
}

fn read(text: &str) -> Expr {
    parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).expr
}

#[test]
fn terms_mean_what_they_say() {
    let cases = [
        ("", Expr::All),
        ("  \n ", Expr::All),
        ("event:StopInstances", field(Field::Event, &["StopInstances"])),
        ("EVENT:a,b", field(Field::Event, &["a", "b"])),
        ("eventName:a", field(Field::Event, &["a"])),
        ("userIdentity.accessKeyId:AKIA", field(Field::Key, &["AKIA"])),
        ("-event:a", field(Field::Event, &["a"]).negate()),
        ("NOT event:a", field(Field::Event, &["a"]).negate()),
        ("NOT -event:a", field(Field::Event, &["a"])),
        ("error:*", Expr::Field(FieldRef::Known(Field::Error), Test::Exists)),
        ("readOnly:no", field(Field::ReadOnly, &["false"])),
        ("readonly:YES,\"false\"", field(Field::ReadOnly, &["true", "false"])),
        ("resource:arn:aws:s3:::b/k=1+2@x", field(Field::Resource, &["arn:aws:s3:::b/k=1+2@x"])),
        (r"who:CORP\jo", field(Field::Who, &[r"CORP\jo"])),
        (r"who:jo\ doe,a\,b\*", field(Field::Who, &["jo doe", "a,b*"])),
        ("ip:fe80::1", field(Field::Ip, &["fe80::1"])),
        ("hello", word("hello")),
        ("a,b", word("a,b")),
        ("arn:aws:iam::1:role/x", word("arn:aws:iam::1:role/x")),
        (
            "https://example.com/a?",
            Expr::Word(Pattern {
                parts: vec![PatternPart::Literal("https://example.com/a".into()), PatternPart::One],
                exact_case: false,
            }),
        ),
        ("fe80::1", word("fe80::1")),
        ("::/0", word("::/0")),
        ("10.0.0.1", word("10.0.0.1")),
        ("09:30", word("09:30")),
        (r"a\:b", word("a:b")),
        (r#""two words""#, exact("two words")),
        (r#""say \"hi\" C:\dir\\""#, exact(r#"say "hi" C:\dir\"#)),
        (r#""OR""#, exact("OR")),
        ("or and not", Expr::and([word("or"), word("and"), word("not")])),
        ("a b", Expr::and([word("a"), word("b")])),
        ("a AND b", Expr::and([word("a"), word("b")])),
        ("a b OR c", Expr::or([Expr::and([word("a"), word("b")]), word("c")])),
        ("a (b OR c)", Expr::and([word("a"), Expr::or([word("b"), word("c")])])),
        ("(a)OR(b)", Expr::or([word("a"), word("b")])),
        ("((a b)) (c)", Expr::and([word("a"), word("b"), word("c")])),
        ("-(a b)", Expr::and([word("a"), word("b")]).negate()),
        ("(event:a)", field(Field::Event, &["a"])),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn wildcards_stand_in_bare_values_only() {
    let parts = |text: &str| match read(text) {
        Expr::Field(_, Test::AnyOf(patterns)) => patterns[0].clone(),
        other => panic!("{other:?}"),
    };
    let literal = |text: &str| PatternPart::Literal(text.to_owned());
    assert_eq!(parts("event:Stop*").parts, [literal("Stop"), PatternPart::Any]);
    assert_eq!(parts("event:**a?").parts, [PatternPart::Any, literal("a"), PatternPart::One]);
    assert_eq!(parts(r"event:a\*\?").parts, [literal("a*?")]);
    assert_eq!(parts(r#"event:"Stop*""#), Pattern::literal("Stop*", true));
    assert_eq!(parts(r#"error:"""#), Pattern { parts: vec![], exact_case: true });
}

#[test]
fn paths_reach_into_the_record() {
    let cases = [
        ("requestParameters.bucketName:x", path(&["requestParameters", "bucketName"])),
        ("REQUESTPARAMETERS.BucketName:x", path(&["requestParameters", "BucketName"])),
        ("eventtype:x", path(&["eventType"])),
        ("requestParameters:x", path(&["requestParameters"])),
        (r#"requestParameters."aws:tag/x":x"#, path(&["requestParameters", "aws:tag/x"])),
        ("some.thing:x", path(&["some", "thing"])),
        (".newField:x", path(&["newField"])),
        (".event:x", path(&["event"])),
        (r#"."odd key".a:x"#, path(&["odd key", "a"])),
        (r#""odd key".a:x"#, path(&["odd key", "a"])),
    ];
    for (text, expected) in cases {
        let Expr::Field(field, _) = read(text) else { panic!("{text}") };
        assert_eq!(field, expected, "{text}");
    }
}

#[test]
fn networks_and_comparisons() {
    let ip = FieldRef::Known(Field::Ip);
    let network = |text: &str| text.parse::<Network>().unwrap();
    assert_eq!(
        read("ip:10.1.0.0/8"),
        Expr::Field(ip.clone(), Test::InNetwork(vec![network("10.0.0.0/8")], vec![]))
    );
    assert_eq!(
        read("ip:ec2.amazonaws.com,10.0.0.0/8,fe80::/10"),
        Expr::Field(
            ip,
            Test::InNetwork(
                vec![network("10.0.0.0/8"), network("fe80::/10")],
                vec![Pattern::literal("ec2.amazonaws.com", false)]
            )
        )
    );
    let compare = |text: &str| match read(text) {
        Expr::Field(_, Test::Compare(operator, scalar)) => (operator, scalar),
        other => panic!("{other:?}"),
    };
    let time = |text: &str| Scalar::Time(Time::parse(text).unwrap());
    use Comparison::*;
    assert_eq!(compare("requestParameters.maxResults:<100"), (Less, Scalar::Number(100.0)));
    assert_eq!(compare("tlsDetails.x:>=-5.5"), (GreaterOrEqual, Scalar::Number(-5.5)));
    assert_eq!(
        compare("requestParameters.startTime:>2026-11-22T09:00Z"),
        (Greater, time("2026-11-22T09:00:00Z"))
    );
    assert_eq!(compare("time:>2026-11-22T09:00Z"), (Greater, time("2026-11-22T09:00:00Z")));
    assert_eq!(compare(r#"time:<="2026-11-22 09:00:30""#), (LessOrEqual, time("2026-11-22T09:00:30Z")));
    // A date is its whole day.
    assert_eq!(compare("time:<=2026-11-22"), (Less, time("2026-11-23")));
    assert_eq!(compare("time:>2026-11-22"), (GreaterOrEqual, time("2026-11-23")));
    assert_eq!(compare("time:>=2026-11-22"), (GreaterOrEqual, time("2026-11-22")));
    assert_eq!(compare("time:<2026-11-22"), (Less, time("2026-11-22")));
}

#[test]
fn a_time_without_a_sign_is_the_stretch_it_names() {
    let cases = [
        ("time:2026-11-22", "time:>=2026-11-22T00:00:00Z time:<2026-11-23T00:00:00Z"),
        ("time:2026-11-22T09:30Z", "time:>=2026-11-22T09:30:00Z time:<2026-11-22T09:31:00Z"),
        ("time:2026-11-22T09:30:07Z", "time:>=2026-11-22T09:30:07Z time:<2026-11-22T09:30:08Z"),
        ("time:2026-11-22T09:30:07+02:00", "time:>=2026-11-22T07:30:07Z time:<2026-11-22T07:30:08Z"),
        ("time:2026-11-22T09:30:07.5Z", "time:>=2026-11-22T09:30:07.500Z time:<2026-11-22T09:30:07.501Z"),
        ("-time:2026-11-22", "-(time:>=2026-11-22T00:00:00Z time:<2026-11-23T00:00:00Z)"),
        (
            "a time:2026-11-22,2026-11-24",
            "a (time:>=2026-11-22T00:00:00Z time:<2026-11-23T00:00:00Z \
             OR time:>=2026-11-24T00:00:00Z time:<2026-11-25T00:00:00Z)",
        ),
    ];
    for (text, printed) in cases {
        assert_eq!(read(text).to_string(), printed, "{text}");
    }
}

#[test]
fn tokens_are_the_terms_of_the_top_level() {
    let tokens = |text: &str| {
        let query = parse(text).unwrap();
        let shown = |token: &Token| {
            let field = token.field.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{}|{}|{field}", query.token_text(token), if token.negated { "-" } else { "" })
        };
        query.tokens.iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(tokens(" event:a  -who:b AND (x OR y)"), ["event:a||event", "-who:b|-|who", "(x OR y)||"]);
    assert_eq!(tokens("NOT  eventType:a \"b c\""), ["NOT  eventType:a|-|eventType", "\"b c\"||"]);
    assert_eq!(tokens(" event:a b OR c "), ["event:a b OR c||"]);
    assert_eq!(tokens("((a b)) c"), ["((a b))||", "c||"]);
    assert_eq!(tokens(""), Vec::<String>::new());
}

#[test]
fn errors_say_where_and_what_would_be_right() {
    let deep = "(".repeat(MAX_DEPTH + 1);
    let many = "a ".repeat(MAX_TERMS + 1);
    let cases = [
        ("a evnt:x", "evnt", "there is no field `evnt` (at character 3); did you mean `event`?"),
        ("é evnt:x", "evnt", "there is no field `evnt` (at character 3)"),
        ("zzz:x", "zzz", "any part of a record is found by its path"),
        ("event:", ":", "put a value after `event:`, or `*` for any"),
        ("event: x", ":", "put a value after `event:`"),
        ("event:,x", ",", "put a value between `event:` and the comma"),
        ("event:a,", ",", "a value is missing after the comma"),
        ("event:a, b", ",", "write the values without spaces"),
        ("event:a,*", "*", "`*` already stands for any value"),
        ("event:=a", "=", "write event:a"),
        ("event:!=a", "!=", "write -event:a"),
        ("event:>a", ">", "`event` has no order"),
        ("ip:<10.0.0.1", "<", "`ip` has no order"),
        ("readOnly:perhaps", "perhaps", "`readOnly` is true or false, not `perhaps`"),
        ("ip:10.0.0.0/33", "10.0.0.0/33", "goes from 0 to 32 here (at character 4); write 10.0.0.0/32"),
        ("time:-2h", "-2h", "a query has no clock"),
        ("time:>now", "now", "put it into the time range"),
        ("time:yesterday", "yesterday", "`yesterday` is not a time"),
        ("time:>5", "5", "write a date (2026-11-22)"),
        ("time:>2026-11-22,2026-11-23", "2026-11-22,2026-11-23", "compares with one value"),
        ("time:2026-11-22,>2026-11-23", ">2026-11-23", "cannot be one of several values"),
        ("requestParameters.x:>abc", "abc", "`abc` is neither a number nor a time"),
        ("requestParameters.x:>1e999", "1e999", "neither a number nor a time"),
        ("a)", ")", "this `)` closes nothing"),
        ("agent:x)", ")", "if it belongs to `x`, put the whole in quotes"),
        ("agent:x(y)", "(", "a `(` cannot stand in the middle of a word"),
        ("a\"b\"", "\"", "a `\"` cannot stand in the middle of a word"),
        ("\"a\"b", "b", "a space is missing after the quotes"),
        ("event:\"a\"b", "b", "a space is missing after the quotes"),
        ("a \"b", "\"", "these quotes are not closed"),
        ("\"\"", "\"\"", "hold nothing"),
        ("(a", "(", "this `(` is not closed"),
        ("()", "()", "nothing in these parentheses"),
        ("a OR", "OR", "a term is missing after `OR`"),
        ("OR a", "OR", "a term is missing before `OR`"),
        ("a AND OR b", "AND", "a term is missing after `AND`"),
        ("NOT", "NOT", "to search for the word itself, put it in quotes: \"NOT\""),
        ("- a", "-", "this `-` leaves nothing out"),
        ("a -", "-", "this `-` leaves nothing out"),
        ("--dry-run", "--", "one `-` is enough"),
        ("a=b:c", "a=b", "`a=b` cannot be a field's name (at character 1); if this is text to search for"),
        (":x", ":", "a field's name is missing"),
        (&deep, "(", "nest deeper than 32"),
        (&many, "a", "more than 256 terms"),
    ];
    for (text, at, message) in cases {
        let error = parse(text).expect_err(text);
        assert!(error.to_string().contains(message), "{text}: {error}");
        assert_eq!(&text[error.span.start..error.span.end], at, "{text}: {error}");
    }
    let long = "é".repeat(MAX_BYTES);
    assert!(parse(&long).unwrap_err().to_string().contains("8192 bytes; 4096 are the most"));
    let widening = "time:2026-11-22 ".repeat(90);
    assert!(parse(&widening).unwrap_err().to_string().contains("written out it has more than 4096 bytes"));
}

fn arbitrary_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9]{1,8}",
        r#"[-a-z0-9 .,:*?"\\()/<>=!é世\n]{1,8}"#,
        any::<String>().prop_filter("not empty", |text| !text.is_empty()),
        prop::sample::select(vec![
            "OR",
            "AND",
            "NOT",
            "or",
            "10.0.0.0/8",
            "fe80::/10",
            "::1",
            "arn:aws:s3:::b",
            "//x",
            "a://b",
            "a:b",
            "-",
            "\\",
            "*",
            "event:x",
            "1:2",
            ">5",
            "=",
            "!=",
        ])
        .prop_map(str::to_owned),
    ]
}

fn arbitrary_pattern() -> impl Strategy<Value = Pattern> {
    let part = prop_oneof![
        3 => arbitrary_text().prop_map(PatternPart::Literal),
        1 => Just(PatternPart::Any),
        1 => Just(PatternPart::One),
    ];
    let with_wildcards = prop::collection::vec(part, 1..4).prop_map(|parts| {
        let mut joined: Vec<PatternPart> = Vec::new();
        for part in parts {
            match (joined.last_mut(), part) {
                (Some(PatternPart::Literal(text)), PatternPart::Literal(more)) => text.push_str(&more),
                (Some(PatternPart::Any), PatternPart::Any) => {}
                (_, part) => joined.push(part),
            }
        }
        Pattern { parts: joined, exact_case: false }
    });
    prop_oneof![with_wildcards, arbitrary_text().prop_map(|text| Pattern::literal(&text, true))]
}

fn arbitrary_time() -> impl Strategy<Value = Time> {
    (0i64..200_000_000_000_000).prop_map(Time::from_millis)
}

fn arbitrary_path() -> impl Strategy<Value = FieldRef> {
    let known = prop::sample::select(TOP_LEVEL_KEYS.to_vec()).prop_map(str::to_owned);
    let key =
        || prop_oneof!["[a-zA-Z]{1,8}", arbitrary_text(), Just(String::new()), Just("eventname".to_owned())];
    (prop_oneof![known, key()], prop::collection::vec(key(), 0..3))
        .prop_map(|(first, rest)| FieldRef::Path(std::iter::once(first).chain(rest).collect()))
}

fn arbitrary_field_term() -> impl Strategy<Value = Expr> {
    let text_field =
        prop::sample::select(vec![Field::Event, Field::Who, Field::Resource, Field::Ip, Field::Account]);
    let text_field = prop_oneof![text_field.prop_map(FieldRef::Known), arbitrary_path()];
    let values = prop_oneof![
        1 => Just(Test::Exists),
        4 => prop::collection::vec(arbitrary_pattern(), 1..4).prop_filter_map("`*` stands alone", |patterns| {
            (!patterns.iter().any(Pattern::is_any)).then_some(Test::AnyOf(patterns))
        }),
    ];
    let operator = || {
        use Comparison::*;
        prop::sample::select(vec![Less, LessOrEqual, Greater, GreaterOrEqual])
    };
    let number = any::<f64>().prop_filter("finite", |number| number.is_finite());
    let scalar = prop_oneof![
        number.prop_map(Scalar::Number),
        (-1_000i64..1_000).prop_map(|number| Scalar::Number(number as f64)),
        arbitrary_time().prop_map(Scalar::Time),
    ];
    let network = (any::<std::net::IpAddr>(), 0u8..=128).prop_map(|(address, prefix)| {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        Network::new(address, prefix.min(bits)).unwrap()
    });
    let patterns = prop::collection::vec(arbitrary_pattern(), 0..2)
        .prop_filter("`*` stands alone", |patterns| !patterns.iter().any(Pattern::is_any));
    prop_oneof![
        4 => (text_field, values).prop_map(|(field, test)| Expr::Field(field, test)),
        1 => (operator(), arbitrary_time()).prop_map(|(operator, time)| {
            Expr::Field(FieldRef::Known(Field::Time), Test::Compare(operator, Scalar::Time(time)))
        }),
        1 => (arbitrary_path(), operator(), scalar)
            .prop_map(|(path, operator, scalar)| Expr::Field(path, Test::Compare(operator, scalar))),
        1 => (prop::collection::vec(network, 1..3), patterns)
            .prop_map(|(networks, patterns)| Expr::Field(FieldRef::Known(Field::Ip), Test::InNetwork(networks, patterns))),
        1 => any::<bool>().prop_map(|value| field(Field::ReadOnly, &[if value { "true" } else { "false" }])),
    ]
}

fn arbitrary_expr() -> impl Strategy<Value = Expr> {
    // Without quotes AND, OR and NOT cannot be words, and an empty word is no word.
    let word = arbitrary_pattern()
        .prop_filter("a keyword", |pattern| {
            pattern.exact_case || !matches!(pattern.as_literal(), Some("AND" | "OR" | "NOT"))
        })
        .prop_map(Expr::Word);
    let leaf = prop_oneof![word, arbitrary_field_term()];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::and),
            prop::collection::vec(inner.clone(), 1..4).prop_map(Expr::or),
            inner.prop_map(Expr::negate),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn reading_what_was_printed_gives_the_same_back(expr in arbitrary_expr()) {
        let printed = expr.to_string();
        prop_assume!(printed.len() <= MAX_BYTES);
        let read = parse(&printed);
        prop_assert_eq!(read.as_ref().map(|query| &query.expr), Ok(&expr), "{}", printed);
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_place(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn any_text_of_the_language_s_letters_is_read_or_refused_with_a_place(
        text in r#"([a-c]|[-:,.*?"\\()<>=!/ ]|time:|event:|ip:|readOnly:|OR |NOT |2026-11-22|10\.0\.0\.0/8|é|[a-z]\.[a-z]:|true){0,24}"#
    ) {
        check(&text)?;
    }
}

/// Whatever was read prints and reads back as itself; tokens and errors lie on characters.
fn check(text: &str) -> Result<(), TestCaseError> {
    match parse(text) {
        Ok(query) => {
            let printed = query.canonical();
            let again = parse(&printed);
            prop_assert_eq!(
                again.as_ref().map(|again| &again.expr),
                Ok(&query.expr),
                "{} / {}",
                text,
                printed
            );
            prop_assert_eq!(again.map(|again| again.canonical()), Ok(printed));
            let mut parts = Vec::new();
            for token in &query.tokens {
                let alone = parse(query.token_text(token));
                prop_assert!(alone.is_ok(), "{}: {:?}", text, token);
                parts.extend(alone.map(|alone| alone.expr));
            }
            prop_assert_eq!(Expr::and(parts), query.expr);
        }
        Err(error) => {
            prop_assert!(text.is_char_boundary(error.span.start) && text.is_char_boundary(error.span.end));
            prop_assert!(error.span.start <= error.span.end);
            prop_assert!(!error.message.is_empty());
        }
    }
    Ok(())
}
