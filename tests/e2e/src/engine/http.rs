//! The wire of WebDriver: JSON over HTTP, one connection for each command.
//!
//! In: commands. Out: their values. It must not know what they mean.

use crate::browser::Error;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends a command to a driver on this computer, and waits for its value.
pub(super) async fn ask(
    port: u16,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Result<Value, Error> {
    let body = body.map_or_else(String::new, |body| body.to_string());
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    value(&String::from_utf8_lossy(&answer)).map_err(|why| format!("{method} {path}: {why}").into())
}

/// What an answer says.
fn value(answer: &str) -> Result<Value, String> {
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no whole answer")?;
    let mut said: Value = serde_json::from_str(body).map_err(|error| format!("{error}: {body}"))?;
    let value = said["value"].take();
    if head.split(' ').nth(1) == Some("200") {
        return Ok(value);
    }
    let (error, message) = (&value["error"], &value["message"]);
    Err(format!("{error}: {message}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_its_value_or_its_error() {
        let whole = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"value\":[1,2]}";
        assert_eq!(value(whole), Ok(json!([1, 2])));
        let error = "HTTP/1.1 404 Not Found\r\n\r\n{\"value\":{\"error\":\"no such window\",\"message\":\"gone\"}}";
        assert_eq!(value(error), Err("\"no such window\": \"gone\"".to_owned()));
        assert!(value("HTTP/1.1 200 OK\r\n").is_err());
    }
}
