//! As much of HTTP/1.1 as the Lambda runtime and the SDK speak to a local server.

use std::io::{BufRead, Result, Write};

/// One request.
#[derive(Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The `X-Amz-Target` header, which names the operation.
    pub(crate) target: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The next request of a connection; `None` where the other side has ended it. `headed` is called
    /// as soon as the first line is there.
    pub(crate) fn read(connection: &mut impl BufRead, headed: impl FnOnce()) -> Result<Option<Self>> {
        let mut line = String::new();
        if connection.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        headed();
        let mut words = line.split_whitespace().map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            return Err(std::io::Error::other(format!("no request: {line:?}")));
        };
        let (mut length, mut target) = (0, None);
        loop {
            let mut header = String::new();
            connection.read_line(&mut header)?;
            let Some((name, value)) = header.trim_end().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().map_err(std::io::Error::other)?,
                "x-amz-target" => target = Some(value.trim().to_owned()),
                "transfer-encoding" => return Err(std::io::Error::other("a body without a length is not read here")),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        connection.read_exact(&mut body)?;
        Ok(Some(Self { method, path, target, body }))
    }
}

/// Writes an answer in one piece, so that it does not wait for the acknowledgement of its first half.
pub(crate) fn answer(connection: &mut impl Write, status: &str, headers: &[(&str, &str)], body: &str) -> Result<()> {
    let mut text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.push_str(body);
    connection.write_all(text.as_bytes())?;
    connection.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_requests_of_one_connection_are_told_apart() {
        let mut sent: &[u8] =
            b"POST / HTTP/1.1\r\nx-amz-target: A.B\r\ncontent-length: 2\r\n\r\n{}GET /n HTTP/1.1\r\n\r\n";
        let first = Request::read(&mut sent, || {}).unwrap().unwrap();
        assert_eq!(
            (first.method.as_str(), first.target.as_deref(), first.body.as_slice()),
            ("POST", Some("A.B"), &b"{}"[..])
        );
        let second = Request::read(&mut sent, || {}).unwrap().unwrap();
        assert_eq!((second.method.as_str(), second.path.as_str(), second.target), ("GET", "/n", None));
        assert_eq!(Request::read(&mut sent, || {}).unwrap(), None);
    }

    #[test]
    fn a_body_of_unknown_length_is_refused() {
        let mut sent: &[u8] = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        assert!(Request::read(&mut sent, || {}).is_err());
    }
}
