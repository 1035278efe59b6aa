//! The tactics of ATT&CK, in its order, and the technique's own tactic: of several, the one that it stands for in an
//! account.

/// A tactic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tactic {
    /// Looking around from outside.
    Reconnaissance,
    /// Preparing what is needed.
    ResourceDevelopment,
    /// Coming in.
    InitialAccess,
    /// Running code.
    Execution,
    /// Staying in.
    Persistence,
    /// Getting more power.
    PrivilegeEscalation,
    /// Staying unseen.
    DefenseEvasion,
    /// Taking credentials.
    CredentialAccess,
    /// Looking around inside.
    Discovery,
    /// Going from one thing to the next.
    LateralMovement,
    /// Gathering data.
    Collection,
    /// Talking with what was taken over.
    CommandAndControl,
    /// Taking data away.
    Exfiltration,
    /// Doing harm.
    Impact,
}

const TECHNIQUES: &[(Tactic, &[u16])] = &[
    (Tactic::Reconnaissance, &[1592, 1595]),
    (Tactic::ResourceDevelopment, &[1583, 1584, 1585, 1586, 1587, 1588, 1608]),
    (Tactic::InitialAccess, &[1078, 1133, 1189, 1190, 1195, 1199, 1566, 1660]),
    (Tactic::Execution, &[1053, 1059, 1072, 1203, 1204, 1609, 1610, 1648, 1651]),
    (Tactic::Persistence, &[1037, 1098, 1136, 1525, 1546, 1554]),
    (Tactic::PrivilegeEscalation, &[1134, 1484, 1548, 1611]),
    (Tactic::DefenseEvasion, &[1027, 1070, 1222, 1535, 1550, 1553, 1562, 1564, 1578, 1599, 1656, 1666]),
    (Tactic::CredentialAccess, &[1003, 1040, 1110, 1528, 1552, 1555, 1556, 1557, 1606, 1621, 1649]),
    (Tactic::Discovery, &[1016, 1046, 1069, 1082, 1083, 1087, 1201, 1518, 1526, 1580, 1619, 1654]),
    (Tactic::LateralMovement, &[1021, 1570]),
    (Tactic::Collection, &[1005, 1074, 1113, 1114, 1119, 1213, 1530]),
    (Tactic::CommandAndControl, &[1071, 1105, 1219, 1568, 1572, 1573]),
    (Tactic::Exfiltration, &[1020, 1048, 1537, 1567]),
    (Tactic::Impact, &[1485, 1486, 1489, 1490, 1491, 1496, 1498, 1499, 1529, 1531, 1565, 1657]),
];

impl Tactic {
    /// As ATT&CK names it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reconnaissance => "reconnaissance",
            Self::ResourceDevelopment => "resource development",
            Self::InitialAccess => "initial access",
            Self::Execution => "execution",
            Self::Persistence => "persistence",
            Self::PrivilegeEscalation => "privilege escalation",
            Self::DefenseEvasion => "defense evasion",
            Self::CredentialAccess => "credential access",
            Self::Discovery => "discovery",
            Self::LateralMovement => "lateral movement",
            Self::Collection => "collection",
            Self::CommandAndControl => "command and control",
            Self::Exfiltration => "exfiltration",
            Self::Impact => "impact",
        }
    }

    /// The tactic of a technique, for example of `T1098.001`; `None` for one that no detector names.
    #[must_use]
    pub fn of(technique: &str) -> Option<Self> {
        let number = technique.strip_prefix('T')?.split('.').next()?.parse().ok()?;
        TECHNIQUES.iter().find(|(_, numbers)| numbers.contains(&number)).map(|(tactic, _)| *tactic)
    }
}
