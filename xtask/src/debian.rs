//! Debian's packages, unpacked into a folder of ours: nothing is installed, nothing of the system is touched, and no service begins.
//!
//! In: names of packages. Out: a folder in which they lie as they would in `/`, with the libraries that this machine lacks.

use crate::run::{on_path, output_of, step};
use crate::{Failure, Outcome, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packages of the web servers that `cargo xtask test --hosts` tries, and the file of each by which it is known to be there.
const HOSTS: [(&str, &str); 8] = [
    ("nginx", "usr/sbin/nginx"),
    ("nginx-common", "etc/nginx/mime.types"),
    (
        "libnginx-mod-http-brotli-static",
        "usr/lib/nginx/modules/ngx_http_brotli_static_module.so",
    ),
    ("caddy", "usr/bin/caddy"),
    ("apache2-bin", "usr/sbin/apache2"),
    ("apache2", "etc/apache2/mods-available/mime.conf"),
    ("lighttpd", "usr/sbin/lighttpd"),
    ("lighttpd-mod-deflate", "usr/lib/lighttpd/mod_deflate.so"),
];

/// The web servers, in a folder of ours.
pub(crate) fn hosts() -> Outcome<PathBuf> {
    unpacked("hosts", "web servers", &HOSTS)
}

/// The folder in which these packages are unpacked, fetched once: their names, and the file of each by which it is known to be there.
pub(crate) fn unpacked(name: &str, what: &str, wanted: &[(&str, &str)]) -> Outcome<PathBuf> {
    let folder = tools::folder().join(name);
    let missing = || {
        let mut wanted = wanted.iter();
        wanted.find(|(_, file)| !folder.join(file).exists())
    };
    if missing().is_none() {
        return Ok(folder);
    }
    if on_path("apt-get").is_none() || on_path("dpkg").is_none() {
        return Err(Failure::new(format!(
            "{what} would be fetched from Debian, and this is none"
        )));
    }
    let fetched = folder.join("packages");
    fs::create_dir_all(&fetched)?;
    let names: Vec<&str> = wanted.iter().map(|(name, _)| *name).collect();
    let fetch = || {
        let mut download = Command::new("apt-get");
        download
            .arg("download")
            .args(&names)
            .args(libraries(&names));
        step(
            &format!("fetching Debian's {what} (once)"),
            download.current_dir(&fetched),
        )
    };
    // A fresh machine does not know yet what there is.
    if fetch().is_err() {
        step(
            "asking which packages there are",
            Command::new("apt-get").arg("update"),
        )?;
        fetch()?;
    }
    unpack(&fetched, &folder)?;
    match missing() {
        None => Ok(folder),
        Some((name, file)) => Err(Failure::new(format!(
            "Debian's package {name} was fetched, but holds no {file}"
        ))),
    }
}

fn unpack(fetched: &Path, folder: &Path) -> Outcome {
    for entry in fs::read_dir(fetched)? {
        let package = entry?.path();
        let mut unpack = Command::new("dpkg");
        unpack.arg("-x").arg(&package).arg(folder);
        if output_of(&mut unpack).is_none() {
            return Err(Failure::new(format!(
                "dpkg cannot unpack {}",
                package.display()
            )));
        }
        fs::remove_file(package)?;
    }
    Ok(fs::remove_dir(fetched)?)
}

/// The packages that apt would install with these, new to this machine: libraries, for the most part.
fn libraries(names: &[&str]) -> Vec<String> {
    let mut ask = Command::new("apt-get");
    ask.args(["install", "--simulate", "--no-install-recommends"])
        .args(names)
        .env("LC_ALL", "C");
    new_packages(&output_of(&mut ask).unwrap_or_default(), names)
}

/// The names in lines as `Inst libapr1 (1.7.2-3 ...)`; what is here in another version has that in brackets first.
fn new_packages(told: &str, but: &[&str]) -> Vec<String> {
    let lines = told.lines().filter_map(|line| line.strip_prefix("Inst "));
    let new = lines.filter_map(|line| {
        let (name, version) = line.split_once(' ')?;
        version.starts_with('(').then_some(name)
    });
    let others = new.filter(|name| !but.contains(name));
    others.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_fetched_and_what_is_only_newer_is_not() {
        let told = "Reading package lists...\nInst libnss3 [2:3.87-1] (2:3.87-4 Debian [amd64]) []\nInst libapr1 (1.7.2-3 Debian [amd64])\nInst caddy (2.6.2-5 Debian [amd64])\nConf caddy (2.6.2-5)\n";
        assert_eq!(new_packages(told, &["caddy"]), ["libapr1"]);
    }
}
