//! What requests to web servers show.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::Signs;
use crate::entry::Request;
use crate::windows::Many;

const MISSING: Many = Many { count: 20, within_ms: 300_000 };
const SPREAD: Many = Many { count: 15, within_ms: 86_400_000 };
const STUFFED: Many = Many { count: 20, within_ms: 600_000 };

/// Agents of scanners, in small letters.
const SCANNERS: [&str; 22] = [
    "sqlmap",
    "nikto",
    "nmap scripting",
    "masscan",
    "zgrab",
    "gobuster",
    "dirbuster",
    "dirb/",
    "wpscan",
    "nuclei",
    "acunetix",
    "nessus",
    "openvas",
    "w3af",
    "havij",
    "ffuf",
    "feroxbuster",
    "arachni",
    "whatweb",
    "zmeu",
    "jorgee",
    "netsparker",
];

/// What only a scanner asks for, in small letters.
const PROBES: [&str; 14] = [
    "/.env",
    "/.git/config",
    "/.git/head",
    "/.aws/credentials",
    "/wp-config.php",
    "/.ssh/id_rsa",
    "/phpmyadmin/scripts/setup.php",
    "/vendor/phpunit",
    "/actuator/heapdump",
    "/server-status?full",
    "/.svn/entries",
    "/boaform/admin",
    "/cgi-bin/luci",
    "/.ds_store",
];

pub(super) fn scan(request: &Request<'_>, signs: &mut Signs<'_>) {
    let target = decoded(&request.target);
    let agent = decoded(&request.agent);
    let referer = decoded(&request.referer);
    let client = request.client;
    let who = client.map_or_else(|| "(unknown)".to_owned(), |client| client.to_string());
    let asked = format!("{} {}", request.method, request.target);
    let answered = match request.status {
        200..=299 => ", and was answered",
        _ => "",
    };
    let found = [
        ("web-jndi-lookup", [&*target, &*agent, &*referer].iter().any(|text| is_lookup(text)), "carries a JNDI lookup"),
        ("web-path-traversal", is_traversal(&target), "climbs out of the server's folder"),
        ("web-command-injection", is_command(&target) || agent.starts_with("() {"), "carries a command for a shell"),
        ("web-sql-injection", is_sql(&target), "carries SQL"),
    ];
    for (id, is, what) in found {
        if is {
            let shown = if is_lookup(&agent) { format!("{asked} ({})", request.agent) } else { asked.clone() };
            signs.one(id, &who, client, format!("{who} sent `{shown}`, which {what}{answered}"));
        }
    }
    if let Some(name) = SCANNERS.iter().find(|name| agent.contains(**name)) {
        signs.one("web-scanner", &who, client, format!("{who} calls itself `{}`, a scanner ({name})", request.agent));
    } else if PROBES.iter().any(|probe| target.starts_with(probe)) {
        signs.one("web-scanner", &who, client, format!("{who} asked for `{}`, as scanners do", request.target));
    }
    counted(request, &target, &who, signs);
}

fn counted(request: &Request<'_>, target: &str, who: &str, signs: &mut Signs<'_>) {
    let Some(client) = request.client else { return };
    let path = target.split(['?', '#']).next().unwrap_or(target);
    if matches!(request.status, 404 | 403 | 400 | 405) || request.refused {
        let reached = signs.windows.different(&format!("missing {client}"), path, signs.at_ms, MISSING);
        signs.many("web-scanner", who, Some(client), reached, |_| {
            format!(
                "{client} asked for {} different things within five minutes that there are not, or not for it",
                MISSING.count
            )
        });
    }
    if request.refused && request.status == 0 {
        // The thing that was refused, without the address.
        let thing: String = path.chars().take(120).collect();
        let reached = signs.windows.different(&format!("spread {thing}"), &client.to_string(), signs.at_ms, SPREAD);
        signs.many("web-probed-from-many-addresses", &thing, None, reached, |_| {
            format!("`{thing}` was refused to {} different addresses within a day", SPREAD.count)
        });
    }
    const LOGINS: [&str; 12] = [
        "login",
        "signin",
        "sign-in",
        "logon",
        "authenticate",
        "oauth/token",
        "wp-login",
        "xmlrpc.php",
        "/auth",
        "session",
        "/token",
        "account/verify",
    ];
    let failed = matches!(request.status, 400 | 401 | 403 | 422 | 423 | 429);
    if failed && request.method == "POST" && LOGINS.iter().any(|login| path.contains(login)) {
        let reached = signs.windows.count(&format!("stuffed {client}"), signs.at_ms, STUFFED);
        signs.many("web-credential-stuffing", who, Some(client), reached, |total| {
            format!(
                "{client} failed to log in at `{path}` {total} times, the limit is {} within ten minutes",
                STUFFED.count
            )
        });
    }
}

/// A lookup of JNDI in any text: an application logs what it was sent.
pub(super) fn lookup(message: &str, signs: &mut Signs<'_>) {
    if message.contains("${") && is_lookup(&decoded(message)) {
        signs.one("web-jndi-lookup", "message", None, format!("a message carries a JNDI lookup: `{message}`"));
    }
}

/// A text as the server will understand it: percent-encoding taken off until none is left, in small letters.
fn decoded(text: &str) -> Cow<'_, str> {
    const LAYERS: usize = 4;
    let mut current = Cow::Borrowed(text);
    for _ in 0..LAYERS {
        if !current.contains('%') {
            break;
        }
        let wide = current
            .replace("%u00", "%")
            .replace("%c0%ae", ".")
            .replace("%c0%af", "/")
            .replace("%C0%AE", ".")
            .replace("%C0%AF", "/");
        let next = String::from_utf8_lossy(&percent_decode(wide.as_bytes()).collect::<Vec<u8>>()).into_owned();
        if next == *current {
            break;
        }
        current = Cow::Owned(next);
    }
    let plain = current.bytes().all(|byte| !byte.is_ascii_uppercase() && byte != b'+' && byte != 0);
    if plain { current } else { Cow::Owned(current.replace('+', " ").replace('\0', "").to_ascii_lowercase()) }
}

/// `${jndi:…}`, also with lookups nested in it that spell the word: `${${lower:j}ndi:…}`, `${${::-j}${::-n}di:…}`.
fn is_lookup(text: &str) -> bool {
    if !text.contains("${") {
        return false;
    }
    let mut text = text.to_owned();
    // Each round takes one layer of inner lookups off.
    for _ in 0..8 {
        if text.contains("${jndi:") {
            return true;
        }
        let Some(open) = text.rfind("${") else { return false };
        let Some(close) = text.get(open..).and_then(|rest| rest.find('}')).map(|at| open + at) else { return false };
        let inside = text.get(open + 2..close).unwrap_or_default();
        if inside.starts_with("jndi:") {
            return true;
        }
        let value = inside.rsplit([':', '-']).next().unwrap_or_default().to_owned();
        text.replace_range(open..=close, &value);
    }
    false
}

fn is_traversal(target: &str) -> bool {
    const FILES: [&str; 10] = [
        "/etc/passwd",
        "/etc/shadow",
        "/proc/self/environ",
        "/windows/win.ini",
        "boot.ini",
        "/etc/hosts",
        "/.ssh/",
        "/windows/system32",
        "/etc/group",
        "/proc/self/cmdline",
    ];
    let slashes = target.replace('\\', "/");
    let climbs =
        slashes.matches("../").count() + slashes.matches("..;/").count() + usize::from(slashes.contains("....//")) * 2;
    // `../` in a path is taken off by a browser before it is sent; one that arrives twice was written by hand.
    climbs >= 2
        || (climbs >= 1 && FILES.iter().any(|file| slashes.contains(file)))
        || FILES.iter().take(4).any(|file| slashes.contains(file))
        || ["file:///", "php://filter", "php://input"].iter().any(|scheme| slashes.contains(scheme))
}

fn is_command(target: &str) -> bool {
    let Some(at) = target.find([';', '|', '`', '&', '$', '\n', '=']) else { return false };
    let rest = target.get(at..).unwrap_or_default();
    const COMMANDS: [&str; 18] = [
        "wget ",
        "curl ",
        "bash -",
        "/bin/sh",
        "/bin/bash",
        "nc -",
        "chmod ",
        "cat /",
        "ping -c",
        "uname -",
        "whoami",
        "python -c",
        "perl -e",
        "powershell",
        "id;",
        "ls -",
        "rm -rf",
        "base64 -d",
    ];
    let behind = |sign: &str| {
        rest.match_indices(sign).any(|(at, _)| {
            let tail =
                rest.get(at + sign.len()..).unwrap_or_default().trim_start_matches([' ', '$', '{', 'i', 'f', 's', '}']);
            let tail_full = rest.get(at + sign.len()..).unwrap_or_default().trim_start();
            COMMANDS.iter().any(|command| {
                tail.starts_with(command.trim_end()) && command.ends_with(' ') && tail.len() > command.len()
                    || tail_full.starts_with(command)
            })
        })
    };
    [";", "|", "`", "$(", "&&", "||", "\n"].iter().any(|sign| behind(sign))
        || rest.contains("$(wget")
        || rest.contains("$(curl")
        || rest.contains("${ifs}")
}

fn is_sql(target: &str) -> bool {
    let Some((_, query)) = target.split_once('?').or_else(|| target.split_once('\'').map(|(_, rest)| ("", rest)))
    else {
        return false;
    };
    // Comments stand for spaces.
    let mut text = String::with_capacity(query.len());
    let mut rest = query;
    while let Some((before, behind)) = rest.split_once("/*") {
        text.push_str(before);
        text.push(' ');
        rest = behind.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let text = words.join(" ");
    let has = |part: &str| text.contains(part);
    let union = has("union select") || has("union all select") || has("union distinct select");
    let functions = [
        "sleep(",
        "benchmark(",
        "pg_sleep(",
        "waitfor delay",
        "extractvalue(",
        "updatexml(",
        "xp_cmdshell",
        "load_file(",
        "into outfile",
        "information_schema.",
    ];
    let call = functions.iter().any(|function| has(function))
        && (has("'") || has("select") || has(" and ") || has(" or ") || has(";") || has(")"));
    union
        || call
        || tautology(&text)
        || ["'; drop ", "; drop table", "';drop ", "; delete from", "; insert into", "' --", "'--", "'#", "admin'/*"]
            .iter()
            .any(|part| has(part))
}

/// `' or '1'='1`, `1 or 1=1`, `' and 1=2`.
fn tautology(text: &str) -> bool {
    [" or ", " and ", "'or ", "'or'", "' or", ")or(", " || "].iter().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default().trim_end();
            let rest = text.get(at + word.len()..).unwrap_or_default().trim_start();
            let (left, right) = rest.split_once('=').unwrap_or_default();
            let bare = |side: &str| side.trim().trim_matches(['\'', '"', '(', ')']).to_owned();
            let (left, right) = (bare(left), bare(right.split(['&', ' ', '-', ';', '#']).next().unwrap_or_default()));
            let literal = |side: &str| !side.is_empty() && side.len() <= 12 && side.chars().all(char::is_alphanumeric);
            let quoted = before.ends_with(['\'', '"', ')'])
                || before.ends_with(|c: char| c.is_ascii_digit())
                || word.starts_with('\'');
            quoted
                && literal(&left)
                && literal(&right)
                && (left == right || (left.parse::<u32>().is_ok() && right.parse::<u32>().is_ok()))
        })
    })
}
