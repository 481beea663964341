#![allow(clippy::unwrap_used)]
use super::*;
use serde_json::Value;

/// The value as `serde_json` has it.
fn value(json: Json<'_>) -> Value {
    if json.is_array() {
        json.items().map(value).collect()
    } else if json.is_object() {
        let fields = json.fields();
        let field =
            |(name, of): (Json<'_>, Json<'_>)| (name.text().unwrap().into_owned(), value(of));
        Value::Object(fields.map(field).collect())
    } else if let Some(text) = json.text() {
        Value::String(text.into_owned())
    } else if let Some(flag) = json.flag() {
        Value::Bool(flag)
    } else if json.is_null() {
        Value::Null
    } else {
        serde_json::from_str(json.raw()).unwrap()
    }
}

#[test]
fn a_value_is_what_the_strict_reader_has() {
    for text in [
        r#"{"a":[1,-2.5e3,null,true,false,"é\u00e9\n\"x"],"b":{},"c":[],"":{"d":[[[]]]}}"#,
        " [ ] ",
        "7",
        r#""a""#,
        "{\"a\" : 1 , \"a\" : 2}",
    ] {
        let expect: Value = serde_json::from_str(text).unwrap();
        assert_eq!(value(Document::of(text).unwrap().root()), expect, "{text}");
    }
}

#[test]
fn what_servers_get_wrong_is_forgiven() {
    let check = |text: &str, expect: &str| {
        let found = Document::of(text).unwrap();
        assert_eq!(value(found.root()).to_string(), expect, "{text}");
    };
    check(r#"[NaN,1,]"#, "[null,1]");
    check("{\"a\":True,\"b\":\"x\ny\"}", r#"{"a":true,"b":"x\ny"}"#);
    check(r#"["a\ud83d"]"#, "[\"a\u{fffd}\"]");
    check(r#"["a\ud83d", NaN]"#, "[\"a\u{fffd}\",null]");
    check(r#"["\x41"]"#, r#"["\\x41"]"#);
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let check = |text: &str, at| assert_eq!(Document::of(text).err(), Some(Broken(at)), "{text}");
    check("", 0);
    check("[1", 2);
    check("[1 2]", 3);
    check("{\"a\" 1}", 5);
    check("[}", 1);
    check("]", 0);
    check("{\"a\":\"b", 7);
    check("<html>", 0);
    check("[1] x", 4);
}

#[test]
fn a_field_is_found_by_its_name_and_the_later_one_counts() {
    let doc = Document::of(r#"{"a":1,"\u0062":null,"a":"x","c":{"d":[3]}}"#).unwrap();
    let root = doc.root();
    assert_eq!(root.string("a").as_deref(), Some("x"));
    assert!(root.field("b").is_some() && root.get("b").is_none());
    assert_eq!(root.at(&["c", "d"]).unwrap().items().count(), 1);
    assert_eq!(root.list("z").count(), 0);
    assert!(root.get("c").unwrap().get("d").unwrap().get("e").is_none());
}

#[test]
fn depth_costs_neither_stack_nor_time() {
    const DEEP: usize = 200_000;
    let text = format!("{}1{}", "[{\"a\":".repeat(DEEP), "}]".repeat(DEEP));
    let doc = Document::of(&text).unwrap();
    let mut value = doc.root();
    let mut depth = 0;
    while let Some(inner) = value.items().next() {
        value = inner.get("a").unwrap();
        depth += 1;
    }
    assert_eq!((depth, value.number()), (DEEP, Some(1.0)));
    assert!(Document::of(&"[".repeat(DEEP)).is_err());
}

#[test]
fn a_value_takes_sixteen_bytes_beside_its_text() {
    let text = format!("[{}0]", "\"hello\",".repeat(10_000));
    let weight = Document::of(&text).unwrap().weight();
    assert!(weight <= 2 * 16 * 10_002, "{weight}");
}
