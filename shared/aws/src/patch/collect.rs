//! The account, read for a plan.

use std::collections::BTreeSet;
use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use riposte_core::text::plain;
use riposte_patch::facts::Facts;
use riposte_patch::kev::{Kev, KevError};
use riposte_patch::settings::s3;
use serde_json::{Value, json};
use thiserror::Error;

use crate::api::{Api, Call, Model, Pages, models};
use crate::fault::Fault;

/// So many nodes are named in one call, at most, as Systems Manager wants it.
const AT_ONCE: usize = 50;

/// So many images are named in one filter, at most, as EC2 wants it.
const IMAGES_AT_ONCE: usize = 200;

/// A file: on this machine, or an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// On this machine.
    File(PathBuf),
    /// A bucket and a key.
    Object(String, String),
    /// A parameter of Parameter Store.
    Parameter(String),
}

/// Why a file cannot be had or used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// It cannot be read from this machine.
    #[error("`{}` cannot be read: {wrong}", plain(.name, 200))]
    File {
        /// Its path.
        name: String,
        /// Why.
        wrong: std::io::Error,
    },
    /// AWS does not give it.
    #[error("`{}` cannot be read: {fault}", plain(.name, 200))]
    Fault {
        /// How it is named.
        name: String,
        /// Why.
        fault: Fault,
    },
    /// It is no text.
    #[error("`{}` is no text", plain(.0, 200))]
    NoText(String),
    /// It is no list of vulnerabilities.
    #[error(transparent)]
    Kev(#[from] KevError),
}

impl Source {
    /// What a person or the settings name.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match s3(text) {
            Some((bucket, key)) => Self::Object(bucket.to_owned(), key.to_owned()),
            None if text.starts_with("/riposte/") => Self::Parameter(text.to_owned()),
            None => Self::File(PathBuf::from(text)),
        }
    }

    /// Its text.
    ///
    /// # Errors
    /// Names it, and says why it cannot be had.
    pub async fn read(&self, api: &dyn Api, region: &str) -> Result<String, SourceError> {
        let (name, call) = match self {
            Self::File(path) => {
                let failed = |wrong| SourceError::File { name: path.display().to_string(), wrong };
                return std::fs::read_to_string(path).map_err(failed);
            }
            Self::Object(bucket, key) => {
                let call = Call::new("s3:GetObject", region, json!({ "Bucket": bucket, "Key": key }));
                (format!("s3://{bucket}/{key}"), call)
            }
            Self::Parameter(path) => {
                let call = Call::new("ssm:GetParameter", region, json!({ "Name": path, "WithDecryption": true }));
                (path.clone(), call)
            }
        };
        let body = match api.send(&call).await {
            Ok(answer) => answer.body,
            Err(fault) => return Err(SourceError::Fault { name, fault }),
        };
        if let Some(value) = body.pointer("/Parameter/Value").and_then(Value::as_str) {
            return Ok(value.to_owned());
        }
        let bytes = body.get("Body").and_then(Value::as_str).and_then(|text| BASE64_STANDARD.decode(text).ok());
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(SourceError::NoText(name))
    }
}

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
    Ok(facts)
}

/// What adds to a plan that stands without it.
fn more() -> [(&'static Model, &'static str, Value); 8] {
    let active = json!([{ "comparison": "EQUALS", "value": "ACTIVE" }]);
    [
        (
            &models::INSPECTOR2,
            "inspector2:ListFindings",
            json!({ "filterCriteria": { "findingStatus": active }, "maxResults": 100 }),
        ),
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
        let mut pages = Pages::new(self.api, &models::EKS, Call::new("eks:ListClusters", self.region, json!({})))?;
        while let Some(page) = pages.next().await {
            for name in page?.get("clusters").and_then(Value::as_array).into_iter().flatten() {
                let parameters = json!({ "name": name });
                self.all(facts, &models::EKS, "eks:DescribeCluster", parameters).await?;
            }
        }
        Ok(())
    }
}
