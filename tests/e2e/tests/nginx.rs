//! The built page behind a real nginx, which also leads to the model's server. `cargo xtask test --nginx` fetches nginx and names it.

use e2e::{Chat, Stage};
use lab::Dialect;
use std::process::Stdio;
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

fn main() -> std::process::ExitCode {
    e2e::suite::main()
}

/// An nginx of our own. It ends when it is dropped.
struct Nginx {
    _child: Child,
    _folder: tempfile::TempDir,
    origin: String,
}

impl Nginx {
    /// The page at the root, the lab under `/llm/`, with these settings for that path.
    async fn start(stage: &Stage, settings: &str) -> Nginx {
        let program = std::env::var_os("RILL_NGINX")
            .expect("RILL_NGINX must name an nginx: `cargo xtask test --nginx` fetches one");
        let folder = tempfile::tempdir().expect("a folder");
        // The port was just free, and the kernel does not hand it out again soon.
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        let (page, lab) = (stage.site.origin(), stage.lab.origin());
        let here = folder.path().display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("  {name}_temp_path {here}/{name};\n"))
            .concat();
        let config = format!(
            "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n  access_log off;\n{temporary}  \
             server {{\n    listen {address};\n    location / {{ proxy_pass {page}; }}\n    location /llm/ {{\n      proxy_pass {lab}/;\n      \
             proxy_http_version 1.1;\n      {settings}\n    }}\n  }}\n}}\n"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, config).expect("a file");
        let child = Command::new(program)
            .arg("-p")
            .arg(folder.path())
            .arg("-e")
            .arg("stderr")
            .arg("-c")
            .arg(&file)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("nginx starts");
        let listens = async {
            while TcpStream::connect(address).await.is_err() {
                tokio::task::yield_now().await;
            }
        };
        let limit = std::time::Duration::from_secs(20);
        let listening = tokio::time::timeout(limit, listens).await;
        listening.expect("nginx listens");
        Nginx {
            _child: child,
            _folder: folder,
            origin: format!("http://{address}"),
        }
    }

    /// One reply through it, and the verdict on it.
    async fn reply(&self, stage: &Stage) -> (Chat, String) {
        let page = stage.blank().await;
        let server = lab::percent_encode(&format!(
            "/llm/{};first=0;delay=15;tokens=300",
            Dialect::OpenAi.word()
        ));
        let query = format!("{}/?server={server}&kind=openai&pace=instant", self.origin);
        page.goto(&query).await;
        let chat = Chat { page, at: 0 };
        chat.page
            .until::<bool>(&format!("!!{}", chat.find("textbox", "Message")))
            .await;
        let turn = chat.ask("Hello").await;
        assert_eq!(turn.fate(), ("complete", Some("stop")), "{turn:?}");
        let region = chat.find("region", "Doctor");
        let verdict = chat.page.js(&format!("{region}.dataset.verdict")).await;
        (chat, verdict)
    }
}

/// Buffering alone passes small reads on as soon as no more is there (nginx 1.22, measured); with compression it holds back all
/// until the end.
const HOLDS: &str = "proxy_buffering on; gzip on; gzip_types text/event-stream; gzip_proxied any;";

#[e2e::case]
async fn a_proxy_that_buffers_is_named_and_the_remedy_cures_it(stage: Stage) {
    let held = Nginx::start(&stage, HOLDS).await;
    let (chat, verdict) = held.reply(&stage).await;
    assert_eq!(verdict, "buffered");
    chat.button("Details").await;
    // What to put into the settings stands there, to be copied.
    let remedy = "e2e.every(0, 'aside li').find((one) => one.innerText.includes('In nginx'))?.querySelector('code').innerText";
    let remedy: String = chat.page.until(remedy).await;
    assert!(remedy.contains("proxy_buffering off;"), "{remedy}");
    let compression = "gzip_types text/event-stream; gzip_proxied any;";
    let cured = Nginx::start(&stage, &format!("{remedy} {compression}")).await;
    let (_, verdict) = cured.reply(&stage).await;
    assert_eq!(verdict, "flowing");
}
