//! Real servers, and one that misbehaves on demand, from PyPI: what `cargo xtask test --servers` runs the page against.
//!
//! In: the small model and its server. Out: servers on loopback that end with this process, however this process ends.

use crate::model::{self, Model};
use crate::run::{flush, step};
use crate::{Failure, Outcome, tools};
use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// LiteLLM imports for half a minute on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// Runs a program until it ends, or our standard input does.
const KEEP: &str = "\
import os, subprocess, sys, threading
program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
def watch():
    os._exit(program.wait())
threading.Thread(target=watch, daemon=True).start()
try:
    sys.stdin.read()
except KeyboardInterrupt:
    pass
program.terminate()
try:
    program.wait(10)
except subprocess.TimeoutExpired:
    program.kill()
";

/// Makes a folder for mlx-lm of a GGUF file.
const MLX_MODEL: &str = include_str!("mlx_model.py");

/// A server to be had from PyPI.
struct Recipe {
    /// Its name in `RILL_SERVERS`, and of its folder.
    name: &'static str,
    packages: &'static [&'static str],
    /// A path that it answers with 200 once it is ready.
    ready: &'static str,
    /// The command that starts it on a port; files of its own go into the folder.
    start: fn(&Kitchen<'_>, u16) -> Outcome<Command>,
}

/// What a recipe has at hand.
struct Kitchen<'a> {
    folder: PathBuf,
    python: PathBuf,
    model: &'a Model,
}

/// The real server that every whole run is made against, beside llama.cpp.
const LEAST: &str = "mlx";

const RECIPES: [Recipe; 3] = [
    Recipe {
        name: "llmock",
        packages: &["llmock==0.2.2"],
        ready: "/health",
        start: llmock,
    },
    Recipe {
        name: "litellm",
        packages: &["litellm[proxy]==1.108.7"],
        ready: "/health/liveliness",
        start: litellm,
    },
    Recipe {
        name: "mlx",
        packages: &["mlx-lm==0.32.2", "mlx[cpu]==0.32.4"],
        ready: "/health",
        start: mlx,
    },
];

/// Running servers.
pub(crate) struct Servers {
    running: Vec<Running>,
}

struct Running {
    name: &'static str,
    port: u16,
    child: Child,
}

impl Servers {
    /// Installs what is missing and starts all that can be had; or the one that costs least to fetch.
    pub(crate) fn start(model: &Model, all: bool) -> Outcome<Servers> {
        let mut running = Vec::new();
        for recipe in RECIPES.iter().filter(|recipe| all || recipe.name == LEAST) {
            match recipe.cook(model) {
                Ok(server) => running.push(server),
                Err(Failure(words)) => println!(
                    "  SKIPPED: {}, which cannot be had here:\n  {}",
                    recipe.name,
                    words.trim_end().replace('\n', "\n  ")
                ),
            }
        }
        if running.is_empty() {
            return Err(Failure::new("none of the servers can be had here"));
        }
        Ok(Servers { running })
    }

    /// Their names and addresses, as the tests read them.
    pub(crate) fn named(&self) -> String {
        let named = |one: &Running| format!("{}=http://127.0.0.1:{}", one.name, one.port);
        let all: Vec<String> = self.running.iter().map(named).collect();
        all.join(",")
    }
}

impl Recipe {
    fn cook(&self, model: &Model) -> Outcome<Running> {
        let folder = tools::folder().join(format!("server-{}", self.name));
        let what = format!("fetching {} (once)", self.name);
        let python = model::environment(&folder, &what, self.packages, &[])?;
        let kitchen = Kitchen {
            folder,
            python,
            model,
        };
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let program = (self.start)(&kitchen, port)?;
        let log = kitchen.folder.join("server.log");
        let file = File::create(&log)?;
        print!("▸ starting {} ... ", self.name);
        flush();
        let began = Instant::now();
        let mut keeper = Command::new(&kitchen.python);
        keeper.args(["-c", KEEP]).arg(program.get_program());
        keeper.args(program.get_args());
        for (name, value) in program.get_envs() {
            if let Some(value) = value {
                keeper.env(name, value);
            }
        }
        let child = keeper
            .stdin(Stdio::piped())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()?;
        let mut server = Running {
            name: self.name,
            port,
            child,
        };
        while !model::answers(port, self.ready) {
            let ended = server.child.try_wait()?.is_some();
            if ended || began.elapsed() > PATIENCE {
                let why = if ended {
                    "ended at once"
                } else {
                    "is not ready"
                };
                return Err(Failure::new(format!(
                    "{} {why}: see {}",
                    self.name,
                    log.display()
                )));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        println!("{:.1} s", began.elapsed().as_secs_f64());
        Ok(server)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Its keeper ends it, and then itself.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

impl Kitchen<'_> {
    /// A program that came with the packages.
    fn program(&self, name: &str) -> Command {
        let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        Command::new(self.python.with_file_name(name))
    }
}

/// A server that misbehaves on demand, and judges its client.
fn llmock(kitchen: &Kitchen<'_>, port: u16) -> Outcome<Command> {
    let mut command = kitchen.program("llmock");
    command.args(["serve", "--stream-chunk-delay-ms", "30", "--port"]);
    command.arg(port.to_string());
    Ok(command)
}

/// A proxy before the small model; its second model leads nowhere.
fn litellm(kitchen: &Kitchen<'_>, port: u16) -> Outcome<Command> {
    let model = |name: &str, server: &str| {
        format!(
            "  - model_name: {name}\n    litellm_params:\n      model: openai/{name}\n      api_base: {server}/v1\n      api_key: none\n      max_retries: 0\n"
        )
    };
    // Nothing listens on the port for discarding.
    let models =
        model("smollm2", &kitchen.model.address()) + &model("nobody", "http://127.0.0.1:9");
    let config = kitchen.folder.join("config.yaml");
    let text = format!("model_list:\n{models}litellm_settings:\n  num_retries: 0\n");
    std::fs::write(&config, text)?;
    let mut command = kitchen.program("litellm");
    command
        .args(["--host", "127.0.0.1", "--telemetry", "False", "--port"])
        .arg(port.to_string())
        .arg("--config")
        .arg(config)
        // It looks for prices on the network otherwise, and wants a key of its own.
        .env("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        .env(
            "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY",
            "true",
        );
    Ok(command)
}

/// MLX's own server, on the processor, with the same small model.
fn mlx(kitchen: &Kitchen<'_>, port: u16) -> Outcome<Command> {
    let folder = kitchen.folder.join("smollm2");
    if !folder.join("tokenizer_config.json").is_file() {
        step(
            "writing the small model as MLX wants it (once)",
            Command::new(&kitchen.python)
                .args(["-c", MLX_MODEL])
                .arg(model_file(kitchen.model.folder())?)
                .arg(&folder),
        )?;
    }
    // Its list of models is that of this store.
    let store = kitchen.folder.join("store");
    std::fs::create_dir_all(&store)?;
    let mut command = Command::new(&kitchen.python);
    command
        .args(["-m", "mlx_lm", "server", "--host", "127.0.0.1", "--port"])
        .arg(port.to_string())
        .arg("--model")
        .arg(folder)
        .env("HF_HUB_OFFLINE", "1")
        .env("HF_HUB_CACHE", store);
    Ok(command)
}

/// The model's file, somewhere below the folder of its environment.
fn model_file(folder: &Path) -> Outcome<PathBuf> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let place = entry?.path();
            if place.extension().is_some_and(|ending| ending == "gguf") {
                return Ok(place);
            }
            if place.is_dir() && !place.is_symlink() {
                folders.push(place);
            }
        }
    }
    Err(Failure::new("the small model has no file of weights"))
}
