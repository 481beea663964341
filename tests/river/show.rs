//! Events in a form that people can read and compare, one a line.

use rill::event::{ChatEvent, Progress, ServerError, Timings, Usage};

pub fn lines(events: &[ChatEvent]) -> String {
    events.iter().map(|event| line(event) + "\n").collect()
}

pub fn line(event: &ChatEvent) -> String {
    match event {
        ChatEvent::Text(text) => format!("text {text:?}"),
        ChatEvent::ReplaceText(text) => format!("replace {text:?}"),
        ChatEvent::Reasoning(text) => format!("reasoning {text:?}"),
        ChatEvent::Token(token) => format!("token {token:?}"),
        ChatEvent::Conversation(id) => format!("conversation {id}"),
        ChatEvent::Context(tokens) => format!("context {tokens}"),
        ChatEvent::TextWasReasoning => "text was reasoning".to_owned(),
        ChatEvent::ToolCall(call) => format!(
            "tool {} id={} name={} arguments={:?}",
            call.index,
            call.id.as_deref().unwrap_or("-"),
            call.name.as_deref().unwrap_or("-"),
            call.arguments
        ),
        ChatEvent::Progress(Progress::Queued(words)) => format!("queued {words:?}"),
        ChatEvent::Progress(Progress::LoadingModel(part)) => format!("loading {part:?}"),
        ChatEvent::Progress(Progress::ReadingPrompt { processed, total }) => {
            format!("reading {processed}/{total}")
        }
        ChatEvent::Progress(Progress::Stage(words)) => format!("stage {words:?}"),
        ChatEvent::Alive => "alive".to_owned(),
        ChatEvent::Usage(figures) => usage(figures),
        ChatEvent::Timings(figures) => timings(figures),
        ChatEvent::Id(id) => format!("id {id}"),
        ChatEvent::Model(model) => format!("model {model}"),
        ChatEvent::Done(finish) => {
            let word = if finish.sure { "done" } else { "mark" };
            format!("{word} {:?} {}", finish.kind, finish.word)
        }
        ChatEvent::Blocked(word) => format!("blocked {word}"),
        ChatEvent::Error(failure) => error(failure),
        ChatEvent::Odd(oddity) => format!("odd {:?} {:?}", oddity.what, oddity.sample),
    }
}

pub fn usage(figures: &Usage) -> String {
    let shown = |tokens: Option<u32>| tokens.map_or("-".to_owned(), |tokens| tokens.to_string());
    let [prompt, completion, cached] = [
        figures.prompt_tokens,
        figures.completion_tokens,
        figures.cached_tokens,
    ]
    .map(shown);
    format!("usage prompt={prompt} completion={completion} cached={cached}")
}

pub fn timings(figures: &Timings) -> String {
    let shown =
        |number: Option<f64>| number.map_or("-".to_owned(), |number| format!("{number:.3}"));
    let numbers = [
        figures.load_ms,
        figures.prompt_ms,
        figures.predicted_ms,
        figures.predicted_per_second,
    ];
    let [load, prompt, predicted, speed] = numbers.map(shown);
    format!("timings load={load} prompt={prompt} predicted={predicted} per_second={speed}")
}

pub fn error(failure: &ServerError) -> String {
    format!(
        "error {:?} code={} {:?}",
        failure.cause,
        failure.code.as_deref().unwrap_or("-"),
        failure.message
    )
}
