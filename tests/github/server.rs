//! The fake of GitHub on a socket, where it can fail on demand. Not what it answers (`hub`).

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use regex::Regex;
use serde_json::{Value, json};

use crate::hub::Hub;

/// How a request fails.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// This answer in place of the work.
    Status(u16, Value),
    /// The work is done after so long.
    Delay(Duration),
    /// No answer and no work.
    LostRequest,
    /// The work, and no answer.
    LostAnswer,
}

/// A fault that waits for requests whose method, path or operation holds a text.
#[derive(Debug)]
struct Trap {
    text: String,
    /// How many such requests it lets pass first.
    passes: u32,
    times: u32,
    fault: Fault,
}

#[derive(Debug)]
struct Inner {
    hub: Hub,
    traps: Vec<Trap>,
    requests: Vec<String>,
}

/// The fake.
#[derive(Debug, Clone)]
pub(crate) struct Server(Arc<Mutex<Inner>>);

impl Server {
    /// Starts it at that socket; it lives as long as the process.
    pub(crate) fn start(socket: &Path, repository: &str) -> Self {
        let listener = UnixListener::bind(socket).expect("a socket");
        let inner = Inner { hub: Hub::new(repository), traps: Vec::new(), requests: Vec::new() };
        let server = Self(Arc::new(Mutex::new(inner)));
        let own = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = own.clone();
                std::thread::spawn(move || own.serve(&stream));
            }
        });
        server
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the repository, or changes it.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Hub) -> T) -> T {
        look(&mut self.inner().hub)
    }

    /// Lets so many requests fail whose method, path or operation holds `text`.
    pub(crate) fn fail(&self, text: &str, times: u32, fault: Fault) {
        self.fail_after(text, 0, times, fault);
    }

    /// As [`Server::fail`], once so many such requests have passed.
    pub(crate) fn fail_after(&self, text: &str, passes: u32, times: u32, fault: Fault) {
        self.inner().traps.push(Trap { text: text.to_owned(), passes, times, fault });
    }

    /// No request fails any more.
    pub(crate) fn heal(&self) {
        self.inner().traps.clear();
    }

    /// The requests so far, each as `METHOD PATH OPERATION`, and none any more.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().requests)
    }

    fn serve(&self, stream: &UnixStream) {
        let mut reader = BufReader::new(stream);
        while let Some((method, path, body)) = request(&mut reader) {
            let text = body["query"].as_str().unwrap_or_default();
            let name = format!("{method} {path} {}", operation(text));
            let fault = {
                let mut inner = self.inner();
                inner.requests.push(name.clone());
                let trap = inner.traps.iter_mut().find(|trap| trap.times > 0 && name.contains(&trap.text));
                trap.and_then(|trap| {
                    if trap.passes > 0 {
                        trap.passes -= 1;
                        return None;
                    }
                    trap.times -= 1;
                    Some(trap.fault.clone())
                })
            };
            match fault {
                Some(Fault::LostRequest) => return,
                Some(Fault::Status(status, answer)) => {
                    answered(stream, status, &answer);
                    continue;
                }
                Some(Fault::Delay(time)) => std::thread::sleep(time),
                Some(Fault::LostAnswer) | None => {}
            }
            let (status, answer) = self.work(&method, &path, &body);
            if matches!(fault, Some(Fault::LostAnswer)) {
                return;
            }
            answered(stream, status, &answer);
        }
    }

    fn work(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let hub = &mut self.inner().hub;
        match path {
            "/graphql" => {
                let variables = body["variables"].as_object().cloned().unwrap_or_default();
                (200, hub.graphql(body["query"].as_str().unwrap_or_default(), variables))
            }
            path => hub.rest(method, path, body),
        }
    }
}

/// The kind and name of what a document asks for, such as `mutation IssueCreate`.
fn operation(document: &str) -> String {
    let operation = Regex::new(r"\b(query|mutation)\s+\w+").expect("an expression");
    operation.find(document).map(|found| found.as_str().to_owned()).unwrap_or_default()
}

/// The next request: its method, its path without the query, and its body.
fn request(reader: &mut BufReader<&UnixStream>) -> Option<(String, String, Value)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|read| *read > 0)?;
        if header.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let path = path.split('?').next().unwrap_or_default().to_owned();
    Some((method, path, serde_json::from_slice(&body).unwrap_or(json!({}))))
}

fn answered(mut stream: &UnixStream, status: u16, body: &Value) {
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n\
         X-Oauth-Scopes: repo\r\n\r\n",
        body.len()
    );
    // Whoever asked may be gone.
    let _nobody_to_tell = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}
