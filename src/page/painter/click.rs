//! Clicks inside an answer: what a block of code, a table or a picture offers.

use web_sys::Element;

use super::element::loaded;
use crate::page::app::Chat;
use crate::page::words::say;
use crate::page::{clipboard, diagram, plain};

/// Handles a click inside an answer: copies a block of code or a table, draws a diagram, loads an image. Returns `true` where it
/// was one of these.
pub fn clicked(chat: Chat, target: &Element) -> bool {
    if let Ok(Some(button)) = target.closest("[data-copy]") {
        if let Ok(Some(figure)) = button.closest("figure") {
            copy(chat, &figure, button);
        }
        return true;
    }
    if let Ok(Some(button)) = target.closest("[data-draw]") {
        diagram::toggle(chat, &button);
        return true;
    }
    if let Ok(Some(button)) = target.closest("[data-image]") {
        let src = button.get_attribute("data-image").unwrap_or_default();
        let alt = button.get_attribute("data-alt").unwrap_or_default();
        if let Some(image) = button
            .owner_document()
            .and_then(|document| loaded(&document, &src, &alt))
        {
            let _ = button.replace_with_with_node_1(&image);
        }
        return true;
    }
    false
}

/// Copies the table or the code that a figure holds, and says on the button whether that went well.
fn copy(chat: Chat, figure: &Element, button: Element) {
    let (text, html) = if let Ok(Some(table)) = figure.query_selector("table") {
        let (values, html) = plain::table(&table);
        (values, Some(html))
    } else if let Ok(Some(code)) = figure.query_selector("code") {
        let mut code = code.text_content().unwrap_or_default();
        // The line feed before the closing fence is the fence's: in a terminal it would run the command at once.
        if code.ends_with('\n') {
            code.pop();
        }
        (code, None)
    } else {
        return;
    };
    clipboard::put(chat, text, html, move |went| {
        let word = if went {
            say!(chat, copied)
        } else {
            say!(chat, not_copied)
        };
        button.set_text_content(Some(&word));
    });
}
