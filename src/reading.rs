//! How a person reads: every setting of it stands in this file alone. The attribute, the URL parameter, what a browser remembers and
//! the choice in the panel are made of it.
//!
//! In: values as text, each with the name of its setting. Out: an [`Appearance`]. It must not know who shows or keeps one, nor a word for
//! people: those have the name that [`Setting::word`] makes, in `locales`.

use serde_json::{Map, Value};

use crate::pacer::{Pace, Steps};

/// A setting of how a person reads, in the order of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Setting {
    /// Speed at which text is shown.
    Pace,
    /// Steps in which text appears.
    Steps,
    /// Whether text waits at the end of each page.
    Pages,
    /// Light or dark.
    Theme,
    /// Whether colours stand further apart.
    Contrast,
    /// The language of the page's words, a tag (BCP 47).
    Lang,
    /// Whether a key alone, such as `?`, does something (WCAG 2.2, 2.1.4).
    Shortcuts,
    /// Size of all text, in per cent.
    TextSize,
    /// Letters of the text.
    Font,
    /// The longest line.
    LineWidth,
    /// Room between lines, and between paragraphs.
    LineSpacing,
    /// Room between letters, and between words.
    LetterSpacing,
    /// A band that keeps the place on the page.
    Ruler,
    /// Whether a reply is read aloud as it arrives.
    Aloud,
    /// The voice that reads aloud, by the browser's name for it.
    Voice,
    /// Speed of the voice, in per cent.
    SpeechRate,
    /// Whether a message can be dictated.
    Dictation,
}

/// A group of settings in the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Group {
    /// The letters and lines of the text.
    Text,
    /// The page around it.
    Display,
    /// What is spoken.
    Speech,
}

impl Group {
    /// Groups in the order of the panel.
    pub const ALL: &'static [Group] = <Group as strum::VariantArray>::VARIANTS;

    /// The name of its heading in `locales`: `reading_group_text`.
    pub fn word(self) -> String {
        format!("reading_group_{}", <&str>::from(self))
    }
}

impl Setting {
    /// Every setting, in the order of the panel.
    pub const ALL: &'static [Setting] = <Setting as strum::VariantArray>::VARIANTS;

    /// The name of the attribute, of the URL parameter, and of what the browser remembers.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Values that a person can choose, the default first; an empty one leaves it to the page's owner. The languages are the
    /// page's own.
    pub fn choices(self) -> &'static [&'static str] {
        match self {
            Setting::Pace => &["", "live", "120wpm", "190wpm", "250wpm", "instant"],
            Setting::Steps => &["", "words", "letters"],
            Setting::Pages => &["off", "on"],
            Setting::Theme => <Theme as strum::VariantNames>::VARIANTS,
            Setting::Lang => &[],
            Setting::Shortcuts => &["on", "off"],
            Setting::Contrast => &["auto", "normal", "high"],
            Setting::TextSize => &["87", "100", "112", "125", "150", "175", "200"],
            Setting::Font => &["system", "legible", "open-dyslexic", "serif", "mono"],
            Setting::LineWidth => &["normal", "narrow", "wide", "full"],
            Setting::LineSpacing => &["normal", "wide", "double"],
            Setting::LetterSpacing => &["normal", "wide"],
            Setting::Ruler | Setting::Aloud => &["off", "on"],
            Setting::Voice => &["auto"],
            Setting::SpeechRate => &["50", "75", "100", "125", "150", "200"],
            Setting::Dictation => &["on", "off"],
        }
    }

    /// The value of those who chose nothing.
    fn default_choice(self) -> Option<&'static str> {
        match self {
            Setting::TextSize | Setting::SpeechRate => Some("100"),
            _ => self.choices().first().copied(),
        }
    }

    /// The group in which the panel shows it.
    pub fn group(self) -> Group {
        match self {
            Setting::Theme | Setting::Lang | Setting::Contrast | Setting::Shortcuts => {
                Group::Display
            }
            Setting::Pace
            | Setting::Steps
            | Setting::Pages
            | Setting::TextSize
            | Setting::Font
            | Setting::LineWidth
            | Setting::LineSpacing
            | Setting::LetterSpacing
            | Setting::Ruler => Group::Text,
            Setting::Aloud | Setting::Voice | Setting::SpeechRate | Setting::Dictation => {
                Group::Speech
            }
        }
    }

    /// Tells whether it is among the few that stand beside the choice of a server, too.
    pub fn is_basic(self) -> bool {
        matches!(self, Setting::Pace | Setting::Theme | Setting::Lang)
    }

    /// The value in its usual spelling; `None` where it cannot be used.
    fn read(self, value: &str) -> Option<String> {
        match self {
            Setting::Pace => value.parse().ok().map(|pace: Pace| pace.to_string()),
            Setting::Lang | Setting::Voice => Some(value.to_owned()),
            _ => self.choices().contains(&value).then(|| value.to_owned()),
        }
    }

    /// The attribute of the page's root that has its value, where styles follow it.
    pub fn style(self) -> Option<&'static str> {
        match self {
            Setting::Theme => Some("data-theme"),
            Setting::Contrast => Some("data-contrast"),
            Setting::TextSize => Some("data-text-size"),
            Setting::Font => Some("data-font"),
            Setting::LineWidth => Some("data-line-width"),
            Setting::LineSpacing => Some("data-line-spacing"),
            Setting::LetterSpacing => Some("data-letter-spacing"),
            _ => None,
        }
    }

    /// The name of its label in `locales`; with a choice, of that choice: `reading_theme`, `reading_theme_dark`,
    /// `reading_pace_own`.
    pub fn word(self, choice: Option<&str>) -> String {
        let choice = choice.map(|choice| if choice.is_empty() { "own" } else { choice });
        let parts = ["reading", self.name()].into_iter().chain(choice);
        parts.collect::<Vec<&str>>().join("_").replace('-', "_")
    }

    /// Tells whether a person can leave it to the page's owner. Then what the owner asks for counts only where nothing is chosen.
    fn can_be_left(self) -> bool {
        self.choices().first() == Some(&"")
    }
}

/// Light or dark.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Theme {
    /// The system's choice.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The value of the attribute.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// A value for each setting, or none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Appearance {
    values: [Option<String>; Setting::ALL.len()],
}

impl Appearance {
    /// The appearance in which a page begins: as its owner asks, else as the person chose before. What can be left to the owner
    /// is the person's alone.
    pub fn begin(owner: &Appearance, chosen: &Appearance) -> Appearance {
        let mut appearance = chosen.clone();
        appearance.follow(&Appearance::default(), owner);
        appearance
    }

    /// Takes over what the page's owner asks for `now` and did not ask for `before`.
    pub fn follow(&mut self, before: &Appearance, now: &Appearance) {
        for &setting in Setting::ALL {
            if !setting.can_be_left() && now.get(setting) != before.get(setting) {
                self.put(setting, now.get(setting).map(str::to_owned));
            }
        }
    }

    /// Reads what [`Appearance::write`] gave; what cannot be used is as good as not there.
    pub fn read(kept: &Value) -> Appearance {
        let mut appearance = Appearance::default();
        for &setting in Setting::ALL {
            if let Some(value) = kept.get(setting.name()).and_then(Value::as_str) {
                appearance.set(setting, value);
            }
        }
        appearance
    }

    /// A JSON object: for each setting its value, a text, or null.
    pub fn write(&self) -> Value {
        let mut kept = Map::new();
        for &setting in Setting::ALL {
            kept.insert(setting.name().to_owned(), self.get(setting).into());
        }
        Value::Object(kept)
    }

    /// Sets a value; an empty one is none. `false` where it cannot be used: the setting stays as it is.
    pub fn set(&mut self, setting: Setting, value: &str) -> bool {
        let read = setting.read(value);
        let is_good = value.is_empty() || read.is_some();
        if is_good {
            self.put(setting, read.filter(|_| !value.is_empty()));
        }
        is_good
    }

    fn put(&mut self, setting: Setting, value: Option<String>) {
        if let Some(place) = self.values.get_mut(setting as usize) {
            *place = value;
        }
    }

    /// The value of a setting, if it has one.
    pub fn get(&self, setting: Setting) -> Option<&str> {
        self.values.get(setting as usize)?.as_deref()
    }

    /// The value of a setting, else its default; empty where that is not known here.
    pub fn value(&self, setting: Setting) -> &str {
        let default = || setting.default_choice();
        self.get(setting).or_else(default).unwrap_or_default()
    }

    /// Tells whether a style follows one of the values, beside the theme: then it comes with the first words.
    pub fn is_styled(&self) -> bool {
        let mut styled = Setting::ALL
            .iter()
            .filter(|setting| setting.style().is_some());
        styled.any(|&setting| setting != Setting::Theme && self.get(setting).is_some())
    }

    /// Tells whether a setting of two choices is on.
    pub fn is_on(&self, setting: Setting) -> bool {
        self.value(setting) == "on"
    }

    /// The speed of the voice: 1 is its own.
    pub fn speech_rate(&self) -> f64 {
        let per_cent: f64 = self.value(Setting::SpeechRate).parse().unwrap_or(100.0);
        per_cent / 100.0
    }

    /// Light or dark.
    pub fn theme(&self) -> Theme {
        self.value(Setting::Theme).parse().unwrap_or_default()
    }

    /// Tells whether a key alone does something.
    pub fn single_keys(&self) -> bool {
        self.value(Setting::Shortcuts) != "off"
    }

    /// Returns the speed at which text is shown; `None` leaves it to the page's owner.
    pub fn pace(&self) -> Option<Pace> {
        self.get(Setting::Pace)?.parse().ok()
    }

    /// Returns the steps in which text appears; `None` leaves them to the page's owner.
    pub fn steps(&self) -> Option<Steps> {
        match self.get(Setting::Steps)? {
            "words" => Some(Steps::Words),
            "letters" => Some(Steps::Letters),
            _ => None,
        }
    }

    /// Tells whether text waits at the end of each page until the reader goes on.
    pub fn pages(&self) -> bool {
        self.value(Setting::Pages) == "on"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn appearance(values: &[(Setting, &str)]) -> Appearance {
        let mut appearance = Appearance::default();
        for (setting, value) in values {
            assert!(appearance.set(*setting, value), "{value}");
        }
        appearance
    }

    #[test]
    fn every_choice_can_be_used_and_reads_as_it_is_written() {
        for &setting in Setting::ALL {
            for choice in setting.choices() {
                assert_eq!(appearance(&[(setting, choice)]).value(setting), *choice);
            }
        }
    }

    #[test]
    fn sizes_and_speeds_have_their_defaults_in_the_middle_of_their_choices() {
        let none = Appearance::default();
        assert_eq!(none.value(Setting::TextSize), "100");
        assert_eq!(none.speech_rate(), 1.0);
        assert!(!none.is_styled() && !none.is_on(Setting::Ruler) && none.is_on(Setting::Dictation));
        let fast = appearance(&[(Setting::SpeechRate, "150"), (Setting::Voice, "Anna")]);
        assert_eq!(
            (fast.speech_rate(), fast.value(Setting::Voice)),
            (1.5, "Anna")
        );
        assert!(!fast.is_styled(), "nothing is drawn otherwise");
        assert!(appearance(&[(Setting::Contrast, "high")]).is_styled());
        let mut big = none;
        assert!(!big.set(Setting::TextSize, "300") && big.set(Setting::TextSize, "200"));
    }

    #[test]
    fn what_is_kept_is_read_again_and_what_older_pages_kept_too() {
        let kept = json!({ "theme": "dark", "pace": "instant", "lang": "de" });
        let settings = [Setting::Theme, Setting::Pace, Setting::Lang];
        let expect = ["dark", "instant", "de"];
        assert_eq!(
            settings.map(|setting| Appearance::read(&kept).value(setting).to_owned()),
            expect
        );
        let dark = appearance(&[(Setting::Theme, "dark")]);
        assert_eq!(Appearance::read(&dark.write()), dark);
        let odd = json!({ "theme": "dark", "pace": null, "lang": 4, "size": "big" });
        assert_eq!(Appearance::read(&odd), dark);
        assert_eq!(Appearance::read(&Value::Null), Appearance::default());
    }

    #[test]
    fn what_cannot_be_used_changes_nothing_and_an_empty_value_is_none() {
        let mut dark = appearance(&[(Setting::Theme, "dark"), (Setting::Pace, "30.0")]);
        assert!(!dark.set(Setting::Theme, "pink"));
        assert!(!dark.set(Setting::Pace, "fast"));
        assert_eq!(dark.theme(), Theme::Dark);
        assert_eq!(dark.get(Setting::Pace), Some("30"), "its usual spelling");
        assert_eq!(dark.pace(), Some(Pace::PerCharacter(30.0)));
        assert!(dark.set(Setting::Theme, "") && dark.set(Setting::Pace, ""));
        assert_eq!(dark, Appearance::default());
        assert_eq!((dark.theme(), dark.pace()), (Theme::Auto, None));
    }

    #[test]
    fn the_owner_counts_before_what_was_chosen_once_but_for_the_pace() {
        let owner = appearance(&[(Setting::Theme, "dark"), (Setting::Pace, "instant")]);
        let chosen = appearance(&[(Setting::Theme, "light"), (Setting::Lang, "de")]);
        let expect = appearance(&[(Setting::Theme, "dark"), (Setting::Lang, "de")]);
        assert_eq!(Appearance::begin(&owner, &chosen), expect);
    }

    #[test]
    fn only_what_the_owner_changes_takes_the_place_of_what_was_chosen_since() {
        let before = appearance(&[(Setting::Theme, "dark"), (Setting::Lang, "de")]);
        let now = appearance(&[(Setting::Theme, "dark"), (Setting::Pace, "30")]);
        let mut shown = appearance(&[(Setting::Theme, "light"), (Setting::Lang, "en")]);
        shown.follow(&before, &now);
        assert_eq!(shown, appearance(&[(Setting::Theme, "light")]));
    }
}
