//! Words of twelve scripts, and bare characters that are rare in all of them.
//!
//! In: a generator. Out: text without markup. Blanks stand where the script writes them.

use crate::Rng;

/// One script: its words, and what stands between two of them.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    /// Its name, for the message of a failure.
    pub name: &'static str,
    words: &'static [&'static str],
    between: &'static str,
    ends: &'static [&'static str],
}

/// The twelve scripts, and plain English as the thirteenth.
pub const SCRIPTS: [Script; 13] = [
    Script {
        name: "Latin with accents",
        words: &[
            "río",
            "señal",
            "Größe",
            "café",
            "naïve",
            "übermäßig",
            "žluťoučký",
            "kůň",
            "ålen",
            "Đặng",
            "çok",
            "œuvre",
            "İstanbul",
            "e\u{301}te\u{301}",
        ],
        between: " ",
        ends: &[".", "!", "?", "…", " »"],
    },
    Script {
        name: "Chinese",
        words: &[
            "河流",
            "模型",
            "回答",
            "很长的句子",
            "服务器",
            "你好",
            "世界",
            "价格",
            "一二三",
            "龘",
        ],
        between: "",
        ends: &["。", "！", "？", "，"],
    },
    Script {
        name: "Japanese",
        words: &[
            "川",
            "モデル",
            "ながれる",
            "サーバー",
            "子どもたち",
            "こんにちは",
            "ﾊﾝｶｸ",
            "文章",
        ],
        between: "",
        ends: &["。", "！", "？", "、"],
    },
    Script {
        name: "Korean",
        words: &[
            "강",
            "흐르다",
            "서버",
            "안녕하세요",
            "문장",
            "어린이",
            "모델은",
            "\u{1112}\u{1161}\u{11ab}",
        ],
        between: " ",
        ends: &[".", "!", "?"],
    },
    Script {
        name: "Thai",
        words: &["แม่น้ำ", "ไหล", "สวัสดี", "เซิร์ฟเวอร์", "ประโยค", "เด็ก", "น้ำ"],
        between: "",
        ends: &[" ", " ฯ "],
    },
    Script {
        name: "Hindi",
        words: &[
            "नदी",
            "बहती",
            "नमस्ते",
            "क्षत्रिय",
            "सर्वर",
            "बच्चे",
            "वाक्य",
            "हिन्दी",
        ],
        between: " ",
        ends: &["।", "?", "!"],
    },
    Script {
        name: "Arabic",
        words: &[
            "نهر",
            "يجري",
            "مرحبا",
            "خادم",
            "الأطفال",
            "جملة",
            "مُحَمَّد",
            "لا",
        ],
        between: " ",
        ends: &[".", "؟", "!", "،"],
    },
    Script {
        name: "Hebrew",
        words: &["נהר", "זורם", "שלום", "שרת", "ילדים", "מִשְׁפָּט", "עברית"],
        between: " ",
        ends: &[".", "?", "!", "־"],
    },
    Script {
        name: "Russian",
        words: &[
            "река",
            "течёт",
            "привет",
            "сервер",
            "дети",
            "предложение",
            "ё",
            "Щука",
        ],
        between: " ",
        ends: &[".", "!", "?", "—"],
    },
    Script {
        name: "emoji families",
        words: &["🧑‍🚀", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "👍🏽", "😀", "❤️", "1️⃣", "🧜🏿‍♀️"],
        between: "",
        ends: &["", " ", "‼️"],
    },
    Script {
        name: "combining marks",
        words: &[
            "Z\u{351}\u{36b}\u{343}a\u{321}\u{30a}lgo",
            "o\u{308}\u{304}",
            "a\u{20dd}",
            "n\u{303}\u{323}",
            "\u{301}",
            "x\u{fe0f}",
            "\u{200d}",
            "\u{200b}",
            "\u{2060}",
        ],
        between: " ",
        ends: &[".", "\u{300}"],
    },
    Script {
        name: "box drawing",
        words: &[
            "┌──────┐",
            "│",
            "└──┴──┘",
            "═══",
            "╬",
            "▓▓▒░",
            "├─",
            "█",
            "────────",
        ],
        between: "",
        ends: &["", "│", " "],
    },
    Script {
        name: "English",
        words: &[
            "river",
            "flows",
            "the",
            "a",
            "server",
            "children",
            "sentence",
            "don't",
            "model",
            "I",
            "x-ray",
            "snake_case",
            "3.14",
            "AT&T",
        ],
        between: " ",
        ends: &[".", "!", "?", ":", ";"],
    },
];

/// Characters that programs stumble over.
const ODD: [char; 26] = [
    '\u{0}',
    '\u{1}',
    '\t',
    '\r',
    '\u{b}',
    '\u{c}',
    '\u{85}',
    '\u{a0}',
    '\u{ad}',
    '\u{2028}',
    '\u{2029}',
    '\u{202e}',
    '\u{2066}',
    '\u{3000}',
    '\u{feff}',
    '\u{fffd}',
    '\u{ffff}',
    '\u{10ffff}',
    '\u{e000}',
    '\u{1f}',
    '\u{7f}',
    'ı',
    'ẞ',
    'ﬃ',
    '𝒳',
    '\\',
];

/// A script at random.
pub fn any(rng: &mut Rng) -> Script {
    SCRIPTS[rng.usize(..SCRIPTS.len())]
}

/// Something at random from a list that holds at least one thing.
pub fn pick<T: Copy>(rng: &mut Rng, list: &[T]) -> T {
    list[rng.usize(..list.len())]
}

impl Script {
    /// One word.
    pub fn word(&self, rng: &mut Rng) -> &'static str {
        pick(rng, self.words)
    }

    /// One sentence of a few words, or of many.
    pub fn sentence(&self, rng: &mut Rng) -> String {
        let count = if rng.u8(..) < 20 {
            rng.usize(20..80)
        } else {
            rng.usize(1..12)
        };
        let mut words = (0..count)
            .map(|_| self.word(rng))
            .collect::<Vec<_>>()
            .join(self.between);
        words += pick(rng, self.ends);
        words
    }

    /// Sentences of at least so many bytes, on one line.
    pub fn prose(&self, rng: &mut Rng, bytes: usize) -> String {
        let mut text = self.sentence(rng);
        while text.len() < bytes {
            if !self.between.is_empty() {
                text.push(' ');
            }
            text += &self.sentence(rng);
        }
        text
    }
}

/// A short run of characters of any kind, odd ones among them.
pub fn noise(rng: &mut Rng, most: usize) -> String {
    (0..rng.usize(0..=most))
        .map(|_| match rng.u8(0..4) {
            0 => pick(rng, &ODD),
            1 => rng.char('\u{80}'..='\u{2fff}'),
            2 => rng.char(..),
            _ => rng.char(' '..='~'),
        })
        .collect()
}
