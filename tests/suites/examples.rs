//! Files of examples in the form of the CommonMark spec: markdown and the HTML that it is, between fences of 32 back quotes.

/// One example.
pub struct Example {
    /// Its number in the file, from 1.
    pub number: usize,
    /// The heading that it stands under.
    pub section: &'static str,
    pub markdown: String,
    pub html: String,
}

const FENCE: &str = "````````````````````````````````";

/// All examples of a file. An arrow stands for a tab in it.
pub fn examples(file: &'static str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut section = "";
    // The two halves of the example that is open, and which of them is being read.
    let mut open: Option<([String; 2], usize)> = None;
    for line in file.lines() {
        match &mut open {
            None if line.starts_with(FENCE) => open = Some(Default::default()),
            None => section = line.strip_prefix("## ").unwrap_or(section),
            Some((halves, _)) if line == FENCE => {
                let [markdown, html] = std::mem::take(halves);
                found.push(Example {
                    number: found.len() + 1,
                    section,
                    markdown,
                    html,
                });
                open = None;
            }
            Some((_, half @ 0)) if line == "." => *half = 1,
            Some((halves, half)) => {
                halves[*half].push_str(&line.replace('→', "\t"));
                halves[*half].push('\n');
            }
        }
    }
    assert!(open.is_none(), "the last example has no end");
    found
}
