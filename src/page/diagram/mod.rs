//! Diagrams, drawn only when somebody asks for it.
//!
//! In: the button on a `mermaid` fence. Out: the drawing in the place of the code, or why there is none. The library is big and runs
//! what a model wrote, so it lives in a page of its own (`diagram.html`), in a frame without an origin, which is loaded on the click.

use futures_channel::mpsc;
use futures_util::StreamExt;
use gloo_events::EventListener;
use js_sys::Object;
use leptos::prelude::*;
use serde_json::json;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlIFrameElement, MessageEvent};

use super::app::Chat;
use super::clock::{PageClock, media_matches};
use super::words::say;
use crate::event::Millis;
use crate::reading::{Appearance, Theme};
use crate::session::within;

/// Longest time that the frame may take to load, and then to draw, in milliseconds.
const PATIENCE: Millis = 20_000.0;

/// Greatest height of a drawing, in CSS pixels; beyond it the frame scrolls.
const HIGHEST: u32 = 4_000;

#[wasm_bindgen(module = "/src/page/element.js")]
extern "C" {
    /// Returns the address of a file that stands beside the page's own.
    fn beside(name: &str) -> String;
}

/// Message from the frame that draws.
#[derive(Debug, PartialEq)]
enum Said {
    Ready,
    Drawn(u32),
    Wrong(String),
    Missing,
}

/// Reason why there is no drawing.
enum Trouble {
    Wrong(String),
    Missing,
}

/// Tells whether this is a language of diagrams that can be drawn.
pub fn is_diagram(language: Option<&str>) -> bool {
    language.is_some_and(|language| language.eq_ignore_ascii_case("mermaid"))
}

/// Draws the diagram of the button's fence, or shows its code again.
pub fn toggle(chat: Chat, button: &Element) {
    let Ok(Some(figure)) = button.closest("figure") else {
        return;
    };
    let Ok(Some(code)) = figure.query_selector("pre") else {
        return;
    };
    for old in ["iframe", "p.trouble"] {
        if let Ok(Some(old)) = figure.query_selector(old) {
            old.remove();
            if code.has_attribute("hidden") {
                let _ = code.remove_attribute("hidden");
                button.set_text_content(Some(&say!(chat, draw_diagram)));
                return;
            }
        }
    }
    let Some(frame) = frame(chat, &figure) else {
        return;
    };
    let button = button.clone();
    let _ = button.set_attribute("disabled", "");
    button.set_text_content(Some(&say!(chat, drawing_diagram)));
    chat.spawn(async move {
        let source = code.text_content().unwrap_or_default();
        let drawn = draw(&frame, &source, is_dark(chat)).await;
        let _ = button.remove_attribute("disabled");
        let word = match drawn {
            Ok(height) => {
                frame.set_height(&height.min(HIGHEST).to_string());
                let _ = code.set_attribute("hidden", "");
                say!(chat, show_code)
            }
            Err(trouble) => {
                frame.remove();
                tell(chat, &figure, &trouble);
                say!(chat, draw_diagram)
            }
        };
        button.set_text_content(Some(&word));
    });
}

fn frame(chat: Chat, figure: &Element) -> Option<HtmlIFrameElement> {
    let frame = document().create_element("iframe").ok()?;
    let frame: HtmlIFrameElement = frame.unchecked_into();
    // First the sandbox, then the address: nothing ever runs in it with our origin.
    let _ = frame.set_attribute("sandbox", "allow-scripts");
    let _ = frame.set_attribute("referrerpolicy", "no-referrer");
    frame.set_title(&say!(chat, diagram));
    frame.set_height("0");
    frame.set_src(&beside("diagram.html"));
    figure.append_child(&frame).ok()?;
    Some(frame)
}

async fn draw(frame: &HtmlIFrameElement, source: &str, dark: bool) -> Result<u32, Trouble> {
    let Some(window) = web_sys::window() else {
        return Err(Trouble::Missing);
    };
    let (tell, mut told) = mpsc::unbounded();
    let speaker = frame.clone();
    let _listener = EventListener::new(&window, "message", move |event| {
        let Some(event) = event.dyn_ref::<MessageEvent>() else {
            return;
        };
        // Any frame may send anything: only ours counts.
        let ours = speaker.content_window().is_some_and(|ours| {
            event
                .source()
                .is_some_and(|source| Object::is(&source, &ours))
        });
        if let (true, Some(said)) = (ours, event.data().as_string().as_deref().and_then(read)) {
            let _ = tell.unbounded_send(said);
        }
    });
    loop {
        match within(&PageClock, PATIENCE, told.next()).await.flatten() {
            Some(Said::Ready) => {
                let asked = json!({ "source": source, "dark": dark }).to_string();
                let inside = frame.content_window().ok_or(Trouble::Missing)?;
                // A frame without an origin can be named by no other target.
                let _ = inside.post_message(&JsValue::from_str(&asked), "*");
            }
            Some(Said::Drawn(height)) => return Ok(height),
            Some(Said::Wrong(why)) => return Err(Trouble::Wrong(why)),
            Some(Said::Missing) | None => return Err(Trouble::Missing),
        }
    }
}

fn read(words: &str) -> Option<Said> {
    let (word, rest) = words.split_once(' ').unwrap_or((words, ""));
    Some(match word {
        "ready" => Said::Ready,
        "drawn" => Said::Drawn(rest.parse().ok()?),
        "wrong" => Said::Wrong(rest.chars().take(500).collect()),
        "missing" => Said::Missing,
        _ => return None,
    })
}

fn tell(chat: Chat, figure: &Element, trouble: &Trouble) {
    let words = match trouble {
        Trouble::Wrong(why) => say!(chat, diagram_wrong, why = why.clone()),
        Trouble::Missing => say!(chat, diagram_missing),
    };
    if let Ok(line) = document().create_element("p") {
        line.set_class_name("trouble");
        let _ = line.set_attribute("role", "alert");
        line.set_text_content(Some(&words));
        let _ = figure.append_child(&line);
    }
}

fn is_dark(chat: Chat) -> bool {
    match chat.appearance.with_untracked(Appearance::theme) {
        Theme::Dark => true,
        Theme::Light => false,
        Theme::Auto => media_matches("(prefers-color-scheme: dark)"),
    }
}
