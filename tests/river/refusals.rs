//! Every shape in which a server is known to refuse.

use rill::dialect::{Kind, read_error, wants_json};

use crate::show;

fn check(status: u16, body: &str, expect: &str) {
    let content_type = if body.starts_with('{') {
        "application/json"
    } else {
        "text/html"
    };
    assert_eq!(
        show::error(&read_error(status, content_type, body)),
        expect,
        "{status} {body}"
    );
}

#[test]
fn the_message_is_found_in_every_shape() {
    check(
        500,
        r#"{"error":{"message":"m","type":"t","code":500}}"#,
        r#"error Server code=t "m""#,
    );
    check(
        500,
        r#"{"error":{"message":"m","type":"t","code":"timeout"}}"#,
        r#"error Server code=timeout "m""#,
    );
    check(
        500,
        r#"{"error":{"message":"m","code":"500"}}"#,
        r#"error Server code=500 "m""#,
    );
    check(
        400,
        r#"{"error":"invalid character"}"#,
        r#"error Server code=- "invalid character""#,
    );
    check(
        400,
        r#"{"detail":"Invalid host header"}"#,
        r#"error Server code=- "Invalid host header""#,
    );
    check(
        422,
        r#"{"detail":[{"type":"missing","loc":["body","x",0],"msg":"wrong"},{"msg":"too"},"also"]}"#,
        r#"error Server code=missing "body.x.0: wrong; too; also""#,
    );
    check(
        500,
        r#"{"detail":{"msg":"Error parsing input.","type":"bad_input"}}"#,
        r#"error Server code=bad_input "Error parsing input.""#,
    );
    check(
        401,
        r#"{"detail":{"error":"Unauthorized","msg":"no","type":"unauthorized"}}"#,
        r#"error Auth code=unauthorized "no""#,
    );
    check(
        200,
        r#"{"ok":false,"error":"Missing trace_id"}"#,
        r#"error Server code=- "Missing trace_id""#,
    );
    check(
        404,
        r#"{"ok":false,"error":{"type":"SessionNotFound","message":"gone"}}"#,
        r#"error NoEndpoint code=SessionNotFound "gone""#,
    );
    check(400, r#"{"value":-1}"#, r#"error Server code=- """#);
    check(
        400,
        r#"{"object":"error","message":"m","type":"T","code":400}"#,
        r#"error Server code=T "m""#,
    );
    check(
        400,
        r#"[{"error":{"message":"m"}}]"#,
        r#"error Server code=- "m""#,
    );
    check(
        500,
        "Internal  Server\nError",
        r#"error Server code=- "Internal Server Error""#,
    );
    check(
        404,
        "404 page not found",
        r#"error NoEndpoint code=- "404 page not found""#,
    );
    check(403, "", r#"error Auth code=- """#);
    check(
        500,
        r#"{"strange":1}"#,
        r#"error Server code=- "{\"strange\":1}""#,
    );
    check(500, "{broken", r#"error Server code=- "{broken""#);
}

#[test]
fn a_page_gives_its_title_or_its_first_words() {
    check(
        200,
        "<html><title> Hello\n&lt;you&gt; </title><p>x",
        r#"error NotAModelServer code=- "Hello <you>""#,
    );
    check(
        404,
        "<h1>Not <b>here</b></h1><script>alert('<p>')</script><style>p{}</style>!",
        r#"error NotAModelServer code=- "Not here !""#,
    );
    check(
        502,
        "<h1>Bad Gateway</h1>",
        r#"error Server code=- "Bad Gateway""#,
    );
    check(503, "<h1>Busy</h1>", r#"error Busy code=- "Busy""#);
    check(
        415,
        "<title>415 Unsupported Media Type</title>",
        r#"error ContentType code=- "415 Unsupported Media Type""#,
    );
    check(200, "<", r#"error NotAModelServer code=- """#);
    check(200, "<title>ÄÖ", r#"error NotAModelServer code=- "ÄÖ""#);
}

#[test]
fn the_cause_is_what_a_person_can_act_on() {
    let cause = |status, message: &str| {
        let body = serde_json::json!({ "error": { "message": message } }).to_string();
        format!("{:?}", read_error(status, "", &body).cause)
    };
    let table = [
        (401, "no", "Auth"),
        (403, "no", "Auth"),
        (500, "Incorrect API key provided", "Auth"),
        (
            404,
            "model 'x' not found, try pulling it first",
            "ModelMissing",
        ),
        (404, "The model `x` does not exist.", "ModelMissing"),
        (400, "Invalid model name passed in model=x", "ModelMissing"),
        (404, "File Not Found", "NoEndpoint"),
        (405, "Method Not Allowed", "NoEndpoint"),
        (503, "Loading model", "Loading"),
        (503, "Server is busy; please try again later.", "Busy"),
        (429, "slow down", "Busy"),
        (
            400,
            "request (6031 tokens) exceeds the available context size (2048 tokens)",
            "ContextFull",
        ),
        (
            400,
            "This model's maximum context length is 2048 tokens.",
            "ContextFull",
        ),
        (
            400,
            "Unsupported Media Type: Only 'application/json' is allowed",
            "ContentType",
        ),
        (415, "x", "ContentType"),
        (500, "the GPU went away", "Server"),
        (400, "temperature must be between 0 and 2", "Server"),
    ];
    for (status, message, expect) in table {
        assert_eq!(cause(status, message), expect, "{status} {message}");
    }
}

#[test]
fn the_wish_for_json_is_read_from_section_15() {
    let table = [
        (
            400,
            "Unsupported Media Type: Only 'application/json' is allowed",
            true,
        ),
        (415, "", true),
        (415, "<h1>Unsupported Media Type</h1>", true),
        (
            422,
            r#"{"detail":[{"type":"model_attributes_type","loc":["body"],"msg":"Input should be a valid dictionary or object to extract fields from"}]}"#,
            true,
        ),
        (
            422,
            r#"{"detail":[{"type":"dict_type","loc":["body"],"msg":"Input should be a valid dictionary"}]}"#,
            true,
        ),
        (
            422,
            r#"{"detail":[{"type":"missing","loc":["body"],"msg":"Field required"}]}"#,
            true,
        ),
        (
            500,
            "Input should be a valid dictionary or object to extract fields from",
            true,
        ),
        (
            400,
            r#"{"error":{"message":"messages field is required"}}"#,
            true,
        ),
        (400, r#"{"error":"invalid temperature"}"#, false),
        (404, "application/json", false),
        (401, "application/json", false),
        (500, "the GPU went away", false),
        (200, "application/json", false),
    ];
    for (status, body, expect) in table {
        assert_eq!(wants_json(status, body), expect, "{status} {body}");
    }
}

#[test]
fn a_list_of_models_that_is_none_says_why() {
    let list = |body: &str| match Kind::OpenAi.dialect().models().read(body).unwrap() {
        Ok(models) => format!("{models:?}"),
        Err(error) => show::error(&error),
    };
    assert_eq!(list(r#"{"data":[]}"#), "[]");
    assert_eq!(
        list(r#"{"error":{"message":"no key","code":401}}"#),
        r#"error Auth code=401 "no key""#
    );
    assert_eq!(
        list("<title>Router</title>"),
        r#"error NotAModelServer code=- "Router""#
    );
    assert_eq!(list("hello"), r#"error NotAModelServer code=- "hello""#);
    assert!(
        list(r#"{"models":["a:latest",{"name":"b"},{"nothing":1}]}"#)
            .contains(r#"id: "a:latest", name: "a""#)
    );
}

#[test]
fn errors_that_name_themselves_otherwise_are_understood() {
    check(
        200,
        r#"{"error_type":"context_length_exceeded","error_message":"9120 tokens, it takes 8192"}"#,
        r#"error ContextFull code=context_length_exceeded "9120 tokens, it takes 8192""#,
    );
    check(
        500,
        r#"{"errorMessage":"boom","errorType":"Runtime.ExitError"}"#,
        r#"error Server code=Runtime.ExitError "boom""#,
    );
    check(
        400,
        r#"{"errors":[{"message":"one","code":7003},"two",{}]}"#,
        r#"error Server code=7003 "one; two""#,
    );
    check(
        200,
        r#"{"fault":{"error":{"message":"no such key","code":401}}}"#,
        r#"error Auth code=401 "no such key""#,
    );
    check(
        500,
        r#"{"fault":{"error":null,"note":"no words"}}"#,
        r#"error Server code=- "{\"fault\":{\"error\":null,\"note\":\"no words\"}}""#,
    );
    check(
        422,
        r#"{"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}}"#,
        r#"error Server code=extra_forbidden "body.stream_options: Extra inputs are not permitted""#,
    );
    check(
        400,
        r#"{"title":"Bad Request","status":400}"#,
        r#"error Server code=- "{\"title\":\"Bad Request\",\"status\":400}""#,
    );
}

#[test]
fn a_proxys_page_is_no_word_about_the_server_behind_it() {
    for (status, cause) in [
        (413, "TooLarge"),
        (502, "Server"),
        (520, "Server"),
        (522, "Server"),
        (524, "Server"),
        (526, "Server"),
        (503, "Busy"),
    ] {
        check(
            status,
            &format!("<html>\r\n<head><title>{status} So it is</title></head></html>"),
            &format!("error {cause} code=- \"{status} So it is\""),
        );
    }
    check(
        404,
        "<title>404 Not Found</title>",
        r#"error NotAModelServer code=- "404 Not Found""#,
    );
}
