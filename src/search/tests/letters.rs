//! Letters: case, accents and width make no difference, and every piece keeps to the places' form.

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::folded;
use crate::search::fold::fold;
use crate::search::piece::FORM;
use crate::search::places::{as_written, fits};

#[test]
fn a_letter_is_found_however_it_is_composed() {
    let decompose = DecomposingNormalizerBorrowed::new_nfd();
    let scripts = [
        0x41..=0x6ff_u32,
        0x900..=0xb7f,
        0x1e00..=0x1fff,
        0x3041..=0x30ff,
        0xac00..=0xd7a3,
        0xff66..=0xff9d,
    ];
    let mut checked = 0;
    for c in scripts.into_iter().flatten().filter_map(char::from_u32) {
        // Some Indic vowels and four old Japanese letters are only ever written as one.
        let is_apart = "\u{b48}\u{b4b}\u{b4c}\u{b94}\u{9cb}\u{9cc}\u{30f7}\u{30f8}\u{30f9}\u{30fa}"
            .contains(c);
        let apart = decompose.normalize(c.encode_utf8(&mut [0; 4])).into_owned();
        if c.is_alphabetic() && !is_apart && apart.chars().nth(1).is_some() {
            assert_eq!(
                folded(&apart),
                folded(&c.to_string()),
                "{c:?} U+{:x}",
                c as u32
            );
            checked += 1;
        }
    }
    assert!(checked > 11_900, "{checked}");
}

#[test]
fn case_accents_and_width_make_no_difference() {
    let check = |written: &str, plain: &str| assert_eq!(folded(written), plain, "{written}");
    check("Größe STRASSE ẞ", "grosse strasse ss");
    check("ŻÓŁĆ Øre Đặng Œuvre Æther", "zolc ore dang oeuvre aether");
    check("İstanbul ISPARTA ısı", "istanbul isparta isi");
    check("ΟΔΥΣΣΕΎΣ Ὀδυσσεύς ᾠδή", "οδυσσευσ οδυσσευσ ωδη");
    check("Ёлка Й", "елка и");
    check("مُحَمَّد أحمد کتاب ۴٢", "محمد احمد كتاب 42");
    check("מִשְׁפָּט", "משפט");
    check("ﬃ ſ Å K µ", "ffi s a k μ");
    check("ＲＵＳＴ　ﾊﾝｶｸﾊﾟ モデル", "rust はんかくぱ もでる");
    check("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", "한글");
    check("क़लम", "कलम");
    check("น้ำ हिन्दी", "น้ำ हिन्दी");
    check("“Don’t” — x‑ray", "\"don't\" - x-ray");
    check("  a \t\n\u{3000} b\u{0}", "a b ");
    check(
        "**bold** `code` so\u{ad}ft ❤\u{fe0f} 👍🏽",
        "bold code soft ❤ 👍",
    );
    check("می\u{200c}خواهم", "ميخواهم");
    check("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧");
}

#[test]
fn every_character_becomes_a_few_bytes_that_stay_as_they_are() {
    let mut out = String::new();
    for c in '\0'..=char::MAX {
        let start = out.len();
        let places = fold(c.encode_utf8(&mut [0; 4]), &mut out);
        let own = &out[start..];
        assert!(own.len() <= 7 && !own.contains('\n'), "{c:?} {own:?}");
        assert!(fits(&places, own.len()));
        if !own.is_empty() {
            assert_eq!(
                as_written(&places, &(0..own.len())),
                0..c.len_utf8(),
                "{c:?}"
            );
        }
        assert_eq!(folded(own).trim_end(), own.trim_end(), "{c:?}");
        out.push('\n');
    }
    // A piece that was folded otherwise is of no use: who changes this raises `FORM`.
    let sum = out.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    assert_eq!((FORM, sum), (1, 4_543_729_230_126_045_453));
}

#[test]
fn a_place_is_the_same_in_both_texts() {
    let check = |text: &str, word: &str, expect: &str| {
        let mut out = String::from("before");
        let places = fold(text, &mut out);
        let out = &out[6..];
        let at = out.find(word).unwrap();
        let range = as_written(&places, &(at..at + word.len()));
        assert_eq!(&text[range], expect, "{text}");
        assert_eq!(
            as_written(&places, &(out.len()..out.len())).start,
            text.len()
        );
    };
    check("The river", "river", "river");
    check("  **Größe** ist", "grosse", "Größe");
    check("ééé x ééé", "x", "x");
    check("e\u{301}e\u{301}t\u{301}", "e", "e\u{301}");
    check("a  \n b", "a b", "a  \n b");
    check("so\u{ad}ft*ly*", "softly", "so\u{ad}ft*ly");
    check("ｶﾞｽ ガス", "がす", "ｶﾞｽ");
    check("x ß", "s", "ß");
}
