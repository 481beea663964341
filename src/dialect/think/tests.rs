//! Thinking and answer, told apart in pieces of any size.

use super::*;

/// Answer and thinking after the whole input, however it is cut; `was` counts the corrections.
fn check(input: &str, thinking: &str, answer: &str) {
    let cuts: Vec<usize> = input
        .char_indices()
        .map(|(at, _)| at)
        .chain([input.len()])
        .collect();
    for step in [cuts.len(), 1, 2, 3, 5] {
        let mut splitter = Splitter::default();
        let mut out = Vec::new();
        let mut from = 0;
        for &to in cuts.iter().skip(step).step_by(step).chain([&input.len()]) {
            splitter.text(&input[from..to], &mut out);
            from = to;
        }
        splitter.finish(&mut out);
        let (mut found_thinking, mut found_answer) = (String::new(), String::new());
        for event in out {
            match event {
                ChatEvent::Text(text) => found_answer += &text,
                ChatEvent::Reasoning(text) => found_thinking += &text,
                ChatEvent::TextWasReasoning => found_thinking += &std::mem::take(&mut found_answer),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(
            (&*found_thinking, &*found_answer),
            (thinking, answer),
            "in steps of {step}: {input:?}"
        );
    }
}

#[test]
fn text_without_tags_is_the_answer_to_the_last_blank() {
    check(" and so it flows\n", "", " and so it flows\n");
    check("a < b </ c <thin", "", "a < b </ c <thin");
    check("\n \n", "", "\n \n");
    check("<", "", "<");
}

#[test]
fn tags_at_the_start_hold_the_thinking() {
    check("<think>one\ntwo</think>three", "one\ntwo", "three");
    check("\n<think>\none \n</think>\n\nthree\n", "one", "three\n");
    check("<thinking>one</thinking>two", "one", "two");
    check("<seed:think>one</seed:think>two", "one", "two");
    check("[THINK]one[/THINK]two", "one", "two");
    check("<|START_THINKING|>one<|END_THINKING|>two", "one", "two");
    check("<think>\n\n</think>\n\ntwo", "", "two");
    check("<think>a</think>\n<think>b</think>c", "ab", "c");
    check("<think>a < b </thin", "a < b </thin", "");
}

#[test]
fn a_tag_in_the_answer_is_text() {
    check(
        "Write <think> here and </b> there",
        "",
        "Write <think> here and </b> there",
    );
    check("<think>a</think>b </think> c", "a", "b </think> c");
    check(
        "The tag `</think>` closes it, \"</think>\" too",
        "",
        "The tag `</think>` closes it, \"</think>\" too",
    );
    for text in [
        "Use this:\n```\n<think>x\n</think>\n```\n",
        "Use this:\n\n```xml\n</think>\n```\nand that.",
        "> ```\n> </think>\n> ```\n",
        "- ~~~\n  </think>\n  ~~~\n",
        "````\n```\n</think>\n````",
        "The line `x = </think>` ends it.",
        "He said: \"write </think> here\" and left.",
        "Er schrieb: „das Ende ist </think>“ und ging.",
        "她说：「用 </think> 结束」。",
        "A <think> comes first and a </think> last.",
        "`<think>` opens, `</think>` closes, </b> does not.\nSo: <think>hm</think>",
    ] {
        check(text, "", text);
    }
}

#[test]
fn the_tags_of_all_families_hold_the_thinking() {
    check("<mm:think>one</mm:think>two", "one", "two");
    check("<thought>one</thought>two", "one", "two");
    check(
        "\u{25c1}think\u{25b7}one\u{25c1}/think\u{25b7}two",
        "one",
        "two",
    );
    check("<|channel>thought\none<channel|>two", "one", "two");
    check("<|channel>thought\n<channel|>two", "", "two");
    check(
        "<|channel|>analysis<|message|>one<|end|><|start|>assistant<|channel|>final<|message|>two<|return|>",
        "one",
        "two",
    );
    check(
        "<|channel|>commentary<|message|>one<|end|>\n<|start|>assistant<|channel|>analysis<|message|>two<|end|><|start|>assistant<|channel|>final<|message|>three",
        "onetwo",
        "three",
    );
}

#[test]
fn a_model_may_think_again() {
    check("<think>a</think>b<think>c</think>d", "ac", "bd");
    check(
        "<think>Look.</think>I look.<think> Found it.</think> Here: 3.",
        "Look.Found it.",
        "I look. Here: 3.",
    );
    check(
        "First.\n<think>\nplan\n</think>\nThen.",
        "plan",
        "First.\n\nThen.",
    );
    // In code it is written about, also by a model that thinks.
    check(
        "<think>a</think>Write `<think>` so:\n```\n<think>x</think>\n```\n",
        "a",
        "Write `<think>` so:\n```\n<think>x</think>\n```\n",
    );
}

#[test]
fn a_mark_of_the_template_ends_the_text() {
    for mark in [
        "<|im_end|>",
        "</s>",
        "<end_of_turn>",
        "<|eot_id|>",
        "<|endoftext|>",
        "<|end|>",
        "<\u{ff5c}end\u{2581}of\u{2581}sentence\u{ff5c}>",
        "<turn|>",
    ] {
        for after in ["", "\n", "\n<|im_start|>user\nAnd?", "USER: hm"] {
            check(&format!("So it is.{mark}{after}"), "", "So it is.");
            check(&format!("<think>a</think>So\n{mark}{after}"), "a", "So\n");
        }
    }
    check("<|im_start|>assistant\nYes", "", "Yes");
    check(
        "<|start_header_id|>assistant<|end_header_id|>\n\nYes<|eot_id|>",
        "",
        "Yes",
    );
    check("<|im_end|>\nYes", "", "Yes");
    check("日本語<|im_end|>", "", "日本語");
}

#[test]
fn a_mark_that_is_written_about_is_text() {
    for text in [
        "The <|im_end|> mark ends it.",
        "Marks: <|im_start|>, <|im_end|> and </s>.",
        "It is `<|im_end|>`.",
        "```\n<|im_start|>user\n<|im_end|>\n```\nSo.",
        "\"</s>\"",
        "Not <s>this</s> but that.",
        "a < b, a <| b, <|im_en",
    ] {
        check(text, "", text);
    }
}

#[test]
fn thinking_may_speak_of_its_tag() {
    check(
        "<think>They ask for `</think>` and \"</think>\".</think>It closes.",
        "They ask for `</think>` and \"</think>\".",
        "It closes.",
    );
    check(
        "<think>As in\n```\n<think>x</think>\n```\nso.\n</think>\nYes",
        "As in\n```\n<think>x</think>\n```\nso.",
        "Yes",
    );
    check("<think>a `</think>", "a `", "");
    // What is not sure to be spoken of ends the thinking: or else the answer would be hidden.
    check("<think>```\ncode\n</think>\nYes", "```\ncode", "Yes");
    check("<think>a ` b</think>Yes", "a ` b", "Yes");
    check("<think><think>a</think>Yes", "<think>a", "Yes");
}

#[test]
fn code_and_quotes_before_it_do_not_hide_a_closing_tag() {
    for thinking in [
        "It's 5\" long\n",
        "a ` b\n",
        "```\ncode\n```\n",
        "``` ` `` \n",
        "Is `x` \"y\" „z“ «w»? ",
        "don't ",
    ] {
        check(&format!("{thinking}</think>\n\nYes"), thinking, "Yes");
    }
}

#[test]
fn a_line_of_many_tags_is_read_once() {
    let mut splitter = Splitter::default();
    let (mut out, text) = (Vec::new(), "x `</think>` ".repeat(4000));
    splitter.text(&text, &mut out);
    splitter.finish(&mut out);
    let steps = splitter.lines.steps;
    assert!(steps <= 2 * text.len(), "{steps} for {}", text.len());
}

#[test]
fn a_closing_tag_without_its_opening_turns_the_text_into_thinking() {
    check("one\ntwo\n</think>\n\nthree", "one\ntwo\n", "three");
    check("one</thinking>two", "one", "two");
    check("</think>\n\ntwo", "", "two");
    check("one</think>two</think>three", "one", "two</think>three");
}

#[test]
fn thinking_told_by_the_server_leaves_closing_tags_alone() {
    let (mut splitter, mut out) = (Splitter::default(), Vec::new());
    splitter.note_reasoning();
    splitter.text("a </think> b", &mut out);
    splitter.finish(&mut out);
    assert_eq!(out, [ChatEvent::Text("a </think> b".to_owned())]);
}

#[test]
fn harmony_channels_are_told_apart() {
    check(
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hi",
        "hm",
        "Hi",
    );
    check("<|channel|>final<|message|>Hi", "", "Hi");
}
