//! One letter as search sees it: without case, accents and width.
//!
//! In: a character. Out: the letters that stand for it, or that it is a mark, a blank or nothing. It must not know what stands around
//! it, but for marks that make one letter of two.
//!
//! Tables of our own, 625 bytes and a few patterns: they also know what no decomposition of Unicode's does (ø, ł, đ, æ), and leave
//! alone what one would take away (the vowel signs of Thai and of Indic scripts). The crate that decomposes, `icu_normalizer`, costs 24 KB
//! (brotli, canonical forms alone). A test compares both.

/// The part that a character plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// White space, or a control character.
    Blank,
    /// A mark on the character before it, which search overlooks.
    Mark,
    /// A character that search overlooks, and that belongs to what follows as much as to what was before.
    Nothing,
    /// A zero width joiner: in a word nothing, between two pictures a part of one.
    Joiner,
    /// Anything else.
    Letter,
}

/// Base letters of U+00DF to U+024F; a dot where there is none.
const LATIN: &[u8; 369] = b"\
.aaaaaa.ceeeeiiii.nooooo.ouuuuy.y.a.a.a.c.c.c.c.d.d.e.e.e.e.e.g.g.g.g.h.h.i.i.i.i.i...j.kk.l.l.l\
...l.n.n.n..n.o.o.o...r.r.r.s.s.s.s.t.t.t.u.u.u.u.u.u.w.y..z.z.zsb..b....c...d.....f......kl...n\
..o...p.....t.t..u...y.z.......................a.i.o.u.u.u.u.u..a.a...g.g.k.o.o..j....g...n.a...\
o.a.a.e.e.i.i.o.o.r.r.u.u.s.t...h.d...z.a.e.o.o.o.o.ylnt.....c..sz......e.j.q.r.y";

/// Base letters of U+1E00 to U+1EFF; a dot where there is none.
const LATIN_MORE: &[u8; 256] = b"\
.a.b.b.b.c.d.d.d.d.d.e.e.e.e.e.f.g.h.h.h.h.h.i.i.k.k.k.l.l.l.l.m.m.m.n.n.n.n.o.o.o.o.p.p.r.r.r.r\
.s.s.s.s.s.t.t.t.t.u.u.u.u.u.v.v.w.w.w.w.w.x.x.y.z.z.zhtwy.s.....a.a.a.a.a.a.a.a.a.a.a.a.e.e.e.e\
.e.e.e.e.i.i.o.o.o.o.o.o.o.o.o.o.o.o.u.u.u.u.u.u.u.y.y.y.y......";

/// Hiragana of the halfwidth katakana U+FF66 to U+FF9D.
const HALFWIDTH: &str = "をぁぃぅぇぉゃゅょっーあいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわん";

/// The part that a character plays.
pub(super) fn part(c: char) -> Part {
    match c {
        '!'..='~' => match c {
            // Marks of markdown: with them no phrase would be found across an emphasis.
            '*' | '`' => Part::Nothing,
            _ => Part::Letter,
        },
        '\u{ad}'
        | '\u{61c}'
        | '\u{640}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'
        | '\u{200c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}' => Part::Nothing,
        '\u{200d}' => Part::Joiner,
        c if c.is_whitespace() || c.is_control() => Part::Blank,
        c if is_mark(c) => Part::Mark,
        _ => Part::Letter,
    }
}

/// Tells whether a character is a mark that search overlooks: accents, vowel points, nuktas, variation selectors, the colour of a
/// skin. The vowel signs of scripts that cannot be read without them are none.
fn is_mark(c: char) -> bool {
    if c < '\u{300}' {
        return false;
    }
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}'
        | '\u{711}' | '\u{730}'..='\u{74a}'
        | '\u{93c}' | '\u{9bc}' | '\u{a3c}' | '\u{abc}' | '\u{b3c}' | '\u{cbc}' | '\u{110ba}'
        | '\u{1ab0}'..='\u{1ace}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20f0}'
        | '\u{3099}' | '\u{309a}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}'
        | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Hands out the letters, mostly one, that stand for a letter.
pub(super) fn fold(c: char, put: &mut impl FnMut(char)) {
    match c {
        '\0'..='\u{7f}' => put(c.to_ascii_lowercase()),
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' => put('\''),
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => put('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => put('-'),
        // Folded, they would be marks of markdown.
        '\u{ff0a}' | '\u{ff40}' => put(c),
        '\u{ff01}'..='\u{ff5e}' => fold(beside(c, -0xfee0), put),
        '\u{ff66}'..='\u{ff9d}' => {
            let at = (c as usize).saturating_sub(0xff66);
            put(HALFWIDTH.chars().nth(at).unwrap_or(c));
        }
        '\u{30a1}'..='\u{30f6}' | '\u{30fd}' | '\u{30fe}' => put(beside(c, -0x60)),
        // No letter of these has a case, nor a form without accents.
        '\u{e00}'..='\u{eff}'
        | '\u{3000}'..='\u{a63f}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{20000}'..='\u{3ffff}' => put(c),
        _ => fold_cased(c, put),
    }
}

fn fold_cased(c: char, put: &mut impl FnMut(char)) {
    let lower = c.to_lowercase().next().unwrap_or(c);
    if let Some(base) = base(lower) {
        return put(base);
    }
    match lower {
        'æ' | 'ǣ' | 'ǽ' => "ae".chars().for_each(put),
        'œ' => "oe".chars().for_each(put),
        'þ' => "th".chars().for_each(put),
        'ð' => put('d'),
        'ǯ' => put('ʒ'),
        'ŉ' => "'n".chars().for_each(put),
        // Up and down again: ß, ﬁ and the like become letters of their own, ς and ſ those that they are.
        _ => {
            let both = lower.to_uppercase().flat_map(char::to_lowercase);
            both.filter(|c| !is_mark(*c))
                .for_each(|c| put(base(c).unwrap_or(c)));
        }
    }
}

/// The character so many places beside another one.
fn beside(c: char, places: i32) -> char {
    let number = (c as u32).checked_add_signed(places);
    number.and_then(char::from_u32).unwrap_or(c)
}

/// The letter below the accents of a small letter; `None` where it has none.
fn base(c: char) -> Option<char> {
    let of = |table: &[u8], first: u32| {
        let at = (c as u32).checked_sub(first)?;
        let base = *table.get(usize::try_from(at).ok()?)?;
        (base != b'.').then_some(char::from(base))
    };
    match c {
        ..'\u{df}' => None,
        ..='\u{24f}' => of(LATIN, 0xdf),
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => greek(c),
        '\u{400}'..='\u{52f}' => cyrillic(c),
        '\u{600}'..='\u{6ff}' => arabic(c),
        '\u{929}'..='\u{b5d}' => indic(c),
        '\u{1e00}'..='\u{1eff}' => of(LATIN_MORE, 0x1e00),
        _ => None,
    }
}

fn greek(c: char) -> Option<char> {
    Some(match c {
        '\u{3ac}'
        | '\u{1f00}'..='\u{1f07}'
        | '\u{1f70}'
        | '\u{1f71}'
        | '\u{1f80}'..='\u{1f87}'
        | '\u{1fb0}'..='\u{1fb4}'
        | '\u{1fb6}'
        | '\u{1fb7}' => 'α',
        '\u{3ad}' | '\u{1f10}'..='\u{1f15}' | '\u{1f72}' | '\u{1f73}' => 'ε',
        '\u{3ae}'
        | '\u{1f20}'..='\u{1f27}'
        | '\u{1f74}'
        | '\u{1f75}'
        | '\u{1f90}'..='\u{1f97}'
        | '\u{1fc2}'..='\u{1fc4}'
        | '\u{1fc6}'
        | '\u{1fc7}' => 'η',
        '\u{390}'
        | '\u{3af}'
        | '\u{3ca}'
        | '\u{1f30}'..='\u{1f37}'
        | '\u{1f76}'
        | '\u{1f77}'
        | '\u{1fd0}'..='\u{1fd3}'
        | '\u{1fd6}'
        | '\u{1fd7}' => 'ι',
        '\u{3cc}' | '\u{1f40}'..='\u{1f45}' | '\u{1f78}' | '\u{1f79}' => 'ο',
        '\u{1fe4}' | '\u{1fe5}' => 'ρ',
        '\u{3b0}'
        | '\u{3cb}'
        | '\u{3cd}'
        | '\u{1f50}'..='\u{1f57}'
        | '\u{1f7a}'
        | '\u{1f7b}'
        | '\u{1fe0}'..='\u{1fe3}'
        | '\u{1fe6}'
        | '\u{1fe7}' => 'υ',
        '\u{3ce}'
        | '\u{1f60}'..='\u{1f67}'
        | '\u{1f7c}'
        | '\u{1f7d}'
        | '\u{1fa0}'..='\u{1fa7}'
        | '\u{1ff2}'..='\u{1ff4}'
        | '\u{1ff6}'
        | '\u{1ff7}' => 'ω',
        '\u{3d3}' | '\u{3d4}' => '\u{3d2}',
        _ => return None,
    })
}

fn cyrillic(c: char) -> Option<char> {
    Some(match c {
        'ѐ' | 'ё' | 'ӗ' => 'е',
        'й' | 'ѝ' | 'ӣ' | 'ӥ' => 'и',
        'ѓ' => 'г',
        'ї' => 'і',
        'ќ' => 'к',
        'ў' | 'ӯ' | 'ӱ' | 'ӳ' => 'у',
        'ѷ' => 'ѵ',
        'ӂ' | 'ӝ' => 'ж',
        'ӑ' | 'ӓ' => 'а',
        'ӛ' => 'ә',
        'ӟ' => 'з',
        'ӧ' => 'о',
        'ӫ' => 'ө',
        'ӭ' => 'э',
        'ӵ' => 'ч',
        'ӹ' => 'ы',
        _ => return None,
    })
}

fn arabic(c: char) -> Option<char> {
    Some(match c {
        '\u{622}' | '\u{623}' | '\u{625}' => '\u{627}',
        '\u{624}' => '\u{648}',
        // Persian keyboards have letters of their own for the same yeh and kaf.
        '\u{626}' | '\u{649}' | '\u{6cc}' => '\u{64a}',
        '\u{6a9}' => '\u{643}',
        '\u{629}' => '\u{647}',
        '\u{6c0}' => '\u{6d5}',
        '\u{6c2}' => '\u{6c1}',
        '\u{6d3}' => '\u{6d2}',
        '\u{660}'..='\u{669}' => beside(c, 0x30 - 0x660),
        '\u{6f0}'..='\u{6f9}' => beside(c, 0x30 - 0x6f0),
        _ => return None,
    })
}

/// Letters that hold a nukta, which is overlooked where it stands by itself.
fn indic(c: char) -> Option<char> {
    Some(match c {
        '\u{929}' | '\u{931}' | '\u{934}' => beside(c, -1),
        '\u{958}' => '\u{915}',
        '\u{959}' => '\u{916}',
        '\u{95a}' => '\u{917}',
        '\u{95b}' => '\u{91c}',
        '\u{95c}' => '\u{921}',
        '\u{95d}' => '\u{922}',
        '\u{95e}' => '\u{92b}',
        '\u{95f}' => '\u{92f}',
        '\u{9dc}' => '\u{9a1}',
        '\u{9dd}' => '\u{9a2}',
        '\u{9df}' => '\u{9af}',
        '\u{a33}' => '\u{a32}',
        '\u{a36}' => '\u{a38}',
        '\u{a59}' => '\u{a16}',
        '\u{a5a}' => '\u{a17}',
        '\u{a5b}' => '\u{a1c}',
        '\u{a5e}' => '\u{a2b}',
        '\u{b5c}' => '\u{b21}',
        '\u{b5d}' => '\u{b22}',
        _ => return None,
    })
}

/// The one letter that a folded letter and the character behind it make: kana and their voicing, the parts of a Hangul syllable.
pub(super) fn joined(before: char, c: char) -> Option<char> {
    let voiced = |places| match before {
        'は' | 'ひ' | 'ふ' | 'へ' | 'ほ' => Some(beside(before, places)),
        _ if places != 1 => None,
        'う' => Some('ゔ'),
        'つ' | 'て' | 'と' | 'ゝ' => Some(beside(before, 1)),
        'か'..='ぢ' if before as u32 % 2 == 1 => Some(beside(before, 1)),
        _ => None,
    };
    let syllable = (before as u32).checked_sub(0xac00);
    match (c, before) {
        ('\u{3099}' | '\u{ff9e}', _) => voiced(1),
        ('\u{309a}' | '\u{ff9f}', _) => voiced(2),
        // Unicode 16.0, section 3.12: 21 vowels and 28 finals, the first of which is none.
        ('\u{1161}'..='\u{1175}', '\u{1100}'..='\u{1112}') => {
            let (lead, vowel) = (before as u32 % 0x1100, c as u32 % 0x1161);
            char::from_u32(0xac00 + (lead * 21 + vowel) * 28)
        }
        ('\u{11a8}'..='\u{11c2}', _) if is_open_syllable(before) => {
            syllable.and_then(|syllable| char::from_u32(0xac00 + syllable + c as u32 % 0x11a7))
        }
        _ => None,
    }
}

/// Tells whether a character is a Hangul syllable to which a final may still be added.
pub(super) fn is_open_syllable(c: char) -> bool {
    ('\u{ac00}'..='\u{d7a3}').contains(&c) && (c as u32 % 0xac00).is_multiple_of(28)
}

/// Tells whether a script is written without blanks between words, so that a word may begin anywhere; Korean is taken for one, for
/// its words are built of syllables.
pub(super) fn has_no_blanks(c: char) -> bool {
    c >= '\u{e00}'
        && matches!(c,
            '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{3005}'..='\u{3007}' | '\u{3031}'..='\u{3035}' | '\u{3041}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
            | '\u{1b000}'..='\u{1b16f}' | '\u{20000}'..='\u{3ffff}')
}
