//! The command, run without an environment, and records of our own making.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

/// A call of the command. It has no environment: no region, no credentials, no home.
pub(crate) struct Call(Command);

/// What came of it.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn riposte(arguments: &[&str]) -> Call {
    let mut command = Command::new(env!("CARGO_BIN_EXE_riposte"));
    command.args(arguments).env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
    Call(command)
}

impl Call {
    /// Runs it to its end over this standard input.
    pub(crate) fn run(self, input: &[u8]) -> Ran {
        let mut child = self.spawn(Stdio::piped());
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // The command may refuse without reading, or write before it has read all.
        let writer = std::thread::spawn(move || _ = stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    pub(crate) fn spawn(mut self, stdin: Stdio) -> Child {
        self.0.stdin(stdin).spawn().unwrap()
    }
}

impl Ran {
    /// Event id and detector of each finding.
    pub(crate) fn findings(&self) -> Vec<String> {
        let read = |line: &str| serde_json::from_str::<Value>(line).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or("(none)").to_owned();
        self.out
            .lines()
            .map(read)
            .map(|line| format!("{} {}", text(&line["event_id"]), text(&line["detector"])))
            .collect()
    }

    /// What could not be read or judged.
    pub(crate) fn faults(&self) -> Vec<String> {
        self.err.lines().filter(|line| line.starts_with("riposte: ")).map(str::to_owned).collect()
    }
}

fn record(id: &str, source: &str, name: &str, request: &Value) -> Value {
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLEMALLORY000",
            "arn": "arn:aws:iam::111122223333:user/mallory",
            "accountId": "111122223333",
            "accessKeyId": "AKIAEXAMPLEMALLORY00",
            "userName": "mallory",
            "sessionContext": {"sessionIssuer": {}, "attributes": {"mfaAuthenticated": "false"}}
        },
        "eventTime": "2026-02-03T04:05:06Z",
        "eventSource": source,
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.66",
        "userAgent": "aws-cli/2.17.0",
        "requestParameters": request,
        "responseElements": null,
        "requestID": format!("rq-{id}"),
        "eventID": id,
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management"
    })
}

/// `trail-stopped` fires.
pub(crate) fn stopped(id: &str, trail: &str) -> Value {
    record(id, "cloudtrail.amazonaws.com", "StopLogging", &json!({"name": trail}))
}

/// `open-admin-port` fires.
pub(crate) fn open_port(id: &str, group: &str) -> Value {
    let range = json!({
        "ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {}, "ipv6Ranges": {}, "prefixListIds": {},
        "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
    });
    record(
        id,
        "ec2.amazonaws.com",
        "AuthorizeSecurityGroupIngress",
        &json!({"groupId": group, "ipPermissions": {"items": [range]}}),
    )
}

/// No detector reads it.
pub(crate) fn ordinary(number: usize) -> Value {
    record(
        &format!("ordinary-{number}"),
        "things.amazonaws.com",
        "CreateThing",
        &json!({"policy": "{\"a\": [\"\\\\\"]}", "n": number}),
    )
}

pub(crate) fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Without its last quarter.
pub(crate) fn truncated_gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = gzip(bytes);
    packed.truncate(packed.len() / 4 * 3);
    packed
}

/// With another checksum than its content has.
pub(crate) fn broken_gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = gzip(bytes);
    let place = packed.len() - 8;
    packed[place] ^= 0xff;
    packed
}
