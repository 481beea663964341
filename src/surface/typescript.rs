//! The declarations for TypeScript: the class, its events, what a framework's markup may say of the element.

use std::fmt::Write as _;

use super::{
    Attribute, CLASS, EVENTS, Event, Field, METHODS, Method, OWN_PROPERTIES, Shape, TAG, Takes,
    attributes, plain, types,
};

/// What stands at the head of each file that is made of the surface.
const MADE: &str = "Made by `cargo xtask surface` from src/surface: change it there.";

/// Returns the text of `rill.d.ts`.
pub fn declarations() -> String {
    let mut out = String::new();
    // Writing into a text cannot fail.
    let _ = write_all(&mut out);
    out
}

fn write_all(out: &mut String) -> std::fmt::Result {
    writeln!(out, "// <{TAG}>. {MADE}\n")?;
    for one in types() {
        writeln!(out, "/** {} */", one.words)?;
        match one.shape {
            Shape::Alias(of) => writeln!(out, "export type {} = {of};\n", one.name)?,
            Shape::Object(fields) => {
                writeln!(out, "export interface {} {{", one.name)?;
                for (name, takes) in fields {
                    writeln!(out, "  {name}: {takes};")?;
                }
                writeln!(out, "}}\n")?;
            }
        }
    }
    let all = attributes();
    events(out)?;
    markup(out, &all)?;
    class(out, &all)?;
    writeln!(
        out,
        "declare global {{\n  interface HTMLElementTagNameMap {{\n    \"{TAG}\": {CLASS};\n  }}\n}}"
    )
}

fn events(out: &mut String) -> std::fmt::Result {
    writeln!(out, "/** The element's events, by their names. */")?;
    writeln!(out, "export interface {CLASS}EventMap {{")?;
    for event in EVENTS {
        writeln!(out, "  /** {} */", sentence(event.words))?;
        writeln!(
            out,
            "  \"{}\": CustomEvent<{}>;",
            event.name,
            event.detail()
        )?;
    }
    writeln!(out, "}}\n")
}

/// Attributes as markup writes them, and the events of React's: `onrill-end`.
fn markup(out: &mut String, all: &[Attribute]) -> std::fmt::Result {
    writeln!(
        out,
        "/** The element's attributes, by their names in markup. */"
    )?;
    writeln!(out, "export interface {CLASS}Attributes {{")?;
    for attribute in all {
        let takes = match &attribute.takes {
            Takes::Flag => "boolean | \"\"".to_owned(),
            _ => attribute.settable(),
        };
        writeln!(out, "  \"{}\"?: {takes} | undefined;", attribute.name)?;
    }
    writeln!(out, "}}\n")?;
    writeln!(
        out,
        "/** What JSX may say of the element: its attributes, and listeners as React 19 names them. */"
    )?;
    writeln!(
        out,
        "export type {CLASS}Props = {CLASS}Attributes & {{\n  [Name in keyof {CLASS}EventMap as `on${{Name}}`]?: (event: {CLASS}EventMap[Name]) => void;\n}};\n"
    )
}

fn class(out: &mut String, all: &[Attribute]) -> std::fmt::Result {
    writeln!(
        out,
        "/** A chat with a language model: the element `<{TAG}>`. */"
    )?;
    // The class itself has no global name; the element's constructor has it.
    writeln!(out, "export interface {CLASS} extends HTMLElement {{")?;
    for attribute in all {
        writeln!(out, "  /** {} */", sentence(attribute.words))?;
        let (name, takes) = (attribute.property(), attribute.property_type());
        match &attribute.takes {
            Takes::Flag => writeln!(out, "  {name}: {takes};")?,
            // Set to nothing, it takes its attribute away.
            _ => {
                let settable = match attribute.settable() {
                    text if text == "string" => text,
                    words => format!("{words} | \"\""),
                };
                writeln!(out, "  get {name}(): {takes};")?;
                writeln!(out, "  set {name}(value: {settable} | null | undefined);")?;
            }
        }
    }
    for property in OWN_PROPERTIES {
        let fixed = if property.is_read_only {
            "readonly "
        } else {
            ""
        };
        writeln!(out, "  /** {} */", sentence(property.words))?;
        writeln!(out, "  {fixed}{}: {};", property.name, property.takes)?;
    }
    for method in METHODS {
        writeln!(out, "  /** {} */", sentence(method.words))?;
        writeln!(out, "  {}: {};", method.signature(), method.gives)?;
    }
    for verb in ["add", "remove"] {
        let options = match verb {
            "add" => "AddEventListenerOptions",
            _ => "EventListenerOptions",
        };
        let of = format!("(this: {CLASS}, event: {CLASS}EventMap[Name]) => unknown");
        writeln!(
            out,
            "  {verb}EventListener<Name extends keyof {CLASS}EventMap>(name: Name, listener: {of}, options?: boolean | {options}): void;"
        )?;
        let of = format!("(this: {CLASS}, event: HTMLElementEventMap[Name]) => unknown");
        writeln!(
            out,
            "  {verb}EventListener<Name extends keyof HTMLElementEventMap>(name: Name, listener: {of}, options?: boolean | {options}): void;"
        )?;
        writeln!(
            out,
            "  {verb}EventListener(name: string, listener: EventListenerOrEventListenerObject, options?: boolean | {options}): void;"
        )?;
    }
    writeln!(out, "}}\n")
}

impl Attribute {
    /// The type of what it may be set to: a number where its values are numbers.
    fn settable(&self) -> String {
        let takes = self.value_type();
        let is_number = match &self.takes {
            Takes::Words(words) => words.iter().all(|word| word.parse::<u32>().is_ok()),
            Takes::Form(form, _) => form.contains("${number}"),
            _ => false,
        };
        match is_number {
            true => format!("{takes} | number"),
            false => takes,
        }
    }
}

/// Words as a sentence that stands alone.
fn sentence(words: &str) -> String {
    let begins_with_code = words.starts_with('`');
    let words = plain(words).replace(" (below)", "");
    if begins_with_code {
        return format!("{words}.");
    }
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

impl Method {
    /// Its name, and its arguments with their types.
    pub fn signature(&self) -> String {
        let arguments = self.arguments.iter();
        let arguments: Vec<String> = arguments
            .map(|argument| format!("{}: {}", argument.name, argument.takes))
            .collect();
        format!("{}({})", self.name, arguments.join(", "))
    }
}

impl Event {
    /// The type of its detail.
    pub fn detail(&self) -> String {
        let fields = self.detail.iter().map(Field::signature);
        match fields.collect::<Vec<String>>().join("; ").as_str() {
            "" => "Record<string, never>".to_owned(),
            fields => format!("{{ {fields} }}"),
        }
    }
}

impl Field {
    /// Its name and its type.
    pub fn signature(&self) -> String {
        let mark = if self.is_answer { "?" } else { "" };
        format!("{}{mark}: {}", self.name, self.takes)
    }
}
