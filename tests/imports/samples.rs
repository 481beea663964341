//! The samples: each comes out as its table says.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use rill::chat::tree::{Tree, TurnId};
use rill::import::{Conversation, Gathered, Refusal, Report, read};
use serde_json::{Value, json};

/// A sample: its file, and the row of the table for it.
pub struct Sample {
    pub name: String,
    pub bytes: Vec<u8>,
    pub expect: Value,
}

pub fn all() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/imports");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let mut samples = Vec::new();
    for folder in folders {
        let table = fs::read_to_string(folder.join("expected.json")).unwrap();
        let table: Value = serde_json::from_str(&table).unwrap();
        for expect in table["cases"].as_array().unwrap() {
            let file = expect["file"].as_str().unwrap();
            samples.push(Sample {
                name: file.to_owned(),
                bytes: fs::read(folder.join(file)).unwrap(),
                expect: expect.clone(),
            });
        }
    }
    assert!(samples.len() > 25, "{}", samples.len());
    samples
}

/// All that comes out of a file.
pub fn outcome(name: &str, bytes: &[u8]) -> Result<(Vec<Conversation>, Report), Refusal> {
    let mut gathered = Gathered::default();
    let report = read(
        name,
        Cursor::new(bytes),
        &mut |conversation: Conversation| {
            gathered.take(conversation);
            ControlFlow::Continue(())
        },
    )?;
    Ok((gathered.conversations, report))
}

#[test]
fn every_sample_comes_out_as_its_table_says() {
    let mut wrong = Vec::new();
    let samples = all();
    for Sample {
        name,
        bytes,
        expect,
    } in &samples
    {
        let found = match outcome(name, bytes) {
            Ok((conversations, report)) => told(expect, &conversations, &report),
            // How a refusal is worded is not the table's business.
            Err(_) if !expect["refused"].is_null() => json!({
                "format": expect["format"], "conversations": expect["conversations"], "refused": expect["refused"]
            }),
            Err(refusal) => json!({ "refused": refusal.to_string() }),
        };
        if let Some(why) = differs(expect, &found) {
            wrong.push(format!("{} {name}: {why}", expect["format"]));
        }
    }
    let count = samples.len();
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What came out, with the fields that the table asks for.
fn told(expect: &Value, conversations: &[Conversation], report: &Report) -> Value {
    let rows = expect["conversations"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let empty = json!({});
    let told = conversations
        .iter()
        .enumerate()
        .map(|(at, conversation)| conversation_told(rows.get(at).unwrap_or(&empty), conversation));
    json!({
        "format": report.format.map(|format| format.word()),
        "conversations": told.collect::<Vec<_>>(),
        "skipped": report.skipped,
    })
}

fn conversation_told(expect: &Value, conversation: &Conversation) -> Value {
    let tree = &conversation.tree;
    let path: Vec<TurnId> = tree.path().collect();
    let turn = |id: &TurnId| tree.turn(*id).unwrap();
    let said = |id: &TurnId| {
        let turn = turn(id);
        let mut row = vec![turn.role.word(), turn.text.trim()];
        row.extend(Some(turn.reasoning.trim()).filter(|thinking| !thinking.is_empty()));
        json!(row)
    };
    let images = (0..tree.len()).map(|id| tree.turn(id).unwrap().images.len());
    let system = conversation.about.system.clone().unwrap_or_default();
    let contains = expect["system_contains"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut contains = contains;
    contains.retain(|part| system.contains(part.as_str().unwrap()));
    json!({
        "title": conversation.about.title,
        "path": path.iter().map(said).collect::<Vec<_>>(),
        "turns": tree.len(),
        "leaves": leaves(tree),
        "system": conversation.about.system,
        "system_contains": contains,
        "times": path.iter().map(|id| conversation.times[*id]).collect::<Vec<_>>(),
        "models": path.iter().map(|id| turn(id).model.clone()).collect::<Vec<_>>(),
        "images": images.sum::<usize>(),
    })
}

fn leaves(tree: &Tree) -> usize {
    let parents: BTreeMap<TurnId, ()> = (0..tree.len())
        .filter_map(|id| Some((tree.parent(id)?, ())))
        .collect();
    tree.len() - parents.len()
}

/// The first place where something that the table asks for is otherwise.
fn differs(expect: &Value, found: &Value) -> Option<String> {
    match (expect, found) {
        (Value::Object(fields), Value::Object(_)) => fields
            .iter()
            .filter(|(name, _)| *name != "file")
            .find_map(|(name, value)| Some(format!("{name} {}", differs(value, &found[name])?))),
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let mut pairs = one.iter().zip(other).enumerate();
            pairs.find_map(|(at, (one, other))| Some(format!("[{at}] {}", differs(one, other)?)))
        }
        _ => (expect != found).then(|| format!("is {found}, not {expect}")),
    }
}

#[test]
fn a_difference_is_seen() {
    let table = json!({"file": "x", "conversations": [{"title": null, "turns": 2}]});
    assert_eq!(
        differs(
            &table,
            &json!({"conversations": [{"title": null, "turns": 2, "more": 1}]})
        ),
        None
    );
    for other in [
        json!({"conversations": [{"title": "x", "turns": 2}]}),
        json!({"conversations": [{"title": null}]}),
        json!({"conversations": []}),
        json!({"refused": "x"}),
    ] {
        assert!(differs(&table, &other).is_some(), "{other}");
    }
}
