//! A Lambda Runtime API and a Parameter Store in one small server, for one process.
//!
//! Of the benchmark's own, so that the time until the first poll is taken where the poll arrives, and so
//! that nothing but the process itself takes part in it. Connections are plain HTTP on this machine: the
//! network's and TLS's share of a real start is not in the figures.

use std::io::{BufReader, Result};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::http::{Request, answer};
use crate::settings::parameters;

const NEXT: &str = "/2018-06-01/runtime/invocation/next";
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";

/// What the process did.
#[derive(Debug)]
pub(crate) enum Seen {
    /// It asked for the next event.
    Poll(Instant),
    /// It answered the event.
    Answer(String),
    /// It reported an error, or asked for something that there is not.
    Failure(String),
}

pub(crate) struct Server {
    address: SocketAddr,
    seen: Receiver<Seen>,
    events: Sender<String>,
    stopped: Arc<AtomicBool>,
}

/// What each connection's thread has.
#[derive(Clone)]
struct Shared {
    seen: Sender<Seen>,
    events: Arc<Mutex<Receiver<String>>>,
}

impl Server {
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (seen_by, seen) = channel();
        let (events, to_deliver) = channel();
        let shared = Shared { seen: seen_by, events: Arc::new(Mutex::new(to_deliver)) };
        let stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stopped);
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let shared = shared.clone();
                if let Ok(connection) = connection {
                    std::thread::spawn(move || shared.serve(&connection));
                }
            }
        });
        Ok(Self { address, seen, events, stopped })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next thing that the process does; `None` where it does nothing for `limit`.
    pub(crate) fn next(&self, limit: Duration) -> Option<Seen> {
        self.seen.recv_timeout(limit).ok()
    }

    /// Answers the process's poll.
    pub(crate) fn deliver(&self, event: &str) {
        // Only fails when every connection has ended; the caller then waits in vain and says so.
        let _ = self.events.send(event.to_owned());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Wakes the listener, which sees the flag and ends.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn serve(&self, connection: &TcpStream) {
        // The process is killed in the end, so a connection that breaks is no failure of its own: what
        // was not asked or answered is missed by the caller.
        if let Err(error) = self.requests(connection) {
            self.tell(Seen::Failure(format!("a connection: {error}")));
        }
    }

    fn requests(&self, mut connection: &TcpStream) -> Result<()> {
        connection.set_nodelay(true)?;
        let mut reader = BufReader::new(connection);
        loop {
            let mut at = Instant::now();
            let Some(request) = Request::read(&mut reader, || at = Instant::now())? else { return Ok(()) };
            let path = request.path.as_str();
            if path == NEXT {
                self.tell(Seen::Poll(at));
                let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
                let Ok(event) = events.recv() else { return Ok(()) };
                let headers = [
                    ("Lambda-Runtime-Aws-Request-Id", REQUEST_ID),
                    ("Lambda-Runtime-Deadline-Ms", &deadline_ms()),
                    ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:111122223333:function:bench"),
                    ("Content-Type", "application/json"),
                ];
                answer(&mut connection, "200 OK", &headers, &event)?;
            } else if request.target.as_deref() == Some("AmazonSSM.GetParametersByPath") {
                let headers = [("Content-Type", "application/x-amz-json-1.1")];
                answer(&mut connection, "200 OK", &headers, &parameters_by_path())?;
            } else if path.ends_with("/response") {
                self.tell(Seen::Answer(String::from_utf8_lossy(&request.body).into_owned()));
                answer(&mut connection, "202 Accepted", &[], "")?;
            } else {
                let what = request.target.unwrap_or_else(|| format!("{} {path}", request.method));
                self.tell(Seen::Failure(format!("{what}: {}", String::from_utf8_lossy(&request.body))));
                answer(&mut connection, "400 Bad Request", &[], "{}")?;
            }
        }
    }

    fn tell(&self, seen: Seen) {
        // Nobody listens any more once the run is over.
        let _ = self.seen.send(seen);
    }
}

fn deadline_ms() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (now + Duration::from_secs(60)).as_millis().to_string()
}

/// What Parameter Store answers.
fn parameters_by_path() -> String {
    let all = parameters();
    let list = all.iter().map(|(name, value)| {
        let kind = if name.contains("/secrets/") { "SecureString" } else { "String" };
        let arn = format!("arn:aws:ssm:eu-west-1:111122223333:parameter{name}");
        json!({ "Name": name, "Type": kind, "Value": value, "Version": 1, "ARN": arn, "DataType": "text",
                "LastModifiedDate": 1_700_000_000.0 })
    });
    json!({ "Parameters": list.collect::<Vec<Value>>() }).to_string()
}
