//! Web servers of Debian, each with the settings of the document in as little around them as it needs to start.
//!
//! In: the folder of unpacked packages that `RILL_HOSTS` names, settings. Out: a server on a port of its own, which ends behind the
//! pages of its stage.

use crate::settings::placed;
use e2e::Stage;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// A web server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// nginx, with its module for brotli.
    Nginx,
    /// Caddy.
    Caddy,
    /// Apache's httpd.
    Apache,
    /// lighttpd.
    Lighttpd,
}

impl Kind {
    /// The mark of its blocks in the document.
    pub fn mark(self) -> &'static str {
        match self {
            Kind::Nginx => "nginx",
            Kind::Caddy => "caddyfile",
            Kind::Apache => "apache",
            Kind::Lighttpd => "lighttpd",
        }
    }
}

/// A running web server.
pub struct Host {
    child: Child,
    _folder: tempfile::TempDir,
    /// `http://127.0.0.1:PORT`.
    pub origin: String,
}

/// What a server is started in.
struct Place {
    packages: PathBuf,
    folder: PathBuf,
    address: SocketAddr,
}

impl Host {
    /// Starts it with these settings: the page under `/rill/`, the stage's model server under `/llm/`.
    pub async fn start(stage: &Stage, kind: Kind, settings: &str, dist: &Path) -> Arc<Host> {
        Host::start_with(stage, kind, settings, dist, &[]).await
    }

    /// The same in an environment with these values as well.
    pub async fn start_with(
        stage: &Stage,
        kind: Kind,
        settings: &str,
        dist: &Path,
        values: &[(&str, String)],
    ) -> Arc<Host> {
        let folder = tempfile::tempdir().expect("a folder");
        let srv = folder.path().join("srv");
        std::fs::create_dir(&srv).expect("a folder");
        match kind {
            // It asks as somebody else than who started it, who may not be let to where the page lies.
            Kind::Apache => copy_for_all(folder.path(), dist, &srv.join("rill")),
            _ => std::os::unix::fs::symlink(dist, srv.join("rill")).expect("a link to the page"),
        }
        // The port was just free, and the kernel does not hand it out again soon.
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        let place = Place {
            packages: packages(),
            folder: folder.path().to_path_buf(),
            address,
        };
        let model = stage.lab.origin();
        let settings = placed(settings, &srv, model.trim_start_matches("http://"));
        let mut command = match kind {
            Kind::Nginx => nginx(&place, &settings),
            Kind::Caddy => caddy(&place, &settings),
            Kind::Apache => apache(&place, &settings),
            Kind::Lighttpd => lighttpd(&place, &settings),
        };
        let values = values.iter().map(|(name, value)| (name, value.as_str()));
        let child = command
            .envs(values)
            .env("LD_LIBRARY_PATH", libraries(&place.packages))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let mut host = Host {
            child: child.unwrap_or_else(|error| panic!("{kind:?} does not start: {error}")),
            _folder: folder,
            origin: format!("http://{address}"),
        };
        let listens = async {
            while TcpStream::connect(address).await.is_err() {
                if let Ok(Some(status)) = host.child.try_wait() {
                    panic!("{kind:?} ended at once: {status}");
                }
                tokio::task::yield_now().await;
            }
        };
        let listening = tokio::time::timeout(Duration::from_secs(20), listens).await;
        listening.unwrap_or_else(|_| panic!("{kind:?} does not listen"));
        stage.keep(host).await
    }
}

/// Where Debian's packages are unpacked.
fn packages() -> PathBuf {
    let named = std::env::var_os("RILL_HOSTS");
    let folder =
        named.expect("RILL_HOSTS must name a folder: `cargo xtask test --hosts` fills one");
    PathBuf::from(folder)
}

/// The folders of libraries that came with the packages.
fn libraries(packages: &Path) -> OsString {
    let folders = std::fs::read_dir(packages.join("usr/lib")).expect("a folder of libraries");
    let folders = folders.filter_map(|entry| Some(entry.ok()?.path()));
    let machine = |folder: &PathBuf| folder.display().to_string().contains("-linux-");
    std::env::join_paths(folders.filter(machine)).expect("paths")
}

/// The page, where everybody may read it.
fn copy_for_all(open: &Path, dist: &Path, to: &Path) {
    let for_all = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(open, for_all).expect("a folder that may be opened");
    for file in support::files(dist).expect("the page") {
        let copy = to.join(file.strip_prefix(dist).unwrap_or(&file));
        std::fs::create_dir_all(copy.parent().unwrap_or(to)).expect("a folder");
        std::fs::copy(&file, copy).expect("a copy");
    }
}

/// Writes the settings into a file.
fn write(place: &Place, text: &str) -> PathBuf {
    let file = place.folder.join("settings");
    std::fs::write(&file, text).expect("a file");
    file
}

fn nginx(place: &Place, settings: &str) -> Command {
    let (here, packages) = (place.folder.display(), place.packages.display());
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("  {name}_temp_path {here}/{name};\n"))
        .concat();
    let text = format!(
        "load_module {packages}/usr/lib/nginx/modules/ngx_http_brotli_static_module.so;\n\
         daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\n  include {packages}/etc/nginx/mime.types;\n  access_log off;\n{temporary}  \
         server {{\n    listen {};\n{settings}\n  }}\n}}\n",
        place.address
    );
    let mut command = Command::new(place.packages.join("usr/sbin/nginx"));
    command
        .args(["-e", "stderr", "-p"])
        .arg(&place.folder)
        .arg("-c")
        .arg(write(place, &text));
    command
}

fn caddy(place: &Place, settings: &str) -> Command {
    // The container's settings begin with such a block of their own.
    let own = "{\n  admin off\n  auto_https off\n  default_bind 127.0.0.1\n}\n";
    let text = match settings.contains("example.com {") {
        true => {
            own.to_owned() + &settings.replace("example.com", &format!("http://{}", place.address))
        }
        false => settings.replace(":8080 {", &format!(":{} {{", place.address.port())),
    };
    let mut command = Command::new(place.packages.join("usr/bin/caddy"));
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(write(place, &text))
        .env("HOME", &place.folder)
        .env("XDG_CONFIG_HOME", &place.folder)
        .env("XDG_DATA_HOME", &place.folder)
        .stderr(Stdio::null());
    command
}

fn apache(place: &Place, settings: &str) -> Command {
    let (here, packages) = (place.folder.display(), place.packages.display());
    let modules = [
        "alias",
        "authz_core",
        "deflate",
        "dir",
        "filter",
        "headers",
        "mime",
        "mpm_event",
        "negotiation",
        "proxy",
        "proxy_http",
        "rewrite",
        "setenvif",
    ];
    let modules = modules
        .map(|name| {
            format!("LoadModule {name}_module {packages}/usr/lib/apache2/modules/mod_{name}.so\n")
        })
        .concat();
    // What Debian's own site has: its types, its compression.
    let text = format!(
        "ServerRoot {here}\nDefaultRuntimeDir {here}\nPidFile {here}/pid\nServerName 127.0.0.1\nErrorLog /dev/stderr\nLogLevel crit\n\
         {modules}User www-data\nGroup www-data\nListen {}\nInclude {packages}/etc/apache2/mods-available/mime.conf\n\
         Include {packages}/etc/apache2/mods-available/deflate.conf\n<VirtualHost *:{}>\n{settings}\n</VirtualHost>\n",
        place.address,
        place.address.port()
    );
    let mut command = Command::new(place.packages.join("usr/sbin/apache2"));
    // One process, which does not go into the background.
    command.args(["-X", "-f"]).arg(write(place, &text));
    command
}

fn lighttpd(place: &Place, settings: &str) -> Command {
    let here = place.folder.display();
    let cache = place.folder.join("cache");
    std::fs::create_dir(&cache).expect("a folder");
    let settings = settings.replace("/var/cache/lighttpd/compress", &cache.display().to_string());
    let text = format!(
        "server.modules = ()\nserver.document-root = \"{here}\"\nserver.bind = \"127.0.0.1\"\nserver.port = {}\n\
         server.upload-dirs = ( \"{here}\" )\nserver.errorlog = \"/dev/stderr\"\n{settings}\n",
        place.address.port()
    );
    let mut command = Command::new(place.packages.join("usr/sbin/lighttpd"));
    command
        .args(["-D", "-m"])
        .arg(place.packages.join("usr/lib/lighttpd"))
        .arg("-f")
        .arg(write(place, &text))
        .stderr(Stdio::null());
    command
}
