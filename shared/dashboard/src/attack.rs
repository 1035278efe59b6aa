//! Names of ATT&CK's tactics and techniques (MITRE ATT&CK, enterprise and mobile), as far as the catalog speaks of them.

/// The tactics in the order of an attack: what an attacker wants at each.
pub(crate) const TACTICS: [&str; 14] = [
    "Reconnaissance",
    "Resource development",
    "Initial access",
    "Execution",
    "Persistence",
    "Privilege escalation",
    "Defense evasion",
    "Credential access",
    "Discovery",
    "Lateral movement",
    "Collection",
    "Command and control",
    "Exfiltration",
    "Impact",
];

/// A technique: id, name, and the places of its tactics in [`TACTICS`].
type Technique = (&'static str, &'static str, &'static [usize]);

/// The techniques; those below one have its tactics.
const TECHNIQUES: &[Technique] = &[
    ("T1003", "OS credential dumping", &[7]),
    ("T1005", "Data from local system", &[10]),
    ("T1016", "System network configuration discovery", &[8]),
    ("T1020", "Automated exfiltration", &[12]),
    ("T1021", "Remote services", &[9]),
    ("T1027", "Obfuscated files or information", &[6]),
    ("T1037", "Boot or logon initialization scripts", &[4, 5]),
    ("T1040", "Network sniffing", &[7, 8]),
    ("T1046", "Network service discovery", &[8]),
    ("T1048", "Exfiltration over alternative protocol", &[12]),
    ("T1053", "Scheduled task or job", &[3, 4, 5]),
    ("T1059", "Command and scripting interpreter", &[3]),
    ("T1069", "Permission groups discovery", &[8]),
    ("T1070", "Indicator removal", &[6]),
    ("T1071", "Application layer protocol", &[11]),
    ("T1072", "Software deployment tools", &[3, 9]),
    ("T1074", "Data staged", &[10]),
    ("T1078", "Valid accounts", &[2, 4, 5, 6]),
    ("T1082", "System information discovery", &[8]),
    ("T1083", "File and directory discovery", &[8]),
    ("T1087", "Account discovery", &[8]),
    ("T1098", "Account manipulation", &[4, 5]),
    ("T1105", "Ingress tool transfer", &[11]),
    ("T1110", "Brute force", &[7]),
    ("T1113", "Screen capture", &[10]),
    ("T1114", "Email collection", &[10]),
    ("T1119", "Automated collection", &[10]),
    ("T1133", "External remote services", &[2, 4]),
    ("T1134", "Access token manipulation", &[5, 6]),
    ("T1136", "Create account", &[4]),
    ("T1189", "Drive-by compromise", &[2]),
    ("T1190", "Exploit public-facing application", &[2]),
    ("T1195", "Supply chain compromise", &[2]),
    ("T1199", "Trusted relationship", &[2]),
    ("T1201", "Password policy discovery", &[8]),
    ("T1203", "Exploitation for client execution", &[3]),
    ("T1204", "User execution", &[3]),
    ("T1213", "Data from information repositories", &[10]),
    ("T1219", "Remote access tools", &[11]),
    ("T1222", "File and directory permissions modification", &[6]),
    ("T1484", "Domain or tenant policy modification", &[5, 6]),
    ("T1485", "Data destruction", &[13]),
    ("T1486", "Data encrypted for impact", &[13]),
    ("T1489", "Service stop", &[13]),
    ("T1490", "Inhibit system recovery", &[13]),
    ("T1491", "Defacement", &[13]),
    ("T1496", "Resource hijacking", &[13]),
    ("T1498", "Network denial of service", &[13]),
    ("T1499", "Endpoint denial of service", &[13]),
    ("T1518", "Software discovery", &[8]),
    ("T1525", "Implant internal image", &[4]),
    ("T1526", "Cloud service discovery", &[8]),
    ("T1528", "Steal application access token", &[7]),
    ("T1529", "System shutdown or reboot", &[13]),
    ("T1530", "Data from cloud storage", &[10]),
    ("T1531", "Account access removal", &[13]),
    ("T1535", "Unused or unsupported cloud regions", &[6]),
    ("T1537", "Transfer data to cloud account", &[12]),
    ("T1546", "Event triggered execution", &[4, 5]),
    ("T1548", "Abuse elevation control mechanism", &[5, 6]),
    ("T1550", "Use alternate authentication material", &[6, 9]),
    ("T1552", "Unsecured credentials", &[7]),
    ("T1553", "Subvert trust controls", &[6]),
    ("T1554", "Compromise host software binary", &[4]),
    ("T1555", "Credentials from password stores", &[7]),
    ("T1556", "Modify authentication process", &[4, 6, 7]),
    ("T1557", "Adversary in the middle", &[7, 10]),
    ("T1562", "Impair defenses", &[6]),
    ("T1564", "Hide artifacts", &[6]),
    ("T1565", "Data manipulation", &[13]),
    ("T1566", "Phishing", &[2]),
    ("T1567", "Exfiltration over web service", &[12]),
    ("T1568", "Dynamic resolution", &[11]),
    ("T1570", "Lateral tool transfer", &[9]),
    ("T1572", "Protocol tunneling", &[11]),
    ("T1573", "Encrypted channel", &[11]),
    ("T1578", "Modify cloud compute infrastructure", &[6]),
    ("T1580", "Cloud infrastructure discovery", &[8]),
    ("T1583", "Acquire infrastructure", &[1]),
    ("T1584", "Compromise infrastructure", &[1]),
    ("T1585", "Establish accounts", &[1]),
    ("T1586", "Compromise accounts", &[1]),
    ("T1587", "Develop capabilities", &[1]),
    ("T1588", "Obtain capabilities", &[1]),
    ("T1592", "Gather victim host information", &[0]),
    ("T1595", "Active scanning", &[0]),
    ("T1599", "Network boundary bridging", &[6]),
    ("T1606", "Forge web credentials", &[7]),
    ("T1608", "Stage capabilities", &[1]),
    ("T1609", "Container administration command", &[3]),
    ("T1610", "Deploy container", &[3, 6]),
    ("T1611", "Escape to host", &[5]),
    ("T1619", "Cloud storage object discovery", &[8]),
    ("T1621", "Multi-factor authentication request generation", &[7]),
    ("T1648", "Serverless execution", &[3]),
    ("T1649", "Steal or forge authentication certificates", &[7]),
    ("T1651", "Cloud administration command", &[3]),
    ("T1654", "Log enumeration", &[8]),
    ("T1656", "Impersonation", &[6]),
    ("T1657", "Financial theft", &[13]),
    ("T1660", "Phishing (mobile)", &[2]),
    ("T1666", "Modify cloud resource hierarchy", &[6]),
];

/// Every technique that has a name here.
pub(crate) fn all() -> impl Iterator<Item = &'static Technique> {
    TECHNIQUES.iter()
}

#[cfg(test)]
mod tests {
    use riposte_core::catalogue::all_metas;

    use super::*;

    #[test]
    fn every_technique_of_the_catalog_has_its_place_in_the_matrix() {
        for meta in all_metas() {
            for id in meta.technique {
                let parent = id.split('.').next().unwrap();
                assert!(all().any(|(known, _, _)| *known == parent), "{}: {id} is not in the table", meta.id);
            }
        }
    }

    #[test]
    fn the_table_is_sorted_and_names_tactics_that_there_are() {
        assert!(TECHNIQUES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(all().flat_map(|(_, _, tactics)| *tactics).all(|tactic| *tactic < TACTICS.len()));
    }
}
