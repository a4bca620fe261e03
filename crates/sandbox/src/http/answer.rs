//! Answers and errors in the form of each protocol.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use super::protocol::Protocol;
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
}

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
        Answer { status: 200, kind, body: body.into_bytes(), error_type: None }
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
                ("application/json", json!({"message": message, "__type": code}).to_string())
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
        Answer { status: problem.status, kind, body: body.into_bytes(), error_type }
    }

    /// The HTTP response.
    pub fn into_response(self, request_id: &str) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
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
