//! The tables of `docs/embedding.md`, each between two marks: `<!-- surface: events -->` and `<!-- end -->`.

use super::attributes::listed;
use super::{
    Attribute, EVENTS, Event, METHODS, OWN_PROPERTIES, PARTS, PROPERTIES, SLOTS, Takes, attributes,
};

/// A table's name in its mark, and what makes it.
pub type Table = (&'static str, fn() -> String);

/// Every table.
pub const TABLES: [Table; 7] = [
    ("attributes", of_attributes),
    ("properties", of_properties),
    ("methods", of_methods),
    ("events", of_events),
    ("slots", of_slots),
    ("custom properties", of_custom_properties),
    ("parts", of_parts),
];

/// The mark behind a table.
const END: &str = "<!-- end -->";

/// Returns a document with each table between its marks; `None` where one is missing.
pub fn marked(document: &str) -> Option<String> {
    let mut document = document.to_owned();
    for (name, make) in TABLES {
        let mark = format!("<!-- surface: {name} -->\n");
        let (before, rest) = document.split_once(&mark)?;
        let (_, behind) = rest.split_once(END)?;
        document = format!("{before}{mark}{}{END}{behind}", make());
    }
    Some(document)
}

/// A table of these columns.
fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | ")).replace("|  |", "| |");
    let head: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    let mut out = line(&head);
    out.push_str(&format!("|{}\n", "---|".repeat(head.len())));
    for row in rows {
        out.push_str(&line(&row));
    }
    out
}

/// Code in a cell, where a bar would end it.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

impl Attribute {
    /// Markdown for its values.
    fn values(&self) -> String {
        match &self.takes {
            Takes::Flag => "present".to_owned(),
            Takes::Text => "text".to_owned(),
            Takes::Words(words) if self.name == "kind" => format!("`auto`, {}", listed(words)),
            Takes::Words(words) => listed(words),
            Takes::Form(_, words) => words.clone(),
        }
    }
}

fn of_attributes() -> String {
    let all = attributes().into_iter();
    let rows = all.map(|attribute| {
        vec![
            code(attribute.name),
            attribute.values(),
            attribute.default.to_string(),
            attribute.words.to_owned(),
        ]
    });
    table(&["attribute", "value", "default", "what it is for"], rows)
}

fn of_properties() -> String {
    let rows = OWN_PROPERTIES.iter().map(|property| {
        let takes = match property.is_read_only {
            true => format!("{}, to be read", code(property.takes)),
            false => code(property.takes),
        };
        vec![code(property.name), takes, property.words.to_owned()]
    });
    table(&["property", "type", "what it is for"], rows)
}

fn of_methods() -> String {
    let rows = METHODS.iter().map(|method| {
        vec![
            code(&method.signature()),
            code(method.gives),
            method.words.to_owned(),
        ]
    });
    table(&["method", "gives", "what it does"], rows)
}

impl Event {
    /// Markdown for its detail.
    fn fields(&self) -> String {
        let fields = self.detail.iter().map(|field| match field.words {
            "" => code(&field.signature()),
            words => format!("{} ({words})", code(&field.signature())),
        });
        fields.collect::<Vec<String>>().join(", ")
    }
}

fn of_events() -> String {
    let rows = EVENTS.iter().map(|event| {
        let when = match event.can_be_cancelled {
            true => format!("{}; can be cancelled", event.words),
            false => event.words.to_owned(),
        };
        vec![code(event.name), event.fields(), when]
    });
    table(&["event", "detail", "when"], rows)
}

fn of_slots() -> String {
    let rows = SLOTS.iter().map(|slot| {
        let name = match slot.name {
            "" => "none".to_owned(),
            name => code(name),
        };
        vec![name, slot.words.to_owned()]
    });
    table(&["slot", "where"], rows)
}

fn of_custom_properties() -> String {
    let rows = PROPERTIES.iter().map(|property| {
        let default = code(property.default().unwrap_or_default());
        let default = match property.in_dark() {
            Some(dark) => format!("{default}, in dark {}", code(dark)),
            None => default,
        };
        vec![code(property.name), default, property.words.to_owned()]
    });
    table(&["property", "default", "what follows it"], rows)
}

fn of_parts() -> String {
    let rows = PARTS
        .iter()
        .map(|part| vec![code(part.name), part.words.to_owned()]);
    table(&["part", "what it is"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_stand_between_their_marks_and_nothing_else_changes() {
        let marks =
            TABLES.map(|(name, _)| format!("<!-- surface: {name} -->\n+++\n<!-- end -->\n"));
        let document = format!("# Head\n\n{}tail\n", marks.concat());
        let first = marked(&document).unwrap_or_default();
        assert!(first.starts_with("# Head\n\n<!-- surface: attributes -->\n| attribute |"));
        assert!(first.ends_with("<!-- end -->\ntail\n") && !first.contains("+++"));
        assert_eq!(marked(&first).as_deref(), Some(first.as_str()));
        assert_eq!(marked("no mark"), None);
    }
}
