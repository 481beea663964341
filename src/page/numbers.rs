//! Numbers and dates as a language writes them.
//!
//! In: a locale, a number. Out: its figures with that language's marks, by the browser's own `Intl`. It must not know a chat.

use std::cell::RefCell;

use js_sys::Intl::NumberFormat;
use js_sys::{Array, Date, Function, Object, Reflect};
use wasm_bindgen::JsValue;

use super::words::{Locale, tag};

/// Writes a number with exactly so many decimal places: `1,234.5`, `1.234,5`.
pub fn decimal(locale: Locale, number: f64, places: u32) -> String {
    format(locale, number, "decimal", places)
}

/// Writes a share (1 is the whole) in per cent, with exactly so many decimal places: `93.4%`, `93,4 %`.
pub fn percent(locale: Locale, share: f64, places: u32) -> String {
    format(locale, share, "percent", places)
}

/// Writes a span of time, from milliseconds: `320 ms`, `7.5 sec` (`7,5 Sek`), `75 sec`. Figure and unit stay together.
pub fn span(locale: Locale, ms: u32) -> String {
    let (number, unit, places) = match ms {
        0..1000 => (f64::from(ms), "millisecond", 0),
        1000..20_000 => (f64::from(ms / 100) / 10.0, "second", 1),
        _ => (f64::from(ms / 1000), "second", 0),
    };
    amount(locale, number, unit, places)
}

/// Writes a number of units as ECMA-402 names them (`megabyte`), with exactly so many decimal places: `1.5 MB`. Figure and unit stay
/// together.
pub fn amount(locale: Locale, number: f64, unit: &'static str, places: u32) -> String {
    let written = format(locale, number, unit, places).replace(' ', "\u{a0}");
    // The stop of "Sek." would stand before the stop of a sentence.
    written.trim_end_matches('.').to_owned()
}

/// Writes a day and a time of it, from milliseconds since 1970: `30 Nov 2026, 14:05`.
pub fn date_time(locale: Locale, at: f64) -> String {
    let date = Date::new(&at.into());
    let style = style(&[("dateStyle", "medium"), ("timeStyle", "short")]);
    date.to_locale_string(tag(locale), &style).into()
}

/// Writes a month (1 is the first) and its year: `November 2026`.
pub fn month(locale: Locale, year: i64, month: u8) -> String {
    let date = Date::new_with_year_month_day(year as u32, i32::from(month) - 1, 1);
    let style = style(&[("year", "numeric"), ("month", "long")]);
    date.to_locale_date_string(tag(locale), &style).into()
}

fn style(parts: &[(&str, &str)]) -> JsValue {
    let style = Object::new();
    for (name, value) in parts {
        // A plain object takes any value.
        let _ = Reflect::set(&style, &(*name).into(), &(*value).into());
    }
    style.into()
}

/// Has the browser make ready what it takes to write numbers: the first time takes as long as to draw a frame.
pub fn make_ready(locale: Locale) {
    decimal(locale, 0.0, 0);
}

/// Way to write a number: locale, style or unit, number of decimal places.
type Way = (Locale, &'static str, u32);

thread_local! {
    /// Formats that were made, for to make one takes far longer than to use it.
    static MADE: RefCell<Vec<(Way, Function)>> = const { RefCell::new(Vec::new()) };
}

fn format(locale: Locale, number: f64, style: &'static str, places: u32) -> String {
    let way = (locale, style, places);
    let format = MADE.with_borrow_mut(|made| {
        if let Some((_, format)) = made.iter().find(|(known, _)| *known == way) {
            return format.clone();
        }
        let format = make(way);
        made.push((way, format.clone()));
        format
    });
    let figures = format.call1(&JsValue::UNDEFINED, &number.into());
    // A number is always formatted. (Rust's own words for one would be 3 KB of the first view.)
    let figures = figures.ok().and_then(|figures| figures.as_string());
    figures.unwrap_or_default()
}

fn make((locale, style, places): Way) -> Function {
    let options = Object::new();
    let set = |name: &str, value: JsValue| {
        // A plain object takes any value.
        let _ = Reflect::set(&options, &name.into(), &value);
    };
    match style {
        "decimal" | "percent" => set("style", style.into()),
        unit => {
            set("style", "unit".into());
            set("unit", unit.into());
            set("unitDisplay", "short".into());
        }
    }
    set("minimumFractionDigits", places.into());
    set("maximumFractionDigits", places.into());
    NumberFormat::new(&Array::of1(&tag(locale).into()), &options).format()
}
