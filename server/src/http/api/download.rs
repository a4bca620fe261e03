//! Downloads of any size: records are sent as they are read, newest first, in the memory of one batch. When the client
//! goes away, reading stops.
//!
//! What is not there yet cannot be sent. None of the formats has a place for saying so that its readers would not take for a
//! record, so a header says it, and the file's name, which stays with the file.

use std::sync::Arc;
use std::time::Duration;

use archive::{RecordStream, Request};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use cloudtrail::export::{Column, Exporter, Format};
use cloudtrail::search::{EventPage, Search};
use futures::{Stream, stream};
use tokio::time::Instant;

use super::parameters::Parameters;
use crate::error::chain;
use crate::http::Context;
use crate::http::access::Action;
use crate::http::problem::Problem;
use crate::services::{Account, Visible};

/// How many records will come, so that a client can show how far it is.
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
/// `false` while more is on its way, and when a Region is missing.
const COMPLETE: HeaderName = HeaderName::from_static("x-complete");
/// The longest that a client may let us wait, in seconds: an answer has begun before requests time out.
const LONGEST_WAIT: u64 = 45;
/// How long it takes until we look again whether all is there.
const PAUSE: Duration = Duration::from_millis(500);

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
        Format::Csv => parameters.only(&["q", "from", "to", "columns", "wait"])?,
        Format::Json | Format::JsonLines => parameters.only(&["q", "from", "to", "wait"])?,
    };
    let columns = parameters.get("columns").map(read_columns).transpose()?;
    let wait = Duration::from_secs(parameters.number("wait", 0, LONGEST_WAIT)?);
    let now = context.clock().now();
    let search = parameters.search(now)?;
    let target = format!("{}: {}", format.extension(), parameters.searched());
    visible.look(&account, Action::Export, &target).await?;
    let (account, page) = once_there(&visible, &account, &search, wait).await?;
    let mut exporter = Exporter::new(format, account.names().await?);
    if let Some(columns) = columns {
        exporter = exporter.with_columns(columns);
    }
    let records = account.stream(&search).await?;

    let is_whole = page.coverage.is_whole();
    let state = if is_whole { "" } else { "-incomplete" };
    let name = format!("{}-events-{}{state}.{}", account.segment(), now.date(), format.extension());
    let headers = [
        (CONTENT_TYPE, value(format.media_type())),
        (CONTENT_DISPOSITION, value(&format!("attachment; filename=\"{name}\""))),
        (TOTAL, HeaderValue::from(page.total)),
        (COMPLETE, HeaderValue::from_static(if is_whole { "true" } else { "false" })),
    ];
    Ok((headers, Body::from_stream(pieces(records, exporter))).into_response())
}

/// The account once nothing more is on its way for a search, or once the client has waited long enough; and what is there then.
async fn once_there(
    visible: &Visible,
    segment: &str,
    search: &Search,
    wait: Duration,
) -> Result<(Arc<Account>, EventPage), Problem> {
    let until = Instant::now() + wait;
    loop {
        // Asking lets fetching go on.
        let account = visible.get(segment, search).await?;
        let page = account.search(&Request::newest(search.clone(), 0)).await?;
        if !page.coverage.is_growing() || Instant::now() >= until {
            return Ok((account, page));
        }
        // Whether it grows is told without searching.
        while Instant::now() < until
            && visible.get(segment, search).await?.coverage(search.range).await?.is_growing()
        {
            tokio::time::sleep_until(until.min(Instant::now() + PAUSE)).await;
        }
    }
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
