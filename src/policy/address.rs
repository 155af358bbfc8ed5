//! The address of a health check: what makes a text one, and what must not be in it.
//! Not a request, and not a whole parser of addresses: the library that asks has one.

use std::net::Ipv6Addr;

/// Why a text is not the address of a health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum AddressError {
    /// It does not begin with `http://` or `https://`.
    #[error("must begin with `http://` or `https://`")]
    Scheme,
    /// It names no host.
    #[error("names no host")]
    Host,
    /// Its port is none.
    #[error("has a port that is not a number from 1 to 65535")]
    Port,
    /// It holds a user name or password.
    #[error("holds a user name or password, which is a secret")]
    Secret,
    /// It holds a character that an address cannot.
    #[error("holds a space or another character that an address cannot")]
    Character,
}

impl AddressError {
    /// What to do about it.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Scheme | Self::Host => "write it as in `http://127.0.0.1:8080/health`",
            Self::Port => "write the port after the host, as in `http://127.0.0.1:8080/health`",
            Self::Secret => {
                "take it out, and change it where it is in use: this file is in git; a health check needs no secret"
            }
            Self::Character => "escape it as `%20` and the like",
        }
    }
}

/// Whether `text` can be asked for health.
pub(super) fn check(text: &str) -> Result<(), AddressError> {
    let (scheme, rest) = text.split_once("://").ok_or(AddressError::Scheme)?;
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(AddressError::Scheme);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // First of all, so that no other message is given in its place, and nothing repeats the text.
    if authority.contains('@') {
        return Err(AddressError::Secret);
    }
    if !text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`')) {
        return Err(AddressError::Character);
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or(AddressError::Host)?;
            host.parse::<Ipv6Addr>().map_err(|_| AddressError::Host)?;
            (
                host,
                if port.is_empty() { None } else { Some(port.strip_prefix(':').ok_or(AddressError::Port)?) },
            )
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() || host.starts_with(['.', '-']) {
        return Err(AddressError::Host);
    }
    match port {
        Some(port) if port.parse::<u16>().is_ok_and(|port| port > 0) => Ok(()),
        Some(_) => Err(AddressError::Port),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        for text in [
            "http://127.0.0.1:18081/health/carbon",
            "https://carbon.example",
            "HTTP://localhost/?deep=1#x",
            "http://[::1]:80/health",
            "http://[::1]",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for text in ["", "localhost:80/health", "ftp://localhost/x", "/health", "http:/localhost", "://x"] {
            assert_eq!(check(text), Err(AddressError::Scheme), "{text}");
        }
        for text in ["http://", "http:///health", "http://:80/", "http://.x/", "http://[::1", "http://[x]/"] {
            assert_eq!(check(text), Err(AddressError::Host), "{text}");
        }
        for text in ["http://a:/", "http://a:0/", "http://a:65536/", "http://a:b/", "http://[::1]80/"] {
            assert_eq!(check(text), Err(AddressError::Port), "{text}");
        }
        for text in ["http://a/b c", "http://größe/", "http://a/\"b\""] {
            assert_eq!(check(text), Err(AddressError::Character), "{text}");
        }
    }

    #[test]
    fn a_secret_is_told_whatever_else_is_wrong() {
        for text in ["http://u:p@a/", "http://u@a/", "http://u:p q@:x", "https://:p@[::1]/"] {
            assert_eq!(check(text), Err(AddressError::Secret), "{text}");
        }
        assert_eq!(check("http://a/@b"), Ok(()));
    }
}
