//! Thinking that stands at the beginning of a text, between tags. A tag later in the text is text.

/// The tags that models and servers write.
const TAGS: [&str; 5] = ["think", "thinking", "reason", "reasoning", "thought"];

/// Splits a reply into thinking and answer; `None` where it begins without a tag. Without a closing tag all of it is thinking.
pub fn split(text: &str) -> Option<(&str, &str)> {
    let rest = text.trim_start().strip_prefix('<')?;
    let (tag, rest) = rest.split_once('>')?;
    let tag = TAGS.into_iter().find(|known| *known == tag)?;
    let closing = format!("</{tag}>");
    let (thinking, answer) = rest.split_once(&closing).unwrap_or((rest, ""));
    Some((thinking.trim(), answer.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tag_at_the_beginning_is_one() {
        let check = |text: &str, expect: Option<(&str, &str)>| {
            assert_eq!(split(text), expect, "{text}");
        };
        check("<think>a</think>b", Some(("a", "b")));
        check("\n <reasoning>\na\n</reasoning>\n\nb", Some(("a", "b")));
        check("<thought>a</think>b", Some(("a</think>b", "")));
        check("<thinking>a", Some(("a", "")));
        check("<think></think>b", Some(("", "b")));
        check("a <think>b</think>", None);
        check("<thinks>a</thinks>b", None);
        check("<think", None);
        check("<", None);
        check("", None);
    }
}
