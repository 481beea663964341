//! Markdown as people of a chat expect it: what CommonMark reads otherwise, or leaves open. Each text is read whole, and in pieces.
#![allow(clippy::unwrap_used)]

// What is compared with examples of others is not needed here.
#[allow(dead_code)]
#[path = "suites/html.rs"]
mod html;

use rill::markdown::{Markdown, Node, Tag, blocks_of};

fn grown(text: &str, size: usize) -> Vec<Node> {
    let letters: Vec<char> = text.chars().collect();
    let mut markdown = Markdown::new();
    for piece in letters.chunks(size) {
        markdown.append(&piece.iter().collect::<String>());
        markdown.update();
    }
    markdown.finish();
    markdown.update();
    let blocks = markdown.blocks().iter();
    blocks.map(|block| block.node.clone()).collect()
}

#[track_caller]
fn check(text: &str, expect: &str) {
    let whole = blocks_of(text);
    let found = html::of_nodes(&whole);
    assert_eq!(
        html::write(&found),
        html::write(&html::parse(expect)),
        "{text:?}"
    );
    for size in [1, 2, 3, 7] {
        let pieces = grown(text, size);
        assert!(
            pieces == whole,
            "{text:?} in pieces of {size}: {}",
            html::write(&html::of_nodes(&pieces))
        );
    }
}

/// What is shown of a text that goes on.
#[track_caller]
fn check_open(text: &str, expect: &str) {
    let mut markdown = Markdown::new();
    markdown.append(text);
    markdown.update();
    let nodes: Vec<Node> = markdown
        .blocks()
        .iter()
        .map(|block| block.node.clone())
        .collect();
    let found = html::of_nodes(&nodes);
    assert_eq!(
        html::write(&found),
        html::write(&html::parse(expect)),
        "{text:?}"
    );
}

fn link(address: &str) -> String {
    format!("<a href=\"{address}\">{address}</a>")
}

#[test]
fn the_end_of_a_line_is_a_line_break() {
    check("Quay 3\n20457 Hamburg", "<p>Quay 3<br>20457 Hamburg</p>");
    check("a  \nb\\\nc", "<p>a<br>b<br>c</p>");
    check("> a\n> b\nc", "<blockquote><p>a<br>b<br>c</p></blockquote>");
    check("- a\n  b\n- c", "<ul><li>a<br>b</li><li>c</li></ul>");
    check("**a\nb**", "<p><strong>a<br>b</strong></p>");
    check("`a\nb`", "<p><code>a b</code></p>");
    check("a\r\nb\rc", "<p>a<br>b<br>c</p>");
    // Not so behind what breaks the line already.
    check("a<br>\nb", "<p>a<br>b</p>");
    check("a<br><br>\nb", "<p>a<br><br>b</p>");
}

#[test]
fn emphasis_knows_words_without_blanks() {
    check(
        "请**先关阀门。**然后",
        "<p>请<strong>先关阀门。</strong>然后</p>",
    );
    check("是**「锁」**的", "<p>是<strong>「锁」</strong>的</p>");
    check("**bold（x）**后", "<p><strong>bold（x）</strong>后</p>");
    check("**bold(x)**后", "<p><strong>bold(x)</strong>后</p>");
    check("后**(x)bold**", "<p>后<strong>(x)bold</strong></p>");
    check("**注意：**see", "<p><strong>注意：</strong>see</p>");
    check("see**（注意）**", "<p>see<strong>（注意）</strong></p>");
    check("~~旧的（一）。~~新的", "<p><del>旧的（一）。</del>新的</p>");
    check("これは*「鍵」*です", "<p>これは<em>「鍵」</em>です</p>");
    check(
        "**스크립트(script)**가",
        "<p><strong>스크립트(script)</strong>가</p>",
    );
    check("**“引用”**的", "<p><strong>“引用”</strong>的</p>");
    check(
        "这是***「很」***的",
        "<p>这是<em><strong>「很」</strong></em>的</p>",
    );
    check(
        "**`code`**后",
        "<p><strong><code>code</code></strong>后</p>",
    );
    check(
        "**$x$**后",
        "<p><strong><math display=\"inline\">x</math></strong>后</p>",
    );
    check("**𠮷（x）**𠮷", "<p><strong>𠮷（x）</strong>𠮷</p>");
    check(
        "|a|\n|-|\n|这**「x」**的|",
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>这<strong>「x」</strong>的</td></tr></tbody></table>",
    );
    // As CommonMark has it.
    check("a**(b)**c", "<p>a**(b)**c</p>");
    check("后 ** x ** 后", "<p>后 ** x ** 后</p>");
    check("后\\**「x」**后", "<p>后**「x」**后</p>");
    check("`请**先。**然`", "<p><code>请**先。**然</code></p>");
    check("    请**先。**然", "<pre><code>请**先。**然</code></pre>");
    check(
        "[a](http://x.y/中**「 \"中**「\")",
        "<p><a href=\"http://x.y/%E4%B8%AD**%E3%80%8C\" title=\"中**「\">a</a></p>",
    );
}

#[test]
fn one_tilde_is_a_tilde() {
    check("6~8个月，2~6度", "<p>6~8个月，2~6度</p>");
    check("~~Gone~~ and ~here~", "<p><del>Gone</del> and ~here~</p>");
    check("~~a~b~~ `~c~`", "<p><del>a~b</del> <code>~c~</code></p>");
    check("~/a and ~/b", "<p>~/a and ~/b</p>");
    check(
        "[a](http://x.y/~b)",
        "<p><a href=\"http://x.y/~b\">a</a></p>",
    );
}

#[test]
fn bare_addresses_are_links() {
    let x = link("https://example.org/docs");
    for (text, expect) in [
        ("https://example.org/docs", x.clone()),
        ("(https://example.org/docs)", format!("({x})")),
        ("（https://example.org/docs）", format!("（{x}）")),
        (
            "文档在https://example.org/docs（说明）",
            format!("文档在{x}（说明）"),
        ),
        ("请看https://example.org/docs。", format!("请看{x}。")),
        ("请看https://example.org/docs谢谢", format!("请看{x}谢谢")),
        ("https://example.org/docs를", format!("{x}를")),
        ("「https://example.org/docs」、", format!("「{x}」、")),
        (
            "**https://example.org/docs**后",
            format!("<strong>{x}</strong>后"),
        ),
        ("*https://example.org/docs*", format!("<em>{x}</em>")),
        ("~~https://example.org/docs~~", format!("<del>{x}</del>")),
        ("\"https://example.org/docs\".", format!("\"{x}\".")),
        ("https://example.org/docs...", format!("{x}...")),
        ("https://example.org/docs?!", format!("{x}?!")),
        ("<https://example.org/docs>", x.clone()),
        ("https://example.org/docs<br>b", format!("{x}<br>b")),
        (
            "[https://example.org/docs](https://example.org/docs)",
            x.clone(),
        ),
        ("[x https://example.org/docs]", format!("[x {x}]")),
    ] {
        check(text, &format!("<p>{expect}</p>"));
    }
    for address in [
        "https://example.org/a_(b)",
        "https://example.org/tide?h=2#now",
        "https://example.org/a_b_c/*d*/~e",
        "https://example.org/$a$/b",
        "http://localhost:5001/v1",
        "http://127.0.0.1:8080",
        "HTTPS://EXAMPLE.ORG/a",
        "https://x.y/a?b=c&d=e",
    ] {
        check(address, &format!("<p>{}</p>", link(address)));
        check(
            &format!("a {address}, b"),
            &format!("<p>a {}, b</p>", link(address)),
        );
    }
    check(
        "https://zh.wikipedia.org/wiki/潮汐 x",
        "<p><a href=\"https://zh.wikipedia.org/wiki/%E6%BD%AE%E6%B1%90\">https://zh.wikipedia.org/wiki/潮汐</a> x</p>",
    );
    check(
        "在www.example.org。",
        "<p>在<a href=\"http://www.example.org\">www.example.org</a>。</p>",
    );
    check(
        "写给a.b@c.de。",
        "<p>写给<a href=\"mailto:a.b@c.de\">a.b@c.de</a>。</p>",
    );
    check(
        "|a|\n|-|\n|https://x.y/z|",
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td><a href=\"https://x.y/z\">https://x.y/z</a></td></tr></tbody></table>",
    );
    for text in [
        "`https://x.y`",
        "http://",
        "https:// x",
        "xhttps://x.y",
        "www.",
        "a@b",
        "@a.b",
        "git@github.com:a/b.git",
        "javascript:alert(1)",
        "file:///etc",
        "awww.x.y",
    ] {
        let found = blocks_of(text);
        assert!(
            !html::write(&html::of_nodes(&found)).contains("<a "),
            "{text}"
        );
    }
    check(
        "https://x.y/a?b&amp;c",
        "<p><a href=\"https://x.y/a?b&amp;c\">https://x.y/a?b&amp;c</a></p>",
    );
    check(
        "[a https://x.y b](https://z.w)",
        "<p><a href=\"https://z.w\">a https://x.y b</a></p>",
    );
    check(
        "![a https://x.y](https://z.w/i.png)",
        "<p><img src=\"https://z.w/i.png\" alt=\"a https://x.y\"></p>",
    );
    check_open(
        "see https://exam",
        "<p>see <a href=\"https://exam\">https://exam</a></p>",
    );
    check_open(
        "see https://x.y/a*b c",
        "<p>see <a href=\"https://x.y/a*b\">https://x.y/a*b</a> c</p>",
    );
}

#[test]
fn a_few_tags_are_taken_as_such() {
    check(
        "one<br>two<BR/>three<br />four",
        "<p>one<br>two<br>three<br>four</p>",
    );
    check(
        "H<sub>2</sub>O, x<sup>2</sup>",
        "<p>H<sub>2</sub>O, x<sup>2</sup></p>",
    );
    check(
        "<kbd>Ctrl</kbd>+<kbd>C</kbd>, <mark>so</mark>",
        "<p><kbd>Ctrl</kbd>+<kbd>C</kbd>, <mark>so</mark></p>",
    );
    check(
        "<kbd>a *b* `c`</kbd>",
        "<p><kbd>a <em>b</em> <code>c</code></kbd></p>",
    );
    check(
        "**<mark>a</mark>**",
        "<p><strong><mark>a</mark></strong></p>",
    );
    check("<br>\na", "<p><br>a</p>");
    check("<MARK>a</Mark>", "<p><mark>a</mark></p>");
    check(
        "|a|\n|-|\n|b<br>c x<sup>2</sup>|",
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b<br>c x<sup>2</sup></td></tr></tbody></table>",
    );
    check("- x<sub>i", "<ul><li>x<sub>i</sub></li></ul>");
    check("x<sub>i\n\nb", "<p>x<sub>i</sub></p><p>b</p>");
    check(
        "- x<sub>i\n  - b",
        "<ul><li>x<sub>i</sub><ul><li>b</li></ul></li></ul>",
    );
    check("a</sub>b", "<p>a<sub></sub>b</p>");
    check(
        "*a<mark>b*c</mark>",
        "<p><em>a<mark>b</mark></em>c<mark></mark></p>",
    );
    check("# a<br>b", "<h1>a<br>b</h1>");
    // Nothing else, and nothing in code.
    check("`a<br>b`", "<p><code>a&lt;br&gt;b</code></p>");
    check(
        "```\n<br>\n<sub>\n```",
        "<pre><code>&lt;br&gt;\n&lt;sub&gt;\n</code></pre>",
    );
    check(
        "<b>a</b><sub class=x>",
        "<p>&lt;b&gt;a&lt;/b&gt;&lt;sub class=x&gt;</p>",
    );
    check("\\<br>", "<p>&lt;br&gt;</p>");
    check(
        "<div>\na<br>b\n</div>",
        "<html-as-text>&lt;div&gt;\na&lt;br&gt;b\n&lt;/div&gt;</html-as-text>",
    );
    check_open("x<su", "<p>x</p>");
    check_open("x<sup>2", "<p>x<sup>2</sup></p>");
    check_open(
        "|a|\n|-|\n|b<br",
        "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>",
    );
}

#[test]
fn formulas_go_over_lines_that_begin_like_blocks() {
    for (open, close) in [("\\[", "\\]"), ("$$", "$$")] {
        for inside in [
            "S\n= 1 + 2\n= 3",
            "a\n- b\n+ c",
            "|x|\n< 1",
            "a\n* b",
            "\\begin{aligned}\na &= b \\\\\n&= c\n\\end{aligned}",
            "x_1 * y_1",
            "a\n    b",
        ] {
            let tex = inside
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace("\n    ", "\n");
            let formula = format!("<math display=\"block\">{tex}</math>");
            for text in [
                format!("{open}\n{inside}\n{close}"),
                format!("{open} {inside} {close}"),
            ] {
                check(&text, &format!("<p>{formula}</p>"));
                check(
                    &format!("a\n\n{text}\n\nb"),
                    &format!("<p>a</p><p>{formula}</p><p>b</p>"),
                );
                check(&format!("a\n{text}\nb"), &format!("<p>a{formula}b</p>"));
            }
            let quoted = format!("> {open}\n> {}\n> {close}", inside.replace('\n', "\n> "));
            check(
                &quoted,
                &format!("<blockquote><p>{formula}</p></blockquote>"),
            );
            let listed = format!(
                "- {open}\n  {}\n  {close}\n- b",
                inside.replace('\n', "\n  ")
            );
            check(&listed, &format!("<ul><li>{formula}</li><li>b</li></ul>"));
        }
    }
    check(
        "so \\(a\n+ b\\) is",
        "<p>so <math display=\"inline\">a\n+ b</math> is</p>",
    );
    check(
        "we get: \\[\nx\n= 1\n\\]",
        "<p>we get: <math display=\"block\">x\n= 1</math></p>",
    );
    for text in ["\\[\na\n\nb\n\\]", "$$\na\n```\nb\n```\n$$"] {
        assert!(
            !html::write(&html::of_nodes(&blocks_of(text))).contains("math"),
            "{text}"
        );
        let whole = blocks_of(text);
        assert!(grown(text, 1) == whole);
    }
    check_open(
        "a\n\n$$\nu\n- v",
        "<p>a</p><p><math display=\"block\">u\n- v</math></p>",
    );
    check_open("\\[\nS\n=", "<p><math display=\"block\">S\n=</math></p>");
    check_open("\\[", "");
    check(
        "```\n\\[\n= 1\n\\]\n```",
        "<pre><code>\\[\n= 1\n\\]\n</code></pre>",
    );
    check(
        "    \\[\n    = 1\n    \\]",
        "<pre><code>\\[\n= 1\n\\]</code></pre>",
    );
    check(
        "> ```\n> $$\n> - 1\n> $$\n> ```",
        "<blockquote><pre><code>$$\n- 1\n$$\n</code></pre></blockquote>",
    );
}

#[test]
fn a_bar_in_a_formula_parts_no_cells() {
    let table = |cells: &str| {
        format!(
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr>{cells}</tr></tbody></table>"
        )
    };
    let math = |tex: &str| format!("<math display=\"inline\">{tex}</math>");
    for (row, cells) in [
        (
            "| $|x|$ | c |",
            format!("<td>{}</td><td>c</td>", math("|x|")),
        ),
        (
            "| $P(A|B)$ | c |",
            format!("<td>{}</td><td>c</td>", math("P(A|B)")),
        ),
        (
            "| $P(A\\|B)$ | c |",
            format!("<td>{}</td><td>c</td>", math("P(A|B)")),
        ),
        (
            "| \\(|x|\\) | c |",
            format!("<td>{}</td><td>c</td>", math("|x|")),
        ),
        ("| $5 | $6 |", "<td>$5</td><td>$6</td>".to_owned()),
        ("| $a | b$ |", "<td>$a</td><td>b$</td>".to_owned()),
        ("|$5|$6|", "<td>$5</td><td>$6</td>".to_owned()),
    ] {
        check(&format!("| a | b |\n|---|---|\n{row}\n"), &table(&cells));
    }
}

#[test]
fn dollars_beside_cjk_letters_are_formulas_and_prices_are_none() {
    let math = |tex: &str| format!("<math display=\"inline\">{tex}</math>");
    check(
        "其中$x$是速度，$t$是时间。",
        &format!("<p>其中{}是速度，{}是时间。</p>", math("x"), math("t")),
    );
    check("수식$x$은", &format!("<p>수식{}은</p>", math("x")));
    check(
        "距离为$d=xt$米",
        &format!("<p>距离为{}米</p>", math("d=xt")),
    );
    check("$v = s/t$", &format!("<p>{}</p>", math("v = s/t")));
    check(
        "$f$(x), $x^+$, $5\\text{ km}$",
        &format!(
            "<p>{}(x), {}, {}</p>",
            math("f"),
            math("x^+"),
            math("5\\text{ km}")
        ),
    );
    for text in [
        "票价是$5和$6。",
        "价格$5元，约合6$。",
        "$5 and $6",
        "I have $5, you have 6$",
        "${a}-${b}",
        "$HOME:$PATH",
        "$a,$b",
        "It is \"$990/mo\" now, a \"$1,500 gift\" then",
        "$/day is up, $/night is down",
        "US$5/US$6",
        "$(a)+$(b)",
        "$5-$10",
        "涨了$5到$10",
    ] {
        let found = html::write(&html::of_nodes(&blocks_of(text)));
        assert!(!found.contains("math"), "{text}: {found}");
        assert!(grown(text, 1) == blocks_of(text), "{text}");
    }
}

#[test]
fn a_fence_of_markdown_holds_fences() {
    let text = "```markdown\n# Tide\n\n```bash\nmake\n```\n\nwait\n```\n\nend";
    check(
        text,
        "<pre><code class=\"language-markdown\"># Tide\n\n```bash\nmake\n```\n\nwait\n</code></pre><p>end</p>",
    );
    check(
        "> ```md\n> ```c\n> a\n> ```\n> b\n> ```\n> c",
        "<blockquote><pre><code class=\"language-md\">```c\na\n```\nb\n</code></pre><p>c</p></blockquote>",
    );
    check(
        "- ```md\n  ```c\n  a\n  ```\n  b\n  ```\n- c",
        "<ul><li><pre><code class=\"language-md\">```c\na\n```\nb\n</code></pre></li><li>c</li></ul>",
    );
    check(
        "```md\n```md\n```c\n```\n```\n```\nend",
        "<pre><code class=\"language-md\">```md\n```c\n```\n```\n</code></pre><p>end</p>",
    );
    check(
        "```md\na\n```\n```c\nb\n```",
        "<pre><code class=\"language-md\">a\n</code></pre><pre><code class=\"language-c\">b\n</code></pre>",
    );
    check(
        "```text\n```c\na\n```\nend",
        "<pre><code class=\"language-text\">```c\na\n</code></pre><p>end</p>",
    );
    check(
        "> ```md\n> ```c\n\nx\n\n```\ny\n```",
        "<blockquote><pre><code class=\"language-md\">```c\n</code></pre></blockquote><p>x</p><pre><code>y\n</code></pre>",
    );
}

#[test]
fn an_item_runs_as_its_first_letter_and_a_list_as_its_first_item() {
    let directions = |text: &str| -> Vec<bool> {
        fn walk(nodes: &[Node], out: &mut Vec<bool>) {
            for node in nodes {
                if let Some(Tag::List { rtl, .. } | Tag::Item { rtl, .. }) = node.tag() {
                    out.push(*rtl);
                }
                walk(node.children(), out);
            }
        }
        let mut out = Vec::new();
        for size in [1, 3, text.len()] {
            out.clear();
            walk(&grown(text, size), &mut out);
        }
        out
    };
    assert_eq!(
        directions("- أولا: `a`\n- two\n- ثانيا"),
        [true, true, false, true]
    );
    assert_eq!(directions("1. שלום\n\n2. סוף"), [true; 3]);
    assert_eq!(directions("- 1. א\n- b"), [true, true, true, true, false]);
    assert_eq!(directions("- one\n- אחת"), [false, false, true]);
}
