//! Replies whose text comes: how it comes, and how it is shown.

use rill::event::{ChatEvent, End};
use rill::trace::Fact;

use super::script::{Case, sent, streaming, text};

pub fn flowing() -> Vec<Case> {
    vec![
        (
            "a small model on this computer, as recorded",
            sent()
                .wait(12.0)
                .headers()
                .wait(148.0)
                .steady(82, 8.5)
                .done(),
            "flowing",
        ),
        (
            "fifty a second",
            streaming().wait(300.0).steady(400, 20.0).done(),
            "flowing",
        ),
        (
            "two hundred a second for 4,000 events",
            streaming().wait(300.0).steady(4000, 5.0).done(),
            "flowing",
        ),
        (
            "one word in two seconds is slow, not silent and not held back",
            streaming().wait(900.0).steady(40, 2000.0).done(),
            "flowing",
        ),
        (
            "a hosted model of 2,600 a second comes in fat reads, each ten milliseconds",
            sent()
                .wait(250.0)
                .headers()
                .bursts(60, 10.0, 7300, 26)
                .done(),
            "flowing",
        ),
        (
            "the same after three seconds of reading the prompt",
            sent()
                .wait(3000.0)
                .headers()
                .bursts(60, 10.0, 7300, 26)
                .done(),
            "flowing",
        ),
        (
            "a long prompt, then a short fast answer",
            streaming().wait(8000.0).steady(24, 3.0).done(),
            "flowing",
        ),
        (
            "Ollama sends its headers with the first word only, as recorded",
            sent()
                .wait(950.0)
                .headers_of("application/x-ndjson", &[])
                .steady(81, 23.0)
                .done(),
            "flowing",
        ),
        (
            "KoboldCpp cuts each event into two reads, as recorded",
            {
                let mut script = sent().wait(4.0).headers().wait(353.0);
                for _ in 0..24 {
                    script = script.wait(20.4).read(15, 0).read(54, 1);
                }
                script.done()
            },
            "flowing",
        ),
        (
            "speculative decoding gives six words at once after each step",
            streaming().wait(300.0).bursts(40, 600.0, 1700, 6).done(),
            "flowing",
        ),
        (
            "a radio link with a hiccup now and then",
            {
                let mut script = streaming().wait(300.0);
                for _ in 0..4 {
                    script = script.steady(60, 20.0).wait(700.0).read(9800, 35);
                }
                script.steady(80, 20.0).done()
            },
            "flowing",
        ),
        (
            "the model pauses for twelve seconds to use a tool",
            streaming()
                .steady(60, 20.0)
                .wait(12_000.0)
                .steady(60, 20.0)
                .done(),
            "flowing",
        ),
        (
            "a short answer, as one event after a long wait, proves nothing",
            streaming()
                .wait(4000.0)
                .read_of(290, vec![text(28)])
                .wait(2.0)
                .done(),
            "flowing",
        ),
        (
            "a dozen words at once prove nothing",
            streaming().wait(2500.0).read(3000, 12).done(),
            "flowing",
        ),
        (
            "an answer from a cache comes at once without any silence",
            streaming().wait(40.0).read(64_000, 230).done(),
            "flowing",
        ),
        (
            "a page that was held up sees all that came meanwhile in one read",
            {
                let mut script = streaming().steady(20, 20.0);
                for _ in 0..5 {
                    script = script.wait(800.0).read(11_000, 40);
                    script = script.stamp(Fact::Busy(790.0));
                }
                script.done()
            },
            "flowing",
        ),
        (
            "stopped by the person in the middle of a good flow",
            streaming().steady(100, 20.0).ends(End::Stopped),
            "flowing",
        ),
        (
            "polling shows ever longer snapshots, each a read",
            {
                let mut script = sent().wait(20.0).headers_of("application/json", &[]);
                for step in 1..20 {
                    let so_far = ChatEvent::ReplaceText("x".repeat(40 * step));
                    script = script.wait(500.0).read_of(40 * step + 60, vec![so_far]);
                }
                script.done()
            },
            "flowing",
        ),
        (
            "thinking first, then the answer",
            {
                let mut script = streaming().wait(400.0);
                for _ in 0..120 {
                    script = script
                        .wait(20.0)
                        .read_of(300, vec![ChatEvent::Reasoning("hm ".into())]);
                }
                script.steady(120, 20.0).done()
            },
            "flowing",
        ),
    ]
}

pub fn held_back() -> Vec<Case> {
    vec![
        (
            "nginx lets go in 4 KiB, at fifty a second",
            streaming().bursts(12, 300.0, 4096, 15).done(),
            "buffered",
        ),
        (
            "nginx lets go in 8 KiB",
            sent()
                .wait(400.0)
                .headers()
                .bursts(8, 620.0, 8192, 31)
                .wait(200.0)
                .read(3100, 11)
                .done(),
            "buffered",
        ),
        (
            "a proxy lets go in 16 KiB, at a slow model",
            streaming()
                .bursts(4, 4200.0, 16_384, 62)
                .wait(800.0)
                .read(2000, 8)
                .done(),
            "buffered",
        ),
        (
            "a proxy lets go once a second, whatever there is",
            {
                let mut script = streaming();
                for (bytes, events) in [
                    (9000, 33),
                    (14_200, 51),
                    (11_800, 44),
                    (12_900, 47),
                    (5000, 18),
                ] {
                    script = script.wait(1000.0).read(bytes, events);
                }
                script.done()
            },
            "buffered",
        ),
        (
            "all of a long answer at its end, in one piece",
            sent().wait(9000.0).headers().read(70_000, 250).done(),
            "buffered",
        ),
        (
            "all of it at the end in many small reads",
            {
                let mut script = streaming().wait(12_000.0);
                for _ in 0..40 {
                    script = script.wait(1.0).read(1460, 5);
                }
                script.done()
            },
            "buffered",
        ),
        (
            "all of it at the end, handed out in pieces by a busy computer",
            {
                let mut script = streaming().wait(2500.0);
                for _ in 0..6 {
                    script = script.wait(30.0).read(2000, 20);
                }
                script.done()
            },
            "buffered",
        ),
        (
            "all of it at the end, of which a busy page read one event before the rest",
            streaming()
                .wait(2400.0)
                .read(110, 1)
                .wait(45.0)
                .read(13_000, 119)
                .done(),
            "buffered",
        ),
        (
            "the same, and it took the page long to come back for the rest",
            streaming()
                .wait(2400.0)
                .read(110, 1)
                .wait(110.0)
                .read(13_000, 119)
                .done(),
            "buffered",
        ),
        (
            "forty events after a silence, in a handful of reads of a busy page",
            streaming()
                .wait(2400.0)
                .read(110, 1)
                .wait(170.0)
                .read(2000, 18)
                .wait(90.0)
                .read(2300, 21)
                .done(),
            "buffered",
        ),
        (
            "forty messages of a socket, a few at a time: no model writes so fast",
            streaming().wait(2400.0).messages(40, 0.2, 5, 8.0).done(),
            "buffered",
        ),
        (
            "forty messages of a socket after six seconds, each of them slowly handed on by a busy computer",
            streaming().wait(6000.0).messages(40, 1.8, 20, 15.0).done(),
            "buffered",
        ),
        (
            "the page was held up for a while, came back, and nothing had come",
            streaming()
                .wait(1300.0)
                .stamp(Fact::Busy(1200.0))
                .wait(1100.0)
                .read(13_000, 119)
                .done(),
            "buffered",
        ),
        (
            "the first event is let through, and all the others at the end",
            streaming()
                .wait(300.0)
                .read(110, 1)
                .wait(4000.0)
                .read(110, 1)
                .wait(200.0)
                .read(13_000, 119)
                .done(),
            "buffered",
        ),
        (
            "all of it at the end, message by message of a socket, and a busy page is long about it",
            streaming().wait(2500.0).messages(120, 0.7, 10, 25.0).done(),
            "buffered",
        ),
        (
            "buffers that are let go after signs of life",
            streaming()
                .wait(3000.0)
                .signs(6, 100.0)
                .bursts(4, 120.0, 4096, 15)
                .done(),
            "buffered",
        ),
        (
            "a very quick model with a short answer after a long prompt",
            streaming().wait(2500.0).steady(120, 2.5).done(),
            "flowing",
        ),
        (
            "what a page that was held up finds there at once may have come bit by bit",
            streaming()
                .wait(2400.0)
                .steady(10, 4.0)
                .wait(400.0)
                .stamp(Fact::Busy(390.0))
                .read(11_000, 100)
                .done(),
            "flowing",
        ),
        (
            "a quick model after a long prompt is no burst",
            streaming().wait(2400.0).steady(200, 6.0).done(),
            "flowing",
        ),
        (
            "while it still runs, three bursts are enough",
            streaming().bursts(3, 700.0, 8192, 30).wait(300.0),
            "buffered",
        ),
        (
            "one burst after a long prompt may be the beginning of a good flow",
            streaming().wait(9000.0).read(20_000, 70),
            "flowing",
        ),
        (
            "after the remedy the same reply flows",
            streaming().wait(280.0).steady(250, 20.0).done(),
            "flowing",
        ),
    ]
}

pub fn whole() -> Vec<Case> {
    vec![
        (
            "one JSON document where a stream was asked for",
            sent()
                .wait(6000.0)
                .headers_of("application/json", &[("content-length", "2100")])
                .read_of(2100, vec![text(1800)])
                .done(),
            "not-streaming",
        ),
        (
            "thinking and answer in one JSON document",
            sent()
                .wait(6000.0)
                .headers_of("application/json", &[])
                .read_of(2100, vec![ChatEvent::Reasoning("x".repeat(700)), text(900)])
                .done(),
            "not-streaming",
        ),
        (
            "an event stream with one event that holds everything, as AI4ArtsEd's newest",
            streaming()
                .wait(7000.0)
                .read_of(1500, vec![text(1200)])
                .wait(1.0)
                .read_of(1400, vec![ChatEvent::ReplaceText("x".repeat(1200))])
                .done(),
            "not-streaming",
        ),
        (
            "a short JSON document is one as well",
            sent()
                .wait(900.0)
                .headers_of("application/json", &[("content-length", "380")])
                .read_of(380, vec![text(60)])
                .done(),
            "not-streaming",
        ),
        (
            "a long first piece of a stream that goes on",
            streaming()
                .wait(600.0)
                .read_of(400, vec![text(200)])
                .steady(60, 25.0)
                .done(),
            "flowing",
        ),
        (
            "while it still runs nobody knows what follows the first piece",
            streaming().wait(600.0).read_of(400, vec![text(200)]),
            "flowing",
        ),
    ]
}

pub fn late() -> Vec<Case> {
    vec![
        (
            "all was here early, all was shown at the end",
            streaming()
                .page(400.0, None)
                .steady(256, 30.0)
                .wait(50.0)
                .painted()
                .done(),
            "page-behind",
        ),
        (
            "text waits to be shown right now",
            streaming().page(400.0, None).steady(100, 30.0),
            "page-behind",
        ),
        (
            "a slow pace that the reader chose is not late",
            streaming()
                .page(10_000.0, Some(6000.0))
                .steady(256, 30.0)
                .done(),
            "flowing",
        ),
        (
            "a tab that nobody looks at is not late",
            streaming()
                .page(400.0, None)
                .steady(50, 30.0)
                .stamp(Fact::Hidden(true))
                .steady(200, 30.0)
                .stamp(Fact::Hidden(false))
                .painted()
                .done(),
            "flowing",
        ),
        (
            "what is painted in a tab out of sight, once a minute, is not late",
            streaming()
                .page(400.0, None)
                .stamp(Fact::Hidden(true))
                .steady(200, 30.0)
                .wait(60_000.0)
                .painted()
                .done(),
            "flowing",
        ),
        (
            "one hiccup of two seconds in a long reply is not late",
            streaming()
                .steady(200, 30.0)
                .page(400.0, Some(1990.0))
                .read(300, 1)
                .page(400.0, Some(16.0))
                .wait(2000.0)
                .steady(200, 30.0)
                .done(),
            "flowing",
        ),
        (
            "a proxy that holds back is not the page's fault",
            streaming().bursts(6, 2000.0, 16_384, 60).done(),
            "buffered",
        ),
    ]
}
