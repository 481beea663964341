//! The worker's own hand: carries words between the page and the rooms of the annex.
//!
//! In: messages `[number, "code", language, lines, last]` and `[number, "math", tex, display]`. Out: `"ready"` once, then for each
//! message one answer: of code the runs of its letters, each `length * 16 + paint`; of a formula the steps that build it, each a
//! text that begins with `<`, `@`, `=` or `>`; `null` where nothing is known. Before the answer, while code is read, its number
//! comes now and then as a sign of life. Pieces of one code come in order, with one number.

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    println!("The annex runs in a browser, beside the page.");
}

#[cfg(target_arch = "wasm32")]
fn main() {
    worker::start();
}

#[cfg(target_arch = "wasm32")]
mod worker {
    use std::collections::HashMap;

    use js_sys::{Array, Date, Uint32Array};
    use rill_annex::code::{Languages, Reading};
    use rill_annex::formula::{Formulas, Step};
    use wasm_bindgen::prelude::*;
    use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

    /// Pieces of code that may be read half-way at once, at most.
    const MOST_OPEN: usize = 64;
    /// Milliseconds after which the page is told that the work goes on.
    const SIGN: f64 = 100.0;

    #[derive(Default)]
    struct Annex {
        languages: Option<Languages>,
        formulas: Option<Formulas>,
        /// Code of which more is to come.
        open: HashMap<u32, Reading>,
    }

    pub fn start() {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let mut annex = Annex::default();
        let told = Closure::<dyn FnMut(MessageEvent)>::new({
            let scope = scope.clone();
            move |event: MessageEvent| {
                let asked = Array::from(&event.data());
                let _ = scope.post_message(&annex.answer(&asked));
            }
        });
        scope.set_onmessage(Some(told.as_ref().unchecked_ref()));
        // The worker lives as long as it listens.
        told.forget();
        let _ = scope.post_message(&JsValue::from_str("ready"));
    }

    impl Annex {
        fn answer(&mut self, asked: &Array) -> JsValue {
            let word = |at: u32| asked.get(at).as_string().unwrap_or_default();
            let number = asked.get(0).as_f64().unwrap_or_default() as u32;
            let flag = asked.get(asked.length() - 1).is_truthy();
            match word(1).as_str() {
                "code" => self.code(number, &word(2), &word(3), flag),
                "math" => self.math(&word(2), flag),
                _ => None,
            }
            .unwrap_or(JsValue::NULL)
        }

        fn code(
            &mut self,
            number: u32,
            language: &str,
            lines: &str,
            last: bool,
        ) -> Option<JsValue> {
            let languages = self.languages.get_or_insert_default();
            let mut reading = match self.open.remove(&number) {
                Some(reading) => reading,
                None => languages.read(language)?,
            };
            let mut told = Date::now();
            let mut clock = || {
                let now = Date::now();
                if now - told > SIGN {
                    told = now;
                    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
                    let _ = scope.post_message(&number.into());
                }
                now
            };
            let runs = languages.go_on(&mut reading, lines, &mut clock);
            if !last {
                // Code that the page has dropped half-way is never heard of again. Others begin anew: a colour may be wrong.
                if self.open.len() >= MOST_OPEN {
                    self.open.clear();
                }
                self.open.insert(number, reading);
            }
            let packed: Vec<u32> = runs
                .iter()
                .map(|(length, paint)| length * 16 + *paint as u32)
                .collect();
            Some(Uint32Array::from(packed.as_slice()).into())
        }

        fn math(&mut self, tex: &str, display: bool) -> Option<JsValue> {
            let steps = self.formulas.get_or_insert_default().steps(tex, display)?;
            let out = Array::new();
            for step in steps {
                match step {
                    Step::Open(name) => out.push(&format!("<{name}").into()),
                    Step::Set(name, value) => out.push(&format!("@{name}={value}").into()),
                    Step::Text(text) => out.push(&format!("={text}").into()),
                    Step::Close => out.push(&">".into()),
                };
            }
            Some(out.into())
        }
    }
}
