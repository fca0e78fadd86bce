//! Networks of addresses, as `--behind-proxy` names them.

use std::net::IpAddr;
use std::str::FromStr;

/// A network: every address whose first bits are these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: u128,
    bits: u8,
    is_v4: bool,
}

/// Why a text is no network that can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotANetwork {
    /// It is not written as `10.0.0.0/8`, `fd00::/8` or a single address.
    Form,
    /// It holds every address there is, so that anybody could say who they are.
    Everybody,
}

impl Network {
    /// Whether an address is of the network.
    pub fn has(&self, address: IpAddr) -> bool {
        let (bits, is_v4, width) = number(address);
        let apart = u32::from(width - self.bits);
        is_v4 == self.is_v4 && (bits ^ self.first).checked_shr(apart).unwrap_or(0) == 0
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, length) = match text.trim().split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text.trim(), None),
        };
        let (first, is_v4, width) = number(address.parse().map_err(|_| NotANetwork::Form)?);
        let bits = length.map_or(Ok(width), str::parse).map_err(|_| NotANetwork::Form)?;
        match bits {
            0 => Err(NotANetwork::Everybody),
            bits if bits > width => Err(NotANetwork::Form),
            bits => Ok(Self { first, bits, is_v4 }),
        }
    }
}

/// The bits of an address, whether it is of the old kind, and how many bits that kind has. An old address that is
/// written as a new one is an old one.
fn number(address: IpAddr) -> (u128, bool, u8) {
    match address.to_canonical() {
        IpAddr::V4(address) => (u128::from(address.to_bits()), true, 32),
        IpAddr::V6(address) => (address.to_bits(), false, 128),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_own_addresses() {
        let has = |network: &str, address: &str| network.parse::<Network>().unwrap().has(address.parse().unwrap());
        assert!(has("10.0.0.0/8", "10.200.3.4"));
        assert!(!has("10.0.0.0/8", "11.0.0.1"));
        assert!(has("127.0.0.1", "127.0.0.1"));
        assert!(!has("127.0.0.1/32", "127.0.0.2"));
        assert!(has("10.0.0.0/8", "::ffff:10.1.1.1"));
        assert!(has("fd00::/8", "fd12::1"));
        assert!(!has("fd00::/8", "10.0.0.1"));
        assert!(!has("::/1", "10.0.0.1"));
    }

    #[test]
    fn a_network_of_everybody_is_refused() {
        for text in ["0.0.0.0/0", "::/0"] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork::Everybody));
        }
        for text in ["", "10.0.0.0/33", "proxy", "10.0.0.0/x", "10.0.0/8"] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork::Form), "{text}");
        }
    }
}
