//! HTTP/1.1 for one person's browser on the same machine: requests without a body, one on each connection.
//!
//! A general server would do more than is asked here; this one answers nobody that names another host: a page from
//! elsewhere whose name was made to lead to 127.0.0.1 would otherwise read the dashboard.

use std::fmt::Write as _;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, Response, StatusCode, header};
use riposte_core::text::plain;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

/// The longest head of a request, in bytes.
const LONGEST: usize = 16 * 1024;

/// The longest page, in bytes.
const LARGEST: usize = 16 << 20;

/// How long a browser may take to send a head, and to take an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// After a connection could not be taken: most likely too many files are open.
const PAUSE: Duration = Duration::from_millis(100);

/// Answers for ever.
pub(super) async fn serve(listener: TcpListener, port: u16, router: Router) -> Result<ExitCode> {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let router = router.clone();
                tokio::spawn(async move {
                    // A browser that went away is no failure of ours.
                    let _ = answer(stream, port, router).await;
                });
            }
            Err(error) => {
                eprintln!("riposte: a connection could not be taken: {}", plain(&error.to_string(), 200));
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn answer(mut stream: TcpStream, port: u16, router: Router) -> io::Result<()> {
    let head = tokio::time::timeout(PATIENCE, head(&mut stream)).await??;
    let Some(head) = head else { return Ok(()) };
    let (response, is_head) = match read(&head, port) {
        Ok(request) => {
            let is_head = request.method() == Method::HEAD;
            let Ok(response) = router.oneshot(request).await;
            (response, is_head)
        }
        Err((status, why)) => (refusal(status, why), false),
    };
    let bytes = written(response, is_head).await?;
    tokio::time::timeout(PATIENCE, async {
        stream.write_all(&bytes).await?;
        stream.shutdown().await
    })
    .await?
}

/// The bytes up to the empty line; `None` where the connection is closed before anything comes.
async fn head(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 2048];
    loop {
        let count = stream.read(&mut chunk).await?;
        if count == 0 {
            return Ok((!bytes.is_empty()).then_some(bytes));
        }
        bytes.extend(chunk.iter().take(count));
        if bytes.windows(4).any(|four| four == b"\r\n\r\n") || bytes.len() > LONGEST {
            return Ok(Some(bytes));
        }
    }
}

type Refused = (StatusCode, &'static str);

/// The request of a head, where it is one for this machine.
fn read(head: &[u8], port: u16) -> Result<Request<Body>, Refused> {
    const BAD: Refused = (StatusCode::BAD_REQUEST, "this is no HTTP/1.1 request");
    if head.len() > LONGEST {
        return Err((StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the request's head is too long"));
    }
    let text = std::str::from_utf8(head).map_err(|_| BAD)?;
    let (text, _) = text.split_once("\r\n\r\n").ok_or(BAD)?;
    let mut lines = text.split("\r\n");
    let mut first = lines.next().unwrap_or_default().split(' ');
    let (method, target, version) = (first.next(), first.next(), first.next());
    let target = target.filter(|target| target.starts_with('/')).ok_or(BAD)?;
    if !version.is_some_and(|version| version.starts_with("HTTP/1.")) {
        return Err(BAD);
    }
    let mut request = Request::builder().method(method.unwrap_or_default()).uri(target);
    for line in lines {
        let (name, value) = line.split_once(':').ok_or(BAD)?;
        request = request.header(name, value.trim());
    }
    let request = request.body(Body::empty()).map_err(|_| BAD)?;
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok()).filter(|_| hosts.next().is_none());
    let ours = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    if !host.is_some_and(|host| ours.iter().any(|own| own.eq_ignore_ascii_case(host))) {
        return Err((StatusCode::MISDIRECTED_REQUEST, "the dashboard answers to 127.0.0.1 and localhost alone"));
    }
    Ok(request)
}

fn refusal(status: StatusCode, why: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{why}\n")));
    *response.status_mut() = status;
    response
}

/// The answer as it goes over the wire.
async fn written(response: Response<Body>, is_head: bool) -> io::Result<Vec<u8>> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, LARGEST).await.map_err(io::Error::other)?;
    let status = parts.status;
    let mut head = format!("HTTP/1.1 {} {}\r\n", status.as_str(), status.canonical_reason().unwrap_or_default());
    for (name, value) in parts.headers.iter().filter(|(name, _)| **name != header::CONTENT_LENGTH) {
        let value = value.to_str().map_err(io::Error::other)?;
        // Writing to a String cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let mut bytes = head.into_bytes();
    if !is_head {
        bytes.extend_from_slice(&body);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;

    use super::*;

    fn request(text: &str) -> Result<Request<Body>, Refused> {
        read(text.as_bytes(), 8008)
    }

    #[test]
    fn only_this_machine_is_answered() {
        for host in ["127.0.0.1:8008", "localhost:8008", "LOCALHOST:8008"] {
            assert!(request(&format!("GET /a?b=c HTTP/1.1\r\nHost: {host}\r\n\r\n")).is_ok(), "{host}");
        }
        for head in ["Host: evil.example:8008\r\n", "Host: 127.0.0.1\r\n", "", "Host: 127.0.0.1:8008\r\nHost: evil\r\n"]
        {
            let refused = request(&format!("GET / HTTP/1.1\r\n{head}\r\n")).unwrap_err();
            assert_eq!(refused.0, StatusCode::MISDIRECTED_REQUEST, "{head}");
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for text in
            ["", "GET\r\n\r\n", "GET http://x/ HTTP/1.1\r\n\r\n", "GET / HTTP/2\r\n\r\n", "GET / HTTP/1.1\r\nx\r\n\r\n"]
        {
            assert_eq!(request(text).unwrap_err().0, StatusCode::BAD_REQUEST, "{text}");
        }
        let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(LONGEST));
        assert_eq!(request(&long).unwrap_err().0, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }

    #[tokio::test]
    async fn a_browser_gets_the_page_and_the_end_of_the_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().route("/", get(|| async { "hello" }));
        let server = tokio::spawn(serve(listener, port, router));
        for (method, body) in [("GET", "hello"), ("HEAD", "")] {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let text = format!("{method} / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
            stream.write_all(text.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
            assert!(answer.ends_with(&format!("connection: close\r\n\r\n{body}")), "{answer}");
        }
        server.abort();
    }
}
