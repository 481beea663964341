//! Where emphasis and strikes may begin and end.
//!
//! In: the characters on both sides of a run of `*` or `~~`. Out: where a letter must stand for the parser, which knows CommonMark's
//! rule: a run beside punctuation begins or ends something only if there is a blank or punctuation on the other side. CJK scripts have
//! no blanks between words: beside their characters their punctuation counts as letters, and their letters as blanks
//! (`**先关阀门。**然后`, `**스크립트(script)**가`).

/// Sides of a run on which the letter can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::markdown) enum Side {
    Before,
    Behind,
}

/// Kinds of characters, by what they are to a mark beside them.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Blank,
    Letter,
    CjkLetter,
    Mark,
    CjkMark,
}

fn kind(neighbour: Option<char>) -> Kind {
    let Some(c) = neighbour else {
        return Kind::Blank;
    };
    match (c.is_whitespace(), c.is_alphanumeric(), is_cjk(c)) {
        (true, ..) => Kind::Blank,
        (_, true, false) => Kind::Letter,
        (_, true, true) => Kind::CjkLetter,
        (_, false, true) => Kind::CjkMark,
        (_, false, false) => Kind::Mark,
    }
}

/// The side of a run on which a letter makes the parser read it as people mean it.
pub(in crate::markdown) fn letter_for(before: Option<char>, behind: Option<char>) -> Option<Side> {
    use Kind::{CjkLetter, CjkMark, Letter, Mark};
    match (kind(before), kind(behind)) {
        (Letter | CjkLetter, CjkMark) | (CjkLetter, Mark) => Some(Side::Behind),
        (CjkMark, Letter | CjkLetter) | (Mark, CjkLetter) => Some(Side::Before),
        _ => None,
    }
}

/// Tells whether a run may begin something, and whether it may end something.
pub(in crate::markdown) fn flanks(before: Option<char>, behind: Option<char>) -> (bool, bool) {
    match letter_for(before, behind) {
        Some(_) => (true, true),
        None => plain_flanks(before, behind),
    }
}

/// Tells the same by CommonMark's rule alone, as for `_`: whether a run may begin something, and whether it may end something.
pub(in crate::markdown) fn plain_flanks(
    before: Option<char>,
    behind: Option<char>,
) -> (bool, bool) {
    let blank = |c: Option<char>| kind(c) == Kind::Blank;
    let mark = |c: Option<char>| matches!(kind(c), Kind::Mark | Kind::CjkMark);
    let left = !blank(behind) && (!mark(behind) || blank(before) || mark(before));
    let right = !blank(before) && (!mark(before) || blank(behind) || mark(behind));
    (left, right)
}

/// Tells whether a character is Chinese, Japanese, Korean, Bopomofo or Yi, their punctuation and the forms of full width among
/// them.
pub(in crate::markdown) fn is_cjk(c: char) -> bool {
    matches!(
        c as u32,
        0x1100..=0x11ff
            | 0x2e80..=0xa4cf
            | 0xa960..=0xa97f
            | 0xac00..=0xd7ff
            | 0xf900..=0xfaff
            | 0xfe10..=0xfe1f
            | 0xfe30..=0xfe6f
            | 0xff01..=0xffee
            | 0x16fe0..=0x18d7f
            | 0x1aff0..=0x1b16f
            | 0x20000..=0x3ffff
    )
}
