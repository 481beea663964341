//! llama.ui: a dump of its database, tables in any order. Messages are those of llama.cpp's page.

use std::collections::HashMap;

use crate::import::document::Json;
use crate::import::outcome::Why;
use crate::import::reader::Output;
use crate::import::rules::draft::Draft;

use super::Entries;
use super::llama_cpp::{draft, message};

/// Tables while they are read.
#[derive(Default)]
pub struct Tables {
    drafts: Vec<Draft>,
    /// Places of the conversations, by their names.
    names: HashMap<String, usize>,
    /// Places of those that have a record, in the order of their table.
    order: Vec<usize>,
}

impl Entries for Tables {
    fn entry(&mut self, table: Json<'_>, out: &mut Output<'_>) {
        for row in table.list("rows") {
            match table.string("table").as_deref() {
                Some("conversations") => match row.get("id").and_then(Json::name) {
                    Some(id) => self.record(id, row),
                    None => out.skip(),
                },
                Some("messages") if !row.is_object() => out.left().add(Why::Message, 1),
                Some("messages") => {
                    let id = row.get("convId").and_then(Json::name).unwrap_or_default();
                    if let Some(draft) = self.of(id) {
                        message(row, draft);
                    }
                }
                _ => {}
            }
        }
    }

    fn finish(&mut self, out: &mut Output<'_>) {
        let mut drafts: Vec<Option<Draft>> = self.drafts.drain(..).map(Some).collect();
        // Behind those with a record the messages that belong to none.
        let order = std::mem::take(&mut self.order);
        for at in order.into_iter().chain(0..drafts.len()) {
            if let Some(draft) = drafts.get_mut(at).and_then(Option::take) {
                out.give(draft.finish());
            }
        }
    }
}

impl Tables {
    fn place(&mut self, id: String) -> usize {
        *self.names.entry(id).or_insert_with(|| {
            self.drafts.push(Draft::default());
            self.drafts.len() - 1
        })
    }

    fn of(&mut self, id: String) -> Option<&mut Draft> {
        let at = self.place(id);
        self.drafts.get_mut(at)
    }

    fn record(&mut self, id: String, row: Json<'_>) {
        let at = self.place(id);
        self.order.push(at);
        if let Some(known) = self.drafts.get_mut(at) {
            let record = draft(row);
            known.about = record.about;
            known.current = record.current;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::import::testing::{all, lines};

    #[test]
    fn tables_may_stand_in_any_order_and_hold_nothing() {
        let file = r#"[{"table":"settings","rows":[{"key":"secret"}]},{"table":"messages","rows":[null,
            {"id":2,"convId":"b","role":"assistant","content":"A","parent":1},{"id":1,"convId":"b","role":"user","content":"Q","parent":-1},
            {"id":1,"convId":"lost","role":"user","content":"L","parent":-1}]},
            {"table":"conversations","rows":[{"id":"a","name":"empty"},null,{"id":"b","name":"B","currNode":2}]}]"#;
        let (read, report) = all(file);
        assert_eq!(read.len(), 2);
        assert_eq!(lines(&read[0]), ["user: Q", "assistant: A"]);
        assert_eq!(lines(&read[1]), ["user: L"]);
        assert_eq!(report.skipped, 2);
    }
}
