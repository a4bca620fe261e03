//! Who calls: sessions of roles, IAM users, AWS services and root, as `userIdentity` shows them.

use std::sync::Arc;

use crate::json::{NULL, Raw, json};
use crate::time::{Seconds, rfc3339};
use crate::world::{Role, World};

/// A caller as it appears in a record. One is made for a session and shared by all its events.
#[derive(Debug, Clone)]
pub struct Caller {
    /// `userIdentity`.
    pub identity: Raw,
    /// ARN that error messages name; empty for services.
    pub arn: String,
    /// `sourceIPAddress`.
    pub ip: String,
    /// `userAgent`.
    pub agent: String,
    /// `tlsDetails` is there only for calls that came over the network.
    pub tls: bool,
    /// `sessionCredentialFromConsole`.
    pub console: bool,
    /// `vpcEndpointId`, for calls through the VPC.
    pub endpoint: Option<String>,
}

/// Temporary credentials of a role.
#[derive(Debug, Clone)]
pub struct Session {
    /// The role.
    pub role: Role,
    /// Session name.
    pub name: String,
    /// Access key id; empty where AWS leaves it out (service-linked roles).
    pub key: String,
    /// When the credentials were made.
    pub since: Seconds,
    /// Signed in with a second factor.
    pub mfa: bool,
    /// What else AWS tells about the origin.
    pub origin: Origin,
}

/// Where a session comes from, as far as the record tells.
#[derive(Debug, Clone, Default)]
pub enum Origin {
    /// A plain AssumeRole.
    #[default]
    Plain,
    /// Identity Center.
    Person {
        /// `onBehalfOf.userId`.
        user: String,
        /// `onBehalfOf.identityStoreArn`.
        store: String,
        /// `signInSessionArn`, groups what one sign-in did.
        sign_in: Option<String>,
    },
    /// A role assumed from a session that carries a source identity.
    Chained {
        /// `sourceIdentity`.
        source: String,
    },
    /// A web identity, such as a CI job.
    Federated {
        /// `federatedProvider`.
        provider: String,
    },
    /// An EC2 instance's role.
    Instance,
    /// A Lambda function's role.
    Function {
        /// ARN of the function.
        arn: String,
    },
    /// A role that a service uses itself.
    Service {
        /// `invokedBy`.
        service: &'static str,
    },
}

impl Session {
    /// ARN of the session, `arn:aws:sts::…:assumed-role/role/name`.
    pub fn arn(&self) -> String {
        format!("arn:aws:sts::{}:assumed-role/{}/{}", self.role.account, self.role.name, self.name)
    }

    /// `AROA…:name`.
    pub fn principal(&self) -> String {
        format!("{}:{}", self.role.id, self.name)
    }

    /// The session's `userIdentity`.
    pub fn identity(&self) -> Raw {
        let issuer = json!({
            "type": "Role",
            "principalId": (self.role.id),
            "arn": (self.role.arn()),
            "accountId": (self.role.account),
            "userName": (self.role.name)
        });
        let attributes = json!({
            "creationDate": (rfc3339(self.since)),
            "mfaAuthenticated": (if self.mfa { "true" } else { "false" })
        });
        let (context, after) = match &self.origin {
            Origin::Plain => (json!({"sessionIssuer": issuer, "attributes": attributes}), NULL),
            Origin::Person { user, store, sign_in } => {
                let context = match sign_in {
                    Some(arn) => {
                        json!({"sessionIssuer": issuer, "attributes": attributes, "signInSessionArn": (arn)})
                    }
                    None => json!({"sessionIssuer": issuer, "attributes": attributes}),
                };
                (context, json!({"onBehalfOf": {"userId": (user), "identityStoreArn": (store)}}))
            }
            Origin::Chained { source } => {
                (json!({"sessionIssuer": issuer, "attributes": attributes, "sourceIdentity": (source)}), NULL)
            }
            Origin::Federated { provider } => {
                let web = json!({"federatedProvider": (provider), "attributes": {}});
                (json!({"sessionIssuer": issuer, "webIdFederationData": web, "attributes": attributes}), NULL)
            }
            Origin::Instance => {
                (json!({"sessionIssuer": issuer, "attributes": attributes, "ec2RoleDelivery": "2.0"}), NULL)
            }
            Origin::Function { arn } => (
                json!({"sessionIssuer": issuer, "attributes": attributes}),
                json!({"inScopeOf": {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": (arn)}}),
            ),
            Origin::Service { service } => {
                (json!({"sessionIssuer": issuer, "attributes": attributes}), json!({"invokedBy": (service)}))
            }
        };
        let mut base = if self.key.is_empty() {
            json!({
                "type": "AssumedRole",
                "principalId": (self.principal()),
                "arn": (self.arn()),
                "accountId": (self.role.account),
                "sessionContext": context
            })
        } else {
            json!({
                "type": "AssumedRole",
                "principalId": (self.principal()),
                "arn": (self.arn()),
                "accountId": (self.role.account),
                "accessKeyId": (self.key),
                "sessionContext": context
            })
        };
        join(&mut base, &after);
        base
    }

    /// A caller that uses these credentials over the network.
    pub fn caller(&self, ip: &str, agent: &str) -> Arc<Caller> {
        Arc::new(Caller {
            identity: self.identity(),
            arn: self.arn(),
            ip: ip.to_owned(),
            agent: agent.to_owned(),
            tls: true,
            console: false,
            endpoint: None,
        })
    }

    /// A caller that came through the VPC.
    pub fn caller_inside(&self, ip: &str, agent: &str, endpoint: &str) -> Arc<Caller> {
        Arc::new(Caller { endpoint: Some(endpoint.to_owned()), ..Caller::clone(&self.caller(ip, agent)) })
    }

    /// A caller that clicks in the console.
    pub fn caller_console(&self, ip: &str, agent: &str) -> Arc<Caller> {
        Arc::new(Caller { console: true, ..Caller::clone(&self.caller(ip, agent)) })
    }

    /// A service that uses its own role here.
    pub fn caller_service(&self, service: &str) -> Arc<Caller> {
        Arc::new(Caller { tls: false, ..Caller::clone(&self.caller(service, service)) })
    }
}

/// Appends the members of a second object to a first one.
fn join(object: &mut Raw, more: &Raw) {
    if let Some(rest) = more.0.strip_prefix('{') {
        object.0.pop();
        object.0.push(',');
        object.0.push_str(rest);
    }
}

/// An IAM user with a long-term key.
pub fn user(world: &World, account: &'static str, name: &str, ip: &str, agent: &str) -> Arc<Caller> {
    let (id, key) = world.user_ids(account, name);
    let arn = format!("arn:aws:iam::{account}:user/{name}");
    let identity = json!({
        "type": "IAMUser", "principalId": id, "arn": (arn), "accountId": account, "accessKeyId": key, "userName": name
    });
    Arc::new(Caller {
        identity,
        arn,
        ip: ip.to_owned(),
        agent: agent.to_owned(),
        tls: true,
        console: false,
        endpoint: None,
    })
}

/// An AWS service that calls on its own account.
pub fn service(name: &'static str) -> Arc<Caller> {
    bare(json!({"type": "AWSService", "invokedBy": name}), name, name)
}

/// Something AWS reports about an account without anybody calling.
pub fn account_service(account: &str, name: &'static str) -> Arc<Caller> {
    bare(json!({"accountId": account, "invokedBy": name}), name, name)
}

/// A caller whose identity is given, without TLS details.
pub fn bare(identity: Raw, ip: &str, agent: &str) -> Arc<Caller> {
    Arc::new(Caller {
        identity,
        arn: String::new(),
        ip: ip.to_owned(),
        agent: agent.to_owned(),
        tls: false,
        console: false,
        endpoint: None,
    })
}

/// The account's root user: at sign-in, or in the session that began `since` with a second factor.
pub fn root(account: &str, ip: &str, agent: &str, since: Option<Seconds>) -> Arc<Caller> {
    let arn = format!("arn:aws:iam::{account}:root");
    let mut identity = json!({
        "type": "Root", "principalId": account, "arn": (arn), "accountId": account, "accessKeyId": ""
    });
    if let Some(since) = since {
        let attributes = json!({"creationDate": (rfc3339(since)), "mfaAuthenticated": "true"});
        join(&mut identity, &json!({"sessionContext": {"attributes": attributes}}));
    }
    Arc::new(Caller { tls: true, arn, ..Caller::clone(&bare(identity, ip, agent)) })
}
