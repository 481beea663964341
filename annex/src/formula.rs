//! MathML for TeX.
//!
//! In: the TeX of one formula. Out: the steps that build its MathML ([`Step`]), or nothing where it cannot be read: then the page
//! goes on showing the TeX. It must not know a document: the page builds it, and judges every name again.

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};

/// Bytes of the longest TeX: more is no formula that anybody reads.
pub const LONGEST: usize = 10_000;
/// Formulas whose elements stand deeper than this inside each other stay TeX: the page and the browser go into them by recursion.
pub const DEEPEST: usize = 64;

/// A step of building a formula, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// An element of this name begins, inside the one before.
    Open(String),
    /// The element has this attribute.
    Set(String, String),
    /// Letters.
    Text(String),
    /// The element ends.
    Close,
}

/// Reads formulas.
pub struct Formulas {
    reader: LatexToMathML,
}

impl Formulas {
    /// Makes a reader with the usual commands.
    pub fn new() -> Self {
        let config = MathCoreConfig {
            ignore_unknown_commands: false,
            ..MathCoreConfig::default()
        };
        Formulas {
            // It fails only on macros of our own, and there are none.
            reader: LatexToMathML::new(config).unwrap_or_default(),
        }
    }

    /// The MathML of a formula, in a line of text or on its own.
    pub fn steps(&self, tex: &str, display: bool) -> Option<Vec<Step>> {
        if tex.len() > LONGEST || nested(tex) > DEEPEST {
            return None;
        }
        let how = if display {
            MathDisplay::Block
        } else {
            MathDisplay::Inline
        };
        let made = self.reader.convert_with_local_state(tex, how).ok()?;
        steps_of(&made.mathml)
    }
}

impl Default for Formulas {
    fn default() -> Self {
        Formulas::new()
    }
}

/// The depth of a formula, at the most: what is read by recursion must not go too deep. Brackets, environments and `\left` nest;
/// so do commands that follow each other at once (`\sqrt\sqrt…`), and those that count to the end of their group (`\color{red}`).
fn nested(tex: &str) -> usize {
    let (mut deep, mut most, mut chain, mut longest, mut switches) = (0usize, 0, 0usize, 0, 0);
    let mut letters = tex.chars().peekable();
    let mut name = String::new();
    let mut waits = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                name.clear();
                while let Some(letter) = letters.next_if(char::is_ascii_alphabetic) {
                    name.push(letter);
                }
                if name.is_empty() {
                    letters.next();
                }
                match name.as_str() {
                    "left" | "begin" => deep += 1,
                    "right" | "end" => deep = deep.saturating_sub(1),
                    _ => {}
                }
                chain += 1;
                switches += usize::from(is_switch(&name));
                waits = takes_two(&name);
            }
            '{' | '[' | '(' => deep += 1,
            '}' | ']' | ')' => deep = deep.saturating_sub(1),
            '^' | '_' => chain += 1,
            letter if letter.is_whitespace() => {}
            // The first of two arguments, where it is one letter.
            _ if waits => waits = false,
            _ => chain = 0,
        }
        most = most.max(deep);
        longest = longest.max(chain);
    }
    most + longest / CHAINED + switches
}

/// The number of commands in a row that are no deeper than one bracket: rows of symbols are common, rows of roots are not.
const CHAINED: usize = 2;

/// Tells whether a command has a second argument, which may be the next command.
fn takes_two(name: &str) -> bool {
    name.ends_with("frac")
        || name.ends_with("binom")
        || matches!(
            name,
            "overset" | "underset" | "stackrel" | "textcolor" | "root"
        )
}

/// Tells whether a command counts for all that follows in its group.
fn is_switch(name: &str) -> bool {
    name == "color"
        || name.ends_with("style")
        || matches!(
            name,
            "rm" | "bf"
                | "it"
                | "sf"
                | "tt"
                | "cal"
                | "frak"
                | "boldsymbol"
                | "over"
                | "atop"
                | "choose"
        )
}

/// Reads the little XML that the library writes: elements, attributes in double quotes, letters, entities. Anything else is
/// refused.
fn steps_of(xml: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut open = 0usize;
    let mut rest = xml;
    while !rest.is_empty() {
        let Some(inside) = rest.strip_prefix('<') else {
            let (text, behind) = cut(rest, |c| c == '<');
            if open > 0 {
                steps.push(Step::Text(letters(text)?));
            }
            rest = behind;
            continue;
        };
        if let Some(name) = inside.strip_prefix('/') {
            let (_, behind) = name.split_once('>')?;
            open = open.checked_sub(1)?;
            steps.push(Step::Close);
            rest = behind;
            continue;
        }
        let (name, behind) = cut(inside, |c| !c.is_ascii_alphanumeric());
        if name.is_empty() || behind.is_empty() || open == DEEPEST {
            return None;
        }
        steps.push(Step::Open(name.to_owned()));
        open += 1;
        rest = behind;
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix("/>") {
                steps.push(Step::Close);
                open = open.checked_sub(1)?;
                rest = after;
                break;
            }
            if let Some(after) = rest.strip_prefix('>') {
                rest = after;
                break;
            }
            let (name, after) = rest.split_once('=')?;
            let (value, after) = after.strip_prefix('"')?.split_once('"')?;
            let valid =
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            if !valid {
                return None;
            }
            steps.push(Step::Set(name.to_owned(), letters(value)?));
            rest = after;
        }
    }
    (open == 0 && !steps.is_empty()).then_some(steps)
}

/// A text before the first letter that ends it, and the rest.
fn cut(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.find(ends)
        .and_then(|at| text.split_at_checked(at))
        .unwrap_or((text, ""))
}

fn letters(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, entity)) = rest.split_once('&') {
        out.push_str(before);
        let (name, after) = entity.split_once(';')?;
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            "nbsp" => '\u{a0}',
            _ => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)?
            }
        });
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The steps as a line to read.
    fn read(tex: &str, display: bool) -> Option<String> {
        let steps = Formulas::new().steps(tex, display)?;
        let word = |step: &Step| match step {
            Step::Open(name) => format!("({name}"),
            Step::Set(name, value) => format!(" {name}={value}"),
            Step::Text(text) => format!(" {text}"),
            Step::Close => ")".to_owned(),
        };
        Some(steps.iter().map(word).collect())
    }

    #[test]
    fn tex_becomes_mathml() {
        assert_eq!(read("x^2", false).unwrap(), "(math(msup(mi x)(mn 2)))");
        let fraction = read(r"\frac{a}{b}", true).unwrap();
        assert!(
            fraction.starts_with("(math display=block(mfrac(mi a)(mi b))"),
            "{fraction}"
        );
        assert!(read("a < b & c", false).is_none_or(|read| !read.contains("&")));
        assert!(read("a<b", false).unwrap().contains("(mo <)"));
        for tex in [
            r"\sum_{i=0}^{n} i = \frac{n(n+1)}{2}",
            r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}",
            r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
            r"\begin{aligned} x &= 1 \\ y &= 2 \end{aligned}",
            r"f(x) = \begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}",
            r"\mathbb{R}, \alpha, \vec{v}, \hat{x}, \overline{ab}, \left( \frac12 \right)",
            r"\nabla \cdot \mathbf{E} = \frac{\rho}{\varepsilon_0}",
            r"\lim_{x \to 0} \frac{\sin x}{x} = 1",
        ] {
            assert!(read(tex, true).is_some(), "{tex}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_nothing() {
        for tex in [
            r"\frac{a",
            r"\nobodyknowsme{x}",
            "}",
            &"{".repeat(5_000),
            &"x".repeat(LONGEST + 1),
            &r"\sqrt".repeat(600),
        ] {
            assert!(read(tex, false).is_none(), "{}", &tex[..tex.len().min(40)]);
        }
    }

    #[test]
    fn no_formula_is_deeper_than_can_be_gone_into() {
        let deepest = |tex: &str| {
            let steps = Formulas::new().steps(tex, true)?;
            let (mut deep, mut most) = (0usize, 0);
            for step in steps {
                match step {
                    Step::Open(_) => deep += 1,
                    Step::Close => deep -= 1,
                    _ => {}
                }
                most = most.max(deep);
            }
            Some(most)
        };
        // In no more room than a worker of a browser has; code that is not optimised takes far more of it.
        let room = if cfg!(debug_assertions) { 4 } else { 1 };
        let small = std::thread::Builder::new().stack_size(room * 1024 * 1024);
        let run = small.spawn(move || {
            for part in [
                r"\color{red}",
                r"\color{red} x + ",
                r"\sqrt",
                r"\sqrt ",
                r"\displaystyle ",
                r"\bf a ",
                r"\left( x ",
                r"\left. x ",
                r"\begin{matrix} a & ",
                r"{x ",
                r"x^",
                r"x_{",
                r"\hat{",
                r"\frac",
                r"\frac1",
                r"\text{a ",
                r"\over x ",
                r"\not",
                r"\mathbf",
                r"\overbrace",
                "'",
            ] {
                for many in [10, 30, 60, 100, 480, 2000] {
                    let tex = part.repeat(many);
                    let closed = [
                        tex.clone(),
                        format!("{tex}x"),
                        format!("{tex}x{}", "}".repeat(many)),
                        format!("{tex}x{}", r"\right.".repeat(many)),
                        format!("{tex}x{}", r"\end{matrix}".repeat(many)),
                    ];
                    for tex in closed {
                        assert!(
                            deepest(&tex).is_none_or(|deep| deep <= DEEPEST),
                            "{many} {part}"
                        );
                    }
                }
            }
        });
        run.unwrap().join().unwrap();
        // A derivation is long and not deep.
        let long = format!(
            r"\begin{{aligned}} {} \end{{aligned}}",
            r"x &= \alpha + \beta \cdot \frac{\gamma}{2} \\ ".repeat(150)
        );
        assert!(deepest(&long).is_some_and(|deep| deep < 12));
    }

    #[test]
    fn only_the_plain_xml_of_a_formula_is_taken() {
        assert!(steps_of("<math><mi>x</mi></math>").is_some());
        assert_eq!(
            steps_of("<mo a=\"&quot;\">&amp;&#x2061;</mo>").unwrap(),
            [
                Step::Open("mo".into()),
                Step::Set("a".into(), "\"".into()),
                Step::Text("&\u{2061}".into()),
                Step::Close
            ]
        );
        for bad in [
            "<math>",
            "</math>",
            "<!-- x -->",
            "<mi x=y></mi>",
            "<mi X=\"y\"></mi>",
            "<mi>&who;</mi>",
            "<>",
            "plain",
        ] {
            assert_eq!(steps_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_a_formula_says_is_letters_and_never_markup() {
        let read = read(r"\text{<script>alert(1)</script>}", false).unwrap();
        assert!(
            !read.contains("(script") && read.contains("<script>"),
            "{read}"
        );
        assert!(
            super::Formulas::new()
                .steps(r"\href{javascript:alert(1)}{x}", false)
                .is_none_or(|steps| {
                    !steps.iter().any(
                        |step| matches!(step, Step::Set(_, value) if value.contains("javascript")),
                    )
                })
        );
    }
}
