//! Organizations and Identity Center.

use sandbox::{Credentials, Who};
use serde_json::{Value, json};

use crate::client::{Answer, Client, Stand};

async fn organizations(client: &Client, operation: &str, input: Value) -> Answer {
    let target = format!("AWSOrganizationsV20161128.{operation}");
    client.in_region("us-east-1").json_call("organizations", &target, &input).await
}

#[tokio::test]
async fn the_organisation_lists_its_accounts_to_the_management_account() {
    let stand = Stand::empty().await;
    let auditor = stand.client(Who::Auditor);
    let answer = organizations(&auditor, "DescribeOrganization", json!({})).await.json();
    assert_eq!(answer["Organization"]["MasterAccountId"], "777788889999");
    assert_eq!(organizations(&auditor, "ListAccounts", json!({})).await.code(), "AccessDeniedException");
    let security = stand.client_of(stand.running.session("777788889999", "Auditor", "me", 900).unwrap());
    let mut input = json!({"MaxResults": 2});
    let mut names = Vec::new();
    loop {
        let page = organizations(&security, "ListAccounts", input.clone()).await.json();
        let accounts = page["Accounts"].as_array().unwrap().iter();
        names.extend(accounts.map(|account| account["Name"].as_str().unwrap().to_owned()));
        if page["NextToken"].is_null() {
            break;
        }
        input["NextToken"] = page["NextToken"].clone();
    }
    assert_eq!(names, ["prod-payments", "staging", "security-audit"]);
    assert_eq!(
        organizations(&security, "ListAccounts", json!({"NextToken": "x"})).await.code(),
        "InvalidInputException"
    );
    assert_eq!(organizations(&security, "CloseAccount", json!({})).await.code(), "UnknownOperationException");
}

/// A device that signs in.
struct Device {
    client: Client,
    id: String,
    secret: String,
}

impl Device {
    async fn register(stand: &Stand, scopes: Value) -> Device {
        let client = stand.client(Who::Newcomer);
        let body = json!({"clientName": "test", "clientType": "public", "scopes": scopes});
        let answer = client.plain("POST", "/client/register", &[], &body.to_string()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let text = |name: &str| answer.json()[name].as_str().unwrap().to_owned();
        Device { id: text("clientId"), secret: text("clientSecret"), client }
    }

    async fn post(&self, path: &str, more: Value) -> Answer {
        let mut body = json!({"clientId": self.id, "clientSecret": self.secret});
        more.as_object().unwrap().iter().for_each(|(key, value)| body[key] = value.clone());
        self.client.plain("POST", path, &[], &body.to_string()).await
    }

    async fn token(&self, code: &Value) -> Answer {
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        self.post("/token", json!({"grantType": grant, "deviceCode": code})).await
    }

    /// What a person sends from the page.
    async fn decide(&self, code: &Value, person: &str, action: &str, headers: &[(&str, &str)]) -> Answer {
        let pairs = [("user_code", code.as_str().unwrap()), ("person", person), ("action", action)];
        self.client.plain("POST", "/device", headers, &serde_urlencoded::to_string(pairs).unwrap()).await
    }

    async fn portal(&self, path: &str, token: &str) -> Answer {
        self.client.plain("GET", path, &[("x-amz-sso_bearer_token", token)], "").await
    }
}

#[tokio::test]
async fn a_device_signs_in_when_a_person_approves() {
    let stand = Stand::empty().await;
    let device = Device::register(&stand, json!(["sso:account:access"])).await;
    let started =
        device.post("/device_authorization", json!({"startUrl": stand.running.start_url()})).await.json();
    let (code, user) = (&started["deviceCode"], &started["userCode"]);
    assert_eq!(device.token(code).await.code(), "AuthorizationPendingException");
    assert_eq!(device.token(code).await.code(), "SlowDownException");
    stand.clock.forward(1);
    let pending = device.token(code).await;
    assert_eq!((pending.status, &pending.json()["error"]), (400, &json!("authorization_pending")));
    assert!(pending.head.contains("x-amzn-errortype: AuthorizationPendingException"), "{}", pending.head);

    let page =
        device.client.plain("GET", &format!("/device?user_code={}", user.as_str().unwrap()), &[], "").await;
    assert!(
        page.status == 200
            && page.body.contains(user.as_str().unwrap())
            && page.body.contains("ana.lima@example.com")
    );
    let foreign =
        device.decide(user, "ana.lima@example.com", "approve", &[("origin", "https://evil.example")]).await;
    assert_eq!(foreign.status, 403);
    let rebound = [("origin", "http://evil.example"), ("host", "evil.example")];
    let page = serde_urlencoded::to_string([
        ("user_code", user.as_str().unwrap()),
        ("person", "ana.lima"),
        ("action", "approve"),
    ])
    .unwrap();
    let headers: Vec<(String, String)> =
        rebound.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let address = stand.running.address().to_string();
    assert_eq!(
        crate::client::send(&address, "POST", "/device", &headers, &page).await.status,
        403,
        "a name made to lead here"
    );
    assert_eq!(device.decide(&json!("AAAA-AAAA"), "ana.lima@example.com", "approve", &[]).await.status, 404);
    assert_eq!(device.decide(user, "nobody", "approve", &[]).await.status, 400);
    let own = stand.running.url();
    assert_eq!(device.decide(user, "ana.lima@example.com", "approve", &[("origin", &own)]).await.status, 200);
    stand.clock.forward(1);
    let answer = device.token(code).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let token = answer.json()["accessToken"].as_str().unwrap().to_owned();
    assert_eq!(device.token(code).await.code(), "InvalidGrantException", "a code is good once");

    let accounts = device.portal("/assignment/accounts?max_result=1", &token).await.json();
    assert_eq!(accounts["accountList"][0]["accountName"], "prod-payments");
    let next = accounts["nextToken"].as_str().unwrap();
    let accounts =
        device.portal(&format!("/assignment/accounts?max_result=1&next_token={next}"), &token).await.json();
    assert_eq!(
        (&accounts["accountList"][0]["accountId"], &accounts["nextToken"]),
        (&json!("444455556666"), &Value::Null)
    );
    let roles = device.portal("/assignment/roles?account_id=444455556666", &token).await.json();
    assert_eq!(roles["roleList"][1], json!({"roleName": "ReadOnlyAccess", "accountId": "444455556666"}));
    let path = "/federation/credentials?account_id=444455556666&role_name=ReadOnlyAccess";
    let keys = device.portal(path, &token).await.json()["roleCredentials"].clone();
    let text = |name: &str| keys[name].as_str().unwrap().to_owned();
    let client = stand.client_of(Credentials {
        access_key_id: text("accessKeyId"),
        secret_access_key: text("secretAccessKey"),
        session_token: Some(text("sessionToken")),
        expires: None,
    });
    let identity = client.sts("GetCallerIdentity", &[]).await;
    assert!(identity.between("Arn").ends_with("/ana.lima@example.com"), "{identity:?}");
    let history = client.history().await;
    let came = history.iter().find(|record| record["eventName"] == "AssumeRoleWithSAML").unwrap();
    assert_eq!(came["responseElements"]["credentials"]["accessKeyId"], client.keys.access_key_id);
    assert!(history[0]["userIdentity"]["onBehalfOf"]["userId"].is_string());

    let denied = device
        .portal("/federation/credentials?account_id=777788889999&role_name=ReadOnlyAccess", &token)
        .await;
    assert_eq!((denied.status, denied.code()), (403, "ForbiddenException".to_owned()));
    let refresh = answer.json()["refreshToken"].clone();
    let renewed = device.post("/token", json!({"grantType": "refresh_token", "refreshToken": refresh})).await;
    assert_eq!(renewed.status, 200);
    let again = device.post("/token", json!({"grantType": "refresh_token", "refreshToken": refresh})).await;
    assert_eq!(again.code(), "InvalidGrantException");

    let out = device.client.plain("POST", "/logout", &[("x-amz-sso_bearer_token", &token)], "").await;
    assert_eq!(out.status, 200);
    assert_eq!(device.portal("/assignment/accounts", &token).await.status, 401);
    let management = stand.client_of(stand.running.session("777788889999", "Auditor", "me", 900).unwrap());
    let history = management.history().await;
    for name in [
        "RegisterClient",
        "StartDeviceAuthorization",
        "CreateToken",
        "UserAuthentication",
        "GetRoleCredentials",
        "Logout",
    ] {
        assert!(history.iter().any(|record| record["eventName"] == name), "{name}");
    }
    assert!(!format!("{history:?}").contains(&token));
}

#[tokio::test]
async fn what_a_device_is_told_otherwise() {
    let stand = Stand::empty().await;
    let device = Device::register(&stand, json!([])).await;
    let start = json!({"startUrl": "https://waymark-sandbox.awsapps.com/start"});
    let denied = device.post("/device_authorization", start.clone()).await.json();
    device.decide(&denied["userCode"], "", "deny", &[]).await;
    assert_eq!(device.token(&denied["deviceCode"]).await.code(), "AccessDeniedException");
    let late = device.post("/device_authorization", start.clone()).await.json();
    stand.clock.forward(600);
    assert_eq!(device.token(&late["deviceCode"]).await.code(), "ExpiredTokenException");
    assert_eq!(device.decide(&late["userCode"], "ana.lima", "approve", &[]).await.status, 404);
    let elsewhere = json!({"startUrl": "https://elsewhere.awsapps.com/start"});
    assert_eq!(device.post("/device_authorization", elsewhere).await.code(), "InvalidRequestException");
    assert_eq!(
        device.post("/token", json!({"grantType": "password"})).await.code(),
        "UnsupportedGrantTypeException"
    );
    assert_eq!(device.post("/token", json!({"clientSecret": "x"})).await.code(), "InvalidClientException");
    let other = Device::register(&stand, json!([])).await;
    let mine = device.post("/device_authorization", start).await.json();
    assert_eq!(
        other.token(&mine["deviceCode"]).await.code(),
        "InvalidGrantException",
        "somebody else's device"
    );
    let bad = json!({"clientName": "x", "clientType": "confidential"}).to_string();
    assert_eq!(
        device.client.plain("POST", "/client/register", &[], &bad).await.code(),
        "InvalidClientMetadataException"
    );
    assert_eq!(device.portal("/assignment/accounts", "x").await.code(), "UnauthorizedException");
}

#[tokio::test]
async fn a_program_can_sign_people_in() {
    let stand = Stand::empty().await;
    let token = stand.running.sign_in("ben.okafor").unwrap();
    let device = Device::register(&stand, json!([])).await;
    let accounts = device.portal("/assignment/accounts", &token).await.json();
    assert_eq!(accounts["accountList"].as_array().unwrap().len(), 1);
    stand.clock.forward(8 * 3600);
    assert_eq!(device.portal("/assignment/accounts", &token).await.status, 401);
    assert_eq!(stand.running.sign_in("nobody"), None);
}
