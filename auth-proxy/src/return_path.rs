//! Where a login may send the browser back to: a path of this service, by a grammar.
//! Nothing is parsed as a URL and nothing is repaired: what does not match goes to the home page.

use crate::guard::is_canonical_path;

/// Longest accepted text.
const LONGEST: usize = 1_000;

/// A checked place of this service: `/`, or a canonical path, then an optional plain query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnPath(String);

impl ReturnPath {
    /// The home page.
    pub fn home() -> Self {
        Self("/".to_owned())
    }

    /// The place, or none when the text is anything but a place of this service.
    ///
    /// ```
    /// use auth_proxy::ReturnPath;
    /// assert_eq!(ReturnPath::parse("/?couches=parcelles").unwrap().as_str(), "/?couches=parcelles");
    /// assert!(ReturnPath::parse("//evil.example").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
        let fits =
            text.len() <= LONGEST && is_canonical_path(path) && !path.contains('%') && query.is_none_or(is_plain_query);
        // A login that returns to the login would turn in circles.
        let leaves_login = path != "/auth" && !path.starts_with("/auth/");
        (fits && leaves_login).then(|| Self(text.to_owned()))
    }

    /// The place, or the home page.
    pub fn parse_or_home(text: Option<&str>) -> Self {
        text.and_then(Self::parse).unwrap_or_else(Self::home)
    }

    /// The text of a `Location`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A query made of characters that mean the same everywhere; percent signs are refused, not decoded.
fn is_plain_query(query: &str) -> bool {
    query.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~,=&:/+".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g01_every_hostile_return_address_ends_at_home() {
        let mut lines = 0;
        for line in include_str!("../tests/return_paths.txt").lines().filter(|line| !line.starts_with("# ")) {
            let hostile = unescape(line);
            assert_eq!(ReturnPath::parse_or_home(Some(&hostile)), ReturnPath::home(), "{line}");
            lines += 1;
        }
        assert!(lines >= 120, "the list has {lines} lines");
    }

    #[test]
    fn places_of_this_service_are_kept_as_they_are() {
        for good in ["/", "/?c=4.83,45.75,14", "/tiles/parcelles", "/?a=1&b=2", "/styles/plan"] {
            assert_eq!(ReturnPath::parse(good).unwrap().as_str(), good);
        }
    }

    /// The list writes control characters as `\xHH`, so that it stays a text file.
    fn unescape(line: &str) -> String {
        let mut parts = line.split("\\x");
        let mut text = parts.next().unwrap().to_owned();
        for part in parts {
            text.push(char::from(u8::from_str_radix(&part[..2], 16).unwrap()));
            text.push_str(&part[2..]);
        }
        text
    }
}
