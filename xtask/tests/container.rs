//! `Containerfile` and its settings: every step can be done, and the settings are those of the document. No container is built here.
#![allow(clippy::unwrap_used)]

use parse_dockerfile::{Command, Dockerfile, Instruction, Source};
use support::root;

fn text(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

/// The sources of each COPY, and where they go.
fn copies(file: &Dockerfile<'_>) -> Vec<(String, String)> {
    let copies = file.instructions.iter().filter_map(|one| match one {
        Instruction::Copy(copy) => Some(copy),
        _ => None,
    });
    let each = copies.flat_map(|copy| {
        copy.src.iter().map(|source| match source {
            Source::Path(path) => (path.value.to_string(), copy.dest.value.to_string()),
            other => panic!("{other:?}"),
        })
    });
    each.collect()
}

#[test]
fn what_is_copied_is_there_and_is_not_ignored() {
    let file = text("Containerfile");
    let file = parse_dockerfile::parse(&file).unwrap();
    let ignored = text(".dockerignore");
    let kept: Vec<&str> = ignored
        .lines()
        .filter(|line| line.starts_with('!'))
        .collect();
    assert!(ignored.lines().any(|line| line == "*"), "{ignored}");
    let copies = copies(&file);
    assert_eq!(copies.len(), kept.len());
    for (source, _) in &copies {
        // The page is made by another command.
        assert!(
            source == "dist" || root().join(source).is_file(),
            "{source}"
        );
        assert!(kept.contains(&format!("!{source}").as_str()), "{source}");
    }
}

#[test]
fn image_command_port_and_server_belong_together() {
    let file = text("Containerfile");
    let file = parse_dockerfile::parse(&file).unwrap();
    let settings = text("docs/Caddyfile");
    assert_eq!(file.stages().len(), 1);
    let copies = copies(&file);
    let to = |source: &str| &copies.iter().find(|(from, _)| from == source).unwrap().1;
    let mut seen = 0;
    for one in &file.instructions {
        seen += 1;
        match one {
            // A registry, a name, a version: nothing that another day could mean something else.
            Instruction::From(from) => assert_eq!(from.image.value, "docker.io/library/caddy:2"),
            Instruction::Env(env) => {
                let (name, _) = env.arguments.value.split_once("=http://").unwrap();
                assert!(settings.contains(&format!("{{${name}}}")), "{name}");
            }
            Instruction::Copy(_) => {}
            Instruction::User(user) => assert_ne!(user.arguments.value, "root"),
            Instruction::Expose(expose) => {
                let port = &expose.arguments[0].value;
                assert!(settings.contains(&format!("\n:{port} {{\n")), "{port}");
            }
            Instruction::Cmd(cmd) => {
                let Command::Exec(words) = &cmd.arguments else {
                    panic!("{cmd:?}")
                };
                let words: Vec<&str> = words.value.iter().map(|word| &*word.value).collect();
                assert_eq!(words[..2], ["caddy", "run"]);
                assert!(words.contains(&to("docs/Caddyfile").as_str()), "{words:?}");
            }
            other => panic!("a step that is not tried: {other:?}"),
        }
    }
    assert_eq!(seen, 7);
    assert!(settings.contains(&format!("root * {}\n", to("dist"))));
}

#[test]
fn its_settings_are_those_of_the_document() {
    let document = text("docs/hosting.md");
    let (_, block) = document.split_once("```caddyfile\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let expect = block
        .replace("example.com {", ":8080 {")
        .replace("127.0.0.1:8080", "{$RILL_SERVER}");
    let settings = text("docs/Caddyfile");
    assert!(settings.ends_with(&expect), "{settings}");
}
