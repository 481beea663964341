//! Which addresses may leave a model's text: the one rule for links and for images.
//!
//! In: an address as the text has it, with entities and escapes already undone. Out: the address to use, or nothing.

/// Raster images only: an SVG may hold scripts and load from elsewhere.
const RASTER: [&str; 5] = ["png", "jpeg", "gif", "webp", "avif"];

/// The target of a link: `http`, `https` or `mailto`.
pub fn link(address: &str) -> Option<String> {
    let address = tidy(address);
    let (scheme, rest) = split_scheme(&address)?;
    let fits = match scheme.as_str() {
        "http" | "https" => has_host(rest),
        "mailto" => !rest.is_empty(),
        _ => false,
    };
    fits.then_some(address)
}

/// The source of an image: `http` or `https`, or a raster image in base64 as `data:`.
pub fn image(address: &str) -> Option<String> {
    let address = tidy(address);
    let (scheme, rest) = split_scheme(&address)?;
    let fits = match scheme.as_str() {
        "http" | "https" => has_host(rest),
        "data" => is_raster(rest),
        _ => false,
    };
    fits.then_some(address)
}

/// Undoes what browsers overlook in an address and a careless check does not: control characters anywhere, blanks at both ends
/// (WHATWG URL, "basic URL parser", the first steps).
fn tidy(address: &str) -> String {
    let clean: String = address.chars().filter(|c| !c.is_control()).collect();
    clean.trim().to_owned()
}

fn split_scheme(address: &str) -> Option<(String, &str)> {
    let (scheme, rest) = address.split_once(':')?;
    Some((scheme.to_ascii_lowercase(), rest))
}

fn has_host(rest: &str) -> bool {
    rest.strip_prefix("//").is_some_and(|host| {
        host.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '[' | '_' | '%' | '.'))
    })
}

fn is_raster(rest: &str) -> bool {
    let Some((head, body)) = rest.split_once(',') else {
        return false;
    };
    let head = head.to_ascii_lowercase();
    let kind = head
        .strip_prefix("image/")
        .and_then(|head| head.strip_suffix(";base64"));
    kind.is_some_and(|kind| RASTER.contains(&kind))
        && !body.is_empty()
        && body
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn check(how: fn(&str) -> Option<String>, address: &str, expect: Option<&str>) {
        assert_eq!(how(address).as_deref(), expect, "{address:?}");
    }

    #[test]
    fn only_web_and_mail_addresses_become_links() {
        check(
            link,
            "https://example.org/a?b#c",
            Some("https://example.org/a?b#c"),
        );
        check(link, "HTTP://example.org", Some("HTTP://example.org"));
        check(link, "  http://[::1]:80/ ", Some("http://[::1]:80/"));
        check(link, "mailto:a@b.c", Some("mailto:a@b.c"));
        check(link, "https://../", Some("https://../"));
        check(link, "ht\ntp\t://example.org", Some("http://example.org"));
        for bad in [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            " JaVaScRiPt:alert(1)",
            "java\u{0}script:x",
            "vbscript:x",
            "data:text/html,x",
            "data:image/png;base64,AAAA",
            "file:///etc/passwd",
            "//example.org",
            "/path",
            "#part",
            "page.html",
            "",
            ":",
            "http:",
            "http://",
            "https:example.org",
            "http:\\\\example.org",
            "mailto:",
            "blob:http://x",
            "\u{a0}javascript:x",
            "javascript&colon;alert(1)",
            "intent://x",
            "http\u{200b}://x.y",
        ] {
            check(link, bad, None);
        }
    }

    #[test]
    fn only_web_addresses_and_raster_data_become_images() {
        check(
            image,
            "https://example.org/a.png",
            Some("https://example.org/a.png"),
        );
        for kind in RASTER {
            let address = format!("data:image/{kind};base64,AA+/=");
            check(image, &address, Some(&address));
        }
        check(
            image,
            "DATA:IMAGE/PNG;BASE64,AAAA",
            Some("DATA:IMAGE/PNG;BASE64,AAAA"),
        );
        for bad in [
            "data:image/svg+xml;base64,AAAA",
            "data:image/png,AAAA",
            "data:image/png;base64,",
            "data:image/png;base64,<svg>",
            "data:text/html;base64,AAAA",
            "javascript:x",
            "mailto:a@b.c",
            "a.png",
            "data:image/png;charset=x;base64,AAAA",
        ] {
            check(image, bad, None);
        }
    }
}
