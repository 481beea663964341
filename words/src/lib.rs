//! Every word on screen: English, which is always here, and the places where the other languages have theirs.
//!
//! In: `locales/*.json`, while this is built: a word that one language lacks, has too many or has with other placeholders fails the
//! build, and so does a plural without the forms that its language needs. Out: a module for each word in [`word`], and [`LANGUAGES`].
//! It must not know how a language comes to the page: `page::words` does.

// The build has it; here it is tested.
#[cfg(test)]
#[allow(dead_code)]
#[path = "../check.rs"]
mod check;

/// A word, or a sentence with places for others: `{{ host }}`.
#[derive(Debug, Clone, Copy)]
pub struct Word {
    /// Place of the word in the file of each language, from 0.
    pub at: u32,
    /// The word in English.
    pub english: &'static str,
}

/// A word that is another for one thing than for several; `{{ count }}` stands for the number.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// Place of the word in the file of each language, from 0.
    pub at: u32,
    /// The English word for one.
    pub one: &'static str,
    /// The English word for any other number.
    pub other: &'static str,
}

/// A language that the page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    /// Its tag (BCP 47), which is the name of its file too.
    pub tag: &'static str,
    /// The name that it has for itself.
    pub name: &'static str,
    /// `true` where it is written from right to left.
    pub from_right: bool,
}

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// Puts values into their places; a place that nothing is given for stays as it is.
pub fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, from)) = rest.split_once("{{ ") {
        filled += before;
        let place = from.split_once(" }}");
        let value = place.and_then(|(name, after)| {
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, after))
        });
        match value {
            Some((value, after)) => {
                filled += value;
                rest = after;
            }
            None => {
                filled += "{{ ";
                rest = from;
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_into_their_places_and_are_not_read_again() {
        let values = [("host", "{{ name }}"), ("name", "x")];
        assert_eq!(fill("{{ name }}: {{ host }}", &values), "x: {{ name }}");
        assert_eq!(fill("{{ other }} {{ na", &values), "{{ other }} {{ na");
        assert_eq!(fill("", &values), "");
    }

    #[test]
    fn english_is_first_and_the_rest_is_in_order() {
        let tags: Vec<&str> = LANGUAGES.iter().map(|language| language.tag).collect();
        let mut sorted = tags.clone();
        sorted.sort_by_key(|tag| (*tag != "en", *tag));
        assert_eq!(tags, sorted);
        let from_right = LANGUAGES.iter().filter(|language| language.from_right);
        let from_right: Vec<&str> = from_right.map(|language| language.tag).collect();
        assert_eq!(from_right, ["ar", "he"]);
    }
}
