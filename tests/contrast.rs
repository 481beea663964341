//! Contrast of the page's colours, as WCAG 2.2 measures it: 4.5 : 1 for text (1.4.3), 3 : 1 for edges of controls and marks of the
//! focus (1.4.11), in each of the four looks: light, dark, and both for young readers.
//!
//! In: the colours in `style/*.css`, in `oklch`. Out: pairs that are too close to each other.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A colour in linear sRGB, each part from 0 to 1.
type Rgb = [f64; 3];
/// Colours by their names, without `--`.
type Colours = BTreeMap<String, Rgb>;

/// Text, and what it stands on.
const TEXT: [(&str, &[&str]); 13] = [
    (
        "ink",
        &["ground", "ground-soft", "ground-tint", "accent-soft"],
    ),
    ("ink-soft", &["ground", "ground-soft", "ground-tint"]),
    ("accent", &["ground", "ground-soft"]),
    ("accent-ink", &["accent"]),
    ("warn", &["ground", "ground-soft"]),
    ("ink", &["warn-soft"]),
    ("c-comment", &["ground-soft"]),
    ("c-text", &["ground-soft"]),
    ("c-value", &["ground-soft"]),
    ("c-keyword", &["ground-soft"]),
    ("c-function", &["ground-soft"]),
    ("c-type", &["ground-soft"]),
    ("c-name", &["ground-soft"]),
];
/// Edges of controls, signs and marks of the focus, and what they stand beside.
const EDGES: [(&str, &[&str]); 3] = [
    ("edge", &["ground", "ground-soft"]),
    ("accent", &["ground", "ground-soft", "ground-tint"]),
    ("warn", &["ground", "ground-soft"]),
];

fn style(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("style")
        .join(name);
    fs::read_to_string(file).unwrap()
}

/// The colours that the rule with this selector sets, `nth` of those with the same.
fn rule(css: &str, selector: &str, nth: usize) -> BTreeMap<String, String> {
    let open = format!("{selector} {{");
    let body = css.split(&open).nth(nth + 1);
    let body = body.unwrap_or_else(|| panic!("no rule {selector}"));
    let body = body.split('}').next().unwrap();
    let lines = body
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--"));
    lines
        .filter_map(|line| line.trim_end_matches(';').split_once(": "))
        .filter(|(_, value)| value.contains("oklch("))
        .map(|(name, value)| (name.to_owned(), without_the_sites(value).to_owned()))
        .collect()
}

/// What a value is where the site names none of its own: `var(--rill-ground, oklch(99% 0.003 190))`.
fn without_the_sites(value: &str) -> &str {
    match value.find("oklch(") {
        Some(at) if value.starts_with("var(") => value[at..].trim_end_matches(')'),
        _ => value,
    }
}

/// A colour as it is written: `oklch(47% 0.085 190)`.
fn colour(text: &str) -> Rgb {
    let inner = text.trim().strip_prefix("oklch(").unwrap();
    let inner = inner.trim_end_matches(')');
    let mut parts = inner.split_whitespace();
    let mut next = || parts.next().unwrap();
    let light: f64 = next().trim_end_matches('%').parse::<f64>().unwrap() / 100.0;
    let chroma: f64 = next().parse().unwrap();
    let hue = next().parse::<f64>().unwrap().to_radians();
    assert_eq!(parts.next(), None, "{text}: see-through");
    let (a, b) = (chroma * hue.cos(), chroma * hue.sin());
    // Björn Ottosson's figures, as CSS Color 4 has them (section 19).
    let cube = |a_part: f64, b_part: f64| (light + a_part * a + b_part * b).powi(3);
    let long = cube(0.396_337_777_4, 0.215_803_757_3);
    let middle = cube(-0.105_561_345_8, -0.063_854_172_8);
    let short = cube(-0.089_484_177_5, -1.291_485_548_0);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * middle + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * middle - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * middle + 1.707_614_701_0 * short,
    ]
    .map(|part| part.clamp(0.0, 1.0))
}

fn contrast(one: Rgb, other: Rgb) -> f64 {
    let light = |[red, green, blue]: Rgb| 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The looks of the page, each with all of its colours.
fn looks() -> Vec<(&'static str, Colours)> {
    let (tokens, young, code) = (style("tokens.css"), style("young.css"), style("code.css"));
    let light = rule(&tokens, ".rill", 0);
    let dark = rule(&tokens, ".rill[data-theme=\"dark\"]", 0);
    let syntax = rule(&code, ".rill", 0);
    let young_light = rule(&young, ".rill.young", 0);
    let young_dark = rule(&young, ".rill.young[data-theme=\"dark\"]", 0);
    let of = |at: usize, layers: &[&BTreeMap<String, String>]| -> Colours {
        let mut all = Colours::new();
        for (name, value) in layers.iter().copied().flatten() {
            all.insert(name.clone(), colour(value));
        }
        for (name, value) in &syntax {
            // light-dark(ONE, OTHER)
            let inner = value.strip_prefix("light-dark(").unwrap();
            let inner = inner.strip_suffix(')').unwrap();
            let value = inner.split(", ").nth(at).unwrap();
            all.insert(name.clone(), colour(value));
        }
        all
    };
    vec![
        ("light", of(0, &[&light])),
        ("dark", of(1, &[&light, &dark])),
        ("young, light", of(0, &[&light, &young_light])),
        (
            "young, dark",
            of(1, &[&light, &dark, &young_light, &young_dark]),
        ),
    ]
}

fn hold(least: f64, pairs: &[(&str, &[&str])]) {
    let mut close = Vec::new();
    for (look, colours) in looks() {
        for (front, grounds) in pairs {
            for ground in *grounds {
                let found = contrast(colours[*front], colours[*ground]);
                if found < least {
                    close.push(format!("{look}: {front} on {ground}: {found:.2}"));
                }
            }
        }
    }
    assert!(
        close.is_empty(),
        "less than {least} : 1\n{}",
        close.join("\n")
    );
}

#[test]
fn text_stands_out_from_its_ground() {
    hold(4.5, &TEXT);
}

#[test]
fn edges_of_controls_and_marks_of_the_focus_stand_out() {
    hold(3.0, &EDGES);
}

#[test]
fn words_stand_out_from_the_shade_of_an_unlikely_token() {
    let css = style("looks.css");
    let mark = css.split("color-mix(in oklch, ").nth(1).unwrap();
    let shade = colour(mark.split(" var(").next().unwrap());
    let strongest = css.split("--unlikely: ").skip(1);
    let strongest = strongest.map(|rest| rest.split('%').next().unwrap().parse::<f64>().unwrap());
    let part = strongest.fold(0.0, f64::max) / 100.0;
    assert!(part > 0.5);
    // Browsers lay one over the other in sRGB, by its curve.
    let curved = |part: f64| match part <= 0.003_130_8 {
        true => 12.92 * part,
        false => 1.055 * part.powf(1.0 / 2.4) - 0.055,
    };
    let linear = |part: f64| match part <= 0.040_45 {
        true => part / 12.92,
        false => ((part + 0.055) / 1.055).powf(2.4),
    };
    for (look, colours) in looks() {
        let ground = colours["ground"];
        let laid = [0, 1, 2]
            .map(|at| linear(curved(shade[at]) * part + curved(ground[at]) * (1.0 - part)));
        let found = contrast(colours["ink"], laid);
        assert!(found >= 4.5, "{look}: {found:.2}");
    }
}

#[test]
fn a_dark_system_looks_as_dark_that_is_chosen() {
    for (file, chosen, system) in [
        (
            "tokens.css",
            ".rill[data-theme=\"dark\"]",
            ".rill[data-theme=\"auto\"]",
        ),
        (
            "young.css",
            ".rill.young[data-theme=\"dark\"]",
            ".rill.young[data-theme=\"auto\"]",
        ),
    ] {
        let css = style(file);
        assert_eq!(rule(&css, chosen, 0), rule(&css, system, 0), "{file}");
    }
}

#[test]
fn every_field_has_an_edge_that_is_seen() {
    // The hairline is for what stands apart without it.
    for name in [
        "composer.css",
        "panel.css",
        "turn.css",
        "talk.css",
        "doctor.css",
    ] {
        let css = style(name);
        for part in css.split('}') {
            let Some((selector, body)) = part.rsplit_once('{') else {
                continue;
            };
            let is_field = ["input", "select", "textarea", ".composer", ".edit", ".file"]
                .iter()
                .any(|field| {
                    selector.trim().ends_with(field) || selector.contains(&format!("{field}, "))
                });
            assert!(
                !(is_field && body.contains("1px solid var(--line)")),
                "{name}: {}",
                selector.trim()
            );
        }
    }
}

#[test]
fn contrast_is_measured_as_wcag_does() {
    let [white, black] = ["oklch(100% 0 0)", "oklch(0% 0 0)"].map(colour);
    assert!((contrast(white, black) - 21.0).abs() < 0.01);
    // #767676 on white, the lightest grey that is dark enough.
    let grey = colour("oklch(56.54% 0 0)");
    assert!((contrast(grey, white) - 4.54).abs() < 0.03);
}
