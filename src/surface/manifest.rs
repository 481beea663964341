//! The manifest that editors, catalogues and other tools read: Custom Elements Manifest 2.1.0.

use serde_json::{Map, Value, json};

use super::{
    CLASS, EVENTS, METHODS, OWN_PROPERTIES, PARTS, PROPERTIES, SCRIPT, SLOTS, TAG, attributes,
    plain,
};

/// Returns the text of `custom-elements.json`.
pub fn manifest() -> String {
    let class = json!({ "name": CLASS, "module": SCRIPT });
    let manifest = json!({
        "schemaVersion": "2.1.0",
        "modules": [{
            "kind": "javascript-module",
            "path": SCRIPT,
            "declarations": [element()],
            "exports": [{ "kind": "custom-element-definition", "name": TAG, "declaration": class }],
        }],
    });
    format!("{manifest:#}\n")
}

fn element() -> Value {
    json!({
        "kind": "class",
        "name": CLASS,
        "customElement": true,
        "tagName": TAG,
        "superclass": { "name": "HTMLElement" },
        "description": "A chat with a language model, streamed as it is made.",
        "attributes": of_attributes(),
        "members": members(),
        "events": events(),
        "slots": SLOTS.map(|slot| json!({ "name": slot.name, "description": plain(slot.words) })),
        "cssProperties": css_properties(),
        "cssParts": PARTS.map(|part| json!({ "name": part.name, "description": plain(part.words) })),
    })
}

fn typed(name: &str, takes: &str, words: &str) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("name".to_owned(), name.into());
    map.insert("type".to_owned(), json!({ "text": takes }));
    if !words.is_empty() {
        map.insert("description".to_owned(), plain(words).into());
    }
    map
}

fn of_attributes() -> Vec<Value> {
    let all = attributes().into_iter();
    let each = all.map(|attribute| {
        let mut map = typed(attribute.name, &attribute.value_type(), attribute.words);
        // Only what is a value is one for a tool.
        let default = attribute.default.strip_prefix('`');
        let default = default.and_then(|default| default.strip_suffix('`'));
        if let Some(default) = default.filter(|default| !default.contains('`')) {
            map.insert("default".to_owned(), default.into());
        }
        map.insert("fieldName".to_owned(), attribute.property().into());
        Value::Object(map)
    });
    each.collect()
}

fn members() -> Vec<Value> {
    let mut all = Vec::new();
    let mut add = |kind: &str, mut map: Map<String, Value>| {
        map.insert("kind".to_owned(), kind.into());
        all.push(Value::Object(map));
    };
    for attribute in attributes() {
        let mut map = typed(
            &attribute.property(),
            &attribute.property_type(),
            attribute.words,
        );
        map.insert("attribute".to_owned(), attribute.name.into());
        map.insert("reflects".to_owned(), true.into());
        add("field", map);
    }
    for property in OWN_PROPERTIES {
        let mut map = typed(property.name, property.takes, property.words);
        if property.is_read_only {
            map.insert("readonly".to_owned(), true.into());
        }
        add("field", map);
    }
    for method in METHODS {
        let arguments = method.arguments.iter();
        let arguments = arguments.map(|argument| {
            let name = argument.name.trim_end_matches('?');
            let mut map = typed(name, argument.takes, "");
            if name != argument.name {
                map.insert("optional".to_owned(), true.into());
            }
            Value::Object(map)
        });
        let arguments: Vec<Value> = arguments.collect();
        let mut map = Map::new();
        map.insert("name".to_owned(), method.name.into());
        map.insert("description".to_owned(), plain(method.words).into());
        map.insert("parameters".to_owned(), arguments.into());
        let gives = json!({ "type": { "text": method.gives } });
        map.insert("return".to_owned(), gives);
        add("method", map);
    }
    all
}

fn events() -> Vec<Value> {
    let each = EVENTS.iter().map(|event| {
        let takes = format!("CustomEvent<{}>", event.detail());
        Value::Object(typed(event.name, &takes, event.words))
    });
    each.collect()
}

fn css_properties() -> Vec<Value> {
    let each = PROPERTIES.iter().map(|property| {
        let default = property.default().unwrap_or_default();
        let default = match property.in_dark() {
            Some(dark) => format!("light-dark({default}, {dark})"),
            None => default.to_owned(),
        };
        json!({
            "name": property.name,
            "syntax": property.syntax,
            "default": default,
            "description": plain(property.words),
        })
    });
    each.collect()
}
