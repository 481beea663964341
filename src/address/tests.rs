use super::*;

const PAGE: Option<&str> = Some("https://chat.example.org");

fn check(input: &str, expect: &str) {
    let found = Address::parse(input, PAGE).map(|address| address.to_string());
    assert_eq!(found.as_deref(), Ok(expect), "{input:?}");
    let again = Address::parse(expect, None).map(|address| address.to_string());
    assert_eq!(
        again.as_deref(),
        Ok(expect),
        "a base address is its own base address"
    );
}

fn refuse(input: &str, expect: BadAddress) {
    assert_eq!(Address::parse(input, PAGE), Err(expect), "{input:?}");
}

#[test]
fn the_scheme_is_guessed_from_how_near_the_host_is() {
    check("localhost", "http://localhost");
    check("127.0.0.1:8080", "http://127.0.0.1:8080");
    check("192.168.1.20", "http://192.168.1.20");
    check("nas", "http://nas");
    check("nas.local:5001", "http://nas.local:5001");
    check("api.example.com", "https://api.example.com");
    check("api.example.com:8000", "http://api.example.com:8000");
    check("api.example.com:443", "https://api.example.com");
    check("HTTPS://Api.Example.com.:443/", "https://api.example.com");
    check("http://localhost:80", "http://localhost");
    check("//10.0.0.5/", "http://10.0.0.5");
}

#[test]
fn what_dialects_add_themselves_is_taken_off() {
    for end in [
        "",
        "/",
        "/v1",
        "/v1/",
        "/v1/chat/completions",
        "/v1/models",
        "/api",
        "/api/",
        "/api/chat",
        "/api/v1",
        "/api/v1/model",
        "/api/extra/generate/stream",
        "/#/chat/7",
        "/?",
        "/health",
    ] {
        check(
            &format!("http://localhost:5001{end}"),
            "http://localhost:5001",
        );
    }
    check("https://openrouter.ai/api/v1", "https://openrouter.ai/api");
    check(
        "https://openrouter.ai/api/v1/chat/completions",
        "https://openrouter.ai/api",
    );
    check("https://example.com/llm/v1/", "https://example.com/llm");
    check("example.com/myv1", "https://example.com/myv1");
}

#[test]
fn a_path_is_on_the_pages_own_host() {
    check("/", "https://chat.example.org");
    check("/llm/", "https://chat.example.org/llm");
    check("/kobold/v1", "https://chat.example.org/kobold");
    assert_eq!(Address::parse("/llm", None), Err(BadAddress::NoPage));
    assert_eq!(
        Address::parse("/llm", Some("null")),
        Err(BadAddress::NoPage)
    );
    assert_eq!(
        Address::parse("/llm", Some("file://")),
        Err(BadAddress::NoPage)
    );
}

#[test]
fn ipv6_needs_its_brackets_only_with_a_port() {
    check("[::1]:8080/v1", "http://[::1]:8080");
    check("::1", "http://[::1]");
    check("http://[2001:DB8:0:0::5]", "http://[2001:db8::5]");
    check("[fd00::7]", "http://[fd00::7]");
    refuse("[::1", BadAddress::Host("[::1".to_owned()));
    refuse("[::1]8080", BadAddress::Host("[::1]8080".to_owned()));
    refuse("http://[zz]", BadAddress::Host("[zz]".to_owned()));
}

#[test]
fn what_cannot_be_an_address_is_refused_for_a_reason() {
    refuse("  ", BadAddress::Empty);
    refuse("local host", BadAddress::Blank);
    refuse("ws://localhost", BadAddress::Scheme("ws".to_owned()));
    refuse("file:///etc/passwd", BadAddress::Scheme("file".to_owned()));
    refuse(
        "javascript:alert(1)",
        BadAddress::Port("alert(1)".to_owned()),
    );
    refuse("http://me:secret@localhost", BadAddress::Credentials);
    refuse("me@example.com", BadAddress::Credentials);
    refuse("http://localhost/?api_key=1", BadAddress::Query);
    refuse("http://", BadAddress::NoHost);
    refuse("http://:8080", BadAddress::NoHost);
    refuse("https://?x=1", BadAddress::NoHost);
    refuse("localhost:0", BadAddress::Port("0".to_owned()));
    refuse("localhost:65536", BadAddress::Port("65536".to_owned()));
    refuse("localhost:+80", BadAddress::Port("+80".to_owned()));
    refuse("999.1.1.1", BadAddress::Host("999.1.1.1".to_owned()));
    refuse("a..b", BadAddress::Host("a..b".to_owned()));
    refuse(
        "exa%6dple.com",
        BadAddress::Host("exa%6dple.com".to_owned()),
    );
    refuse(
        "http://localhost\\@example.com",
        BadAddress::Host("\\@example.com".to_owned()),
    );
}

#[test]
fn near_and_far_are_told_apart() {
    let places = |input: &str| {
        Address::parse(input, None).map(|address| (address.is_loopback(), address.is_private()))
    };
    for input in [
        "localhost",
        "chat.localhost",
        "127.9.9.9",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ] {
        assert_eq!(places(input), Ok((true, false)), "{input}");
    }
    for input in [
        "10.1.1.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.1.1",
        "100.64.0.1",
        "nas",
        "nas.local",
        "[fe80::1]",
        "[fd00::1]",
    ] {
        assert_eq!(places(input), Ok((false, true)), "{input}");
    }
    for input in [
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "example.com",
        "localhost.example.com",
        "[2001:db8::1]",
    ] {
        assert_eq!(places(input), Ok((false, false)), "{input}");
    }
}

#[test]
fn urls_are_put_together() {
    let found = Address::parse("http://localhost:8080/proxy/v1", None);
    let parts = found.map(|address| {
        (
            address.url("/v1/models"),
            address.origin(),
            address.host(),
            address.port(),
        )
    });
    let text = str::to_owned;
    assert_eq!(
        parts,
        Ok((
            text("http://localhost:8080/proxy/v1/models"),
            text("http://localhost:8080"),
            text("localhost"),
            8080
        ))
    );
}

#[test]
fn a_base_address_does_not_end_in_an_endpoint() {
    check("nas/api/health", "http://nas");
    check("nas/v1/v1/", "http://nas");
    check("nas/kobold/api/v1/models/health", "http://nas/kobold");
    check("https://example.org/v1/health", "https://example.org");
    check(
        "https://example.org/api/v1/health",
        "https://example.org/api",
    );
    check("https://example.org/api/health", "https://example.org/api");
    for (one, _) in ENDPOINTS {
        for (two, _) in ENDPOINTS {
            for host in [
                "nas",
                "localhost:5001",
                "https://example.org",
                "https://example.org/llm",
            ] {
                let input = format!("{host}{one}/{two}/");
                let read =
                    |text: &str| Address::parse(text, None).map(|address| address.to_string());
                let base = read(&input).unwrap_or_default();
                assert_eq!(read(&base).as_deref(), Ok(&*base), "{input}");
            }
        }
    }
}

#[test]
fn a_base_with_a_version_of_its_own_gets_no_other() {
    let check = |typed: &str, path: &str, expect: &str| {
        let Ok(address) = Address::parse(typed, None) else {
            panic!("{typed}");
        };
        assert_eq!(address.url(path), expect, "{typed}");
        assert_eq!(Address::parse(&address.to_string(), None), Ok(address));
    };
    let chat = "/v1/chat/completions";
    for (typed, expect) in [
        (
            "https://a.example/api/paas/v4",
            "https://a.example/api/paas/v4/chat/completions",
        ),
        (
            "https://a.example/api/paas/v4/models",
            "https://a.example/api/paas/v4/chat/completions",
        ),
        (
            "https://a.example/v1beta/openai/",
            "https://a.example/v1beta/openai/chat/completions",
        ),
        (
            "https://a.example/v1beta/openai/chat/completions",
            "https://a.example/v1beta/openai/chat/completions",
        ),
        (
            "https://a.example/plan/v3",
            "https://a.example/plan/v3/chat/completions",
        ),
        (
            "https://a.example/v1/openai",
            "https://a.example/v1/openai/chat/completions",
        ),
        (
            "https://a.example/openai/v1",
            "https://a.example/openai/v1/chat/completions",
        ),
        (
            "https://a.example/v1",
            "https://a.example/v1/chat/completions",
        ),
        (
            "https://a.example/v8engine",
            "https://a.example/v8engine/v1/chat/completions",
        ),
        (
            "https://a.example/openai",
            "https://a.example/openai/v1/chat/completions",
        ),
    ] {
        check(typed, chat, expect);
    }
    // Only `/v1` gives way.
    check(
        "http://a.example/v4",
        "/health",
        "http://a.example/v4/health",
    );
    check("http://a.example/v4", "/v1x/y", "http://a.example/v4/v1x/y");
}
