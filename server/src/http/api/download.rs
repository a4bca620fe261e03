//! Downloads of any size: records are sent as they are read, newest first, in the memory of one batch. When the client
//! goes away, reading stops.

use archive::RecordStream;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use cloudtrail::export::{Column, Exporter, Format};
use futures::{Stream, stream};

use super::parameters::Parameters;
use crate::error::chain;
use crate::http::Context;
use crate::http::access::Action;
use crate::http::problem::Problem;
use crate::services::Visible;

/// How many records will come, so that a client can show how far it is.
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

/// `GET /api/v1/{account}/events.csv`
pub async fn csv(
    context: State<Context>,
    visible: Visible,
    account: Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    download(context, visible, account, parameters, Format::Csv).await
}

/// `GET /api/v1/{account}/events.json`
pub async fn json(
    context: State<Context>,
    visible: Visible,
    account: Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    download(context, visible, account, parameters, Format::Json).await
}

/// `GET /api/v1/{account}/events.jsonl`
pub async fn jsonl(
    context: State<Context>,
    visible: Visible,
    account: Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    download(context, visible, account, parameters, Format::JsonLines).await
}

async fn download(
    State(context): State<Context>,
    visible: Visible,
    Path(account): Path<String>,
    parameters: Parameters,
    format: Format,
) -> Result<Response, Problem> {
    let parameters = match format {
        Format::Csv => parameters.only(&["q", "from", "to", "columns"])?,
        Format::Json | Format::JsonLines => parameters.only(&["q", "from", "to"])?,
    };
    let columns = parameters.get("columns").map(read_columns).transpose()?;
    let now = context.clock().now();
    let search = parameters.search(now)?;
    let target = format!("{}: {}", format.extension(), parameters.searched());
    visible.look(&account, Action::Export, &target).await?;
    let account = visible.get(&account, &search).await?;
    let mut exporter = Exporter::new(format, account.names().await?);
    if let Some(columns) = columns {
        exporter = exporter.with_columns(columns);
    }
    let total = account.count(&search).await?;
    let records = account.stream(&search).await?;

    let name = format!("{}-events-{}.{}", account.segment(), now.date(), format.extension());
    let headers = [
        (CONTENT_TYPE, value(format.media_type())),
        (CONTENT_DISPOSITION, value(&format!("attachment; filename=\"{name}\""))),
        (TOTAL, HeaderValue::from(total)),
    ];
    Ok((headers, Body::from_stream(pieces(records, exporter))).into_response())
}

fn read_columns(text: &str) -> Result<Vec<Column>, Problem> {
    let unknown = |heading: &str| {
        let known: Vec<_> = Column::ALL.into_iter().map(Column::heading).collect();
        Problem::parameter("columns", text, format!("`{heading}` is not a column."))
            .help(format!("There are {}.", known.join(", ")))
    };
    text.split(',')
        .map(|heading| Column::from_heading(heading.trim()).ok_or_else(|| unknown(heading)))
        .collect()
}

/// The name is made of an account's name and a date, so it is always a header value.
fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// Where a download is.
enum Stage {
    Start,
    Records,
    End,
}

/// The download in pieces. If reading fails in the middle the connection is cut, so that nobody takes half of the
/// records for all of them.
fn pieces(records: RecordStream, exporter: Exporter) -> impl Stream<Item = Result<Bytes, Cut>> + Send {
    let begin = (Stage::Start, records, exporter);
    stream::try_unfold(begin, |(stage, mut records, mut exporter)| async move {
        let mut piece = String::new();
        let next = match stage {
            Stage::Start => {
                exporter.start(&mut piece);
                Stage::Records
            }
            Stage::Records => match records.next().await {
                Some(batch) => {
                    let batch = batch.map_err(|error| {
                        tracing::error!(cause = chain(&error), "a download was cut off");
                        Cut
                    })?;
                    for event in batch {
                        if let Err(error) = exporter.item(&event.raw, &mut piece) {
                            tracing::warn!(id = event.row.id, %error, "a stored record is left out");
                        }
                    }
                    Stage::Records
                }
                None => {
                    exporter.end(&mut piece);
                    Stage::End
                }
            },
            Stage::End => return Ok::<_, Cut>(None),
        };
        Ok(Some((Bytes::from(piece), (next, records, exporter))))
    })
}

/// The rest cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the records cannot be read to the end")]
struct Cut;
