//! What is shown of a block that ends here for now.

use super::mend;

#[track_caller]
fn check(text: &str, expect: &str) {
    assert_eq!(mend(text).text, expect, "{text:?}");
}

#[test]
fn what_is_whole_stays() {
    for whole in [
        "plain words",
        "**bold** and *it* and `code`.",
        "a [link](http://x.y) b",
        "a * b",
        "snake_case_name",
        "- item",
        "# heading",
        "| a |\n|---|\n| b |",
        "5 < 6",
        "it costs $5",
        "$a_b$ c",
        "**a**b",
        "Wow!",
        "a ~ b",
        "[ ] box",
        "a\n\nb",
        "1. one\n2. two",
        "",
    ] {
        check(whole, whole);
        assert_eq!(mend(whole).reach, whole.len(), "{whole:?}");
    }
}

#[test]
fn open_emphasis_is_closed() {
    check("**bold", "**bold**");
    check("**bold and *it", "**bold and *it***");
    check("***both", "***both***");
    check("_it", "_it_");
    check("~~gone", "~~gone~~");
    check("**bold ", "**bold**");
    check("**bold:", "**bold:**");
    check("- **bold", "- **bold**");
    check("> quoted *it\n> more", "> quoted *it\n> more*");
    check("# head **bold", "# head **bold**");
    check("done **a**\n\n**b", "done **a**\n\n**b**");
    check("open *a\n\nnext", "open *a\n\nnext");
    check("- *a\n- b", "- *a\n- b");
}

#[test]
fn half_a_mark_at_the_end_is_hidden() {
    check("**bold*", "**bold**");
    check("**bold**", "**bold**");
    check("text **", "text ");
    check("text `", "text ");
    check("text ``", "text ");
    check("text \\", "text ");
    check("~~gone~", "~~gone~~");
}

#[test]
fn open_code_is_closed() {
    check("`code", "`code`");
    check("``a ` b", "``a ` b``");
    check("``a`", "``a``");
    check("**bold `code", "**bold `code`**");
    check("`**", "`**`");
}

#[test]
fn half_a_link_is_its_text() {
    check("see [the te", "see the te");
    check("see [the text]", "see the text");
    check("see [the text](", "see the text");
    check("see [the text](http://exa", "see the text");
    check("see [the **te", "see the **te**");
    check("see [the **text**](http://ex_a*", "see the **text**");
    check("an ![image](http://x", "an image");
    check("an ![ima", "an ima");
    check("[a](http://x.y) [b", "[a](http://x.y) b");
    check("[a](http://x.y/(b)", "a");
    check("a note[^1", "a note");
    check("<http://x.y/a_b*", "<http://x.y/a_b*");
    check("[a](http://x.y \"a ti", "a");
    check("[a](<http://x.y/ b", "a");
}

#[test]
fn what_only_looks_like_half_a_link_is_shown() {
    check("f[i](x and", "f[i](x and");
    check("f[i](x *and", "f[i](x *and*");
    check("a[^b and", "a[^b and");
    check("[a][b and *c", "[a]b and *c*");
    check(
        &format!("[a](b \"{}", "c ".repeat(200)),
        &format!("[a](b \"{}", "c ".repeat(200)),
    );
}

#[test]
fn many_open_marks_of_another_letter_are_not_looked_through() {
    let text = "*a ".repeat(200_000) + &"b_ ".repeat(200_000);
    let started = std::time::Instant::now();
    mend(&text);
    // Looking through them all takes minutes.
    assert!(started.elapsed().as_secs() < 10);
}

#[test]
fn a_line_that_is_nothing_yet_is_hidden() {
    for start in [
        "#", "##", "# ", "-", "- ", "*", "**", "+", "1.", "1. ", "12)", ">", "> ", "---", "===",
        "`", "```", "~~", "|", "$$", "- [", "- [x", "- [ ]", "> -", "- 1.", "[", "![", "_",
    ] {
        check(start, "");
        assert_eq!(mend(start).reach, 0, "{start:?}");
        check(&format!("text\n{start}"), "text\n");
        check(&format!("text\n\n{start}"), "text\n\n");
    }
    check("- a\n2", "- a\n");
    check("42", "42");
    check("text **bold\n-", "text **bold**");
}

#[test]
fn marks_in_code_and_html_stay() {
    check("```\n**a", "```\n**a");
    check("```\na\n``", "```\na\n");
    check("- ```\n  *a", "- ```\n  *a");
    check("```\na*\n```\n*b", "```\na*\n```\n*b*");
    check("    **a", "    **a");
    check("<div>**a", "<div>**a");
}

#[test]
fn the_head_of_a_table_is_one_from_its_first_letter() {
    check("| Na", "| Na |\n|---|");
    check("| Name | A", "| Name | A |\n|---|---|");
    check("| Name |", "| Name |\n|---|");
    check("| Name | Age |\n", "| Name | Age |\n|---|---|");
    check("| Name | Age\n", "| Name | Age |\n|---|---|");
    check("| Name | Age\n|-", "| Name | Age |\n|---|---|");
    check("> | a\n> |-", "> | a |\n> |---|");
    check("*|a\n-|-", "*|a\n-|-");
    check("| Name | Age |\n|", "| Name | Age |\n|---|---|");
    check("| Name | Age |\n|--", "| Name | Age |\n|---|---|");
    check("| **Na", "| **Na** |\n|---|");
    check("| a |\n|---|\n| **b", "| a |\n|---|\n| **b**");
    check("| a |\n|---|\n|", "| a |\n|---|\n");
    check("> | a |\n", "> | a |\n> |---|");
}

#[test]
fn an_open_formula_is_closed() {
    check("$$ a_b *c", "$$ a_b *c$$");
    check("$$\nu\n- v", "$$\nu\n- v$$");
    check("$$\nu\n- v\n$", "$$\nu\n- v$$");
    check("$$\nu\n- v\n$$", "$$\nu\n- v\n$$");
    check("\\[\nS\n=", "\\[\nS\n=\\]");
    check("\\[\na \\\\\n", "\\[\na \\\\\\]");
    check("\\[\nx\n\\", "\\[\nx\\]");
    check("so \\( a*b", "so \\( a*b\\)");
    check("$$\nx\\", "$$\nx$$");
    check("> \\[\n> x\n> ", "> \\[\n> x\n>\\]");
    check("text\n\\[\n", "text\n");
    check("it costs $$ *a", "it costs $$ *a*");
    check("$$\nu\n\n*v", "$$\nu\n\n*v*");
    check("```\n\\[ x", "```\n\\[ x");
}

#[test]
fn emphasis_beside_cjk_marks_is_closed() {
    check("请**「钥匙", "请**「钥匙**");
    check("请**先关。**然*后", "请**先关。**然*后*");
    check("**스크립트(script)**가 *", "**스크립트(script)**가 ");
    check("6~8 *a", "6~8 *a*");
}

#[test]
fn half_a_tag_that_is_taken_as_such_is_hidden() {
    check("H<su", "H");
    check("H<sub>2</", "H<sub>2");
    check("a<b", "a");
    check("a<br", "a");
    check("a<bo", "a<bo");
    check("<br>*x", "<br>*x*");
    check("a `<br", "a `<br`");
}

#[test]
fn nothing_is_open_in_an_address() {
    check("https://x.y/a*b c", "https://x.y/a*b c");
    check("*https://x.y/a_b", "*https://x.y/a_b*");
}
