//! The account, read for a plan.

use std::collections::BTreeSet;

use riposte_core::arn;
use riposte_patch::facts::Facts;
use riposte_patch::kev::Kev;
use riposte_patch::{LaunchedFrom, NodeGroup};
use serde_json::{Value, json};

use super::source::{Source, SourceError};
use crate::api::{Api, Call, Model, Pages, models};
use crate::fault::Fault;

/// So many nodes are named in one call, at most, as Systems Manager wants it.
const AT_ONCE: usize = 50;

/// So many images are named in one filter, at most, as EC2 wants it.
const IMAGES_AT_ONCE: usize = 200;

/// CISA's list.
pub(super) async fn kev(api: &dyn Api, region: &str, source: &Source) -> Result<Kev, SourceError> {
    Ok(Kev::parse(&source.read(api, region).await?)?)
}

/// All that a plan needs. What only adds to it and is refused is told in the plan and costs nothing else.
pub(super) async fn facts(api: &dyn Api, region: &str) -> Result<Facts, Fault> {
    let mut facts = Facts::default();
    let reader = Reader { api, region };
    reader.all(&mut facts, &models::EC2, "ec2:DescribeInstances", json!({ "MaxResults": 1000 })).await?;
    let images: BTreeSet<String> = facts.nodes.values().filter_map(|node| node.image.clone()).collect();
    let images: Vec<String> = images.into_iter().collect();
    for ids in images.chunks(IMAGES_AT_ONCE) {
        // By a filter: an image that is gone would have the whole call refused.
        let filters = json!({ "Filters": [{ "Name": "image-id", "Values": ids }], "IncludeDeprecated": true });
        if let Err(fault) = reader.all(&mut facts, &models::EC2, "ec2:DescribeImages", filters).await {
            facts.unread.push(fault.to_string());
        }
    }
    let nodes = json!({ "MaxResults": 50 });
    reader.all(&mut facts, &models::SSM, "ssm:DescribeInstanceInformation", nodes).await?;
    let managed: Vec<String> =
        facts.nodes.values().filter(|node| node.pinged_ms.is_some()).map(|node| node.id.clone()).collect();
    for ids in managed.chunks(AT_ONCE) {
        let parameters = json!({ "InstanceIds": ids });
        reader.all(&mut facts, &models::SSM, "ssm:DescribeInstancePatchStates", parameters).await?;
    }
    reader.all(&mut facts, &models::SSM, "ssm:DescribeMaintenanceWindows", json!({})).await?;
    let windows: Vec<String> = facts.windows.all().map(|window| window.id.clone()).collect();
    for id in windows {
        let of = json!({ "WindowId": id });
        reader.all(&mut facts, &models::SSM, "ssm:DescribeMaintenanceWindowTargets", of.clone()).await?;
        reader.all(&mut facts, &models::SSM, "ssm:DescribeMaintenanceWindowTasks", of).await?;
    }
    reader.all(&mut facts, &models::SSM, "ssm:ListAssociations", json!({ "MaxResults": 50 })).await?;
    for status in ["InProgress", "Pending"] {
        let filters = json!({ "Filters": [{ "key": "Status", "value": status }], "MaxResults": 50 });
        reader.all(&mut facts, &models::SSM, "ssm:ListCommands", filters).await?;
    }
    for (model, call, parameters) in more() {
        if let Err(fault) = reader.all(&mut facts, model, call, parameters).await {
            facts.unread.push(fault.to_string());
        }
    }
    if let Err(fault) = reader.clusters(&mut facts).await {
        facts.unread.push(fault.to_string());
    }
    if let Err(fault) = reader.node_images(&mut facts).await {
        facts.unread.push(fault.to_string());
    }
    if let Err(fault) = reader.groups(&mut facts).await {
        facts.unread.push(fault.to_string());
    }
    reader.lifecycles(&mut facts).await;
    Ok(facts)
}

/// What adds to a plan that stands without it.
fn more() -> [(&'static Model, &'static str, Value); 9] {
    let active = json!([{ "comparison": "EQUALS", "value": "ACTIVE" }]);
    let unmet = json!([{ "Key": "Status", "Values": ["NON_COMPLIANT"], "Type": "EQUAL" }]);
    [
        (
            &models::INSPECTOR2,
            "inspector2:ListFindings",
            json!({ "filterCriteria": { "findingStatus": active }, "maxResults": 100 }),
        ),
        (&models::SSM, "ssm:ListResourceComplianceSummaries", json!({ "Filters": unmet, "MaxResults": 50 })),
        (&models::LAMBDA, "lambda:ListFunctions", json!({})),
        (&models::RDS, "rds:DescribeDBInstances", json!({})),
        (&models::RDS, "rds:DescribeDBMajorEngineVersions", json!({})),
        (&models::RDS, "rds:DescribePendingMaintenanceActions", json!({})),
        (&models::ELASTICACHE, "elasticache:DescribeCacheClusters", json!({})),
        (&models::ELASTICACHE, "elasticache:DescribeUpdateActions", json!({})),
        (&models::EKS, "eks:DescribeClusterVersions", json!({})),
    ]
}

struct Reader<'a> {
    api: &'a dyn Api,
    region: &'a str,
}

impl Reader<'_> {
    async fn all(
        &self,
        facts: &mut Facts,
        model: &'static Model,
        call: &'static str,
        parameters: Value,
    ) -> Result<(), Fault> {
        let mut pages = Pages::new(self.api, model, Call::new(call, self.region, parameters))?;
        while let Some(page) = pages.next().await {
            facts.take(call, &page?);
        }
        Ok(())
    }

    async fn clusters(&self, facts: &mut Facts) -> Result<(), Fault> {
        for name in self.names("eks:ListClusters", json!({}), "clusters").await? {
            self.all(facts, &models::EKS, "eks:DescribeCluster", json!({ "name": name })).await?;
            let of = json!({ "clusterName": name });
            for group in self.names("eks:ListNodegroups", of, "nodegroups").await? {
                let parameters = json!({ "clusterName": name, "nodegroupName": group });
                self.all(facts, &models::EKS, "eks:DescribeNodegroup", parameters).await?;
            }
        }
        Ok(())
    }

    /// A list of names of EKS.
    async fn names(&self, call: &'static str, parameters: Value, list: &str) -> Result<Vec<String>, Fault> {
        let mut pages = Pages::new(self.api, &models::EKS, Call::new(call, self.region, parameters))?;
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page?;
            let found = page.get(list).and_then(Value::as_array).into_iter().flatten();
            names.extend(found.filter_map(Value::as_str).map(str::to_owned));
        }
        Ok(names)
    }

    /// The releases of nodes' images that AWS recommends by now, as its public parameters say.
    async fn node_images(&self, facts: &mut Facts) -> Result<(), Fault> {
        let paths: BTreeSet<String> = facts.node_groups.iter().filter_map(NodeGroup::parameter).collect();
        for path in paths {
            self.all(facts, &models::SSM, "ssm:GetParameter", json!({ "Name": path })).await?;
        }
        Ok(())
    }

    /// The Auto Scaling groups that have nodes, and which image each launches by now.
    async fn groups(&self, facts: &mut Facts) -> Result<(), Fault> {
        let named: BTreeSet<String> = facts.nodes.values().filter_map(|node| node.group().map(str::to_owned)).collect();
        let named: Vec<String> = named.into_iter().collect();
        for names in named.chunks(AT_ONCE) {
            let parameters = json!({ "AutoScalingGroupNames": names });
            self.all(facts, &models::AUTOSCALING, "autoscaling:DescribeAutoScalingGroups", parameters).await?;
        }
        let from: BTreeSet<LaunchedFrom> = named.iter().filter_map(|name| facts.groups.from(name).cloned()).collect();
        for from in from {
            match from {
                LaunchedFrom::Template(id, version) => {
                    let parameters = json!({ "LaunchTemplateId": id, "Versions": [version] });
                    self.all(facts, &models::EC2, "ec2:DescribeLaunchTemplateVersions", parameters).await?;
                }
                LaunchedFrom::Configuration(name) => {
                    let parameters = json!({ "LaunchConfigurationNames": [name] });
                    let call = "autoscaling:DescribeLaunchConfigurations";
                    self.all(facts, &models::AUTOSCALING, call, parameters).await?;
                }
            }
        }
        Ok(())
    }

    /// Ends of support, of which AWS Health tells those alone who have a support plan.
    async fn lifecycles(&self, facts: &mut Facts) {
        let call = "health:DescribeServiceLifecycle";
        // AWS Health answers in one region of a partition.
        let region = match arn::partition(self.region) {
            "aws" => "us-east-1",
            "aws-cn" => "cn-northwest-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => self.region,
        };
        let there = Reader { api: self.api, region };
        if let Err(fault) = there.all(facts, &models::HEALTH, call, json!({})).await {
            facts.unread.push(if fault.code == "SubscriptionRequiredException" {
                format!("{call} needs a support plan: ends of support are those of the services and of the table")
            } else {
                fault.to_string()
            });
        }
    }
}
