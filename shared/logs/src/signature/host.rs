//! What programs of a host say: logins, sudo, audited writes.

use super::{Signs, database, web};
use crate::entry::{Said, is_internal};
use crate::read::address_of;
use crate::windows::Many;

const GUESSES: Many = Many { count: 10, within_ms: 600_000 };
const SPRAYED: Many = Many { count: 8, within_ms: 600_000 };
const CONNECTIONS: Many = Many { count: 15, within_ms: 60_000 };
const SUDO: Many = Many { count: 3, within_ms: 600_000 };

pub(super) fn scan(said: &Said<'_>, signs: &mut Signs<'_>) {
    let message = said.message.trim();
    match &*said.program {
        "sshd" | "sshd-session" | "sshd-auth" => ssh(said, message, signs),
        "sudo" => sudo(message, signs),
        "su" => substitute(message, signs),
        "auditd" => audited(message, signs),
        "useradd" | "usermod" | "gpasswd" | "groupmod" => grouped(said, message, signs),
        "ftpd" | "vsftpd" | "proftpd" | "pure-ftpd" | "xinetd" | "telnetd" => service(said, message, signs),
        "klogind" | "kshd" | "rlogind" => kerberos(said, message, signs),
        "postgres" | "mysql" | "mysqld" | "mariadbd" => database::scan(message, signs),
        // The kernel quotes what comes over the network, and is no application.
        "kernel" => {}
        _ => {
            pam(said, message, signs);
            web::lookup(message, signs);
        }
    }
}

/// Users are counted here; passwords are counted by the detectors of OpenSSH's own lines.
fn ssh(said: &Said<'_>, message: &str, signs: &mut Signs<'_>) {
    if message.starts_with("authentication failure;") {
        // `sshd(pam_unix)`: the only line that there is of a refused password.
        return pam(said, message, signs);
    }
    // The address stands at the end, behind the name, which the other side wrote.
    let line = format!("sshd[1]: {message}");
    let Some(event) = riposte_core::ssh::parse_line(&line) else { return };
    if event.outcome == riposte_core::ssh::SshOutcome::Accepted || event.user.is_empty() {
        return;
    }
    let address = event.address;
    let reached = signs.windows.different(&format!("spray {address}"), &event.user, signs.at_ms, SPRAYED);
    signs.many("ssh-password-spraying", &address.to_string(), Some(address), reached, |total| {
        format!("{address} tried {} different users over SSH within ten minutes, {total} times in all", SPRAYED.count)
    });
}

/// `authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.7  user=root`
fn pam(said: &Said<'_>, message: &str, signs: &mut Signs<'_>) {
    let Some((before, fields)) = message.split_once("authentication failure;") else { return };
    let modern = before.contains("pam_") && said.program.starts_with("sshd");
    let Some(origin) = field(fields, "rhost").filter(|rhost| !rhost.is_empty() && !modern) else { return };
    guessed(&said.program, origin, signs);
}

fn field<'a>(fields: &'a str, key: &str) -> Option<&'a str> {
    // The last of its name: what stands before may be a name that the other side chose.
    fields.split_ascii_whitespace().rev().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
}

fn guessed(program: &str, origin: &str, signs: &mut Signs<'_>) {
    let address = address_of(origin);
    let reached = signs.windows.count(&format!("guess {program} {origin}"), signs.at_ms, GUESSES);
    signs.many("host-login-guessing", origin, address, reached, |total| {
        format!(
            "{origin} failed to log in to {program} {total} times, the limit is {} within ten minutes",
            GUESSES.count
        )
    });
}

/// `Authentication failed from 192.0.2.7 (192.0.2.7): …`
fn kerberos(said: &Said<'_>, message: &str, signs: &mut Signs<'_>) {
    if let Some(rest) = message.strip_prefix("Authentication failed from ") {
        guessed(&said.program, rest.split([' ', '(']).next().unwrap_or(rest), signs);
    }
}

/// `connection from 192.0.2.7 (host) at …`, `START: ftp pid=1 from=192.0.2.7`, `ANONYMOUS FTP LOGIN FROM 192.0.2.7, (…)`,
/// `FAIL LOGIN: Client "192.0.2.7"`.
fn service(said: &Said<'_>, message: &str, signs: &mut Signs<'_>) {
    pam(said, message, signs);
    if message.contains("FAIL LOGIN") || message.contains("Login failed") || message.contains("no such user") {
        let found = message.split(['"', ' ', '[', ']', '(', ')']).find_map(address_of);
        if let Some(address) = found {
            guessed(&said.program, &address.to_string(), signs);
        }
    }
    if let Some(rest) = message.strip_prefix("ANONYMOUS FTP LOGIN FROM ") {
        let address = rest.split([',', ' ']).next().and_then(address_of);
        if let Some(address) = address.filter(|address| !is_internal(*address)) {
            let why = format!("{address} logged in to FTP without a name");
            signs.one("host-anonymous-ftp-login", &address.to_string(), Some(address), why);
        }
    }
    let origin = message
        .strip_prefix("connection from ")
        .or_else(|| message.starts_with("START:").then(|| message.rsplit_once("from=").map(|(_, from)| from)).flatten())
        .and_then(|rest| rest.split([' ', ',']).next())
        .and_then(address_of);
    if let Some(address) = origin {
        let program = &said.program;
        let reached = signs.windows.count(&format!("connect {program} {address}"), signs.at_ms, CONNECTIONS);
        signs.many("host-connection-burst", &address.to_string(), Some(address), reached, |total| {
            format!(
                "{address} connected to {program} {total} times, the limit is {} within a minute",
                CONNECTIONS.count
            )
        });
    }
}

/// `bob : 3 incorrect password attempts ; TTY=… ; PWD=… ; USER=root ; COMMAND=…`
fn sudo(message: &str, signs: &mut Signs<'_>) {
    if message.starts_with("pam_") {
        return;
    }
    let Some((user, rest)) = message.split_once(" : ") else { return };
    let user = user.trim();
    let (said, command) = rest.split_once("COMMAND=").unwrap_or((rest, ""));
    if said.starts_with("user NOT in sudoers") || said.starts_with("command not allowed") {
        let why = format!("sudo turned `{user}` away, who wanted to run `{command}`");
        signs.one("sudo-by-unlisted-user", user, None, why);
    } else if let Some((number, _)) = said.split_once(" incorrect password attempt") {
        let times = number.trim().parse::<usize>().unwrap_or(1).min(SUDO.count);
        failed(user, times, signs);
    } else if let Some(why) = changes_sudoers(command) {
        signs.one("sudoers-changed", user, None, format!("`{user}` ran `{command}`: {why}"));
    }
}

/// `pam_unix(su:auth): authentication failure; logname=bob uid=1000 … user=root`, `FAILED su for root by bob`.
fn substitute(message: &str, signs: &mut Signs<'_>) {
    if let Some((_, user)) = message.strip_prefix("FAILED su for ").and_then(|rest| rest.split_once(" by ")) {
        failed(user.trim(), 1, signs);
    }
}

fn failed(user: &str, times: usize, signs: &mut Signs<'_>) {
    let mut reached = None;
    for _ in 0..times {
        reached = reached.or(signs.windows.count(&format!("sudo {user}"), signs.at_ms, SUDO));
    }
    signs.many("sudo-failures", user, None, reached, |_| {
        format!("`{user}` failed to become another user {} times or more within ten minutes", SUDO.count)
    });
}

const ADMINISTRATORS: [&str; 4] = ["sudo", "wheel", "admin", "root"];

/// Why a command changes who may use sudo.
fn changes_sudoers(command: &str) -> Option<&'static str> {
    let mut words = command.split_ascii_whitespace();
    let program = words.next()?.rsplit('/').next()?;
    let touches = command.contains("/etc/sudoers");
    let redirects = command.contains('>');
    match program {
        "visudo" => Some("it edits the list of who may use sudo"),
        "cat" | "less" | "more" | "head" | "tail" | "grep" | "ls" | "stat" | "diff" | "wc" | "file" if !redirects => {
            None
        }
        _ if touches => Some("it changes the list of who may use sudo"),
        "usermod" | "gpasswd" | "adduser" | "addgroup" => {
            let mut words = command.split([' ', ',']);
            words.any(|word| ADMINISTRATORS.contains(&word)).then_some("it puts a user into a group of administrators")
        }
        _ => None,
    }
}

/// `add 'bob' to group 'wheel'`
fn grouped(said: &Said<'_>, message: &str, signs: &mut Signs<'_>) {
    let Some((_, rest)) = message.split_once("add '").or_else(|| message.split_once("add `")) else { return };
    let Some((user, rest)) = rest.split_once('\'') else { return };
    let group = rest.trim_end_matches('\'').rsplit(['\'', '`']).next().unwrap_or_default();
    if rest.contains("group") && ADMINISTRATORS.contains(&group) {
        let why = format!("{} put `{user}` into the group `{group}`", said.program);
        signs.one("sudoers-changed", user, None, why);
    }
}

/// `type=PATH msg=audit(…): item=1 name="/etc/sudoers.d/x" … nametype=CREATE`, `type=USER_AUTH … res=failed`.
fn audited(message: &str, signs: &mut Signs<'_>) {
    if message.starts_with("type=PATH ") {
        let name =
            message.split_once("name=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(name, _)| name);
        let written = ["nametype=CREATE", "nametype=DELETE"].iter().any(|kind| message.contains(kind));
        if name.starts_with("/etc/sudoers") && written {
            signs.one("sudoers-changed", name, None, format!("`{name}` was created or deleted"));
        }
    } else if ["type=USER_LOGIN ", "type=USER_AUTH "].iter().any(|kind| message.starts_with(kind))
        && message.contains("res=failed")
    {
        let origin = field(message, "addr")
            .or_else(|| message.split_once(" addr=").and_then(|(_, rest)| rest.split(' ').next()));
        let origin = origin.filter(|origin| !matches!(*origin, "?" | ""));
        // One refused password writes both kinds.
        if let Some(origin) = origin.filter(|_| message.starts_with("type=USER_LOGIN ")) {
            guessed("auditd", origin, signs);
        }
    }
}
