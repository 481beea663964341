#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

/// Frames in a readable form, one a line.
fn frames(framer: &mut Framer, pieces: &[&[u8]]) -> Vec<String> {
    let mut out = Vec::new();
    let mut sink = |frame: Frame<'_>| {
        out.push(match frame {
            Frame::Event { name, data, id } => format!("event {name:?} {data:?} {id:?}"),
            Frame::Json(text) => format!("json {text:?}"),
            Frame::Comment(text) => format!("comment {text:?}"),
            Frame::Binary(bytes) => format!("binary {bytes:?}"),
            Frame::Retry(millis) => format!("retry {millis}"),
            Frame::Html(text) => format!("html {text:?}"),
            Frame::Odd(odd, sample) => format!(
                "odd {odd:?} {:?}",
                sample.chars().take(20).collect::<String>()
            ),
        })
    };
    for piece in pieces {
        framer.feed(piece, &mut sink);
    }
    framer.finish(&mut sink);
    framer.finish(&mut sink);
    out
}

/// Whole, byte by byte, in twos and threes, with a small ceiling so that it is reached too.
fn check(input: impl AsRef<[u8]>, expect: &[&str]) {
    let input = input.as_ref();
    for size in [input.len().max(1), 1, 2, 3] {
        let pieces: Vec<&[u8]> = input.chunks(size).collect();
        let found = frames(&mut Framer::with_ceiling(1024), &pieces);
        assert_eq!(
            found,
            expect,
            "in pieces of {size}: {:?}",
            String::from_utf8_lossy(input)
        );
    }
}

#[test]
fn an_event_ends_at_a_blank_line_of_any_kind() {
    let expect = [r#"event "" "a" """#, r#"event "" "b" """#];
    check("data: a\n\ndata: b\n\n", &expect);
    check("data: a\r\n\r\ndata: b\r\n\r\n", &expect);
    check("data: a\r\rdata: b\r\r", &expect);
    check("data: a\n\r\ndata: b\r\r\n", &expect);
    check("data: a\r\n\rdata: b\n\n", &expect);
}

#[test]
fn a_line_break_of_two_bytes_is_one_however_it_is_cut() {
    check("data: a\r\ndata: b\r\n\r\n", &[r#"event "" "a\nb" """#]);
    check("data: a\rdata: b\r\r", &[r#"event "" "a\nb" """#]);
}

#[test]
fn a_byte_order_mark_is_skipped_at_the_start_only() {
    check("\u{feff}data: a\n\n", &[r#"event "" "a" """#]);
    check(
        "\u{feff}\u{feff}data: a\n\n",
        &[r#"odd UnknownShape "\u{feff}data: a""#],
    );
    check("\u{feff}{\"a\":1}\n", &[r#"json "{\"a\":1}""#]);
    check(
        b"\xef\xbbdata: a\n\n",
        &["odd UnknownShape \"\u{fffd}data: a\""],
    );
    check(b"\xef\xbb", &["odd UnknownShape \"\u{fffd}\""]);
}

#[test]
fn lines_of_data_are_joined_and_one_space_is_taken() {
    check(
        "data: a\ndata:b\ndata:  c\n\n",
        &[r#"event "" "a\nb\n c" """#],
    );
    check("data\n\n", &[r#"event "" "" """#]);
    check("data:\n\n", &[r#"event "" "" """#]);
    check("data\ndata\n\n", &[r#"event "" "\n" """#]);
}

#[test]
fn names_hold_for_one_event_and_ids_for_all_that_follow() {
    check(
        "event: x\nid: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n",
        &[
            r#"event "x" "a" "7""#,
            r#"event "" "b" "7""#,
            r#"event "" "c" """#,
        ],
    );
    check("event: x\n\ndata: a\n\n", &[r#"event "" "a" """#]);
    check("id: 1\n\ndata: a\n\n", &[r#"event "" "a" "1""#]);
    check("id: 1\nid: 2\0\ndata: a\n\n", &[r#"event "" "a" "1""#]);
}

#[test]
fn retry_takes_digits_only() {
    check(
        "retry: 3000\nretry: 3s\nretry: \nretry: -1\nretry: +1\n",
        &["retry 3000"],
    );
}

#[test]
fn comments_are_signs_of_life_and_unknown_fields_are_told() {
    check(
        ": ping\n\n:\n\ndata: a\n\n",
        &[r#"comment " ping""#, r#"comment """#, r#"event "" "a" """#],
    );
    check(
        "data: a\n: between\ndata: b\n\n",
        &[r#"comment " between""#, r#"event "" "a\nb" """#],
    );
    check(
        "hello: x\nDATA: y\ndata: a\n\n",
        &[
            "odd UnknownShape \"hello: x\"",
            "odd UnknownShape \"DATA: y\"",
            r#"event "" "a" """#,
        ],
    );
    check(" data: a\n\n", &["odd UnknownShape \" data: a\""]);
}

#[test]
fn the_pending_event_is_given_at_the_end() {
    check(
        "data: a\n\ndata: [DONE]\n",
        &[r#"event "" "a" """#, r#"event "" "[DONE]" """#],
    );
    check("data: [DONE]", &[r#"event "" "[DONE]" """#]);
    check("event: x\nid: 1", &[]);
    check("", &[]);
    check("\n\n \n", &[]);
}

#[test]
fn a_line_of_json_needs_no_field() {
    check(
        "{\"a\":1}\n{\"b\":\"}{\\\"\"}\r\n{\"c\":[{}]}",
        &[
            r#"json "{\"a\":1}""#,
            r#"json "{\"b\":\"}{\\\"\"}""#,
            r#"json "{\"c\":[{}]}""#,
        ],
    );
    check(
        "{\"a\":1}{\"b\":2} {\"c\":3}\n",
        &[
            r#"json "{\"a\":1}""#,
            r#"json "{\"b\":2}""#,
            r#"json "{\"c\":3}""#,
        ],
    );
    check(
        "{\"a\":1} and more\n",
        &[r#"json "{\"a\":1}""#, r#"odd UnknownShape "and more""#],
    );
}

#[test]
fn bare_json_and_events_mix_and_keep_their_order() {
    check(
        "data: {\"x\":1}\n\n{\"type\":\"token\"}\nevent: meta\ndata: {}\n\ndata: [DONE]\n\n{\"type\":\"done\"}\n",
        &[
            r#"event "" "{\"x\":1}" """#,
            r#"json "{\"type\":\"token\"}""#,
            r#"event "meta" "{}" """#,
            r#"event "" "[DONE]" """#,
            r#"json "{\"type\":\"done\"}""#,
        ],
    );
    check(
        "data: a\n{\"b\":1}\ndata: c\n\n",
        &[
            r#"event "" "a" """#,
            r#"json "{\"b\":1}""#,
            r#"event "" "c" """#,
        ],
    );
    check(
        "data: a\n\n[DONE]\n",
        &[r#"event "" "a" """#, r#"json "[DONE]""#],
    );
}

#[test]
fn a_document_over_several_lines_is_one_frame() {
    check(
        "\n  {\n  \"a\": [\n{\"b\":1},\n{\"c\":\"}\"}\n]\n}\n{\"next\":1}\n",
        &[
            "json \"{\\n  \\\"a\\\": [\\n{\\\"b\\\":1},\\n{\\\"c\\\":\\\"}\\\"}\\n]\\n}\"",
            r#"json "{\"next\":1}""#,
        ],
    );
    check("[\n1,\n\n2\n]", &[r#"json "[\n1,\n\n2\n]""#]);
    check(
        "{\"a\":\n1}{\"b\":2}\n",
        &[r#"json "{\"a\":\n1}""#, r#"json "{\"b\":2}""#],
    );
    check(
        "{\"a\":\n1} tail\n",
        &[r#"json "{\"a\":\n1}""#, r#"odd UnknownShape "tail""#],
    );
    check("{\n\"a\":1\n", &[r#"json "{\n\"a\":1""#]);
}

#[test]
fn a_broken_line_does_not_swallow_the_good_ones_after_it() {
    let good = r#"json "{\"b\":2}""#;
    check(
        "{\"a\":\"cut\n{\"b\":2}\n",
        &[r#"json "{\"a\":\"cut""#, good],
    );
    check("{\"a\":1\n{\"b\":2}\n", &[r#"json "{\"a\":1""#, good]);
    check("{\"a\":\n{\"b\":2}\n", &[r#"json "{\"a\":""#, good]);
    check("{\"a\":1,\n{\"b\":2}\n", &[r#"json "{\"a\":1,""#, good]);
    check(
        "{\"a\":[1,\n{\"b\":2}\n{\"b\":2}\n",
        &[r#"json "{\"a\":[1,""#, good, good],
    );
    check("{\"a\":[1,\n{\"b\":2}\n", &[r#"json "{\"a\":[1,""#, good]);
    check("{\"a\":[1}\n{\"b\":2}\n", &[r#"json "{\"a\":[1}""#, good]);
    check(
        "{\"a\":1\n\ndata: b\n\n",
        &[r#"json "{\"a\":1""#, r#"event "" "b" """#],
    );
    check(
        "{\"a\":1\n: ping\n",
        &[r#"json "{\"a\":1""#, r#"comment " ping""#],
    );
    check(
        "{\"a\":\n\"cut\n{\"b\":2}\n",
        &[r#"json "{\"a\":\n\"cut""#, good],
    );
}

#[test]
fn a_good_line_after_a_broken_one_does_not_wait_for_the_end() {
    for broken in [
        "{\"a\":1",
        "{\"a\":",
        "{\"a\":1,",
        "{\"a\":[1",
        "{\"a\":\"cut",
        "{\"a\":[1}",
    ] {
        let mut framer = Framer::new();
        let mut found = Vec::new();
        let input = format!("{broken}\n{{\"b\":2}}\n");
        framer.feed(input.as_bytes(), &mut |frame| {
            found.push(format!("{frame:?}"))
        });
        assert_eq!(found.len(), 2, "{broken}");
    }
}

#[test]
fn markup_is_given_once_at_the_end() {
    check(
        "\r\n <!doctype html>\n<p>data: a\n\n",
        &[r#"html "<!doctype html>\n<p>data: a\n\n""#],
    );
    check(
        "data: a\n\n<p>\n",
        &[r#"event "" "a" """#, r#"odd UnknownShape "<p>""#],
    );
    let long = "<p>".to_owned() + &"x".repeat(100_000);
    let found = frames(&mut Framer::new(), &[long.as_bytes()]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].len(), 64 * 1024 + r#"html """#.len());
}

#[test]
fn bytes_that_are_not_utf8_are_replaced_and_told() {
    check(
        b"data: a\xffb\n\n",
        &[
            "odd NotUtf8 \"a\u{fffd}b\"",
            "event \"\" \"a\u{fffd}b\" \"\"",
        ],
    );
    check(
        b"{\"a\":\"\xc3\"}\n",
        &[
            "odd NotUtf8 \"{\\\"a\\\":\\\"\u{fffd}\\\"}\"",
            "json \"{\\\"a\\\":\\\"\u{fffd}\\\"}\"",
        ],
    );
    check("data: añ🦞\n\n", &[r#"event "" "añ🦞" """#]);
}

#[test]
fn what_is_over_the_ceiling_is_dropped_and_told_and_the_stream_goes_on() {
    let (long, half) = ("x".repeat(1100), "x".repeat(600));
    let next = r#"event "" "next" """#;
    let told = r#"odd TooLong "xxxxxxxxxxxxxxxxxxxx""#;
    check(
        format!("data: {long}\ndata: y\n\ndata: next\n\n"),
        &[r#"odd TooLong "data: xxxxxxxxxxxxxx""#, next],
    );
    check(
        format!("data: {half}\ndata: {half}\ndata: y\n\ndata: next\n\n"),
        &[told, next],
    );
    check(
        format!("data: a\n:{long}\ndata: b\n\ndata: next\n\n"),
        &[
            r#"odd TooLong ":xxxxxxxxxxxxxxxxxxx""#,
            r#"event "" "a\nb" """#,
            next,
        ],
    );
    check(
        format!("{{\"{long}\":1}}\n{{\"b\":2}}\n"),
        &[
            r#"odd TooLong "{\"xxxxxxxxxxxxxxxxxx""#,
            r#"json "{\"b\":2}""#,
        ],
    );
    check(
        format!("{{\"a\":\n\"{half}\",\n\"{half}\"}}\n{{\"b\":2}}\n"),
        &[
            r#"odd TooLong "{\"a\":\n\"xxxxxxxxxxxxx""#,
            r#"json "{\"b\":2}""#,
        ],
    );
    check(
        format!("data: a\n\ndata: {long}"),
        &[
            r#"event "" "a" """#,
            r#"odd TooLong "data: xxxxxxxxxxxxxx""#,
        ],
    );
    let fits = "x".repeat(1024 - 6);
    check(
        format!("data: {fits}\n\n"),
        &[&format!(r#"event "" "{fits}" """#)],
    );
}

/// The standard's own algorithm, as plainly as it can be written, for streams of `data`, `event`, `id` and comments.
fn by_the_book(text: &str) -> Vec<String> {
    let text = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let (mut data, mut name, mut id, mut out) =
        (None::<String>, String::new(), String::new(), Vec::new());
    for line in text.split('\n').chain([""]) {
        if line.is_empty() {
            if let Some(data) = data.take() {
                out.push(format!("event {name:?} {data:?} {id:?}"));
            }
            name.clear();
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => out.push(format!("comment {:?}", &line[1..])),
            "data" => {
                data = Some(match data {
                    None => value.to_owned(),
                    Some(before) => before + "\n" + value,
                })
            }
            "event" => name = value.to_owned(),
            "id" => id = value.to_owned(),
            _ => {}
        }
    }
    out
}

proptest! {
    #[test]
    fn sse_is_read_as_the_standard_says(
        bom: bool,
        parts in prop::collection::vec(prop::sample::select(vec![
            "data: x", "data:", "data", "data:  é", "event: n", "event", "id: 4", "id", ": c", ":", "\n", "\n", "\n", "\r\n", "\r\n", "\r", "\r",
        ]), 0..40),
        cuts in prop::collection::vec(1usize..6, 1..8),
    ) {
        let mut text = if bom { "\u{feff}".to_owned() } else { String::new() };
        for part in parts {
            let ends = text.is_empty() || text.ends_with(['\n', '\r', '\u{feff}']);
            if !ends && !part.starts_with(['\n', '\r']) {
                text.push('\n');
            }
            text.push_str(part);
        }
        let mut pieces = Vec::new();
        let (mut rest, mut cut) = (text.as_bytes(), cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(*cut.next().unwrap()));
            pieces.push(piece);
            rest = after;
        }
        prop_assert_eq!(frames(&mut Framer::new(), &pieces), by_the_book(&text));
    }

    #[test]
    fn any_bytes_in_any_pieces_give_the_same_frames(
        parts in prop::collection::vec(prop_oneof![
            prop::collection::vec(any::<u8>(), 0..6),
            prop::sample::select(vec!["data: ", "{", "}", "[", "]", "\"", "\\", ",", "\n", "\n", "\r", "\r\n\r\n", ":", "<", " ", "\u{feff}", "é", "event: ", "xxxxxxxxxxxxxxxx"])
                .prop_map(|text| text.as_bytes().to_vec()),
        ], 0..60),
        size in 1usize..9,
    ) {
        let bytes = parts.concat();
        let whole = frames(&mut Framer::with_ceiling(1024), &[&bytes]);
        let pieces: Vec<&[u8]> = bytes.chunks(size).collect();
        prop_assert_eq!(frames(&mut Framer::with_ceiling(1024), &pieces), whole);
    }
}
