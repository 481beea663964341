//! Pieces: whole ones come back, and others are refused.

use crate::search::piece::FORM;
use crate::search::{Index, Query, Unusable};

fn index() -> Index {
    let mut index = Index::new();
    index.set_head("a", "Größe", 5.5);
    index.set_version("a", 9);
    index.set_turn("a", 0, "how **big** is it?");
    index.set_turn("a", 4, "");
    index.set_turn("a", 7, "très grand 河流");
    index
}

#[test]
fn a_piece_comes_back_as_it_was() {
    let index = index();
    let piece = index.write("a").unwrap();
    let mut again = Index::new();
    again.set_turn("a", 99, "older");
    assert_eq!(again.read(&piece), Ok("a".to_owned()));
    assert_eq!(again.conversations, index.conversations);
    assert_eq!(index.write("b"), None);
}

#[test]
fn a_piece_that_is_cut_off_or_changed_anywhere_is_refused() {
    let whole = index().write("a").unwrap();
    let mut index = Index::new();
    for at in 0..whole.len() {
        assert!(index.read(&whole[..at]).is_err(), "cut at {at}");
        for change in [0x01, 0x80, 0xff] {
            let mut other = whole.clone();
            other[at] ^= change;
            assert!(index.read(&other).is_err(), "changed at {at}");
        }
    }
    assert!(index.read(&[whole.as_slice(), b"x"].concat()).is_err());
    let mut newer = whole;
    newer[3] = FORM + 1;
    assert_eq!(index.read(&newer), Err(Unusable::OtherForm));
    assert_eq!(index.ids().count(), 0, "nothing of them is taken in");
}

#[test]
fn a_piece_that_lies_under_a_right_sum_is_refused_or_harms_nothing() {
    let whole = index().write("a").unwrap();
    for at in 12..whole.len() {
        for value in [0, 1, 7, 0x0a, 0x7f, 0x80, 0xff] {
            let mut other = whole.clone();
            other[at] = value;
            let sum = other[12..]
                .iter()
                .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
                    (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
                });
            other[4..12].copy_from_slice(&sum.to_le_bytes());
            let mut index = Index::new();
            if let Ok(id) = index.read(&other) {
                index.find(&Query::new("g b"), 9, None);
                index.set_turn(&id, 0, "new");
                index.set_turn(&id, 5, "new");
                index.remove_turn(&id, 7);
                index.find(&Query::new("new"), 9, None);
                assert!(index.write(&id).is_some());
            }
        }
    }
}
