//! Answers and errors in the form of each protocol.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use futures::StreamExt as _;
use serde_json::{Value, json};

use super::protocol::Protocol;
use crate::faults::Spoil;
use crate::problem::Problem;

/// An answer that is ready to be sent: kept apart from the response so that a fault can spoil it.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub kind: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// `x-amzn-ErrorType`, for REST.
    pub error_type: Option<String>,
    /// Only the first half of the body is sent, and the connection ends.
    pub half: bool,
}

/// The token of an endless list; it leads to its first page.
const FIRST_AGAIN: &str = "the first page again";
const STS: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

impl Answer {
    /// What an operation gives. For XML the output is a text: the members of the result.
    pub fn of_output(protocol: Protocol, operation: &str, output: &Value, request_id: &str) -> Answer {
        let (kind, body) = match protocol {
            Protocol::Json => ("application/x-amz-json-1.1", output.to_string()),
            Protocol::Rest => ("application/json", output.to_string()),
            Protocol::Query | Protocol::S3 => {
                let result = tag(&format!("{operation}Result"), output.as_str().unwrap_or_default());
                let metadata = tag("ResponseMetadata", &leaf("RequestId", request_id));
                let name = format!("{operation}Response");
                ("text/xml", format!("<{name} xmlns=\"{STS}\">{result}{metadata}</{name}>"))
            }
        };
        Answer { status: 200, kind, body: body.into_bytes(), error_type: None, half: false }
    }

    /// What went wrong.
    pub fn of_problem(protocol: Protocol, problem: &Problem, request_id: &str) -> Answer {
        let (code, message) = (&*problem.code, problem.message.as_str());
        let mut error_type = None;
        let (kind, body) = match protocol {
            Protocol::Json => {
                ("application/x-amz-json-1.1", json!({"__type": code, "message": message}).to_string())
            }
            Protocol::Rest => {
                error_type = Some(code.to_owned());
                let error = snake(code.strip_suffix("Exception").unwrap_or(code));
                let body =
                    json!({"__type": code, "message": message, "error": error, "error_description": message});
                ("application/json", body.to_string())
            }
            Protocol::Query => {
                let sender = if problem.status < 500 { "Sender" } else { "Receiver" };
                let members = leaf("Type", sender) + &leaf("Code", code) + &leaf("Message", message);
                let inner = tag("Error", &members) + &leaf("RequestId", request_id);
                ("text/xml", format!("<ErrorResponse xmlns=\"{STS}\">{inner}</ErrorResponse>"))
            }
            Protocol::S3 => {
                let members = leaf("Code", code) + &leaf("Message", message) + &leaf("RequestId", request_id);
                (
                    "application/xml",
                    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", tag("Error", &members)),
                )
            }
        };
        Answer { status: problem.status, kind, body: body.into_bytes(), error_type, half: false }
    }

    /// The body of a request, in an endless list without the token that leads to the first page again.
    pub fn asked<'b>(body: &'b [u8], spoil: Option<&Spoil>) -> Cow<'b, [u8]> {
        if spoil == Some(&Spoil::Endless)
            && let Ok(Value::Object(mut asked)) = serde_json::from_slice(body)
            && asked.get("NextToken").is_some_and(|token| token == FIRST_AGAIN)
        {
            asked.remove("NextToken");
            return Value::Object(asked).to_string().into_bytes().into();
        }
        body.into()
    }

    /// The answer with a fault in it. `request` is the body that was sent.
    pub fn spoiled(mut self, spoil: Spoil, request: &[u8]) -> Answer {
        let mut set_token = |token: Value| {
            if let Ok(Value::Object(mut output)) = serde_json::from_slice(&self.body) {
                output.insert("NextToken".to_owned(), token);
                self.body = Value::Object(output).to_string().into_bytes();
            }
        };
        match spoil {
            Spoil::HalfClosed => self.half = true,
            Spoil::InvalidJson => self.body.insert(0, b'}'),
            Spoil::Empty => self.body.clear(),
            Spoil::WrongToken => set_token(json!("a token that is none")),
            Spoil::Endless => {
                let asked: Value = serde_json::from_slice(request).unwrap_or_default();
                set_token(asked.get("NextToken").cloned().unwrap_or_else(|| json!(FIRST_AGAIN)));
            }
            Spoil::Other(status, body) => {
                self.status = status;
                self.body = body.into_bytes();
            }
        }
        self
    }

    /// The HTTP response.
    pub fn into_response(self, request_id: &str) -> Response<Body> {
        let length = self.body.len();
        let body = if self.half {
            let half = Bytes::from(self.body).slice(..length / 2);
            // The break comes only after the first half had the chance to leave.
            let rest = async {
                tokio::task::yield_now().await;
                Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted))
            };
            let first = futures::stream::iter([Ok(half)]);
            Body::from_stream(first.chain(futures::stream::once(rest)))
        } else {
            Body::from(self.body)
        };
        let mut response = Response::new(body);
        if self.half {
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-amzn-requestid", id);
        }
        if let Some(kind) = self.error_type.and_then(|kind| HeaderValue::from_str(&kind).ok()) {
            headers.insert("x-amzn-errortype", kind);
        }
        response
    }
}

/// `AuthorizationPending` as `authorization_pending`.
fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}

/// `<name>inner</name>`; what is inside is XML already.
pub(crate) fn tag(name: &str, inner: &str) -> String {
    format!("<{name}>{inner}</{name}>")
}

/// `<name>text</name>`.
pub(crate) fn leaf(name: &str, text: &str) -> String {
    tag(name, &escape(text))
}

/// Text for XML and HTML. What XML cannot hold becomes a question mark.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(character),
            control if control < ' ' => out.push('?'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_xml_stays_text() {
        assert_eq!(leaf("a", "<b attr='\"'>&\u{1}"), "<a>&lt;b attr=&#39;&quot;&#39;&gt;&amp;?</a>");
    }

    #[test]
    fn errors_in_each_form() {
        let problem = Problem::new("Oops", "a <b>");
        let text = |protocol| String::from_utf8(Answer::of_problem(protocol, &problem, "r-1").body).unwrap();
        assert_eq!(text(Protocol::Json), r#"{"__type":"Oops","message":"a <b>"}"#);
        assert!(text(Protocol::Query).contains("<Code>Oops</Code><Message>a &lt;b&gt;</Message>"));
        assert!(text(Protocol::S3).contains("<Error><Code>Oops</Code>"));
    }
}
