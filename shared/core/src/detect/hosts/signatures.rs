//! What the catalogue says of the detectors that read lines of any format. What they do stands in the crate of log
//! lines; here are their words, so that the catalogue is one.

use crate::action::ActionId;
use crate::detect::meta::page;
use crate::detect::{Domain, Events, Meta};
use crate::finding::{Confidence, Severity};

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
        prose: page(prose),
        ..Meta::PLAIN
    }
}

const DENY: &[ActionId] = &[ActionId::DenySource];

/// All detectors over lines of any format, beside those of OpenSSH's own lines.
pub const SIGNATURES: &[Meta] = &[
    of(
        "ssh-password-spraying",
        "SSH users tried one after the other",
        Severity::Medium,
        Confidence::High,
        &["T1110.003"],
        DENY,
        "\
## What it does
Fires when one address fails to log in as 8 different users within ten minutes. The response denies the address
in the network ACL of the subnet that holds the host behind the stream.

## Why is this bad?
Common passwords are tried on every name that a host may have: each user sees few failures.

## False positives
A monitoring system or a jump host that logs in as many users with an old key.

## References
- <https://attack.mitre.org/techniques/T1110/003/>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html>
",
    ),
    of(
        "host-login-guessing",
        "Passwords of a host guessed",
        Severity::Medium,
        Confidence::High,
        &["T1110.001"],
        DENY,
        "\
## What it does
Fires when 10 logins from one address or host fail within ten minutes, by the lines of PAM, Kerberos or FTP. The
response denies the address in the network ACL of the subnet that holds the host behind the stream.

## Why is this bad?
Guessing needs one weak password on one account, costs nothing and never stops by itself.

## False positives
A program with an old password, or many people behind one address.

## References
- <https://attack.mitre.org/techniques/T1110/001/>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html>
",
    ),
    of(
        "host-connection-burst",
        "Connections to a service in a burst",
        Severity::Medium,
        Confidence::Medium,
        &["T1499.002", "T1046"],
        DENY,
        "\
## What it does
Fires when one address opens 15 connections to one service within a minute, by the service's own lines. The
response denies the address in the network ACL of the subnet that holds the host behind the stream.

## Why is this bad?
Guessing, scanning and flooding all begin with many connections from one place.

## False positives
Health checks and clients that open connections without end after a fault.

## References
- <https://attack.mitre.org/techniques/T1499/002/>
- <https://attack.mitre.org/techniques/T1046/>
",
    ),
    of(
        "host-anonymous-ftp-login",
        "Anonymous FTP login from outside",
        Severity::Low,
        Confidence::High,
        &["T1078.001"],
        &[],
        "\
## What it does
Fires when somebody from outside the private networks logs in to FTP without a name.

## Why is this bad?
Whoever asks may read, and perhaps write, what the server serves without a name.

## False positives
A server that serves public files on purpose.

## References
- <https://attack.mitre.org/techniques/T1078/001/>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html>
",
    ),
    of(
        "sudo-failures",
        "sudo refused again and again",
        Severity::Medium,
        Confidence::Medium,
        &["T1548.003"],
        &[],
        "\
## What it does
Fires when a user fails to prove himself to sudo or su 3 times within ten minutes (three wrong passwords in one
line count as three).

## Why is this bad?
Somebody who is in as a user tries for root, by a password that he does not know.

## False positives
A person who mistypes a password. Whoever runs the host can tell.

## References
- <https://attack.mitre.org/techniques/T1548/003/>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html>
",
    ),
    of(
        "sudo-by-unlisted-user",
        "sudo by a user who may not",
        Severity::Medium,
        Confidence::High,
        &["T1548.003"],
        &[],
        "\
## What it does
Fires when sudo turns away a user who is not in its list, or who may not run that command.

## Why is this bad?
A user who may not use sudo and tries it is a stranger to the host, or somebody else than he says.

## False positives
A new colleague whose rights were not given yet.

## References
- <https://attack.mitre.org/techniques/T1548/003/>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html>
",
    ),
    of(
        "sudoers-changed",
        "Who may use sudo was changed",
        Severity::High,
        Confidence::Medium,
        &["T1548.003", "T1098"],
        &[],
        "\
## What it does
Fires when a command or an audited write changes /etc/sudoers or its folder, or a user is put into a group of
administrators.

## Why is this bad?
A line in sudoers keeps root for whoever got it once.

## False positives
Configuration management, and an administrator at work.

## References
- <https://attack.mitre.org/techniques/T1548/003/>
- <https://attack.mitre.org/techniques/T1098/>
",
    ),
    of(
        "web-path-traversal",
        "Path traversal",
        Severity::Medium,
        Confidence::Medium,
        &["T1190", "T1083"],
        DENY,
        "\
## What it does
Fires when a request climbs out of the server's folder or asks for a file of the system, however it is encoded;
high where the server answered with success. The response denies the address in the network ACL of the subnet that holds the host
behind the stream.

## Why is this bad?
Files of the system hold passwords, keys and the way to more.

## False positives
Scanners that were ordered, and applications that pass paths in parameters.

## References
- <https://attack.mitre.org/techniques/T1190/>
- <https://attack.mitre.org/techniques/T1083/>
- <https://owasp.org/www-community/attacks/Path_Traversal>
",
    ),
    of(
        "web-sql-injection",
        "SQL injection",
        Severity::Medium,
        Confidence::Medium,
        &["T1190"],
        DENY,
        "\
## What it does
Fires when a request carries the grammar of SQL into a parameter: unions, tautologies, sleeps, comments behind
quotes. The response denies the address in the network ACL of the subnet that holds the host behind the stream.

## Why is this bad?
A parameter that reaches the database as SQL reads and changes all that is in it.

## False positives
Forms in which people write about SQL, and scanners that were ordered.

## References
- <https://attack.mitre.org/techniques/T1190/>
- <https://owasp.org/www-community/attacks/SQL_Injection>
",
    ),
    of(
        "web-command-injection",
        "Command injection",
        Severity::High,
        Confidence::Medium,
        &["T1190", "T1059"],
        DENY,
        "\
## What it does
Fires when a request carries a shell's grammar and a command. The response denies the address in the network ACL
of the subnet that holds the host behind the stream.

## Why is this bad?
A parameter that reaches a shell runs whatever its sender wants, as the server's user.

## False positives
Consoles and build systems that carry commands on purpose.

## References
- <https://attack.mitre.org/techniques/T1190/>
- <https://attack.mitre.org/techniques/T1059/>
- <https://owasp.org/www-community/attacks/Command_Injection>
",
    ),
    of(
        "web-jndi-lookup",
        "JNDI lookup",
        Severity::High,
        Confidence::High,
        &["T1190", "T1203"],
        DENY,
        "\
## What it does
Fires when a request or a message carries a lookup of Log4Shell, also one that is nested to hide. The response
denies the address in the network ACL of the subnet that holds the host behind the stream.

## Why is this bad?
A Java program whose logging library is old loads and runs code that the lookup names.

## False positives
Scanners that were ordered. Whoever runs the host can tell.

## References
- <https://attack.mitre.org/techniques/T1190/>
- <https://attack.mitre.org/techniques/T1203/>
- <https://logging.apache.org/security.html>
",
    ),
    of(
        "web-scanner",
        "Web scanner",
        Severity::Low,
        Confidence::High,
        &["T1595.002", "T1595.003"],
        DENY,
        "\
## What it does
Fires on the agent of a known scanner, on a request for a file of secrets, and when one address asks for 20
different things that there are not within five minutes. The response denies the address in the network ACL of
the subnet that holds the host behind the stream.

## Why is this bad?
Whoever looks for a way in looks at all ways first.

## False positives
Scanners that were ordered, and links to pages that are gone.

## References
- <https://attack.mitre.org/techniques/T1595/002/>
- <https://attack.mitre.org/techniques/T1595/003/>
",
    ),
    of(
        "web-probed-from-many-addresses",
        "The same is probed from many addresses",
        Severity::Low,
        Confidence::Medium,
        &["T1595"],
        &[],
        "\
## What it does
Fires when a server refuses the same thing to 15 different addresses within a day: a scan that is spread.

## Why is this bad?
Botnets spread a scan so that no address of theirs stands out.

## False positives
A popular link to a page that is gone. Whoever runs the host can tell.

## References
- <https://attack.mitre.org/techniques/T1595/>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html>
",
    ),
    of(
        "web-credential-stuffing",
        "Credentials tried on a login path",
        Severity::Medium,
        Confidence::Medium,
        &["T1110.004"],
        DENY,
        "\
## What it does
Fires when one address fails 20 times within ten minutes on a login path. The response denies the address in the
network ACL of the subnet that holds the host behind the stream.

## Why is this bad?
Passwords that were stolen elsewhere open accounts of people who use them twice.

## False positives
Many people behind one address, on the morning after passwords ran out.

## References
- <https://attack.mitre.org/techniques/T1110/004/>
- <https://owasp.org/www-community/attacks/Credential_stuffing>
",
    ),
    of(
        "secret-in-logs",
        "Secret in a log",
        Severity::Medium,
        Confidence::Medium,
        &["T1552.001"],
        &[],
        "\
## What it does
Fires when a line holds a key, a token, a password or a private key. The secret is masked in every output.

## Why is this bad?
Whoever may read the log has the secret, and logs are kept long and copied widely.

## False positives
Examples and test values that look like secrets.

## References
- <https://attack.mitre.org/techniques/T1552/001/>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html>
",
    ),
    of(
        "network-port-scan",
        "Port scan",
        Severity::Medium,
        Confidence::High,
        &["T1046"],
        DENY,
        "\
## What it does
Fires when one address is rejected on 20 different ports of one address, or on one port of 25 addresses, within
ten minutes. The response denies the address in the network ACL of the subnet that holds the host behind the
stream.

## Why is this bad?
A scan finds what is open before it is attacked.

## False positives
Scanners that were ordered, and monitoring.

## References
- <https://attack.mitre.org/techniques/T1046/>
- <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>
",
    ),
    of(
        "network-rejected-burst",
        "Connections rejected in a burst",
        Severity::Low,
        Confidence::Medium,
        &["T1499", "T1046"],
        DENY,
        "\
## What it does
Fires when one address is rejected 300 times within five minutes. The response denies the address in the network
ACL of the subnet that holds the host behind the stream.

## Why is this bad?
Something tries to come in again and again, or a program's rule is missing.

## False positives
A security group that was closed while clients go on trying.

## References
- <https://attack.mitre.org/techniques/T1499/>
- <https://attack.mitre.org/techniques/T1046/>
- <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>
",
    ),
    of(
        "network-outbound-spike",
        "Much sent to one place",
        Severity::Medium,
        Confidence::Medium,
        &["T1048", "T1567"],
        &[],
        "\
## What it does
Fires when a host sends at least 1 GB within an hour to one outside address, and ten times as much as in any
hour before.

## Why is this bad?
Data that leaves is mostly seen once: as one large sum to one place.

## False positives
Backups and releases that go to somebody else's servers.

## References
- <https://attack.mitre.org/techniques/T1048/>
- <https://attack.mitre.org/techniques/T1567/>
- <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>
",
    ),
    of(
        "network-beaconing",
        "Connections at fixed intervals",
        Severity::Medium,
        Confidence::Medium,
        &["T1071", "T1573"],
        &[],
        "\
## What it does
Fires when a host connects to one outside address and port 12 times at intervals that differ by less than a
twentieth.

## Why is this bad?
Malware asks its master for orders at fixed intervals; people do not.

## False positives
Programs that poll: exclude what they poll.

## References
- <https://attack.mitre.org/techniques/T1071/>
- <https://attack.mitre.org/techniques/T1573/>
- <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>
",
    ),
    of(
        "dns-tunneling",
        "Data in names that are asked for",
        Severity::High,
        Confidence::Medium,
        &["T1071.004", "T1048.003"],
        &[],
        "\
## What it does
Fires when a host asks for 30 different long names below one domain within ten minutes.

## Why is this bad?
Where nothing but DNS gets out, data goes out in names.

## False positives
Services that put hashes into names, such as block lists and some virus scanners.

## References
- <https://attack.mitre.org/techniques/T1071/004/>
- <https://attack.mitre.org/techniques/T1048/003/>
- <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html>
",
    ),
    of(
        "dns-generated-domains",
        "Generated domains",
        Severity::Medium,
        Confidence::Medium,
        &["T1568.002"],
        &[],
        "\
## What it does
Fires when a host asks for 15 different domains that look random and that there are not, within ten minutes.

## Why is this bad?
Malware finds its master by domains that both compute, so that none can be taken away.

## False positives
Browsers that test for a provider's false answers ask for a few random names.

## References
- <https://attack.mitre.org/techniques/T1568/002/>
- <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html>
",
    ),
    of(
        "dns-mining-pool",
        "Mining pool",
        Severity::High,
        Confidence::High,
        &["T1496"],
        &[],
        "\
## What it does
Fires when a host asks for the name of a pool for mining.

## Why is this bad?
A host that knows a pool's name mines for somebody, at the owner's cost.

## False positives
People who read about mining. Whoever runs the host can tell.

## References
- <https://attack.mitre.org/techniques/T1496/>
- <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html>
",
    ),
    of(
        "kubernetes-exec-into-pod",
        "Command run in a pod",
        Severity::Low,
        Confidence::Medium,
        &["T1609"],
        &[],
        "\
## What it does
Fires when somebody who is no controller of the cluster execs into or attaches to a pod; high in kube-system.

## Why is this bad?
A shell in a pod has all that the pod has: its secrets, its network, its role.

## False positives
Developers who look for a fault. Whoever runs the host can tell.

## References
- <https://attack.mitre.org/techniques/T1609/>
- <https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/>
",
    ),
    of(
        "kubernetes-anonymous-access",
        "Anonymous access to a cluster",
        Severity::High,
        Confidence::High,
        &["T1078.001"],
        &[],
        "\
## What it does
Fires when the API server lets system:anonymous do more than look at its health and version.

## Why is this bad?
Whoever reaches the API server may do so without a name.

## False positives
None are known: the binding that lets it is a fault.

## References
- <https://attack.mitre.org/techniques/T1078/001/>
- <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests>
",
    ),
    of(
        "kubernetes-cluster-admin-bound",
        "cluster-admin given away",
        Severity::High,
        Confidence::High,
        &["T1098.006"],
        &[],
        "\
## What it does
Fires when a binding gives cluster-admin to a user, a group or a service account.

## Why is this bad?
Who holds cluster-admin holds all that runs in the cluster, and the roles of its nodes.

## False positives
The first setup of a cluster, and operators that are installed with it.

## References
- <https://attack.mitre.org/techniques/T1098/006/>
- <https://kubernetes.io/docs/reference/access-authn-authz/rbac/>
",
    ),
    of(
        "kubernetes-privileged-pod",
        "Privileged pod",
        Severity::High,
        Confidence::Medium,
        &["T1610", "T1611"],
        &[],
        "\
## What it does
Fires when a pod is created outside kube-system that is privileged, shares the host's namespaces or mounts the
host's root.

## Why is this bad?
From such a pod it is one step to the node, and to all other pods on it.

## False positives
Agents for storage, networks and monitoring; they belong into kube-system.

## References
- <https://attack.mitre.org/techniques/T1610/>
- <https://attack.mitre.org/techniques/T1611/>
- <https://kubernetes.io/docs/concepts/security/pod-security-standards/>
",
    ),
    of(
        "database-login-guessing",
        "Database passwords guessed",
        Severity::Medium,
        Confidence::High,
        &["T1110.001"],
        DENY,
        "\
## What it does
Fires when 10 logins to a database from one address fail within ten minutes. The response denies the address in
the network ACL of the subnet that holds the host behind the stream.

## Why is this bad?
A database that answers the internet is guessed at all day; one weak password opens it.

## False positives
A program with an old password. Whoever runs the host can tell.

## References
- <https://attack.mitre.org/techniques/T1110/001/>
- <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.html>
",
    ),
    of(
        "log-template-new",
        "A kind of error that never came before",
        Severity::Low,
        Confidence::Low,
        &["T1190"],
        &[],
        "\
## What it does
Fires on an error whose template was never seen, after a learning time of seven days, once a day. It is
evaluated by `riposte logs`, which reads a whole log; `log-watch` sees a page at a time and leaves it out.

## Why is this bad?
A fault that an attack causes is mostly one that never came before.

## False positives
A new version. It is low, and found at most once a day.

## References
- <https://attack.mitre.org/techniques/T1190/>
- <https://github.com/logpai/Drain3>
",
    ),
    of(
        "log-template-rate",
        "A kind of line comes much more often",
        Severity::Low,
        Confidence::Low,
        &["T1499"],
        &[],
        "\
## What it does
Fires when a template comes, within an hour, more often than the median of the hours before by eight times their
median absolute deviation, five times the median and twice the most, and 100 times at least; a day must be
known. It is evaluated by `riposte logs`, which reads a whole log; `log-watch` sees a page at a time and leaves
it out.

## Why is this bad?
Whatever floods a program shows in the lines that it writes of it.

## False positives
A change of the log level. Whoever runs the host can tell.

## References
- <https://attack.mitre.org/techniques/T1499/>
- <https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm>
",
    ),
    of(
        "log-error-rate",
        "Many errors in a short time",
        Severity::Low,
        Confidence::Medium,
        &["T1499"],
        &[],
        "\
## What it does
Fires when at least 30 lines of ten minutes, and at least a third, are errors, and their share is three times
that of the time before; an hour must be known. It is evaluated by `riposte logs`, which reads a whole log;
`log-watch` sees a page at a time and leaves it out.

## Why is this bad?
Whatever breaks a program, an attack among it, shows in its errors.

## False positives
A fault of something that the program needs.

## References
- <https://attack.mitre.org/techniques/T1499/>
- <https://sre.google/sre-book/monitoring-distributed-systems/>
",
    ),
    of(
        "log-stream-silent",
        "A stream that always spoke was silent",
        Severity::Low,
        Confidence::Medium,
        &["T1562.001"],
        &[],
        "\
## What it does
Fires when a stream speaks again after a silence of an hour or more, twenty times its longest pause before. It
is evaluated by `riposte logs`, which reads a whole log; `log-watch` sees a page at a time and leaves it out.

## Why is this bad?
Whoever wants to stay unseen stops the logging first. A silence is seen when it is over.

## False positives
A host that was switched off. Whoever runs the host can tell.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Install-CloudWatch-Agent.html>
",
    ),
];
