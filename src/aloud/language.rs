//! The language of a text, as far as a voice needs it.
//!
//! In: letters. Out: a language's tag, by its script; for scripts of many languages by its commonest words, or `None` where those do not
//! tell.

/// The commonest words of languages that share the Latin script. (Each stands in one row, or in few.)
const LATIN: [(&str, &[&str]); 9] = [
    (
        "en",
        &[
            "the", "and", "of", "is", "are", "this", "that", "with", "you", "for", "it", "to",
            "not", "be", "or",
        ],
    ),
    (
        "de",
        &[
            "der", "die", "das", "und", "ist", "nicht", "ein", "eine", "mit", "auf", "sich", "den",
            "von", "zu", "für", "dem", "auch", "wird", "sind",
        ],
    ),
    (
        "fr",
        &[
            "le", "les", "des", "est", "une", "et", "dans", "pour", "pas", "vous", "qui", "que",
            "sur", "du", "avec", "au", "ce",
        ],
    ),
    (
        "es",
        &[
            "el", "los", "las", "es", "una", "y", "del", "por", "para", "con", "que", "se", "lo",
            "como", "más", "pero", "su", "en",
        ],
    ),
    (
        "pt",
        &[
            "o", "os", "as", "é", "uma", "um", "não", "do", "da", "em", "para", "com", "que",
            "mais", "são", "ao", "dos", "você",
        ],
    ),
    (
        "it",
        &[
            "il", "gli", "di", "è", "una", "che", "non", "per", "con", "della", "sono", "del",
            "più", "nel", "le", "si", "anche",
        ],
    ),
    (
        "nl",
        &[
            "de", "het", "een", "en", "van", "is", "niet", "dat", "op", "te", "zijn", "voor",
            "met", "je", "ook", "wordt", "naar",
        ],
    ),
    (
        "pl",
        &[
            "i", "w", "na", "nie", "się", "jest", "że", "do", "to", "z", "jak", "są", "dla", "od",
            "po", "przez", "lub",
        ],
    ),
    (
        "tr",
        &[
            "ve", "bir", "bu", "için", "ile", "da", "de", "çok", "olarak", "olan", "gibi", "daha",
            "değil", "ne", "var", "her",
        ],
    ),
];
/// The most letters that are looked at.
const LOOKED: usize = 600;

/// Returns the language of a text, a tag; `None` where it does not tell.
pub fn language_of(text: &str) -> Option<&'static str> {
    let mut counts = [0_usize; SCRIPTS];
    let mut signs = Signs::default();
    let mut words = String::new();
    for letter in text.chars().take(LOOKED) {
        words.extend(letter.to_lowercase());
        if let Some(script) = script_of(letter) {
            if let Some(count) = counts.get_mut(script as usize) {
                *count += 1;
            }
            signs.note(letter);
        }
    }
    let (script, count) = counts.iter().enumerate().max_by_key(|(_, count)| **count)?;
    let kana = counts
        .get(Script::Kana as usize)
        .copied()
        .unwrap_or_default();
    if *count == 0 {
        return None;
    }
    let han = Script::Han as usize;
    Some(match *SCRIPT_LANGUAGES.get(script)? {
        _ if (script == han || script == Script::Kana as usize) && kana * 12 > *count => "ja",
        "cyrillic" if signs.is_ukrainian => "uk",
        "cyrillic" => "ru",
        "ar" if signs.is_urdu => "ur",
        "ar" if signs.is_persian => "fa",
        "latin" => latin(&words)?,
        language => language,
    })
}

/// Scripts that tell languages apart.
#[derive(Clone, Copy)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
    Hebrew,
    Arabic,
    Devanagari,
    Thai,
    Han,
    Kana,
    Hangul,
}

const SCRIPTS: usize = 10;
const SCRIPT_LANGUAGES: [&str; SCRIPTS] = [
    "latin", "cyrillic", "el", "he", "ar", "hi", "th", "zh", "ja", "ko",
];

fn script_of(letter: char) -> Option<Script> {
    Some(match letter as u32 {
        0x41..=0x5a | 0x61..=0x7a | 0xc0..=0x24f | 0x1e00..=0x1eff => Script::Latin,
        0x400..=0x52f => Script::Cyrillic,
        0x370..=0x3ff | 0x1f00..=0x1fff => Script::Greek,
        0x590..=0x5ff => Script::Hebrew,
        0x600..=0x6ff | 0x750..=0x77f | 0xfb50..=0xfdff | 0xfe70..=0xfeff => Script::Arabic,
        0x900..=0x97f => Script::Devanagari,
        0xe00..=0xe7f => Script::Thai,
        0x4e00..=0x9fff | 0x3400..=0x4dbf => Script::Han,
        0x3040..=0x30ff => Script::Kana,
        0xac00..=0xd7a3 | 0x1100..=0x11ff => Script::Hangul,
        _ => return None,
    })
}

/// Letters that only one language of a script has.
#[derive(Default)]
struct Signs {
    is_ukrainian: bool,
    is_persian: bool,
    is_urdu: bool,
}

impl Signs {
    fn note(&mut self, letter: char) {
        self.is_ukrainian |= matches!(letter, 'і' | 'ї' | 'є' | 'ґ' | 'І' | 'Ї' | 'Є' | 'Ґ');
        self.is_persian |= matches!(letter, 'پ' | 'چ' | 'ژ' | 'گ');
        self.is_urdu |= matches!(letter, 'ٹ' | 'ڈ' | 'ڑ' | 'ے' | 'ں');
    }
}

/// The language of words in the Latin script: that of which most of the commonest are there, if it is one.
fn latin(words: &str) -> Option<&'static str> {
    let mut counts = LATIN.map(|(language, _)| (0_usize, language));
    for word in words.split(|letter: char| !letter.is_alphabetic()) {
        for ((count, _), (_, common)) in counts.iter_mut().zip(LATIN) {
            *count += usize::from(common.contains(&word));
        }
    }
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let [(first, language), (second, _), ..] = counts;
    (first >= 2 && first > second).then_some(language)
}
