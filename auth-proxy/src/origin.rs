//! Where the service is reached: sessions travel over https, or never leave the machine.

use std::net::IpAddr;

use openidconnect::url::Url;

use crate::Error;

/// The origin of `public_url`, which must be https unless it never leaves the machine.
pub(crate) fn checked_origin(public_url: &str) -> Result<String, Error> {
    let invalid = || Error::InvalidUrl { what: "public_url", value: public_url.to_owned() };
    let url = Url::parse(public_url).map_err(|_| invalid())?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(invalid());
    }
    match url.scheme() {
        "https" => Ok(url.origin().ascii_serialization()),
        "http" if is_loopback(&url) => Ok(url.origin().ascii_serialization()),
        "http" => Err(Error::InsecurePublicUrl(public_url.to_owned())),
        _ => Err(invalid()),
    }
}

/// Whether a URL's host is this machine itself.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o01_http_is_for_the_loopback_interface() {
        for (url, origin) in [
            ("https://cartes.example.fr", "https://cartes.example.fr"),
            ("https://cartes.example.fr:8443/", "https://cartes.example.fr:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(checked_origin(url).unwrap(), origin);
        }
        for bad in [
            "http://cartes.example.fr",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://10.0.0.1",
        ] {
            assert!(matches!(checked_origin(bad), Err(Error::InsecurePublicUrl(_))), "{bad}");
        }
        for bad in
            ["", "cartes.example.fr", "ftp://cartes.example.fr", "https://cartes.example.fr/carte", "https://a@b.fr"]
        {
            assert!(matches!(checked_origin(bad), Err(Error::InvalidUrl { .. })), "{bad}");
        }
    }
}
