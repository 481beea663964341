//! JavaScript as it is shipped: without what is there for those who read the source.
//!
//! In: a script. Out: the same in fewer bytes: by esbuild where npm can fetch it, else without its comments. It must not know what a script does.

use crate::{Failure, Outcome, tools};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The oldest JavaScript that browsers have which run the page's wasm; nothing is written otherwise for older ones.
const TARGET: &str = "es2022";

/// What makes scripts small.
pub(crate) enum Small {
    /// The program of esbuild.
    Esbuild(PathBuf),
    /// Nothing but to leave out comments.
    Plain,
}

impl Small {
    /// The best that can be had.
    pub(crate) fn found() -> Small {
        tools::esbuild().map_or(Small::Plain, Small::Esbuild)
    }

    /// A script, or a module, made small.
    pub(crate) fn script(&self, script: &str) -> Outcome<String> {
        match self {
            Small::Plain => Ok(without_comments(script)),
            Small::Esbuild(program) => shortened(program, script),
        }
    }
}

fn shortened(program: &PathBuf, script: &str) -> Outcome<String> {
    let target = format!("--target={TARGET}");
    let mut esbuild = Command::new(program)
        .args(["--minify", "--charset=utf8", "--log-level=error", &target])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut to) = esbuild.stdin.take() {
        to.write_all(script.as_bytes())?;
    }
    let said = esbuild.wait_with_output()?;
    match said.status.success() {
        true => Ok(String::from_utf8_lossy(&said.stdout).into_owned()),
        false => Err(Failure::new(format!(
            "esbuild does not take a script:\n{}",
            String::from_utf8_lossy(&said.stderr)
        ))),
    }
}

/// JavaScript without the lines that are comments: they are for those who read the source.
fn without_comments(script: &str) -> String {
    let mut kept = String::with_capacity(script.len());
    let mut inside = false;
    for line in script.lines() {
        let bare = line.trim();
        inside |= bare.starts_with("/*");
        if !inside && !bare.starts_with("//") {
            kept += line;
            kept.push('\n');
        }
        inside &= !bare.ends_with("*/");
    }
    kept
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lines_that_are_comments_are_not_shipped_and_all_others_are() {
        let script = "// Why.\n/** What.\n * @param a\n */\nlet url = \"http://a\"; // stays\n/* one */\n  a * b\n";
        assert_eq!(
            without_comments(script),
            "let url = \"http://a\"; // stays\n  a * b\n"
        );
    }

    #[test]
    fn a_short_script_does_what_the_long_one_did() {
        // Where it cannot be had, nothing is shortened.
        let Some(program) = tools::esbuild() else {
            return;
        };
        let small = Small::Esbuild(program);
        let script = "// Why.\nexport const greet = (somebody) => {\n  const words = `Hello ${somebody}`;\n  return words;\n};\n";
        let short = small.script(script).unwrap();
        assert!(
            short.len() < 70 && short.contains("export") && short.contains("greet"),
            "{short}"
        );
        assert!(small.script("const = ;").is_err());
    }
}
