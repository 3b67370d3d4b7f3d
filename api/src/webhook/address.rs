//! Which addresses may be called: public ones, and networks that the operator names (`reliability.md` O-04).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;
use url::{Host, Url};

/// Whether an address belongs to the public network; everything that is private, local, shared, reserved or for
/// documentation does not, however it is written.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let special = a == 0 || a >= 224 || (a == 192 && b == 0 && c == 0) || (a == 192 && b == 88 && c == 99);
    let benchmark = a == 198 && (b == 18 || b == 19);
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || shared
        || special
        || benchmark)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [first, second, third, ..] = segments;
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match (first, second) {
        // What is translated to the old network is judged by the address there.
        (0x0064, 0xff9b) => is_public_v4(embedded(segments[6], segments[7])),
        (0x2002, high) => is_public_v4(embedded(high, third)),
        (0x2001, 0x0000 | 0x0db8) => false,
        _ => first & 0xe000 == 0x2000,
    }
}

/// What is wrong with an address of a webhook as it is written.
///
/// # Errors
/// The code of what is wrong.
pub fn check(text: &str, production: bool) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "field.url")?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && !production);
    // Ports below 1024 belong to other services, which a request could be made to talk to.
    let port = url.port().is_none_or(|port| matches!(port, 80 | 443) || port >= 1_024);
    if text.len() > 500 || !plain || !scheme || !port || url.host().is_none() {
        return Err("field.url");
    }
    Ok(url)
}

/// Whether a host is named as only a network of one's own knows it: one word, or below a name kept for such networks
/// (RFC 6761, RFC 6762, RFC 8375).
#[must_use]
pub fn is_inner_name(url: &Url) -> bool {
    let Some(Host::Domain(name)) = url.host() else { return false };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    !name.contains('.')
        || matches!(last, "localhost" | "local" | "internal" | "lan" | "test" | "invalid")
        || name.ends_with(".home.arpa")
}

/// Where a webhook leads now: asked once, and the connection goes to just this address. Of a name with several addresses
/// all must be allowed.
///
/// # Errors
/// What to note in the delivery.
pub async fn resolved(url: &Url, allowed: &[IpNet]) -> Result<SocketAddr, String> {
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![SocketAddr::new(address.into(), port)],
        Some(Host::Ipv6(address)) => vec![SocketAddr::new(address.into(), port)],
        Some(Host::Domain(name)) => tokio::net::lookup_host((name, port))
            .await
            .map_err(|_| "the name of the host is not known".to_owned())?
            .collect(),
        None => Vec::new(),
    };
    let inside = |address: &IpAddr| allowed.iter().any(|network| network.contains(address));
    let good = |one: &SocketAddr| {
        let address = one.ip().to_canonical();
        // Without TLS only inside networks that the operator named.
        inside(&address) || (is_public(address) && url.scheme() == "https")
    };
    if !addresses.iter().all(good) {
        return Err("the address is not a public one".to_owned());
    }
    addresses.first().copied().ok_or_else(|| "the name of the host is not known".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        // REQ O-04
        let of = |text: &str| is_public(text.parse().unwrap());
        for public in ["8.8.8.8", "114.114.114.114", "2400:3200::1", "2606:4700::1111"] {
            assert!(of(public), "{public}");
        }
        for other in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.8.8.8",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2002:a00:1::",
            "2001:db8::1",
            "2001::1",
            "fec0::1",
            "100::1",
        ] {
            assert!(!of(other), "{other}");
        }
    }

    #[actix_web::test]
    async fn every_spelling_of_this_machine_is_refused() {
        // REQ O-04
        for text in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://localhost/",
            "https://10.0.0.1:8443/x",
            "http://8.8.8.8/",
        ] {
            let url = check(text, false).unwrap();
            assert!(resolved(&url, &[]).await.is_err(), "{text}");
        }
        let url = check("http://127.0.0.1:9009/", false).unwrap();
        assert!(resolved(&url, &["127.0.0.0/8".parse().unwrap()]).await.is_ok());
        for text in ["ftp://8.8.8.8/", "https://u:p@8.8.8.8/", "https://8.8.8.8/#x", "javascript:alert(1)", "/x"] {
            assert!(check(text, false).is_err(), "{text}");
        }
        assert!(check("http://8.8.8.8/", true).is_err());
        assert!(check("https://hooks.example.cn:22/", false).is_err());
        for inner in
            ["https://localhost/", "https://db/", "https://a.local/", "https://A.Internal./", "https://x.home.arpa/"]
        {
            assert!(is_inner_name(&check(inner, false).unwrap()), "{inner}");
        }
        for outer in ["https://hooks.example.cn/", "https://8.8.8.8/"] {
            assert!(!is_inner_name(&check(outer, false).unwrap()), "{outer}");
        }
    }
}
