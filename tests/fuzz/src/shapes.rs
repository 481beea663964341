//! Markdown in every shape, made of words of any script: what a model writes, and what it writes when it goes wrong.
//!
//! In: a generator, and about how many bytes are wanted. Out: a text. Marks are as often left open as they are closed.

use crate::scripts::{Script, any, noise, pick};
use crate::{LONGEST, Rng};

/// One kind of block.
pub type Shape = fn(&mut Rng, Script, usize) -> String;

/// All shapes, each with its name.
pub const SHAPES: [(&str, Shape); 15] = [
    ("paragraph", paragraph),
    ("one long line", long_line),
    ("heading", heading),
    ("list", list),
    ("nested list", nested),
    ("quote", quote),
    ("table", table),
    ("fence", fence),
    ("indented code", indented),
    ("formula", formula),
    ("link", links),
    ("definition", definitions),
    ("thinking", thinking),
    ("html", html),
    ("marks", marks),
];

/// A text of up to so many bytes: blocks of any shape in any script.
pub fn document(rng: &mut Rng, most: usize) -> String {
    let wanted = length(rng, most);
    let mut script = any(rng);
    let mut text = String::new();
    while text.len() < wanted {
        if rng.u8(..) < 60 {
            script = any(rng);
        }
        let left = (wanted - text.len()).max(1);
        let size = if rng.u8(..) < 100 {
            left
        } else {
            rng.usize(1..=left.min(600))
        };
        let (_, shape) = pick(rng, &SHAPES);
        text += &shape(rng, script, size);
        text += pick(
            rng,
            &["\n\n", "\n\n", "\n", "\r\n\r\n", "", "\n \n", "\n\n\n"],
        );
    }
    cut_to(text, most)
}

/// A text of one shape in one script; the message of a failure can name both.
pub fn of(rng: &mut Rng, shape: Shape, script: Script, most: usize) -> String {
    let wanted = length(rng, most);
    let mut text = String::new();
    while text.len() < wanted {
        text += &shape(rng, script, wanted - text.len());
        text += "\n\n";
    }
    cut_to(text, most)
}

/// Mostly short, so that many are tried; now and then as long as may be.
fn length(rng: &mut Rng, most: usize) -> usize {
    let most = most.min(LONGEST);
    match rng.u8(0..16) {
        0 => most,
        1..=3 => rng.usize(0..=most),
        4..=8 => rng.usize(0..=most.min(8192)),
        _ => rng.usize(0..=most.min(1024)),
    }
}

fn cut_to(mut text: String, most: usize) -> String {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// Words with marks among them.
fn inline(rng: &mut Rng, script: Script) -> String {
    let (a, b) = (script.word(rng), script.word(rng));
    match rng.u8(0..34) {
        0 => format!("**{a}** {b}"),
        1 => format!("*{a}*{b}"),
        2 => format!("`{a}` {b}"),
        3 => format!("``{a}`{b}``"),
        4 => format!("[{a}](https://example.org/{b})"),
        5 => format!("[{a}][{b}]"),
        6 => format!("![{a}](https://example.org/{b}.png \"{b}\")"),
        7 => format!("~~{a}~~"),
        8 => format!("${a}^2_{b}$"),
        9 => format!("\\({a}\\) \\[{b}\\]"),
        10 => format!("${} and {b}", rng.u16(..)),
        11 => format!("<b>{a}</b> <{b}"),
        12 => format!("[^{}]", rng.u8(0..4)),
        13 => format!("https://example.org/{a}_({b})"),
        14 => format!("&amp;&{a};&#{};", rng.u32(..)),
        15 => format!("**{a}"),
        16 => format!("*{a} _{b}"),
        17 => format!("`{a} {b}"),
        18 => format!("[{a}]("),
        19 => format!("[{a} {b}"),
        20 => format!("{a}\\{b}"),
        21 => format!("{a}\\\n{b}"),
        22 => format!("{a}  \n{b}"),
        23 => format!("___{a}___*{b}"),
        24 => noise(rng, 6),
        25 => format!("{a}**「{b}」**{a}~~（{b}）~~"),
        26 => format!("{}~{}, ~{a}~", rng.u8(..), rng.u8(..)),
        27 => format!("H<sub>{a}</sub>{b}<br>"),
        28 => format!("<kbd>{a}<br/>{b}"),
        29 => format!("{a}${b}={a}$, \\[{a}\n= {b}"),
        30 => format!("（http://example.org/{a}/*{b}*_）"),
        31 => format!("{a}@example.org, www.example.org/{b}。"),
        _ => format!("|{a}|{b}"),
    }
}

fn line(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        if rng.bool() {
            text += &script.sentence(rng);
        } else {
            text += &inline(rng, script);
        }
        text += pick(rng, &[" ", " ", " ", "", "  "]);
    }
    text
}

fn some(rng: &mut Rng, bytes: usize) -> usize {
    rng.usize(1..=bytes.clamp(1, 120))
}

fn paragraph(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        let part = some(rng, bytes);
        text += &line(rng, script, part);
        text += pick(rng, &["\n", "\n", " ", "\r\n", "\r"]);
    }
    text
}

fn long_line(rng: &mut Rng, script: Script, bytes: usize) -> String {
    match rng.u8(0..3) {
        0 => script.prose(rng, bytes),
        1 => line(rng, script, bytes),
        _ => {
            let word = pick(
                rng,
                &[
                    "a_b_", "]", "](", "|a|", "[^a]", "\\a", "$a", "<", "*a ", "`", "\t", "&",
                    "**", "~", "![", "\u{0}", "a|",
                ],
            );
            let word = if rng.bool() { word } else { script.word(rng) };
            word.repeat(bytes / word.len().max(1) + 1)
        }
    }
}

fn heading(rng: &mut Rng, script: Script, _: usize) -> String {
    let text = line(rng, script, 20);
    match rng.u8(0..3) {
        0 => format!("{text}\n==="),
        1 => format!("{text}\n--"),
        _ => format!("{} {text}", "#".repeat(rng.usize(1..8))),
    }
}

fn list(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let mark = pick(rng, &["- ", "* ", "+ ", "1. ", "7) ", "- [ ] ", "- [x] "]);
    let gap = pick(rng, &["\n", "\n", "\n\n"]);
    let mut text = String::new();
    while text.len() < bytes {
        let part = some(rng, bytes);
        text += mark;
        text += &line(rng, script, part);
        text += if rng.u8(..) < 30 { "\n\n" } else { gap };
    }
    text
}

fn nested(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let mut text = String::new();
    let mut depth = 0usize;
    while text.len() < bytes {
        depth = match rng.u8(0..5) {
            0 | 1 => depth + 1,
            2 => depth.saturating_sub(1),
            3 => 0,
            _ => depth,
        };
        text += &" ".repeat(depth.min(40) * pick(rng, &[2, 4, 3]));
        text += pick(rng, &["- ", "* ", "1. ", "> ", "", "| "]);
        let part = some(rng, 40);
        text += &line(rng, script, part);
        text += pick(rng, &["\n", "\n", "\n", "\n\n", "\n```\n"]);
    }
    text
}

fn quote(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        let part = some(rng, bytes);
        text += pick(rng, &["> ", "> ", ">", "> > ", "> - ", "", "> ```\n> "]);
        text += &line(rng, script, part);
        text += pick(rng, &["\n", "\n", "\n>\n"]);
    }
    text
}

fn table(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let columns = rng.usize(1..6);
    let row = |rng: &mut Rng| {
        let cells: Vec<String> = (0..columns).map(|_| line(rng, script, 6)).collect();
        let cells = cells.join(" | ").replace(['\n', '\r'], " ");
        match rng.u8(0..4) {
            0 => format!("{cells}\n"),
            1 => format!("| {cells}\n"),
            _ => format!("| {cells} |\n"),
        }
    };
    let mut text = row(rng);
    text += &match rng.u8(0..4) {
        0 => format!("{}\n", vec!["-"; columns].join("|")),
        1 => format!("|{}\n", ":-:|".repeat(columns)),
        _ => format!("|{}\n", "---|".repeat(columns)),
    };
    while text.len() < bytes {
        text += &row(rng);
    }
    text
}

fn fence(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let mark = pick(rng, &["```", "~~~", "````"]);
    let language = pick(
        rng,
        &[
            "", "rust", "js", "python", "mermaid", "c++ {.x}", "日本", "markdown", "md x",
        ],
    );
    let mut text = format!("{mark}{language}\n");
    while text.len() < bytes {
        text += pick(
            rng,
            &[
                "    ",
                "",
                "\t",
                "``` ",
                "```",
                "```sh\n",
                "let x = \"",
                "// ",
                "</div>",
                "$$",
            ],
        );
        text += &line(rng, script, 12);
        text += pick(rng, &["\n", "\n", "\r\n", "\n\n"]);
    }
    if rng.u8(..) < 200 {
        text += "\n";
        text += mark;
    }
    text
}

fn indented(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        text += pick(rng, &["    ", "\t", "     "]);
        text += &line(rng, script, 20);
        text += "\n";
    }
    text
}

fn formula(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let (open, close) = pick(
        rng,
        &[
            ("$$", "$$"),
            ("\\[", "\\]"),
            ("$", "$"),
            ("\\(", "\\)"),
            ("\\begin{align}", "\\end{align}"),
        ],
    );
    let mut text = open.to_owned();
    while text.len() < bytes {
        text += pick(
            rng,
            &[
                "\\frac{a}{b}",
                "x^2",
                "\\sum_{i=0}^n ",
                "\\text{",
                "}",
                "\\color{red}",
                " = ",
                "\n",
                "\n= ",
                "\n- ",
                "\n|x| < ",
                "\\\\",
                "\\alpha",
                "&",
                "$5",
            ],
        );
        text += script.word(rng);
    }
    if rng.u8(..) < 200 {
        text += close;
    }
    text
}

fn links(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        let (a, b) = (script.sentence(rng), script.word(rng));
        text += &match rng.u8(0..7) {
            0 => format!("[{a}](<https://example.org/{b}> '{a}') "),
            1 => format!("[{a}](https://example.org/{b}(x)y) "),
            2 => format!("[{a}](javascript:alert(1)) "),
            3 => format!("<https://example.org/{b}> <{b}@example.org> "),
            4 => format!("[![{a}](data:image/png;base64,AAAA)]({b}) "),
            5 => format!("[{a}]({b} and so on and on "),
            _ => format!("www.example.org/{b} [{a}] [^{b} "),
        };
    }
    text
}

fn definitions(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        let (a, b) = (script.word(rng), script.sentence(rng));
        text += &match rng.u8(0..5) {
            0 => format!("[{a}]: https://example.org/{a} \"{b}\"\n"),
            1 => format!("[^{}]: {b}\n", rng.u8(0..4)),
            2 => format!("See [{a}] and [^{}].\n\n", rng.u8(0..4)),
            3 => format!("[{a}]:\n   <{a}>\n"),
            _ => format!("[^1]: {b}\n\n    {b}\n"),
        };
    }
    text
}

fn thinking(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let part = bytes / 2 + 1;
    let thought = line(rng, script, part);
    match rng.u8(0..4) {
        0 => format!("<think>{thought}</think>"),
        1 => format!("{thought}</think>\n\n"),
        2 => format!("<think>{thought}"),
        _ => format!("`<think>` {thought} `</think>`"),
    }
}

fn html(rng: &mut Rng, script: Script, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        text += pick(
            rng,
            &[
                "<div>",
                "<script>",
                "</script>",
                "<!-- ",
                "-->",
                "<details>\n",
                "<br/>",
                "<![CDATA[",
                "<?x ",
                "<a href='",
                "\n\n",
                "<sub>",
            ],
        );
        text += &script.sentence(rng);
    }
    text
}

fn marks(rng: &mut Rng, _: Script, bytes: usize) -> String {
    let mut text = String::new();
    while text.len() < bytes {
        let mark = pick(
            rng,
            &[
                "*", "**", "_", "`", "```", "~~", "[", "]", "(", ")", "!", "<", ">", "|", "$",
                "$$", "\\", "&", "#", "-", "=", ":", "\n", " ", "\t", "1.", "a", "é", "字", "^",
                "\r",
            ],
        );
        text += &mark.repeat(if rng.u8(..) < 20 { rng.usize(1..60) } else { 1 });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_in_every_script_has_about_the_wanted_length() {
        for script in crate::scripts::SCRIPTS {
            for (name, shape) in SHAPES {
                for seed in 0..4 {
                    let text = of(&mut Rng::with_seed(seed), shape, script, 4096);
                    assert!(text.len() <= 4096, "{name}, {}", script.name);
                }
            }
        }
    }

    #[test]
    fn a_seed_gives_the_same_document_again() {
        let of = |seed| document(&mut Rng::with_seed(seed), LONGEST);
        assert_eq!(of(7), of(7));
        assert_ne!(of(7), of(8));
        assert!((0..200).any(|seed| of(seed).len() > 40_000));
    }
}
