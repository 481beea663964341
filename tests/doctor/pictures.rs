//! The figures of the picture, and the rows that say the same.

use rill::doctor::{COLUMNS, Column, GAPS, Mark, MarkName, Pause, Row, figures};
use rill::event::End;

use super::script::{sent, streaming};

fn names(marks: &[Mark]) -> Vec<(MarkName, u32)> {
    marks.iter().map(|mark| (mark.name, mark.at)).collect()
}

#[test]
fn the_marks_stand_where_things_happened() {
    let script = streaming()
        .wait(180.0)
        .read(16, 0)
        .wait(100.0)
        .steady(10, 20.0)
        .wait(700.0)
        .read(300, 1)
        .done();
    let figures = figures(&script.trace, script.now);
    assert_eq!(
        names(&figures.marks),
        [
            (MarkName::Sent, 0),
            (MarkName::Headers, 20),
            (MarkName::FirstByte, 200),
            (MarkName::FirstText, 320),
            (MarkName::End, 1200),
            (MarkName::LastText, 1200),
        ]
    );
    assert_eq!(figures.ms, 1200);
    assert_eq!(figures.biggest, Some(Pause { at: 500, ms: 700 }));
    assert_eq!(figures.gaps, [Pause { at: 500, ms: 700 }]);
    assert_eq!((figures.reads, figures.events.1), ((13, 11), 11));
    // 9 gaps of 20 ms, one of 120, one of 700, and the end mark right behind.
    assert_eq!(figures.histogram, [1, 0, 0, 0, 9, 0, 1, 0, 1, 0, 0, 0]);
}

#[test]
fn a_picture_is_bounded_and_its_sums_are_right_however_long_the_reply_is() {
    let mut script = streaming().steady(20_000, 5.0);
    for _ in 0..40 {
        script = script.steady(5, 20.0).wait(600.0);
    }
    let script = script.done();
    let figures = figures(&script.trace, script.now);
    assert_eq!(figures.columns.len(), COLUMNS);
    assert_eq!(figures.gaps.len(), GAPS);
    assert!(figures.gaps.is_sorted_by_key(|gap| gap.at));
    assert!(figures.rows().len() < 100);
    let last = figures.columns[COLUMNS - 1];
    assert_eq!(
        (last.reads_so_far, last.events_so_far),
        (figures.reads.0, figures.events.1)
    );
    assert_eq!(figures.events.1, 20_200);
    assert!(figures.forgotten > 0);
}

#[test]
fn bursts_stand_in_few_columns_and_a_steady_stream_in_all() {
    let filled = |columns: &[Column]| columns.iter().filter(|column| column.reads > 0).count();
    let bursts = streaming().bursts(8, 1000.0, 8192, 30).done();
    let steady = streaming().steady(800, 10.0).done();
    assert_eq!(filled(&figures(&bursts.trace, bursts.now).columns), 8);
    assert!(filled(&figures(&steady.trace, steady.now).columns) > COLUMNS - 3);
}

#[test]
fn the_rate_is_that_of_events_and_the_rows_name_the_longest_gap() {
    let script = streaming()
        .steady(100, 20.0)
        .wait(2000.0)
        .steady(100, 10.0)
        .done();
    let figures = figures(&script.trace, script.now);
    let rates: Vec<u32> = figures
        .rates(4)
        .into_iter()
        .map(|row| match row {
            Row::Rate { tenths, .. } => tenths,
            row => panic!("{row:?}"),
        })
        .collect();
    // Fifty a second, then the long gap, then a hundred in four fifths of the last stretch.
    assert!((480..520).contains(&rates[0]), "{rates:?}");
    assert_eq!(rates[2], 0, "{rates:?}");
    assert!((780..840).contains(&rates[3]), "{rates:?}");
    assert!(
        figures
            .rows()
            .contains(&Row::Gap(Pause { at: 2020, ms: 2010 }, true))
    );
    assert!(figures.rows().contains(&Row::Counts {
        reads: 200,
        events: 200
    }));
}

#[test]
fn what_has_not_begun_is_an_empty_picture() {
    let script = sent().wait(500.0).ends(End::Stopped);
    let figures = figures(&script.trace, script.now);
    assert_eq!(
        names(&figures.marks),
        [(MarkName::Sent, 0), (MarkName::End, 500)]
    );
    assert!(figures.rates(8).is_empty() && figures.gaps.is_empty());
}

#[test]
fn a_path_fills_its_box() {
    let script = streaming().steady(400, 10.0).done();
    let figures = figures(&script.trace, script.now);
    let path = figures.path(320, 48, |column| column.events_so_far);
    assert!(path.starts_with("M0 48L"), "{path}");
    assert!(path.ends_with("L320 0"), "{path}");
}

#[test]
fn what_is_drawn_stands_where_it_happened() {
    let script = streaming()
        .wait(980.0)
        .steady(10, 20.0)
        .wait(600.0)
        .read(300, 1)
        .wait(200.0)
        .done();
    let figures = figures(&script.trace, script.now);
    assert_eq!(figures.ms, 2000);
    assert_eq!(figures.x(0, 1000), 0);
    assert_eq!(figures.x(1000, 1000), 500);
    assert_eq!(figures.x(9000, 1000), 1000, "nothing stands outside");
    assert_eq!(
        figures.biggest.map(|gap| figures.span(gap, 1000)),
        Some((600, 900))
    );
    assert_eq!(
        figures.gap_boxes(1000, 100),
        "",
        "the longest gap stands apart"
    );
    // Sent and headers are too near to each other for two words, the last text to the end, whose word ends at its mark.
    let labels: Vec<_> = figures.labels(1000, 100);
    let labels: Vec<_> = labels.iter().map(|(mark, x)| (mark.name, *x)).collect();
    assert_eq!(
        labels,
        [
            (MarkName::Sent, 0),
            (MarkName::FirstText, 510),
            (MarkName::End, 1000)
        ]
    );
    // One high bar at the end of the first text's columns, and one event at 1.8 s.
    let bars = figures.bars(1600, 100, |column| column.events);
    assert_eq!(bars.matches('z').count(), 11);
    assert!(bars.ends_with("M1440 100v-100h10v100z"), "{bars}");
    let (rate, top) = figures.rate_path(1000, 100);
    assert!(rate.starts_with("M506 "), "{rate}");
    assert!(top >= 400, "about fifty a second at most: {top}");
    assert_eq!(figures.gap_bars(120, 50).matches('z').count(), 3);
}
