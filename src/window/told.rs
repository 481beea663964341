//! The figures in a server's words for a conversation that is too long.
//!
//! In: the message of a refusal. Out: how much the context holds and how much was sent, where the message says so. It must not know
//! which server it is: llama.cpp says "request (2431 tokens) exceeds the available context size (2048 tokens)"; OpenAI's family "This
//! model's maximum context length is 2048 tokens. However, you requested 2431 tokens (2175 in the messages, 256 in the
//! completion)", or "your messages resulted in 2431 tokens" (protocols, 7.5).

/// The least figure that is taken for a number of tokens: smaller ones are parts of names and codes.
const LEAST: u32 = 64;

/// The figures of a refusal, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Size of the context.
    pub size: Option<u32>,
    /// Tokens of the prompt that was too long.
    pub sent: Option<u32>,
}

/// Reads the figures in the words of a refusal.
pub fn told(message: &str) -> Told {
    let message = message.to_ascii_lowercase();
    let figures = figures(&message);
    let is_size = |before: &str| {
        [
            "context length",
            "context size",
            "context window",
            "maximum context",
            "n_ctx",
            "max_model_len",
            "limit",
        ]
        .iter()
        .any(|words| before.contains(words))
    };
    let size = figures
        .iter()
        .find(|(before, _)| is_size(before))
        .map(|(_, figure)| *figure);
    // What was sent is more than fits; where the answer counts too, the part that is the messages'.
    let others = || figures.iter().filter(|(_, figure)| Some(*figure) != size);
    let most = others().map(|(_, figure)| *figure).max();
    let sent = most.filter(|most| size.is_none_or(|size| *most > size));
    Told { size, sent }
}

/// All numbers of a text that may be tokens, each with the words between the number before and itself.
fn figures(text: &str) -> Vec<(&str, u32)> {
    let mut figures = Vec::new();
    let mut words_from = 0;
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let at = text.len() - rest.len() + start;
        let number = text.get(at..).unwrap_or_default();
        let is_part = |letter: char| letter.is_ascii_digit() || letter == ',' || letter == '_';
        let end = number
            .find(|letter| !is_part(letter))
            .unwrap_or(number.len());
        let digits: String = number
            .chars()
            .take(end)
            .filter(char::is_ascii_digit)
            .collect();
        let before = text.get(words_from..at).unwrap_or_default();
        rest = number.get(end..).unwrap_or_default();
        if let Ok(figure) = digits.parse::<u32>()
            && figure >= LEAST
        {
            words_from = text.len() - rest.len();
            figures.push((before, figure));
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_say_how_much_fits_and_how_much_came() {
        let check = |message: &str, size, sent| {
            assert_eq!(told(message), Told { size, sent }, "{message}");
        };
        check(
            "request (2431 tokens) exceeds the available context size (2048 tokens), try increasing it",
            Some(2048),
            Some(2431),
        );
        check(
            "This model's maximum context length is 4097 tokens. However, your messages resulted in 5,012 tokens. Please reduce the length of the messages.",
            Some(4097),
            Some(5012),
        );
        check(
            "This model's maximum context length is 2048 tokens. However, you requested 2431 tokens (2175 in the messages, 256 in the completion).",
            Some(2048),
            Some(2431),
        );
        check(
            "the request exceeds the available context size, try increasing it",
            None,
            None,
        );
        check("Context size has been exceeded.", None, None);
        check("prompt is too long: 210000 tokens", None, Some(210_000));
        check(
            "context window of 12 overflows 99999999999999999999",
            None,
            None,
        );
        check("", None, None);
        check("контекст 2048", None, Some(2048));
    }
}
