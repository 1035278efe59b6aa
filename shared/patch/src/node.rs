//! The machines: what EC2 and Systems Manager say of each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::read;

/// What looks after a host's packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Manager {
    /// `dnf`, or `yum` where that is what there is: Amazon Linux, Red Hat and its kin.
    Dnf,
    /// Debian, Ubuntu.
    Apt,
    /// SUSE.
    Zypper,
    /// Windows Update.
    Windows,
}

impl Manager {
    /// By the platform's name, as the agent tells it; `None` for one that no command is known for.
    #[must_use]
    pub fn of(platform: &str) -> Option<Self> {
        let name = platform.to_ascii_lowercase();
        let is = |names: &[&str]| names.iter().any(|known| name.contains(known));
        if is(&["windows"]) {
            Some(Self::Windows)
        } else if is(&["debian", "ubuntu", "raspbian"]) {
            Some(Self::Apt)
        } else if is(&["suse", "sles"]) {
            Some(Self::Zypper)
        } else if is(&["amazon linux", "red hat", "rhel", "centos", "fedora", "rocky", "alma", "oracle"]) {
            Some(Self::Dnf)
        } else {
            None
        }
    }
}

/// Whether the agent answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ping {
    /// It does.
    Online,
    /// It no longer does.
    Lost,
    /// It has not for so long that Systems Manager gave it up.
    Inactive,
    /// Systems Manager does not know the machine.
    Unmanaged,
}

impl Ping {
    /// As Systems Manager writes it.
    #[must_use]
    pub fn of(status: &str) -> Self {
        match status {
            "Online" => Self::Online,
            "ConnectionLost" => Self::Lost,
            _ => Self::Inactive,
        }
    }
}

/// A machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// `i-…`, or `mi-…` for one outside EC2.
    pub id: String,
    /// Its name: the tag `Name`, or the computer's.
    pub name: Option<String>,
    /// The platform, as the agent tells it: `Amazon Linux`; empty where nobody did.
    pub platform: String,
    /// Whether the agent answers.
    pub ping: Ping,
    /// When it answered last: milliseconds since 1970.
    pub pinged_ms: Option<i64>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The image that it was launched from.
    pub image: Option<String>,
    /// EC2's state: `running`, `stopped`…; empty where EC2 does not know it.
    pub state: String,
    /// The name of its instance profile.
    pub profile: Option<String>,
    /// Whether it has an address to the internet by which the agent, or an attacker, could reach through.
    pub public: bool,
}

impl Node {
    fn unknown(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            name: None,
            platform: String::new(),
            ping: Ping::Unmanaged,
            pinged_ms: None,
            tags: BTreeMap::new(),
            image: None,
            state: String::new(),
            profile: None,
            public: false,
        }
    }

    /// The Auto Scaling group that it belongs to.
    #[must_use]
    pub fn group(&self) -> Option<&str> {
        self.tags.get("aws:autoscaling:groupName").map(String::as_str)
    }

    /// Its package manager.
    #[must_use]
    pub fn manager(&self) -> Option<Manager> {
        Manager::of(&self.platform)
    }

    /// Takes over what EC2 says of an instance.
    pub(crate) fn take_instance(all: &mut BTreeMap<String, Self>, instance: &Value) {
        let id = read::text(instance, "InstanceId");
        if id.is_empty() {
            return;
        }
        let node = all.entry(id.to_owned()).or_insert_with(|| Self::unknown(id));
        node.tags = read::tags(instance.get("Tags"));
        node.name = node.tags.get("Name").cloned().or(node.name.take());
        node.image = read::some(instance, "ImageId");
        node.state = instance.get("State").map(|state| read::text(state, "Name").to_owned()).unwrap_or_default();
        let profile = instance.get("IamInstanceProfile").map(|profile| read::text(profile, "Arn"));
        node.profile =
            profile.and_then(|arn| arn.rsplit('/').next()).filter(|name| !name.is_empty()).map(str::to_owned);
        node.public = !read::text(instance, "PublicIpAddress").is_empty();
        if node.platform.is_empty() {
            node.platform = read::text(instance, "PlatformDetails").to_owned();
        }
    }

    /// Takes over what Systems Manager says of a managed node.
    pub(crate) fn take_information(all: &mut BTreeMap<String, Self>, information: &Value) {
        let id = read::text(information, "InstanceId");
        if id.is_empty() {
            return;
        }
        let node = all.entry(id.to_owned()).or_insert_with(|| Self::unknown(id));
        node.ping = Ping::of(read::text(information, "PingStatus"));
        node.pinged_ms = read::time(information, "LastPingDateTime");
        node.platform = read::text(information, "PlatformName").to_owned();
        node.name = node.name.take().or_else(|| read::some(information, "ComputerName"));
    }

    /// Why Systems Manager does not manage it, as far as it can be told from outside: role, agent or network.
    #[must_use]
    pub fn why_unmanaged(&self) -> Option<&'static str> {
        match self.ping {
            Ping::Online => None,
            Ping::Lost | Ping::Inactive => {
                Some("its agent stopped answering: stopped, removed, or cut off the network")
            }
            Ping::Unmanaged if self.profile.is_none() => {
                Some("no role: it has no instance profile, and Systems Manager's default role has not taken it in")
            }
            Ping::Unmanaged if !self.public => {
                Some("it has a role: its agent is missing or off, or it reaches Systems Manager's endpoints by no way")
            }
            Ping::Unmanaged => Some(
                "it has a role and a public address: its agent is missing or off, or the role lacks the permissions",
            ),
        }
    }
}
