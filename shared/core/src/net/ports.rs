//! Ports that administer a machine or reach its data, and which of them a rule opens.

use super::IngressRule;

/// A port that should never face the internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdminPort {
    /// Its number.
    pub port: u16,
    /// What listens there.
    pub service: &'static str,
    /// Over which transport it listens.
    pub transport: Transport,
}

/// What carries a port. A span of UDP ports for calls or games is no door to the database that listens
/// on the TCP port of the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// Both.
    Both,
}

impl Transport {
    fn shares_with(self, other: Self) -> bool {
        self == other || self == Self::Both || other == Self::Both
    }
}

/// The ports that a rule opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortSpan {
    transport: Transport,
    first: u16,
    last: u16,
}

impl PortSpan {
    /// The span of a rule; `None` for protocols without ports, such as ICMP.
    #[must_use]
    pub fn of(rule: &IngressRule) -> Option<Self> {
        let transport = match rule.protocol.as_str() {
            "-1" => return Some(Self { transport: Transport::Both, first: 0, last: u16::MAX }),
            "tcp" | "6" => Transport::Tcp,
            "udp" | "17" => Transport::Udp,
            _ => return None,
        };
        let port = |port: Option<i32>| port.filter(|p| *p != -1).map(|p| u16::try_from(p.max(0)).unwrap_or(u16::MAX));
        let (first, last) = match (port(rule.from_port), port(rule.to_port)) {
            (Some(from), Some(to)) => (from.min(to), from.max(to)),
            // A rule without a span is a rule for all ports.
            _ => (0, u16::MAX),
        };
        Some(Self { transport, first, last })
    }

    /// Whether it spans all ports of its transport. Port 0 is reserved: 1-65535 is all there is.
    #[must_use]
    pub fn is_all(self) -> bool {
        self.first <= 1 && self.last == u16::MAX
    }

    /// The first and the last port.
    #[must_use]
    pub fn edges(self) -> (u16, u16) {
        (self.first, self.last)
    }

    /// Whether it spans a port of a transport.
    #[must_use]
    pub fn opens(self, transport: Transport, port: u16) -> bool {
        (self.first..=self.last).contains(&port) && self.transport.shares_with(transport)
    }

    /// Whether it spans no other ports than these, each of TCP.
    #[must_use]
    pub fn is_within(self, ports: &[u16]) -> bool {
        self.transport == Transport::Tcp && (self.first..=self.last).all(|port| ports.contains(&port))
    }

    fn covers(self, port: &AdminPort) -> bool {
        self.opens(port.transport, port.port)
    }
}

/// The administration and database ports, by number.
#[must_use]
pub fn admin_ports() -> &'static [AdminPort] {
    ADMIN_PORTS
}

/// The administration and database ports within a span, by number.
pub fn admin_ports_in(span: PortSpan) -> impl Iterator<Item = &'static AdminPort> {
    ADMIN_PORTS.iter().filter(move |port| span.covers(port))
}

const fn tcp(port: u16, service: &'static str) -> AdminPort {
    AdminPort { port, service, transport: Transport::Tcp }
}

const fn udp(port: u16, service: &'static str) -> AdminPort {
    AdminPort { port, service, transport: Transport::Udp }
}

const fn both(port: u16, service: &'static str) -> AdminPort {
    AdminPort { port, service, transport: Transport::Both }
}

/// By number. The web's ports are not here: to be reached by everyone is what they are for.
const ADMIN_PORTS: &[AdminPort] = &[
    tcp(22, "SSH"),
    tcp(23, "Telnet"),
    both(111, "RPC portmapper"),
    both(135, "Windows RPC"),
    udp(137, "NetBIOS name service"),
    udp(138, "NetBIOS datagrams"),
    tcp(139, "NetBIOS session"),
    udp(161, "SNMP"),
    both(389, "LDAP"),
    tcp(445, "SMB"),
    tcp(512, "rexec"),
    tcp(513, "rlogin"),
    tcp(514, "rsh"),
    tcp(636, "LDAP over TLS"),
    tcp(873, "rsync"),
    tcp(1433, "SQL Server"),
    both(1434, "SQL Server browser"),
    tcp(1521, "Oracle"),
    both(2049, "NFS"),
    tcp(2181, "ZooKeeper"),
    tcp(2375, "Docker"),
    tcp(2376, "Docker over TLS"),
    tcp(2379, "etcd"),
    tcp(2380, "etcd peer"),
    tcp(3306, "MySQL"),
    both(3389, "RDP"),
    tcp(5432, "PostgreSQL"),
    tcp(5439, "Redshift"),
    tcp(5601, "Kibana"),
    tcp(5900, "VNC"),
    tcp(5901, "VNC"),
    tcp(5902, "VNC"),
    tcp(5903, "VNC"),
    tcp(5984, "CouchDB"),
    tcp(5985, "WinRM"),
    tcp(5986, "WinRM over TLS"),
    tcp(6379, "Redis"),
    tcp(6443, "Kubernetes API"),
    tcp(7000, "Cassandra"),
    tcp(7001, "Cassandra over TLS"),
    tcp(9042, "Cassandra clients"),
    tcp(9200, "Elasticsearch"),
    tcp(9300, "Elasticsearch nodes"),
    tcp(10250, "Kubelet"),
    both(11211, "Memcached"),
    tcp(27017, "MongoDB"),
    tcp(27018, "MongoDB shard"),
    tcp(27019, "MongoDB config server"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn span(protocol: &str, from: Option<i32>, to: Option<i32>) -> Option<PortSpan> {
        PortSpan::of(&IngressRule {
            rule_id: None,
            protocol: protocol.to_owned(),
            from_port: from,
            to_port: to,
            cidr: "0.0.0.0/0".to_owned(),
            description: None,
            tags: std::collections::BTreeMap::new(),
        })
    }

    fn services(protocol: &str, from: i32, to: i32) -> Vec<&'static str> {
        admin_ports_in(span(protocol, Some(from), Some(to)).unwrap()).map(|p| p.service).collect()
    }

    #[test]
    fn the_table_is_in_order_without_duplicates_and_leaves_the_web_out() {
        assert!(ADMIN_PORTS.windows(2).all(|pair| pair[0].port < pair[1].port));
        assert!(ADMIN_PORTS.iter().all(|p| ![80, 443, 8080, 8443].contains(&p.port)));
    }

    #[test]
    fn a_span_finds_the_ports_it_covers() {
        assert_eq!(services("tcp", 22, 22), ["SSH"]);
        assert_eq!(services("6", 20, 25), ["SSH", "Telnet"]);
        assert_eq!(services("tcp", 443, 443), [""; 0]);
        assert_eq!(services("tcp", 23, 22), ["SSH", "Telnet"], "a span written backwards");
    }

    #[test]
    fn a_udp_span_is_no_door_to_a_tcp_service() {
        assert_eq!(services("udp", 27000, 27050), [""; 0], "game servers, not MongoDB");
        assert_eq!(services("17", 11211, 11211), ["Memcached"]);
        assert_eq!(services("udp", 161, 161), ["SNMP"]);
    }

    #[test]
    fn all_ports_in_every_spelling() {
        for (protocol, from, to) in [
            ("-1", None, None),
            ("-1", Some(443), Some(443)),
            ("tcp", Some(0), Some(65535)),
            ("tcp", Some(1), Some(65535)),
            ("udp", None, None),
            ("tcp", Some(-1), Some(-1)),
            ("tcp", Some(0), Some(99999)),
        ] {
            assert!(span(protocol, from, to).unwrap().is_all(), "{protocol} {from:?}-{to:?}");
        }
        assert!(!span("tcp", Some(2), Some(65535)).unwrap().is_all());
    }

    #[test]
    fn one_port_and_none_but_some() {
        let web = span("tcp", Some(443), Some(443)).unwrap();
        assert!(web.opens(Transport::Tcp, 443) && !web.opens(Transport::Udp, 443) && !web.opens(Transport::Tcp, 80));
        assert!(web.is_within(&[80, 443]) && !web.is_within(&[80]));
        assert!(!span("-1", None, None).unwrap().is_within(&[80, 443]));
        assert!(span("-1", None, None).unwrap().opens(Transport::Udp, 53));
    }

    #[test]
    fn a_protocol_without_ports_has_no_span() {
        assert_eq!(span("icmp", Some(8), Some(-1)), None);
        assert_eq!(span("50", None, None), None);
    }
}
