//! What a space refuses, and values as text.

use super::*;

/// The name at fault and the message.
fn fault(dimensions: Vec<Dimension>) -> (String, String) {
    let error = Space::new(dimensions).unwrap_err();
    (error.dimension().to_owned(), error.to_string())
}

#[track_caller]
fn refused(domain: Domain, why: &str) {
    let (name, message) = fault(vec![always("fine", int(0, 1, 1)), always("wrong", domain)]);
    assert_eq!(name, "wrong");
    assert!(message.contains(why), "{message}");
}

#[test]
fn wrong_domains_are_refused_by_name() {
    refused(float(1.0, 0.0), "above high");
    refused(float(f64::NAN, 0.0), "finite");
    refused(float(f64::MIN, f64::MAX), "distance");
    refused(log_float(0.0, 1.0), "above 0");
    refused(log_int(0, 10), "above 0");
    refused(Domain::Int { low: 1, high: 10, step: 2, log: true }, "no step");
    refused(Domain::Float { low: 1.0, high: 2.0, log: true, step: Some(0.1), points: None }, "points");
    refused(stepped(0.0, 1.0, 0.0), "above 0");
    refused(stepped(0.0, 1.0, f64::INFINITY), "finite");
    refused(stepped(0.0, 1.0, 1e-300), "too fine");
    refused(int(5, 4, 1), "above high");
    refused(int(0, 4, 0), "above 0");
    refused(int(0, 4, -1), "above 0");
    refused(Domain::Categorical(vec![]), "no values");
    refused(texts(&["a", "b", "a"]), "a is listed twice");
    refused(Domain::Categorical(vec![Value::Float(f64::NAN)]), "NaN is not");
    refused(Domain::Float { low: 0.0, high: 1.0, log: false, step: None, points: Some(1) }, "at least 2");
}

#[test]
fn names_and_conditions_are_checked() {
    assert!(fault(vec![always("a", bools()), always("a", bools())]).1.contains("taken"));
    assert!(fault(vec![always(" ", bools())]).1.contains("no name"));
    let yes = [Value::Bool(true)];
    let later = vec![when("a", bools(), "b", &yes), always("b", bools())];
    assert_eq!(fault(later), ("a".into(), "parameter 'a': it depends on 'b', which is no earlier parameter".into()));
    assert!(fault(vec![when("a", bools(), "a", &yes)]).1.contains("no earlier"));
    assert!(fault(vec![always("x", float(0.0, 1.0)), when("a", bools(), "x", &yes)]).1.contains("float"));
    assert!(fault(vec![always("b", bools()), when("a", bools(), "b", &[])]).1.contains("no value"));
    assert!(fault(vec![always("n", int(0, 9, 2)), when("a", bools(), "n", &[Value::Int(3)])]).1.contains("being 3"));
}

#[test]
fn points_are_checked_against_the_space() {
    let space = Space::new(vec![
        always("kind", texts(&["a", "b"])),
        when("n", int(0, 9, 3), "kind", &[text("a")]),
        always("x", stepped(0.0, 1.0, 0.1)),
    ])
    .unwrap();
    let check = |values: &[(&str, &str)]| {
        let point = values.iter().map(|(name, value)| ((*name).to_owned(), value.parse().unwrap())).collect();
        space.contains(&point).map_err(|error| error.dimension().to_owned())
    };
    assert_eq!(check(&[("kind", "a"), ("n", "6"), ("x", "0.3")]), Ok(()));
    assert_eq!(check(&[("kind", "b"), ("x", "0.30000000000000004")]), Ok(()));
    assert_eq!(check(&[("kind", "b"), ("x", "0.35")]), Err("x".into()));
    assert_eq!(check(&[("kind", "b"), ("x", "1")]), Err("x".into()));
    assert_eq!(check(&[("kind", "b"), ("n", "3"), ("x", "0.3")]), Err("n".into()));
    assert_eq!(check(&[("kind", "a"), ("x", "0.3")]), Err("n".into()));
    assert_eq!(check(&[("kind", "a"), ("n", "7"), ("x", "0.3")]), Err("n".into()));
    assert_eq!(check(&[("kind", "c"), ("x", "0.3")]), Err("kind".into()));
    assert_eq!(check(&[("kind", "b"), ("x", "0.3"), ("y", "0")]), Err("y".into()));
}

#[test]
fn values_come_back_from_text_as_they_were() {
    let words = [
        "plain",
        "",
        "5",
        "-1e3",
        "true",
        "NaN",
        "inf",
        "\"quoted\"",
        "\"",
        "a\nb",
        " 5",
        "5 ",
        "ünïcode",
        "+infinity",
    ];
    let floats = [0.1, 1.0, -0.0, 1e300, 5e-324, f64::MIN_POSITIVE, 1.0 / 3.0, f64::INFINITY, 123_456_789.0];
    let ints = [0, -7, i64::MIN, i64::MAX];
    let mut values: Vec<Value> = words.iter().map(|word| text(word)).collect();
    values.extend(floats.map(Value::Float));
    values.extend(ints.map(Value::Int));
    values.extend([true, false].map(Value::Bool));
    for value in values {
        let back: Value = value.to_string().parse().unwrap();
        assert_eq!(format!("{back:?}"), format!("{value:?}"));
    }
    assert_eq!(Value::Float(5.0).to_string(), "5.0");
    assert_eq!(text("5").to_string(), "\"5\"");
    let json = |text: &str| serde_json::from_str::<Vec<Value>>(text).unwrap();
    assert_eq!(json("[1, 1.0, true, \"1\"]"), [Value::Int(1), Value::Float(1.0), Value::Bool(true), text("1")]);
}
