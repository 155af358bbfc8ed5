//! One question by HTTP: a GET that is bounded in time and in what it reads.
//!
//! Not here: what a good answer is. A redirect is an answer and is not followed: what was asked is whether this
//! address is well, not whether another one is.

use std::io::{self, Read as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;

use super::clock::Stopwatch;

/// What is read of a body, in bytes, unless more is asked for.
const LONGEST: u64 = 64 << 10;
/// How long it may take to see whether somebody listens at an address of this machine.
const LISTENS: Duration = Duration::from_secs(1);

/// An answer, whatever it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The beginning of the body, with what is not UTF-8 replaced.
    pub body: String,
    /// How long it took.
    pub duration: Duration,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// Nobody listens there.
    #[error("nobody listens there")]
    Refused,
    /// The limit was reached.
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// The name of the host leads nowhere.
    #[error("the host is not known")]
    UnknownHost,
    /// The other side cannot prove who it is, or speaks no TLS.
    #[error("no safe connection: {0}")]
    Tls(String),
    /// The connection broke, or what came is no HTTP.
    #[error("no answer that can be read: {0}")]
    Broken(String),
}

/// What is asked besides the address.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// A secret that is shown to the other side.
    pub token: Option<&'a str>,
    /// The limit in time.
    pub limit: Duration,
    /// What is read of the body, in bytes.
    pub longest: u64,
}

/// Asks `url`. A proxy of the environment is used, but never for this machine.
pub fn get(url: &str, limit: Duration) -> Result<Answer, Unanswered> {
    ask(url, Asked { token: None, limit, longest: LONGEST })
}

/// As [`get`], with more to say.
pub fn ask(url: &str, Asked { token, limit, longest }: Asked<'_>) -> Result<Answer, Unanswered> {
    let watch = Stopwatch::start();
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(limit))
        .user_agent(concat!("tta-promote/", env!("CARGO_PKG_VERSION")));
    if is_this_machine(url) {
        config = config.proxy(None);
    }
    let agent: Agent = config.build().into();
    let unanswered = |error: &ureq::Error| unanswered(error, limit);
    let mut request = agent.get(url);
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let mut response = request.call().map_err(|error| unanswered(&error))?;
    let mut body = Vec::new();
    let read = response.body_mut().as_reader().take(longest).read_to_end(&mut body);
    read.map_err(|error| unanswered(&ureq::Error::from(error)))?;
    let location = response.headers().get("location").and_then(|value| value.to_str().ok());
    Ok(Answer {
        status: response.status().as_u16(),
        location: location.map(str::to_owned),
        body: String::from_utf8_lossy(&body).into_owned(),
        duration: watch.elapsed(),
    })
}

/// The addresses of this machine that may have answered for `url`; none for another machine. A name leads to several:
/// those at which somebody listens.
pub fn local_addresses(url: &str) -> Vec<SocketAddr> {
    let Some(uri) = url.parse::<Uri>().ok().filter(|_| is_this_machine(url)) else { return Vec::new() };
    let of_scheme = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    let port = uri.port_u16().unwrap_or(of_scheme);
    let at = |address| SocketAddr::new(address, port);
    match host(&uri).parse::<IpAddr>() {
        // Who connects to no address in particular comes to his own machine.
        Ok(IpAddr::V4(address)) if address.is_unspecified() => vec![at(Ipv4Addr::LOCALHOST.into())],
        Ok(IpAddr::V6(address)) if address.is_unspecified() => vec![at(Ipv6Addr::LOCALHOST.into())],
        Ok(address) => vec![at(address)],
        Err(_) => {
            let named = (host(&uri), port).to_socket_addrs().into_iter().flatten();
            named.filter(|address| TcpStream::connect_timeout(address, LISTENS).is_ok()).collect()
        }
    }
}

fn host(uri: &Uri) -> &str {
    uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
}

fn is_this_machine(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let is_loopback = |address: IpAddr| address.is_loopback() || address.is_unspecified();
    host(&uri).eq_ignore_ascii_case("localhost") || host(&uri).parse().is_ok_and(is_loopback)
}

fn unanswered(error: &ureq::Error, limit: Duration) -> Unanswered {
    match error {
        ureq::Error::Timeout(_) => Unanswered::TimedOut(limit),
        ureq::Error::HostNotFound => Unanswered::UnknownHost,
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) | ureq::Error::Pem(_) | ureq::Error::TlsRequired => {
            Unanswered::Tls(error.to_string())
        }
        ureq::Error::Io(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => Unanswered::Refused,
        ureq::Error::Io(cause) if cause.kind() == io::ErrorKind::TimedOut => Unanswered::TimedOut(limit),
        ureq::Error::Io(cause) if cause.to_string().contains("lookup address") => Unanswered::UnknownHost,
        ureq::Error::Io(cause) if cause.kind() == io::ErrorKind::InvalidData => {
            Unanswered::Tls(cause.to_string())
        }
        other => Unanswered::Broken(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::net::TcpListener;

    use super::*;

    const SOON: Duration = Duration::from_millis(500);
    const LATE: Duration = Duration::from_secs(20);

    /// The address of a server that gives one connection these bytes and, where it is told to, keeps it open.
    fn server(bytes: &'static [u8], stays: bool) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/health/carbon", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().expect("a connection");
            let mut question = [0; 4096];
            let _asked = connection.read(&mut question).expect("a question");
            connection.write_all(bytes).expect("written");
            if stays {
                let _until_closed = connection.read(&mut question);
            }
        });
        url
    }

    #[test]
    fn an_answer_is_a_value_whatever_its_status() {
        let url = server(b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy", false);
        let answer = get(&url, LATE).expect("an answer");
        assert_eq!((answer.status, answer.body.as_str(), answer.location), (503, "busy", None));
    }

    #[test]
    fn a_redirect_is_an_answer_and_is_not_followed() {
        let url = server(b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/\r\n\r\n", false);
        let answer = get(&url, LATE).expect("an answer");
        assert_eq!(answer.status, 302);
        assert_eq!(answer.location.as_deref(), Some("http://elsewhere.invalid/"));
    }

    #[test]
    fn a_port_without_a_listener_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        drop(listener);
        assert_eq!(get(&url, LATE), Err(Unanswered::Refused));
    }

    #[test]
    fn a_server_that_says_nothing_or_never_ends_is_left_at_the_limit() {
        for bytes in [b"".as_slice(), b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"] {
            let watch = Stopwatch::start();
            assert_eq!(get(&server(bytes, true), SOON), Err(Unanswered::TimedOut(SOON)));
            assert!(watch.elapsed() < LATE);
        }
    }

    #[test]
    fn what_is_no_http_is_no_answer() {
        for bytes in
            [b"SSH-2.0-x\r\n\r\n".as_slice(), b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"]
        {
            assert!(matches!(get(&server(bytes, false), LATE), Err(Unanswered::Broken(_))));
        }
        assert!(matches!(get("no address", SOON), Err(Unanswered::Broken(_))));
    }

    #[test]
    fn a_body_without_end_is_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/", listener.local_addr().expect("an address"));
        std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().expect("a connection");
            let _begun = connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            while connection.write_all(&[b'x'; 4096]).is_ok() {}
        });
        let answer = get(&url, LATE).expect("an answer");
        assert_eq!(answer.body.len() as u64, LONGEST);
    }

    #[test]
    fn a_host_without_an_address_and_a_server_without_tls_are_told_apart() {
        assert_eq!(get("http://nowhere.invalid/", LATE), Err(Unanswered::UnknownHost));
        let url = server(b"HTTP/1.1 400 Bad\r\n\r\n", false).replace("http:", "https:");
        assert!(matches!(get(&url, LATE), Err(Unanswered::Tls(_))));
    }

    #[test]
    fn only_an_address_of_this_machine_is_local() {
        for (url, at) in [
            ("http://127.0.0.1:18081/x", Some("127.0.0.1:18081")),
            ("http://127.0.0.2:18081/x", Some("127.0.0.2:18081")),
            ("http://0.0.0.0:18081/x", Some("127.0.0.1:18081")),
            ("http://127.0.0.1/x", Some("127.0.0.1:80")),
            ("https://[::1]/x", Some("[::1]:443")),
            ("http://[::]:18081/x", Some("[::1]:18081")),
            ("http://staging.example:8081/x", None),
            ("http://127.0.0.1.example:8081/x", None),
            ("no address", None),
        ] {
            let at: Vec<SocketAddr> = at.into_iter().map(|at| at.parse().expect("an address")).collect();
            assert_eq!(local_addresses(url), at, "{url}");
        }
    }

    #[test]
    fn a_name_of_this_machine_leads_to_where_somebody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("an address");
        let url = format!("http://localhost:{}/x", at.port());
        assert_eq!(local_addresses(&url), [at]);
        if let Ok(_other) = TcpListener::bind(("::1", at.port())) {
            let named = ("localhost", 0).to_socket_addrs().expect("a name").any(|one| one.is_ipv6());
            assert_eq!(local_addresses(&url).len(), if named { 2 } else { 1 });
        }
        drop(listener);
    }
}
