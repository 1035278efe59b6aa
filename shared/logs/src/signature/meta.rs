//! What the catalogue says of the detectors over lines.

use riposte_core::action::ActionId;
use riposte_core::detect::{Domain, Events, Meta};
use riposte_core::finding::{Confidence, Severity};

const fn of(
    id: &'static str,
    title: &'static str,
    severity: Severity,
    confidence: Confidence,
    technique: &'static [&'static str],
    actions: &'static [ActionId],
    prose: &'static str,
) -> Meta {
    Meta {
        id,
        title,
        domain: Domain::Hosts,
        severity,
        confidence,
        technique,
        events: Events::Lines,
        actions,
        prose,
        ..Meta::PLAIN
    }
}

const DENY: &[ActionId] = &[ActionId::DenySource];

use Confidence::{High as Sure, Low as Unsure, Medium as Likely};
use Severity::{High, Low, Medium};

/// All signatures over lines, beside those of OpenSSH's own lines.
#[rustfmt::skip]
pub const SIGNATURES: &[Meta] = &[
    of("ssh-password-spraying", "SSH users tried one after the other", Medium, Sure, &["T1110.003"], DENY,
        "Fires when one address fails to log in as 8 different users within ten minutes."),
    of("host-login-guessing", "Passwords of a host guessed", Medium, Sure, &["T1110.001"], DENY,
        "Fires when 10 logins from one address or host fail within ten minutes, by the lines of PAM, Kerberos or FTP."),
    of("host-connection-burst", "Connections to a service in a burst", Medium, Likely, &["T1499.002", "T1046"], DENY,
        "Fires when one address opens 15 connections to one service within a minute, by the service's own lines."),
    of("host-anonymous-ftp-login", "Anonymous FTP login from outside", Low, Sure, &["T1078.001"], &[],
        "Fires when somebody from outside the private networks logs in to FTP without a name."),
    of("sudo-failures", "sudo refused again and again", Medium, Likely, &["T1548.003"], &[],
        "Fires when a user fails to prove himself to sudo or su 3 times within ten minutes (three wrong passwords in one line count as three)."),
    of("sudo-by-unlisted-user", "sudo by a user who may not", Medium, Sure, &["T1548.003"], &[],
        "Fires when sudo turns away a user who is not in its list, or who may not run that command."),
    of("sudoers-changed", "Who may use sudo was changed", High, Likely, &["T1548.003", "T1098"], &[],
        "Fires when a command or an audited write changes /etc/sudoers or its folder, or a user is put into a group of administrators."),
    of("web-path-traversal", "Path traversal", Medium, Likely, &["T1190", "T1083"], DENY,
        "Fires when a request climbs out of the server's folder or asks for a file of the system, however it is encoded; high where it was answered."),
    of("web-sql-injection", "SQL injection", Medium, Likely, &["T1190"], DENY,
        "Fires when a request carries the grammar of SQL into a parameter: unions, tautologies, sleeps, comments behind quotes."),
    of("web-command-injection", "Command injection", High, Likely, &["T1190", "T1059"], DENY,
        "Fires when a request carries a shell's grammar and a command."),
    of("web-jndi-lookup", "JNDI lookup", High, Sure, &["T1190", "T1203"], DENY,
        "Fires when a request or a message carries a lookup of Log4Shell, also one that is nested to hide."),
    of("web-scanner", "Web scanner", Low, Sure, &["T1595.002", "T1595.003"], DENY,
        "Fires on the agent of a known scanner, on a request for a file of secrets, and when one address asks for 20 different things that there are not within five minutes."),
    of("web-probed-from-many-addresses", "The same is probed from many addresses", Low, Likely, &["T1595"], &[],
        "Fires when a server refuses the same thing to 15 different addresses within a day: a scan that is spread."),
    of("web-credential-stuffing", "Credentials tried on a login path", Medium, Likely, &["T1110.004"], DENY,
        "Fires when one address fails 20 times within ten minutes on a login path."),
    of("secret-in-logs", "Secret in a log", Medium, Likely, &["T1552.001"], &[],
        "Fires when a line holds a key, a token, a password or a private key. The secret is masked in every output."),
    of("network-port-scan", "Port scan", Medium, Sure, &["T1046"], DENY,
        "Fires when one address is rejected on 20 different ports of one address, or on one port of 25 addresses, within ten minutes."),
    of("network-rejected-burst", "Connections rejected in a burst", Low, Likely, &["T1499", "T1046"], DENY,
        "Fires when one address is rejected 300 times within five minutes."),
    of("network-outbound-spike", "Much sent to one place", Medium, Likely, &["T1048", "T1567"], &[],
        "Fires when a host sends at least 1 GB within an hour to one outside address, and ten times as much as in any hour before."),
    of("network-beaconing", "Connections at fixed intervals", Medium, Likely, &["T1071", "T1573"], &[],
        "Fires when a host connects to one outside address and port 12 times at intervals that differ by less than a twentieth."),
    of("dns-tunneling", "Data in names that are asked for", High, Likely, &["T1071.004", "T1048.003"], &[],
        "Fires when a host asks for 30 different long names below one domain within ten minutes."),
    of("dns-generated-domains", "Generated domains", Medium, Likely, &["T1568.002"], &[],
        "Fires when a host asks for 15 different domains that look random and that there are not, within ten minutes."),
    of("dns-mining-pool", "Mining pool", High, Sure, &["T1496"], &[],
        "Fires when a host asks for the name of a pool for mining."),
    of("kubernetes-exec-into-pod", "Command run in a pod", Low, Likely, &["T1609"], &[],
        "Fires when somebody who is no controller of the cluster execs into or attaches to a pod; high in kube-system."),
    of("kubernetes-anonymous-access", "Anonymous access to a cluster", High, Sure, &["T1078.001"], &[],
        "Fires when the API server lets system:anonymous do more than look at its health and version."),
    of("kubernetes-cluster-admin-bound", "cluster-admin given away", High, Sure, &["T1098.006"], &[],
        "Fires when a binding gives cluster-admin to a user, a group or a service account."),
    of("kubernetes-privileged-pod", "Privileged pod", High, Likely, &["T1610", "T1611"], &[],
        "Fires when a pod is created outside kube-system that is privileged, shares the host's namespaces or mounts the host's root."),
    of("database-login-guessing", "Database passwords guessed", Medium, Sure, &["T1110.001"], DENY,
        "Fires when 10 logins to a database from one address fail within ten minutes."),
    of("log-template-new", "A kind of error that never came before", Low, Unsure, &[], &[],
        "Fires on an error whose template was never seen, after a learning time of seven days, once a day."),
    of("log-template-rate", "A kind of line comes much more often", Low, Unsure, &[], &[],
        "Fires when a template comes, within an hour, more often than the median of the hours before by eight times their median absolute deviation, five times the median and twice the most, and 100 times at least; a day must be known."),
    of("log-error-rate", "Errors in a burst", Low, Likely, &[], &[],
        "Fires when at least 30 lines of ten minutes, and at least a third, are errors, and their share is three times that of the time before; an hour must be known."),
    of("log-stream-silent", "A stream that always spoke was silent", Low, Likely, &["T1562.001"], &[],
        "Fires when a stream speaks again after a silence of an hour or more, twenty times its longest pause before."),
];
