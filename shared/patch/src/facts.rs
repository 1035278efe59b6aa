//! All that is known of an account and region, taken out of AWS's answers one by one.
//!
//! A file of recorded answers, one JSON object a line (`{"call": "ssm:DescribeInstanceInformation", "body": {…}}`), says
//! the same as the account.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thiserror::Error;

use crate::compliance::Compliance;
use crate::kev::Kev;
use crate::lifecycle::{Aging, Ends, NodeGroup};
use crate::missing::Remembered;
use crate::node::Node;
use crate::read;
use crate::scaling::Groups;
use crate::vulnerability::{FindingError, Vulnerability};
use crate::window::{Busy, Policy, Windows};

/// The facts.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The machines, by id.
    pub nodes: BTreeMap<String, Node>,
    /// Their patch states.
    pub compliance: BTreeMap<String, Compliance>,
    /// Since when updates have been missing, as it was remembered: no answer tells it.
    pub missing_since: Remembered,
    /// Inspector's findings of packages that stand.
    pub findings: Vec<Vulnerability>,
    /// Instances that Inspector found a way to from the network.
    pub reachable: BTreeSet<String>,
    /// The maintenance windows.
    pub windows: Windows,
    /// Associations that patch.
    pub policies: Vec<Policy>,
    /// Patching commands that are under way.
    pub busy: Vec<Busy>,
    /// When the support of versions ends.
    pub ends: Ends,
    /// What is not a package: runtimes, engines, clusters.
    pub aging: Vec<Aging>,
    /// The managed node groups of EKS.
    pub node_groups: Vec<NodeGroup>,
    /// AWS's public parameters, by their paths.
    pub parameters: BTreeMap<String, String>,
    /// Auto Scaling groups.
    pub groups: Groups,
    /// What else of a node's compliance is not met: associations, and the user's own kinds.
    pub unmet: Vec<Unmet>,
    /// CISA's list.
    pub kev: Kev,
    /// Images that their owners have deprecated: since when, in milliseconds since 1970.
    pub deprecated: BTreeMap<String, i64>,
    /// What could not be read, and is therefore not in the plan.
    pub unread: Vec<String>,
}

/// A kind of compliance that a resource does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The resource: most often a node.
    pub resource: String,
    /// `Association`, `Custom:…`
    pub kind: String,
    /// How many of its items are not met.
    pub items: u64,
    /// The worst of them, in AWS's word.
    pub severity: String,
}

/// Why a recorded answer cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FactsError {
    /// The line is no answer.
    #[error("line {line}: {wrong}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        wrong: String,
    },
}

impl Facts {
    /// Takes the answer of a call over; those that nothing here reads are left out.
    pub fn take(&mut self, call: &str, body: &Value) {
        let each = |name: &'static str| read::list(body, name);
        match call {
            "ec2:DescribeInstances" => {
                for instance in each("Reservations").flat_map(|reservation| read::list(reservation, "Instances")) {
                    Node::take_instance(&mut self.nodes, instance);
                }
                self.nodes.retain(|_, node| node.state != "terminated" && node.state != "shutting-down");
            }
            "ec2:DescribeImages" => {
                let dated =
                    |image: &Value| Some((read::some(image, "ImageId")?, read::time(image, "DeprecationTime")?));
                self.deprecated.extend(each("Images").filter_map(dated));
            }
            "ssm:DescribeInstanceInformation" => {
                each("InstanceInformationList").for_each(|node| Node::take_information(&mut self.nodes, node));
            }
            "ssm:DescribeInstancePatchStates" => {
                self.compliance.extend(each("InstancePatchStates").filter_map(Compliance::of));
            }
            "inspector2:ListFindings" => each("findings").for_each(|finding| self.finding(finding)),
            "ssm:DescribeMaintenanceWindows" => each("WindowIdentities").for_each(|w| self.windows.take(w)),
            "ssm:DescribeMaintenanceWindowTargets" => each("Targets").for_each(|t| self.windows.take_target(t)),
            "ssm:DescribeMaintenanceWindowTasks" => each("Tasks").for_each(|t| self.windows.take_task(t)),
            "ssm:ListAssociations" => self.policies.extend(each("Associations").filter_map(Policy::of)),
            "ssm:ListResourceComplianceSummaries" => {
                self.unmet.extend(each("ResourceComplianceSummaryItems").filter_map(unmet));
            }
            "ssm:GetParameter" => {
                let parameter = body.get("Parameter").unwrap_or(&Value::Null);
                if let (Some(name), Some(value)) = (read::some(parameter, "Name"), read::some(parameter, "Value")) {
                    self.parameters.insert(name, value);
                }
            }
            "autoscaling:DescribeAutoScalingGroups" => each("AutoScalingGroups").for_each(|g| self.groups.take(g)),
            "autoscaling:DescribeLaunchConfigurations" => {
                each("LaunchConfigurations").for_each(|c| self.groups.take_configuration(c));
            }
            "ec2:DescribeLaunchTemplateVersions" => {
                each("LaunchTemplateVersions").for_each(|v| self.groups.take_version(v));
            }
            "ssm:ListCommands" => self.busy.extend(each("Commands").filter_map(Busy::of)),
            other => {
                if other == "eks:DescribeNodegroup" {
                    self.node_groups.extend(NodeGroup::of(body));
                }
                self.ends.take(other, body);
                self.aging.extend(Aging::all_of(other, body));
            }
        }
    }

    fn finding(&mut self, finding: &Value) {
        match Vulnerability::parse(finding) {
            Ok(finding) if !finding.active => {}
            Ok(finding) if finding.is_path => {
                self.reachable.insert(finding.resource);
            }
            Ok(finding) => self.findings.push(finding),
            Err(error) => self.unread.push(FindingError::to_string(&error)),
        }
    }

    /// Takes a file of recorded answers over.
    ///
    /// # Errors
    /// Names the line that is none.
    pub fn take_recorded(&mut self, text: &str) -> Result<(), FactsError> {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = |wrong: String| FactsError::Line { line: number + 1, wrong };
            let answer: Value = serde_json::from_str(line).map_err(|error| wrong(format!("it is no JSON: {error}")))?;
            let call = read::text(&answer, "call");
            let body = answer.get("body").filter(|body| body.is_object() && !call.is_empty());
            let body = body.ok_or_else(|| wrong("it is no `{\"call\": …, \"body\": {…}}`".to_owned()))?;
            self.take(call, body);
        }
        Ok(())
    }
}

/// What is not met, beside patches: those the patch states tell better.
fn unmet(summary: &Value) -> Option<Unmet> {
    let kind = read::some(summary, "ComplianceType").filter(|kind| kind != "Patch")?;
    let is_unmet = read::text(summary, "Status") == "NON_COMPLIANT";
    is_unmet.then(|| Unmet {
        resource: read::text(summary, "ResourceId").to_owned(),
        kind,
        items: summary.get("NonCompliantSummary").map_or(0, |all| read::count(all, "NonCompliantCount")),
        severity: read::text(summary, "OverallSeverity").to_owned(),
    })
}
