use super::*;

const REFUSED: SshOutcome = SshOutcome::Refused { times: 1 };

#[track_caller]
fn assert_reads(message: &str, user: &str, address: &str, outcome: SshOutcome) {
    let line = format!("Dec 10 06:55:46 host sshd[24200]: {message}");
    let want = SshEvent { address: address.parse().unwrap(), user: user.to_owned(), connection: Some(24200), outcome };
    assert_eq!(parse_line(&line), Some(want), "{message}");
}

#[test]
fn refused_secrets() {
    assert_reads("Failed password for root from 203.0.113.9 port 38926 ssh2", "root", "203.0.113.9", REFUSED);
    assert_reads(
        "Failed keyboard-interactive/pam for invalid user admin from 2001:db8::9 port 1 ssh2",
        "admin",
        "2001:db8::9",
        REFUSED,
    );
    assert_reads(
        "message repeated 5 times: [ Failed password for root from 203.0.113.9 port 42393 ssh2]",
        "root",
        "203.0.113.9",
        SshOutcome::Refused { times: 5 },
    );
    assert_reads("Failed password for root from ::ffff:203.0.113.9 port 1 ssh2", "root", "203.0.113.9", REFUSED);
}

#[test]
fn tries_that_show_no_refused_secret() {
    for message in [
        "Invalid user admin from 203.0.113.9",
        "Invalid user admin from 203.0.113.9 port 38926",
        "Failed none for invalid user admin from 203.0.113.9 port 38926 ssh2",
        "Failed publickey for admin from 203.0.113.9 port 38926 ssh2: ED25519 SHA256:c2VjcmV0",
        "Failed publickey for admin from 203.0.113.9 port 38926 ssh2: RSA 16:27:ac:a5:76:28:2d:36",
        "Failed publickey for admin from 203.0.113.9 port 9 ssh2: RSA-CERT SHA256:eA ID laptop (serial 1) CA RSA SHA256:eQ",
        "Connection closed by authenticating user admin 203.0.113.9 port 38926 [preauth]",
        "Connection reset by invalid user admin 203.0.113.9 port 38926 [preauth]",
        "Disconnected from authenticating user admin 203.0.113.9 port 38926 [preauth]",
        "error: maximum authentication attempts exceeded for admin from 203.0.113.9 port 38926 ssh2 [preauth]",
        "message repeated 2 times: [ Connection closed by authenticating user admin 203.0.113.9 port 2 [preauth]]",
    ] {
        assert_reads(message, "admin", "203.0.113.9", SshOutcome::Tried);
    }
    assert_reads("Invalid user  from 203.0.113.9 port 38926", "", "203.0.113.9", SshOutcome::Tried);
}

#[test]
fn logins() {
    for message in [
        "Accepted password for ann from 203.0.113.9 port 49116 ssh2",
        "Accepted publickey for ann from 203.0.113.9 port 49116 ssh2: RSA SHA256:c2VjcmV0",
        "Accepted keyboard-interactive/pam for ann from 203.0.113.9 port 49116 ssh2",
    ] {
        assert_reads(message, "ann", "203.0.113.9", SshOutcome::Accepted);
    }
}

#[test]
fn a_user_name_cannot_accuse_another_address() {
    for (message, user) in [
        (
            "Failed password for invalid user root from 198.51.100.7 port 22 ssh2 from 203.0.113.9 port 4711 ssh2",
            "root from 198.51.100.7 port 22 ssh2",
        ),
        (
            "Failed password for invalid user x from 198.51.100.7 port 2 ssh2: RSA SHA256:eA from 203.0.113.9 port 1 ssh2",
            "x from 198.51.100.7 port 2 ssh2: RSA SHA256:eA",
        ),
    ] {
        assert_reads(message, user, "203.0.113.9", REFUSED);
    }
    for (message, user) in [
        ("Invalid user x from 198.51.100.7 port 22 from 203.0.113.9 port 1", "x from 198.51.100.7 port 22"),
        (
            "Connection closed by invalid user x 198.51.100.7 port 22 [preauth] 203.0.113.9 port 1 [preauth]",
            "x 198.51.100.7 port 22 [preauth]",
        ),
        (
            "Failed publickey for invalid user x from 198.51.100.7 port 2 ssh2: RSA SHA256:eA from 203.0.113.9 port 1 ssh2: RSA SHA256:eQ",
            "x from 198.51.100.7 port 2 ssh2: RSA SHA256:eA",
        ),
    ] {
        assert_reads(message, user, "203.0.113.9", SshOutcome::Tried);
    }
}

#[test]
fn a_certificate_that_quotes_a_second_address_is_not_read() {
    for id in ["x from 198.51.100.7 port 22 ssh2", "x from 198.51.100.7 port 22 ssh2: RSA SHA256:eA"] {
        let line = format!(
            "sshd[1]: Failed publickey for root from 203.0.113.9 port 9 ssh2: RSA-CERT SHA256:eA ID {id} (serial 0) CA RSA SHA256:eQ"
        );
        assert_eq!(parse_line(&line), None, "{id}");
    }
}

#[test]
fn only_sshd_speaks_for_sshd() {
    for line in [
        "Dec 10 06:55:46 host app[7]: sshd[1]: Accepted password for root from 198.51.100.7 port 22 ssh2",
        "Dec 10 06:55:46 host sudo: sshd[1]: Accepted password for root from 198.51.100.7 port 22 ssh2",
        "Dec 10 06:55:46 host not-sshd[1]: Accepted password for root from 198.51.100.7 port 22 ssh2",
        "Dec 10 06:55:46 host sshd[x]: Accepted password for root from 198.51.100.7 port 22 ssh2",
        "Dec 10 06:55:46 host app said all the same sshd[1]: Accepted password for root from 198.51.100.7 port 22 ssh2",
        "Accepted password for root from 198.51.100.7 port 22 ssh2",
    ] {
        assert_eq!(parse_line(line), None, "{line}");
    }
}

#[test]
fn any_syslog_header() {
    for header in [
        "",
        "Dec 10 06:55:46 host ",
        "Dec  1 06:55:46 host ",
        "<38>Dec 10 2024 06:55:46 host ",
        "2024-12-10T06:55:46.123456+00:00 host ",
        "2024-12-10 06:55:46 host ",
        "  Tue 2024-12-10 06:55:46 UTC host ",
    ] {
        for program in ["sshd", "sshd-session", "sshd-auth"] {
            let line = format!("{header}{program}[7]: Failed password for root from 203.0.113.9 port 1 ssh2");
            assert_eq!(parse_line(&line).and_then(|event| event.connection), Some(7), "{line}");
        }
    }
}

#[test]
fn without_a_process_id_the_port_tells_connections_apart() {
    let connection = |line| parse_line(line).unwrap().connection;
    assert_eq!(connection("host sshd: Failed password for root from 203.0.113.9 port 4711 ssh2"), Some(4711));
    assert_eq!(connection("host sshd: Invalid user x from 203.0.113.9"), None);
}

#[test]
fn lines_that_say_nothing_of_a_login() {
    for message in [
        "",
        "Server listening on 0.0.0.0 port 22.",
        "Connection closed by 203.0.113.9 port 1 [preauth]",
        "Disconnected from user ann 203.0.113.9 port 1",
        "Received disconnect from 203.0.113.9 port 1:11: Failed password for root from 198.51.100.7 port 22 ssh2",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9",
        "Failed password for root from host.example port 1 ssh2",
        "Failed password for root from 203.0.113.9 port 99999 ssh2",
        "Failed password for root from 203.0.113.9 port 1 ssh1",
    ] {
        assert_eq!(parse_line(&format!("sshd[1]: {message}")), None, "{message}");
    }
}
