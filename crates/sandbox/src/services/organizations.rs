//! Organizations: the organisation and its accounts.

use serde_json::{Value, json};

use crate::http::protocol::unknown_operation;
use crate::identity::sample::MANAGEMENT;
use crate::problem::{Problem, Result};
use crate::world::{Call, Done, lock};

/// The organisation's id, as in the sample's log files.
pub(crate) const ORGANIZATION: &str = "o-exampleorgid";
/// When the accounts joined, in seconds: 2024-03-04.
const JOINED: i64 = 1_709_510_400;
/// Most accounts on a page.
const PAGE: i64 = 20;

/// Does an operation of Organizations.
pub(crate) fn perform(call: &Call<'_>, input: &Value) -> Result<Done> {
    match call.operation.as_str() {
        "DescribeOrganization" => {
            call.allow("organizations:DescribeOrganization", None)?;
            Ok(Done::read(json!({"Organization": {
                "Id": ORGANIZATION,
                "Arn": format!("arn:aws:organizations::{MANAGEMENT}:organization/{ORGANIZATION}"),
                "FeatureSet": "ALL",
                "MasterAccountArn": arn(MANAGEMENT),
                "MasterAccountId": MANAGEMENT,
                "MasterAccountEmail": email(MANAGEMENT),
                "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
            }})))
        }
        "ListAccounts" => list_accounts(call, input),
        name => Err(unknown_operation(name)),
    }
}

fn list_accounts(call: &Call<'_>, input: &Value) -> Result<Done> {
    call.allow("organizations:ListAccounts", None)?;
    if call.caller.account != MANAGEMENT {
        let text = "You don't have permissions to access this resource.";
        return Err(Problem {
            recorded: Some("AccessDenied"),
            ..Problem::new("AccessDeniedException", text)
        });
    }
    let invalid = |text: &str| Problem::new("InvalidInputException", text);
    let size = input["MaxResults"].as_i64().unwrap_or(PAGE);
    let size = usize::try_from(size).ok().filter(|size| (1..=PAGE as usize).contains(size));
    let size = size.ok_or_else(|| invalid("You provided a value that is out of range for MaxResults."))?;
    let directory = lock(&call.world.directory);
    // The token is the id of the first account of the next page: nothing to hide, but checked all the same.
    let token = input["NextToken"].as_str();
    if token.is_some_and(|token| !directory.accounts.contains_key(token)) {
        return Err(invalid("You provided a value that does not match the required pattern for NextToken."));
    }
    let mut rest =
        directory.accounts.values().skip_while(|account| token.is_some_and(|token| account.id != token));
    let page: Vec<Value> = rest
        .by_ref()
        .take(size)
        .map(|account| {
            json!({
                "Id": account.id, "Arn": arn(&account.id), "Email": email(&account.id), "Name": account.name,
                "Status": "ACTIVE", "State": "ACTIVE", "JoinedMethod": "CREATED", "JoinedTimestamp": JOINED,
            })
        })
        .collect();
    let mut output = json!({"Accounts": page});
    if let Some(next) = rest.next() {
        output["NextToken"] = json!(next.id);
    }
    Ok(Done::read(output))
}

fn arn(account: &str) -> String {
    format!("arn:aws:organizations::{MANAGEMENT}:account/{ORGANIZATION}/{account}")
}

/// The address of an account's root user.
pub(crate) fn email(account: &str) -> String {
    format!("aws+{account}@example.com")
}
