use super::*;
use crate::entry::Request;

fn format(line: &str) -> String {
    Reader::default().read(line.as_bytes(), None).format.into_owned()
}

#[test]
fn formats_are_told_apart_by_content() {
    for (line, expected) in [
        ("Dec 10 06:55:46 web sshd[1]: Accepted password for a from 192.0.2.7 port 22 ssh2", "sshd"),
        ("<38>1 2023-12-10T06:55:46Z web sshd 1 - - Accepted password for a from 192.0.2.7 port 22 ssh2", "sshd"),
        ("<86>Dec 10 06:55:46 web sudo: a : COMMAND=/bin/ls", "sudo"),
        ("2023-12-10T06:55:46.123456+01:00 web CRON[7]: (root) CMD (x)", "syslog"),
        (r#"{"MESSAGE":"x","SYSLOG_IDENTIFIER":"sshd","__REALTIME_TIMESTAMP":"1702191346000000"}"#, "journald"),
        ("type=SYSCALL msg=audit(1702191346.123:456): arch=c000003e", "auditd"),
        ("192.0.2.7 - - [10/Dec/2023:06:55:46 +0000] \"GET / HTTP/1.1\" 200 12", "access"),
        (
            "example.com:443 2001:db8::1 - bob [10/Dec/2023:06:55:46 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"x\"",
            "access",
        ),
        (
            "[Sun Dec 10 06:55:46.1 2023] [core:error] [pid 1:tid 2] [client 192.0.2.7:80] AH00126: Invalid URI",
            "web error",
        ),
        ("2 111122223333 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 40 1702191346 1702191400 ACCEPT OK", "flow log"),
        ("2 111122223333 eni-1 - - - - - - - 1702191346 1702191400 - NODATA", "flow log"),
        (r#"{"eventVersion":"1.08","eventSource":"s3.amazonaws.com","eventName":"GetObject"}"#, "CloudTrail"),
        (r#"{"level":"info","msg":"started"}"#, "JSON"),
        ("START RequestId: 6f1ed002-ab5c-42ee-a6c8-6f0d4c6b1b2e Version: $LATEST", "text"),
        ("just some words", "text"),
        ("", "none"),
        ("{broken", "text"),
    ] {
        assert_eq!(format(line), expected, "{line}");
    }
}

#[test]
fn mixed_formats_clocks_that_go_back_and_broken_text() {
    let mut reader = Reader::default();
    let mut at = |line: &[u8]| reader.read(line, None).at_ms;
    assert_eq!(at(b"Dec 31 23:59:59 web x: y"), None, "no year is known");
    let year = at(b"2023-12-31T23:59:58Z web x: y").unwrap();
    assert_eq!(at(b"Dec 31 23:59:59 web x: y"), Some(year + 1000));
    assert_eq!(at(b"Jan  1 00:00:00 web x: y"), Some(year + 2000), "the year turns");
    assert_eq!(at(b"2023-12-31T23:00:58Z web x: y"), Some(year - 59 * 60_000), "a clock that goes back");
    assert_eq!(at(b"\xff\xfe\x00 broken"), None);
    let long = [b"2023-12-31T23:59:58Z web app: ".to_vec(), vec![b'x'; 256 << 10]].concat();
    let entry = reader.read(&long, None);
    assert!(matches!(&entry.what, What::Program(said) if said.message.len() == 256 << 10));
    assert_eq!(Reader::default().read(b"no time", Some(7)).at_ms, Some(7));
}

#[test]
fn control_messages_and_pointers_are_no_lines_of_text() {
    let control = r#"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[]}"#;
    assert_eq!(Reader::default().read(control.as_bytes(), None).what, What::Passed("control messages"));
    let pointer = r#"{"@ptr.$['body']":"AbCd","@ptr.$['input']['text']":"EfGh"}"#;
    assert_eq!(Reader::default().read(pointer.as_bytes(), None).what, What::Passed("pointers to large objects"));
    let cut = r#"{"level":"error","message":"the beginn","@ptr.$['message']":"AbCd"}"#;
    let entry = Reader::default().read(cut.as_bytes(), None);
    assert!(matches!(&entry.what, What::Text(text) if text.message == "the beginn"), "{entry:?}");
}

#[test]
fn a_format_of_the_users_is_read() {
    let custom = Custom::parse(
        "# shop\nname: shop access\nline: {time} {client} \"{method} {target}\" {status} {-} agent={agent}\n",
    )
    .unwrap();
    let mut reader = Reader::new(vec![custom]);
    let entry = reader.read(b"2023-12-10T06:55:46Z 192.0.2.7 \"GET /a?b=c\" 404 12ms agent=curl/8 x", None);
    assert_eq!((&*entry.format, entry.at_ms), ("shop access", Some(1_702_191_346_000)));
    let What::Request(Request { client, method, target, status, agent, .. }) = entry.what else { panic!("{entry:?}") };
    assert_eq!(
        (client.unwrap().to_string().as_str(), &*method, &*target, status, &*agent),
        ("192.0.2.7", "GET", "/a?b=c", 404, "curl/8 x")
    );
    assert_eq!(reader.read(b"something else", None).format, "text", "other lines are read as ever");
}

#[test]
fn a_mistake_in_a_format_is_named_with_its_line() {
    for (file, expected) in [
        ("", "line 0: `name:` is missing"),
        ("name: x", "line 1: `line:` is missing"),
        ("name: x\nline: {message", "line 2: a `{` has no `}`"),
        ("name: x\n\nline: {mesage}", "line 3: there is no field `mesage`; there are: "),
        ("name: x\nline: {time}{message}", "line 2: before `{message}` a text must stand"),
        ("name: x\nline: {time} {level}", "line 2: it needs `{message}`"),
        ("name: x\nline: {message} {message}", "line 2: `{message}` stands twice"),
        ("nme: x", "line 1: there is no `nme`: only `name` and `line`"),
        ("hello", "line 1: a line must be `name: …` or `line: …`"),
    ] {
        let error = Custom::parse(file).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}
