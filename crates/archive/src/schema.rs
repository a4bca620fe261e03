//! The columns of an event file.
//!
//! Everything but `raw`, `hash` and `first_seen` is derived from the raw record, so that it can be rebuilt when the
//! format changes. Names are lower-case with underscores, as SQL engines like them.

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use std::sync::{Arc, LazyLock};

/// Goes up whenever the columns or what they hold change; an archive of an older format is rebuilt from its raw
/// records by the next writer.
pub const FORMAT_VERSION: i64 = 1;

/// The text columns. Those before [`TextColumn::CACHED`] are kept in memory by readers, as codes into a dictionary.
// The variants number the columns; not each of them is called by name.
#[allow(dead_code)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum TextColumn {
    EventName,
    EventSource,
    Region,
    Account,
    SourceIp,
    UserAgent,
    ErrorCode,
    Category,
    Who,
    WhoKind,
    UserName,
    Role,
    AccessKey,
    IdentityArn,
    IssuedKey,
    SharedEventId,
    SignInSession,
    EventId,
    ErrorMessage,
    IdentityType,
    EventType,
    EventVersion,
    RequestId,
}

impl TextColumn {
    pub const COUNT: usize = 23;
    /// How many of them, from the first, readers keep in memory.
    pub const CACHED: usize = 17;

    pub const NAMES: [&'static str; TextColumn::COUNT] = [
        "event_name",
        "event_source",
        "aws_region",
        "account_id",
        "source_ip",
        "user_agent",
        "error_code",
        "event_category",
        "who",
        "who_kind",
        "user_name",
        "role",
        "access_key_id",
        "identity_arn",
        "issued_key",
        "shared_event_id",
        "sign_in_session_arn",
        "event_id",
        "error_message",
        "identity_type",
        "event_type",
        "event_version",
        "request_id",
    ];
}

/// Leaf columns in file order: `event_time`, `first_seen`, `hash`, `read_only`, the text columns, `resources`, `raw`.
pub mod leaf {
    use super::TextColumn;

    pub const TIME: usize = 0;
    pub const FIRST_SEEN: usize = 1;
    pub const HASH: usize = 2;
    pub const READ_ONLY: usize = 3;
    pub const TEXT: usize = 4;
    pub const RESOURCES: usize = TEXT + TextColumn::COUNT;
    pub const RAW: usize = RESOURCES + 1;
}

/// SHA-256 of the canonical record.
pub type Hash = [u8; 32];

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let instant = || DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()));
    let mut fields = vec![
        Field::new("event_time", instant(), false),
        Field::new("first_seen", instant(), false),
        Field::new("hash", DataType::FixedSizeBinary(32), false),
        Field::new("read_only", DataType::Boolean, true),
    ];
    fields.extend(TextColumn::NAMES.map(|name| Field::new(name, DataType::Utf8, true)));
    let item = Arc::new(Field::new("element", DataType::Utf8, false));
    fields.push(Field::new("resources", DataType::List(item), false));
    fields.push(Field::new("raw", DataType::Utf8, false));
    Arc::new(Schema::new(Fields::from(fields)))
});

/// The schema of every event file.
pub fn schema() -> SchemaRef {
    SCHEMA.clone()
}

/// The same, with the cached text columns read as dictionaries, so that their values are hashed once per file.
pub fn dictionary_schema() -> SchemaRef {
    static DICTIONARY: LazyLock<SchemaRef> = LazyLock::new(|| {
        let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let fields = SCHEMA.fields().iter().enumerate().map(|(position, field)| {
            let cached = (leaf::TEXT..leaf::TEXT + TextColumn::CACHED).contains(&position);
            let data_type = if cached { dictionary.clone() } else { field.data_type().clone() };
            Field::new(field.name(), data_type, field.is_nullable())
        });
        Arc::new(Schema::new(fields.collect::<Fields>()))
    });
    DICTIONARY.clone()
}

/// How event files are written. LZ4, as a search through whole records is bound by decompression; pages of 64 KiB,
/// so that one record can be fetched without unpacking its neighbours.
pub fn writer_properties() -> WriterProperties {
    let raw = ColumnPath::from("raw");
    let hash = ColumnPath::from("hash");
    let event_id = ColumnPath::from("event_id");
    let request_id = ColumnPath::from("request_id");
    WriterProperties::builder()
        .set_created_by("waymark".to_owned())
        .set_compression(Compression::LZ4_RAW)
        .set_data_page_size_limit(64 * 1024)
        .set_dictionary_page_size_limit(8 * 1024 * 1024)
        .set_max_row_group_row_count(Some(256 * 1024))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_statistics_enabled(ColumnPath::from("event_time"), EnabledStatistics::Chunk)
        .set_column_dictionary_enabled(raw, false)
        .set_column_dictionary_enabled(hash.clone(), false)
        .set_column_compression(hash, Compression::UNCOMPRESSED)
        .set_column_dictionary_enabled(event_id.clone(), false)
        .set_column_compression(event_id, Compression::UNCOMPRESSED)
        .set_column_dictionary_enabled(request_id.clone(), false)
        .set_column_compression(request_id, Compression::UNCOMPRESSED)
        .build()
}
