//! IAM Identity Center: a device is approved by a person (SSO-OIDC), and then hands out credentials of that person's roles (SSO).

use aws_sdk_ssooidc::operation::create_token::CreateTokenError;
use cloudtrail::time::Time;
use zeroize::Zeroizing;

use crate::error::GatewayError;
use crate::{Credentials, Gateway};

/// How Waymark is called on the page on which it is approved.
const NAME: &str = "Waymark";
/// What a client that is a device asks for (SSO OIDC API Reference, CreateToken).
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// How many accounts and roles are listed at most.
const MOST: usize = 1_000;
/// How many pages of them, so that a list that goes in circles ends.
const MOST_PAGES: usize = 100;

/// A device that waits to be approved. It has no `Debug`.
pub struct Device {
    client_id: String,
    client_secret: Zeroizing<String>,
    device_code: Zeroizing<String>,
    region: String,
    /// What the person compares.
    pub user_code: String,
    /// The page on which the device is approved, with the code filled in.
    pub address: String,
    /// Until when it can be approved.
    pub expires: Time,
}

/// What has become of a device.
pub enum Approval {
    /// Nothing yet.
    Pending,
    /// It was refused.
    Denied,
    /// Nobody approved it in time.
    Expired,
    /// It was approved.
    Granted(Portal),
}

/// A person's way to their accounts. It has no `Debug`.
pub struct Portal {
    token: Zeroizing<String>,
    region: String,
    /// Until when it is open.
    pub expires: Time,
}

impl Portal {
    /// All of it, its token included, as [`Portal::from_secret`] reads it: for sealing, and for nothing else.
    pub fn to_secret(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{} {} {}", self.expires.as_millis(), self.region, self.token.as_str()))
    }

    /// What [`Portal::to_secret`] wrote.
    pub fn from_secret(text: &str) -> Option<Portal> {
        let (expires, rest) = text.split_once(' ')?;
        let (region, token) = rest.split_once(' ')?;
        let expires = Time::from_millis(expires.parse().ok()?);
        Some(Portal { token: Zeroizing::new(token.to_owned()), region: region.to_owned(), expires })
    }
}

/// An account that a person has roles in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalAccount {
    /// Its 12 digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The names of the roles (permission sets), in order.
    pub roles: Vec<String>,
}

impl Gateway {
    /// Registers this program as a device and asks for its approval. Both calls need no credentials.
    ///
    /// # Errors
    /// What AWS answered, in words.
    pub async fn start_device(&self, start_url: &str, region: &str) -> Result<Device, GatewayError> {
        let client = self.inner.clients.oidc(region);
        let answer = client.register_client().client_name(NAME).client_type("public").send().await;
        let answer = answer.map_err(|error| GatewayError::of_sdk("RegisterClient", region, &error))?;
        let (Some(client_id), Some(secret)) = (answer.client_id(), answer.client_secret()) else {
            return Err(GatewayError::garbled("RegisterClient", region, "it registers nobody"));
        };
        let started = client
            .start_device_authorization()
            .client_id(client_id)
            .client_secret(secret)
            .start_url(start_url)
            .send()
            .await
            .map_err(|error| GatewayError::of_sdk("StartDeviceAuthorization", region, &error))?;
        let address = started.verification_uri_complete().or(started.verification_uri());
        let (Some(device_code), Some(user_code), Some(address)) =
            (started.device_code(), started.user_code(), address)
        else {
            return Err(GatewayError::garbled("StartDeviceAuthorization", region, "it has no code"));
        };
        // It becomes a link.
        let own = self.endpoint().and_then(|own| address.strip_prefix(own.trim_end_matches('/')));
        if !address.starts_with("https://") && own.is_none_or(|path| !path.starts_with('/')) {
            return Err(GatewayError::garbled(
                "StartDeviceAuthorization",
                region,
                "it names a page without TLS",
            ));
        }
        Ok(Device {
            client_id: client_id.to_owned(),
            client_secret: Zeroizing::new(secret.to_owned()),
            device_code: Zeroizing::new(device_code.to_owned()),
            region: region.to_owned(),
            user_code: user_code.to_owned(),
            address: address.to_owned(),
            expires: self.now().plus(i64::from(started.expires_in()) * 1000),
        })
    }

    /// What has become of a device.
    ///
    /// # Errors
    /// What AWS answered, in words; that nobody approved it (yet) is none.
    pub async fn device_approval(&self, device: &Device) -> Result<Approval, GatewayError> {
        let Device { client_id, region, .. } = device;
        let answer = self
            .inner
            .clients
            .oidc(region)
            .create_token()
            .client_id(client_id)
            .client_secret(device.client_secret.as_str())
            .grant_type(GRANT)
            .device_code(device.device_code.as_str())
            .send()
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                return match error.as_service_error() {
                    Some(
                        CreateTokenError::AuthorizationPendingException(_)
                        | CreateTokenError::SlowDownException(_),
                    ) => Ok(Approval::Pending),
                    Some(CreateTokenError::AccessDeniedException(_)) => Ok(Approval::Denied),
                    Some(CreateTokenError::ExpiredTokenException(_)) => Ok(Approval::Expired),
                    _ => Err(GatewayError::of_sdk("CreateToken", region, &error)),
                };
            }
        };
        let Some(token) = answer.access_token() else {
            return Err(GatewayError::garbled("CreateToken", region, "it holds no token"));
        };
        Ok(Approval::Granted(Portal {
            token: Zeroizing::new(token.to_owned()),
            region: region.clone(),
            expires: self.now().plus(i64::from(answer.expires_in()) * 1000),
        }))
    }

    /// The accounts and roles that a person has, by the accounts' names.
    ///
    /// # Errors
    /// What AWS answered, in words.
    pub async fn portal_accounts(&self, portal: &Portal) -> Result<Vec<PortalAccount>, GatewayError> {
        let region = &portal.region;
        let client = self.inner.clients.portal(region);
        let mut accounts = Vec::new();
        let mut next = None;
        for _ in 0..MOST_PAGES {
            let page = client.list_accounts().access_token(portal.token.as_str()).set_next_token(next);
            let page =
                page.send().await.map_err(|error| GatewayError::of_sdk("ListAccounts", region, &error))?;
            for account in page.account_list() {
                let id = account.account_id().unwrap_or_default().to_owned();
                let name = account.account_name().unwrap_or(&id).to_owned();
                accounts.push(PortalAccount { roles: self.portal_roles(portal, &id).await?, id, name });
            }
            next = page.next_token().map(str::to_owned).filter(|token| !token.is_empty());
            if next.is_none() || accounts.len() >= MOST {
                break;
            }
        }
        accounts.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Ok(accounts)
    }

    async fn portal_roles(&self, portal: &Portal, account: &str) -> Result<Vec<String>, GatewayError> {
        let region = &portal.region;
        let client = self.inner.clients.portal(region);
        let mut roles = Vec::new();
        let mut next = None;
        for _ in 0..MOST_PAGES {
            let page = client.list_account_roles().access_token(portal.token.as_str()).account_id(account);
            let page = page.set_next_token(next).send().await;
            let page = page.map_err(|error| GatewayError::of_sdk("ListAccountRoles", region, &error))?;
            roles.extend(page.role_list().iter().filter_map(|role| role.role_name().map(str::to_owned)));
            next = page.next_token().map(str::to_owned).filter(|token| !token.is_empty());
            if next.is_none() || roles.len() >= MOST {
                break;
            }
        }
        roles.sort();
        Ok(roles)
    }

    /// Temporary credentials of one of a person's roles.
    ///
    /// # Errors
    /// What AWS answered, in words.
    pub async fn portal_role(
        &self,
        portal: &Portal,
        account: &str,
        role: &str,
    ) -> Result<Credentials, GatewayError> {
        const NAME: &str = "GetRoleCredentials";
        let region = &portal.region;
        let call =
            self.inner.clients.portal(region).get_role_credentials().access_token(portal.token.as_str());
        let answer = call.account_id(account).role_name(role).send().await;
        let answer = answer.map_err(|error| GatewayError::of_sdk(NAME, region, &error))?;
        let garbled = || GatewayError::garbled(NAME, region, "it holds no credentials");
        let keys = answer.role_credentials().ok_or_else(garbled)?;
        Credentials::new(
            keys.access_key_id().unwrap_or_default().to_owned(),
            keys.secret_access_key().unwrap_or_default().to_owned(),
            keys.session_token().map(str::to_owned),
            // In milliseconds (SSO API Reference, RoleCredentials).
            Some(Time::from_millis(keys.expiration())),
        )
        .map_err(|_| garbled())
    }

    /// Closes the way: AWS takes its token no more.
    ///
    /// # Errors
    /// What AWS answered, in words.
    pub async fn leave_portal(&self, portal: &Portal) -> Result<(), GatewayError> {
        let call = self.inner.clients.portal(&portal.region).logout().access_token(portal.token.as_str());
        call.send().await.map(|_| ()).map_err(|error| GatewayError::of_sdk("Logout", &portal.region, &error))
    }
}
