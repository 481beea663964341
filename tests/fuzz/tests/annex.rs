//! Formulas and code of strangers: nothing that stands in them stops the worker, and no formula is deeper than the page can go.
//!
//! In: TeX of random parts and words, code in random lines. Out: a panic where one is too deep, or letters are lost.
#![allow(clippy::unwrap_used)]

use fuzz::scripts::{any, noise, pick};
use fuzz::{Rng, rounds, shapes};
use rill_annex::code::Languages;
use rill_annex::formula::{DEEPEST, Formulas, Step};

/// What formulas are made of, and what they go wrong with.
const PARTS: [&str; 48] = [
    "x",
    "1",
    " ",
    "+",
    "=",
    "&",
    "\\\\",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "^",
    "_",
    "'",
    "$",
    "%",
    "#",
    "~",
    "\\frac",
    "\\frac{a}{b}",
    "\\sqrt",
    "\\sqrt[3]",
    "\\color{red}",
    "\\textcolor{blue}",
    "\\left(",
    "\\right)",
    "\\left.",
    "\\right.",
    "\\middle|",
    "\\begin{matrix}",
    "\\end{matrix}",
    "\\begin{aligned}",
    "\\end{aligned}",
    "\\text{",
    "\\mathbf",
    "\\hat",
    "\\overline{",
    "\\displaystyle",
    "\\sum",
    "\\limits",
    "\\alpha",
    "\\not",
    "\\operatorname{",
    "\\href{javascript:a}",
    "\\binom",
    "\\",
];

fn tex(rng: &mut Rng) -> String {
    let mut tex = String::new();
    for _ in 0..rng.usize(1..60) {
        match rng.u8(0..12) {
            0 => tex += any(rng).word(rng),
            1 => tex += &noise(rng, 4),
            2 => tex += &pick(rng, &PARTS).repeat(rng.usize(1..200)),
            _ => tex += pick(rng, &PARTS),
        }
    }
    tex
}

#[test]
fn no_formula_stops_the_worker_or_is_too_deep() {
    // Code that is not optimised takes far more room than the worker's does.
    let roomy = std::thread::Builder::new().stack_size(16 * 1024 * 1024);
    let run = roomy.spawn(|| {
        let formulas = Formulas::new();
        rounds(400, |rng| {
            let Some(steps) = formulas.steps(&tex(rng), rng.bool()) else {
                return;
            };
            let mut deep = 0usize;
            for step in steps {
                match step {
                    Step::Open(_) => deep += 1,
                    Step::Close => deep = deep.checked_sub(1).unwrap(),
                    _ => {}
                }
                assert!(deep <= DEEPEST);
            }
            assert_eq!(deep, 0);
        });
    });
    run.unwrap().join().unwrap();
}

#[test]
fn every_letter_of_code_has_a_colour_or_none() {
    let languages = std::cell::RefCell::new(Languages::new());
    rounds(6, |rng| {
        let language = pick(
            rng,
            &["rust", "python", "c", "json", "bash", "toml", "diff"],
        );
        let code = shapes::document(rng, 1500);
        let mut languages = languages.borrow_mut();
        let mut reading = languages.read(language).unwrap();
        let runs = languages.go_on(&mut reading, &code, &mut || 0.0);
        let letters: u32 = runs.iter().map(|run| run.0).sum();
        assert_eq!(letters as usize, code.encode_utf16().count(), "{language}");
    });
}
