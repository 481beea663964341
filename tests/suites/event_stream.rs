//! The cases on the format of event streams in the Web Platform Tests (`eventsource/format-*` and `event-data`), restated as bytes and
//! the events that they are; each whole, and cut everywhere.
//!
//! Left out are those on MIME types, for a server's word on that counts for nothing here (a stream is known by its lines), and those
//! that are about the browser's `EventSource` and its connections.

use rill::wire::{Frame, Framer};

use crate::known::{Outcome, judge, tell};

/// Name, data and last id of an event.
type Event = (&'static str, &'static str, &'static str);

/// A case of the suite (its file's name, and a word where there are several in one), its bytes, its events.
type Case = (&'static str, &'static str, &'static [Event]);

#[rustfmt::skip]
const CASES: &[Case] = &[
    ("event-data",
        "data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nMsg:msg\ndata\n\ndata:end\n\n",
        &[("", "msg\nmsg", ""), ("", "", ""), ("", "end", "")]),
    ("bom", "\u{feff}data:1\n\n\u{feff}data:2\n\ndata:3\n\n", &[("", "1", ""), ("", "3", "")]),
    ("bom-2", "\u{feff}\u{feff}data:1\n\ndata:2\n\ndata:3\n\n", &[("", "2", ""), ("", "3", "")]),
    ("comments",
        concat!("data:1\r:\0\n:\r\ndata:2\n:", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "\rdata:3\n:data:fail\r:", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "\ndata:4\n\n"),
        &[("", "1\n2\n3\n4", "")]),
    ("data-before-final-empty-line", "retry:1000\ndata:test1\n\nid:test\ndata:test2\n", &[("retry", "1000", ""), ("", "test1", "")]),
    ("field-data", "data:\n\ndata\ndata\n\ndata:test\n\n", &[("", "", ""), ("", "\n", ""), ("", "test", "")]),
    ("field-event", "event:test\ndata:x\n\ndata:x\n\n", &[("test", "x", ""), ("", "x", "")]),
    ("field-event-empty", "event: \ndata:data\n\n", &[("", "data", "")]),
    ("field-id", "id:…\ndata:hello\n\n", &[("", "hello", "…")]),
    ("field-id-2", "id:…\ndata:hello\n\ndata:…\n\ndata:…\n\n",
        &[("", "hello", "…"), ("", "…", "…"), ("", "…", "…")]),
    ("field-id-3/persists", "id:1\ndata:1\n\ndata:2\n\nid:2\ndata:3\n\ndata:4\n\n",
        &[("", "1", "1"), ("", "2", "1"), ("", "3", "2"), ("", "4", "2")]),
    ("field-id-3/resets", "id:1\ndata:1\n\nid:\ndata:2\n\ndata:3\n\n",
        &[("", "1", "1"), ("", "2", ""), ("", "3", "")]),
    ("field-id-3/resets-without-colon", "id:1\ndata:1\n\nid\ndata:2\n\ndata:3\n\n",
        &[("", "1", "1"), ("", "2", ""), ("", "3", "")]),
    ("field-id-null/two", "id:\0\0\ndata:hello\n\n", &[("", "hello", "")]),
    ("field-id-null/behind", "id:x\0\ndata:hello\n\n", &[("", "hello", "")]),
    ("field-id-null/before", "id:\0x\ndata:hello\n\n", &[("", "hello", "")]),
    ("field-id-null/between", "id:x\0x\ndata:hello\n\n", &[("", "hello", "")]),
    ("field-id-null/blank", "id: \0\ndata:hello\n\n", &[("", "hello", "")]),
    ("field-parsing",
        "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
        &[("", "\0\n 2\n1\n3\n\n4", "")]),
    ("field-retry", "retry:03000\ndata:x\n\n", &[("retry", "3000", ""), ("", "x", "")]),
    ("field-retry-bogus", "retry:3000\nretry:1000x\ndata:x\n\n", &[("retry", "3000", ""), ("", "x", "")]),
    ("field-retry-empty", "retry\ndata:test\n\n", &[("", "test", "")]),
    ("field-unknown", "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n",
        &[("", "test\n\ntest", "")]),
    ("leading-space", "data:\ttest\rdata: \ndata:test\n\n", &[("", "\ttest\n\ntest", "")]),
    ("newlines", "data:test\r\ndata\ndata:test\r\n\r", &[("", "test\n\ntest", "")]),
    ("null-character", "data:\0\n\n", &[("", "\0", "")]),
    ("utf-8", "data:ok…\n\n", &[("", "ok…", "")]),
];

/// The events in these pieces; `retry` is told as one of that name.
fn read<'p>(pieces: impl IntoIterator<Item = &'p [u8]>) -> Vec<(String, String, String)> {
    let mut framer = Framer::new();
    let mut events = Vec::new();
    let mut take = |frame: Frame<'_>| match frame {
        Frame::Event { name, data, id } => {
            events.push((name.to_owned(), data.to_owned(), id.to_owned()));
        }
        Frame::Retry(span) => events.push(("retry".to_owned(), span.to_string(), String::new())),
        _ => {}
    };
    for piece in pieces {
        framer.feed(piece, &mut take);
    }
    framer.finish(&mut take);
    events
}

#[test]
fn every_case_is_what_the_standard_says_or_listed() {
    let whole = |(name, bytes, expected): &Case| -> (String, Outcome) {
        let found = read([bytes.as_bytes()]);
        let same = found.len() == expected.len()
            && found
                .iter()
                .zip(*expected)
                .all(|(found, expected)| (&*found.0, &*found.1, &*found.2) == *expected);
        let outcome = same
            .then_some(())
            .ok_or_else(|| format!("  {bytes:?}\n  expected {expected:?}\n  found    {found:?}"));
        ((*name).to_owned(), outcome)
    };
    let outcomes: Vec<_> = CASES.iter().map(whole).collect();
    let list = include_str!("event-stream/deviations.txt");
    judge("Web Platform Tests, event streams", list, &outcomes);
}

#[test]
fn every_case_cut_everywhere_has_the_events_of_the_whole() {
    let mut cuttings = 0;
    for (name, bytes, _) in CASES {
        let bytes = bytes.as_bytes();
        let whole = read([bytes]);
        assert_eq!(read(bytes.chunks(1)), whole, "{name} byte by byte");
        for at in 0..bytes.len() {
            let (before, behind) = bytes.split_at(at);
            assert_eq!(read([before, behind]), whole, "{name} cut at {at}");
        }
        cuttings += bytes.len() + 1;
    }
    tell(&format!(
        "the cases of event streams cut everywhere: {cuttings} cuttings, all as the whole"
    ));
}
