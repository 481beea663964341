//! Whole: both commands of the README in a fresh Debian, with rustup's toolchain and nothing else of this machine.
//!
//! In: root's rights, Debian's `debootstrap`, the network. Out: a verdict. Everything is mounted in a namespace of its own, so nothing
//! stays mounted, however it ends.

use super::here::rustup_home;
use super::{Folder, free_port, network, serve_twice, sources};
use crate::run::{on_path, output_of, step};
use crate::{Failure, Outcome, root, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const RELEASE: &str = "bookworm";
/// What rustup itself asks for: a linker, and a way to fetch over https.
const LINKER: &str = "gcc,libc6-dev,ca-certificates";
/// Whom this machine trusts, a machine on the same network must as well.
const TRUST: &str = "/etc/ssl/certs/ca-certificates.crt";
/// How a machine calls itself.
const HOSTS: &str = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n";
/// The names under which rustup's one program is called.
const PROXIES: [&str; 8] = [
    "cargo",
    "cargo-clippy",
    "cargo-fmt",
    "clippy-driver",
    "rustc",
    "rustdoc",
    "rustfmt",
    "rustup",
];
/// Ends with its caller, all its processes with it; what it mounts nobody else sees.
const APART: [&str; 6] = [
    "--mount",
    "--propagation",
    "private",
    "--pid",
    "--fork",
    "--kill-child",
];
/// Mounts what a machine has, and goes in: `ENTER root toolchain command ...`.
const ENTER: &str = "\
set -e
root=$1 toolchain=$2
shift 2
mount -t proc proc \"$root/proc\"
mount --rbind /dev \"$root/dev\"
mount --bind \"$toolchain\" \"$root/toolchain\"
mount -o remount,bind,ro \"$root/toolchain\"
exec chroot \"$root\" \"$@\"
";

/// Makes the machine, serves twice, and, if that is wanted, runs the tests.
pub(crate) fn whole(tests: bool) -> Outcome {
    if output_of(Command::new("id").arg("-u")).is_none_or(|id| id.trim() != "0") {
        return Err(Failure::new(
            "a fresh Debian can only be made by root: sudo cargo xtask bare (cargo xtask bare --here needs no rights)",
        ));
    }
    if on_path("debootstrap").is_none() {
        tools::apt(&["debootstrap"])?;
    }
    let machine = Machine::new()?;
    let port = free_port()?.to_string();
    serve_twice(|| machine.command(&["serve", "--port", &port]))?;
    if tests {
        println!("▸ cargo xtask test");
        let status = machine.command(&["test"]).status()?;
        if !status.success() {
            return Err(Failure::new("cargo xtask test fails on a bare machine"));
        }
    }
    Ok(())
}

/// A Debian with rustup.
struct Machine {
    folder: Folder,
    /// The toolchain, on this machine.
    toolchain: PathBuf,
}

impl Machine {
    fn new() -> Outcome<Machine> {
        let folder = Folder::new("machine")?;
        let root_folder = folder.make("root")?;
        step(
            &format!("making a fresh Debian ({RELEASE}, with a linker)"),
            Command::new("unshare")
                .args(APART)
                .arg("debootstrap")
                .args(["--variant=minbase", &format!("--include={LINKER}"), RELEASE])
                .arg(&root_folder),
        )?;
        if Path::new(TRUST).is_file() {
            fs::copy(TRUST, root_folder.join(TRUST.trim_start_matches('/')))?;
        }
        // An installed Debian has it; without it chromedriver does not find its own browser.
        fs::write(root_folder.join("etc/hosts"), HOSTS)?;
        update(&root_folder)?;
        let toolchain = rust(&root_folder)?;
        let rill = root_folder.join("root/rill");
        fs::create_dir_all(&rill)?;
        sources(&rill)?;
        Ok(Machine { folder, toolchain })
    }

    /// `cargo xtask …` in there.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("unshare");
        command
            .args(APART)
            .args(["sh", "-c", ENTER, "enter"])
            .arg(self.folder.0.join("root"))
            .arg(&self.toolchain)
            .args(["env", "-i", "-C", "/root/rill", "HOME=/root", "LANG=C.UTF-8"])
            .arg("PATH=/root/.cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .args(network().map(|(name, value)| format!("{name}={value}")))
            .args(["cargo", "xtask"])
            .args(words);
        command
    }
}

/// Turns on Debian's security updates, as its installer does and debootstrap does not: browsers are renewed there alone.
fn update(machine: &Path) -> Outcome {
    let list = machine.join("etc/apt/sources.list");
    let mut sources = fs::read_to_string(&list)?;
    let updates = sources.replace(
        &format!(" {RELEASE} "),
        &format!("-security {RELEASE}-security "),
    );
    sources.push_str(&updates);
    Ok(fs::write(&list, sources)?)
}

/// Puts rustup into the new machine, its toolchain to be mounted; gives where that is here.
fn rust(machine: &Path) -> Outcome<PathBuf> {
    let rustup = on_path("rustup").ok_or_else(|| Failure::new("rustup is not here"))?;
    let bin = machine.join("root/.cargo/bin");
    fs::create_dir_all(&bin)?;
    let ours = bin.join("rustup");
    fs::copy(rustup.canonicalize()?, &ours)?;
    for name in PROXIES.iter().filter(|name| **name != "rustup") {
        fs::hard_link(&ours, bin.join(name))?;
    }
    // Not rustc's own word: where the toolchain is a link, that names what it leads to, and rustup wants the link's name.
    let mut ask = Command::new(&rustup);
    ask.args(["which", "rustc"]).current_dir(root());
    let said = output_of(&mut ask).map(|said| PathBuf::from(said.trim()));
    let toolchain = said.as_deref().and_then(|rustc| rustc.parent()?.parent());
    let (Some(toolchain), Some(home)) = (toolchain, rustup_home()) else {
        return Err(Failure::new("rustup does not say where its rustc lives"));
    };
    let there = machine.join("root/.rustup");
    fs::create_dir_all(there.join("toolchains"))?;
    // Which one is the default, and so on.
    fs::copy(home.join("settings.toml"), there.join("settings.toml"))?;
    fs::create_dir_all(machine.join("toolchain"))?;
    let name = toolchain.file_name().unwrap_or_default();
    symlink(
        Path::new("/toolchain"),
        &there.join("toolchains").join(name),
    )?;
    Ok(toolchain.canonicalize()?)
}

#[cfg(unix)]
fn symlink(to: &Path, from: &Path) -> Outcome {
    Ok(std::os::unix::fs::symlink(to, from)?)
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> Outcome {
    Err(Failure::new("cargo xtask bare needs a Unix"))
}
