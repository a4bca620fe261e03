//! Where a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use cloudtrail::search::Network;

use super::Context;
use crate::store::Place;

/// The longest text that is kept of what a browser calls itself.
const LONGEST: usize = 200;

/// Where a request comes from: the connection's other end, or whom a trusted proxy names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client(pub Place);

impl FromRequestParts<Context> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Client, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let address = peer.map(|peer| behind(peer, &parts.headers, context.trusted_proxies()));
        let browser = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        let browser = browser.chars().filter(|letter| !letter.is_control()).take(LONGEST).collect();
        Ok(Client(Place { address: address.map(|address| address.to_string()).unwrap_or_default(), browser }))
    }
}

/// Whom the proxies stand before: the last of `X-Forwarded-For` that is no trusted proxy itself. What somebody else wrote there
/// counts for nothing.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(*address));
    let named = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let named: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut client = peer.to_canonical();
    for name in named.iter().rev() {
        if !is_trusted(&client) {
            break;
        }
        let Ok(next) = name.parse::<IpAddr>() else { break };
        client = next.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap()];
        let of = |peer: &str, named: &[&'static str]| {
            let mut headers = HeaderMap::new();
            named.iter().for_each(|value| {
                headers.append("x-forwarded-for", HeaderValue::from_static(value));
            });
            behind(peer.parse().unwrap(), &headers, &trusted).to_string()
        };
        assert_eq!(of("192.0.2.7", &["203.0.113.9"]), "192.0.2.7");
        assert_eq!(of("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(of("::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        // The client may write what it likes before the proxy adds whom it saw.
        assert_eq!(of("10.0.0.1", &["1.1.1.1, 203.0.113.9", "10.0.0.2"]), "203.0.113.9");
        assert_eq!(of("10.0.0.1", &["203.0.113.9, nonsense"]), "10.0.0.1");
    }
}
