//! CloudTrail.

mod find;
mod keys;
mod logging;
mod lookup;
mod selectors;
mod settings;
mod tags;
mod token;
mod trails;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::protocol::unknown_operation;
use crate::problem::{Problem, Result};
use crate::world::{Call, Done};

/// Operations that exist at AWS and are not played here (botocore 1.44.5, the model of 2013-11-01).
const ELSEWHERE: [&str; 42] = [
    "CancelQuery",
    "CreateChannel",
    "CreateDashboard",
    "CreateEventDataStore",
    "DeleteChannel",
    "DeleteDashboard",
    "DeleteEventDataStore",
    "DeleteResourcePolicy",
    "DeregisterOrganizationDelegatedAdmin",
    "DescribeQuery",
    "DisableFederation",
    "EnableFederation",
    "GenerateQuery",
    "GetChannel",
    "GetDashboard",
    "GetEventConfiguration",
    "GetEventDataStore",
    "GetImport",
    "GetQueryResults",
    "GetResourcePolicy",
    "ListChannels",
    "ListDashboards",
    "ListEventDataStores",
    "ListImportFailures",
    "ListImports",
    "ListInsightsData",
    "ListInsightsMetricData",
    "ListQueries",
    "PutEventConfiguration",
    "PutResourcePolicy",
    "RegisterOrganizationDelegatedAdmin",
    "RestoreEventDataStore",
    "SearchSampleQueries",
    "StartDashboardRefresh",
    "StartEventDataStoreIngestion",
    "StartImport",
    "StartQuery",
    "StopEventDataStoreIngestion",
    "StopImport",
    "UpdateChannel",
    "UpdateDashboard",
    "UpdateEventDataStore",
];

/// Does an operation of CloudTrail.
pub(crate) fn perform(call: &Call<'_>, input: &Value) -> Result<Done> {
    match call.operation.as_str() {
        "LookupEvents" => lookup::lookup_events(call, input),
        "CreateTrail" => trails::create(call, input),
        "UpdateTrail" => trails::update(call, input),
        "DeleteTrail" => trails::delete(call, input),
        "GetTrail" => trails::get(call, input),
        "DescribeTrails" => trails::describe(call, input),
        "ListTrails" => trails::list(call, input),
        "StartLogging" => logging::start(call, input),
        "StopLogging" => logging::stop(call, input),
        "GetTrailStatus" => logging::status(call, input),
        "GetEventSelectors" => selectors::get(call, input),
        "PutEventSelectors" => selectors::put(call, input),
        "GetInsightSelectors" => selectors::get_insights(call, input),
        "PutInsightSelectors" => selectors::put_insights(call, input),
        "AddTags" => tags::add_tags(call, input),
        "RemoveTags" => tags::remove_tags(call, input),
        "ListPublicKeys" => keys::list(call, input),
        "ListTags" => tags::list_tags(call, input),
        name if ELSEWHERE.contains(&name) => {
            call.allow(&format!("cloudtrail:{name}"), None)?;
            Err(Problem::new(
                "UnsupportedOperationException",
                format!("{name} is not supported by this endpoint."),
            ))
        }
        name => Err(unknown_operation(name)),
    }
}

/// Reads the input of an operation.
fn read<T: DeserializeOwned>(input: &Value) -> Result<T> {
    T::deserialize(input).map_err(|error| Problem::serialization(error.to_string()))
}

/// A change that could not be kept.
fn kept(error: std::io::Error) -> Problem {
    Problem::internal(format!("the trails could not be kept: {error}"))
}
