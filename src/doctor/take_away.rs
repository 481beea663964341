//! What a person takes along: the same request as a `curl` command, and a report in markdown.
//!
//! In: a trace, a finding, the place. Out: text to copy. A key never stands in it: `curl` takes it from the variable `RILL_KEY`.
//! The report's frame is English, because it is read by whoever mends the thing; what was seen is told in the reader's own words.

use std::fmt::Write;

use super::{Figures, Finding, MarkName, Place};
use crate::address::Address;
use crate::dialect::{Kind, Via};
use crate::session::Media;
use crate::trace::{EDGES, Fact, Request, Trace, method_word, scrub};

/// The same request for a terminal; `None` for a socket, which `curl` does not speak, and where the body was too long to be kept.
///
/// `-N` lets `curl` print each piece as it comes: if the text flows there and not here, something between holds it back. The
/// page's origin goes along, so that the server answers as it answers this page.
pub fn curl(request: &Request, server: &Address, page: &str, has_key: bool) -> Option<String> {
    let call = &request.call;
    if request.shortened || call.via == Via::Socket {
        return None;
    }
    let mut command = format!(
        "curl -N -g -X {} {}",
        method_word(call.method),
        quoted(&server.url(&call.path))
    );
    let mut part = |text: &str| {
        command.push_str(" \\\n  ");
        command.push_str(text);
    };
    if !page.is_empty() {
        part(&format!("-H {}", quoted(&format!("Origin: {page}"))));
    }
    if has_key {
        // In double quotes, so that the shell puts the variable in.
        part("-H \"Authorization: Bearer $RILL_KEY\"");
    }
    for (name, value) in &call.headers {
        part(&format!("-H {}", quoted(&format!("{name}: {value}"))));
    }
    if let Some(body) = &call.body {
        part(match request.media {
            Media::Json => "-H 'Content-Type: application/json'",
            Media::Plain => "-H 'Content-Type: text/plain;charset=UTF-8'",
        });
        part(&format!("--data-raw {}", quoted(body)));
    }
    Some(command)
}

/// Quotes a text as one word for a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A report for whoever mends it.
pub struct Report<'a> {
    /// The trace of what happened.
    pub trace: &'a Trace,
    /// The Doctor's findings.
    pub finding: &'a Finding,
    /// The evidence in the reader's words, one line each.
    pub seen: &'a [String],
    /// The picture's figures.
    pub figures: &'a Figures,
    /// The page and the server.
    pub place: &'a Place<'a>,
    /// Rill's version.
    pub version: &'a str,
    /// The browser, as it names itself.
    pub browser: &'a str,
    /// Keys that must not be in the report.
    pub secrets: &'a [&'a str],
}

impl Report<'_> {
    /// The report in markdown: no text of any message, no key.
    pub fn markdown(&self) -> String {
        let mut out = format!(
            "### Rill's Doctor: `{}` ({})\n\n",
            self.finding.verdict.word(),
            self.finding.confidence.word()
        );
        for line in self.seen {
            let _ = writeln!(out, "- {}", one_line(line));
        }
        out.push_str("\n| | |\n|---|---|\n");
        let mut row = |name: &str, value: String| {
            let value = one_line(&value).replace('|', "\\|");
            let _ = writeln!(out, "| {name} | {value} |");
        };
        row("Rill", self.version.to_owned());
        row("browser", self.browser.to_owned());
        row("page", self.place.page.to_owned());
        let server = self.place.server.map(Address::to_string);
        row("server", server.unwrap_or_else(|| "demo".to_owned()));
        row(
            "kind",
            self.place.kind.map_or("unknown", Kind::as_str).to_owned(),
        );
        row("key", if self.place.has_key { "yes" } else { "no" }.into());
        for stamp in self.trace.stamps() {
            match &stamp.fact {
                Fact::Sent {
                    transport,
                    method,
                    path,
                    json,
                    body,
                } => row(
                    "request",
                    format!(
                        "{} {} ({transport}), {body} bytes as {}",
                        method_word(*method),
                        path.split('?').next().unwrap_or_default(),
                        if *json { "JSON" } else { "plain text" }
                    ),
                ),
                Fact::Headers {
                    status,
                    content_type,
                    told,
                } => {
                    let mut value = format!("{status} {content_type}");
                    for (name, told) in told {
                        let _ = write!(value, "; {name}: {told}");
                    }
                    row("answer", value);
                }
                Fact::Probed(probe) => row("probe", probe.word().to_owned()),
                Fact::End(end) => row(
                    "end",
                    match end.reason() {
                        Some(reason) => format!("{} ({reason})", end.word()),
                        None => end.word().to_owned(),
                    },
                ),
                _ => {}
            }
        }
        self.figures(&mut row);
        scrub(&out, self.secrets)
    }

    fn figures(&self, row: &mut dyn FnMut(&str, String)) {
        let figures = self.figures;
        let mut moments = String::new();
        for mark in &figures.marks {
            let name = match mark.name {
                MarkName::Sent => "sent",
                MarkName::Headers => "headers",
                MarkName::FirstByte => "first byte",
                MarkName::FirstText => "first text",
                MarkName::Asked => "asked whether alive",
                MarkName::Deadline => "deadline",
                MarkName::Stop => "stop",
                MarkName::LastText => "last text",
                MarkName::End => "end",
            };
            let _ = write!(moments, "{name} {}; ", mark.at);
        }
        row("moments, ms", moments.trim_end_matches("; ").to_owned());
        row(
            "reads, of them with text",
            format!("{}, {}", figures.reads.0, figures.reads.1),
        );
        row(
            "events, of them with text",
            format!("{}, {}", figures.events.0, figures.events.1),
        );
        row("bytes", figures.bytes.to_string());
        if let Some(gap) = figures.biggest {
            row("longest gap", format!("{} ms at {} ms", gap.ms, gap.at));
        }
        let mut histogram = String::new();
        for (column, gaps) in figures.histogram.iter().enumerate() {
            if *gaps > 0 {
                let _ = match EDGES.get(column) {
                    Some(edge) => write!(histogram, "under {edge} ms: {gaps}; "),
                    None => write!(histogram, "longer: {gaps}; "),
                };
            }
        }
        row("gaps", histogram.trim_end_matches("; ").to_owned());
        let bursts = self.trace.rhythm.bursts();
        if bursts.count > 0 {
            row(
                "bursts",
                format!(
                    "{}, {} events in them, {} near {} bytes",
                    bursts.count, bursts.texts, bursts.sized, bursts.buffer
                ),
            );
        }
        if self.trace.totals().odd > 0 {
            row("odd frames", self.trace.totals().odd.to_string());
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
