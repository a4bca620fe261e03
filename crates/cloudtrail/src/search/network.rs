//! IP networks, as `ip:10.0.0.0/8` asks for them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use super::Network;

/// Why a text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidNetwork {
    /// What stands before the `/` is no address, or there is no `/`.
    #[error("this is not a network; write an address, a slash and a number of bits, such as 10.0.0.0/8")]
    NotANetwork,
    /// The number of bits does not fit the address.
    #[error("a network's number of bits goes from 0 to {0} here")]
    Prefix(u8),
}

impl Network {
    /// The network of the first `prefix` bits of an address. `None` if the address has fewer bits.
    pub fn new(address: IpAddr, prefix: u8) -> Option<Network> {
        let address = match address {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(
                v4.to_bits() & u32::MAX.checked_shl(32u32.checked_sub(prefix.into())?).unwrap_or(0),
            )),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(
                v6.to_bits() & u128::MAX.checked_shl(128u32.checked_sub(prefix.into())?).unwrap_or(0),
            )),
        };
        Some(Network { address, prefix })
    }

    /// Whether an address lies inside. An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let inside =
            |address| Network::new(address, self.prefix).is_some_and(|other| other.address == self.address);
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(_), IpAddr::V4(v4)) => inside(v4.into()),
            (IpAddr::V6(_), IpAddr::V4(v4)) => inside(v4.to_ipv6_mapped().into()),
            (IpAddr::V6(_), IpAddr::V6(v6)) => inside(v6.into()),
            (IpAddr::V4(_), IpAddr::V6(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Network, InvalidNetwork> {
        let (address, prefix) = text.split_once('/').ok_or(InvalidNetwork::NotANetwork)?;
        let address: IpAddr = address.parse().map_err(|_| InvalidNetwork::NotANetwork)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let is_number = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix.parse().ok().filter(|_| is_number).ok_or(InvalidNetwork::Prefix(bits))?;
        Network::new(address, prefix).ok_or(InvalidNetwork::Prefix(bits))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_inside_or_outside() {
        let cases = [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("10.0.0.0/8", "fe80::1", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("203.0.113.9/32", "203.0.113.9", true),
            ("203.0.113.9/32", "203.0.113.8", false),
            ("2001:db8::/32", "2001:db8:1::2", true),
            ("2001:db8::/32", "2001:db9::", false),
            ("::/0", "2001:db8::1", true),
            ("::ffff:0:0/96", "10.0.0.1", true),
        ];
        for (network, address, inside) in cases {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), inside, "{network} {address}");
        }
    }

    #[test]
    fn host_bits_are_cleared_and_bad_networks_refused() {
        assert_eq!("10.1.2.3/8".parse::<Network>().unwrap().to_string(), "10.0.0.0/8");
        assert_eq!("10.0.0.0/33".parse::<Network>(), Err(InvalidNetwork::Prefix(32)));
        assert_eq!("::/129".parse::<Network>(), Err(InvalidNetwork::Prefix(128)));
        for text in ["10.0.0.0", "10.0.0/8", "x/8", "/8"] {
            assert_eq!(text.parse::<Network>(), Err(InvalidNetwork::NotANetwork), "{text}");
        }
        for text in ["10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/256"] {
            assert_eq!(text.parse::<Network>(), Err(InvalidNetwork::Prefix(32)), "{text}");
        }
    }
}
