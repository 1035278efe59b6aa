//! `database-public`: a database with an address on the internet.

use serde_json::Value;

use crate::action::{ActionId, MakeDatabasePrivate};
use crate::detect::meta::page;
use crate::detect::named::{is_true, named};
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct DatabasePublic;

const fn rds(name: &'static str) -> EventName {
    EventName { source: "rds.amazonaws.com", name }
}

const META: Meta = Meta {
    id: "database-public",
    title: "Database made reachable from the internet",
    domain: Domain::Network,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1562.007", "T1530"],
    actions: &[ActionId::MakeDatabasePrivate],
    events: Events::Calls(&[
        rds("CreateDBCluster"),
        rds("CreateDBInstance"),
        rds("CreateDBInstanceReadReplica"),
        rds("ModifyDBInstance"),
        rds("RestoreDBClusterFromSnapshot"),
        rds("RestoreDBClusterToPointInTime"),
        rds("RestoreDBInstanceFromDBSnapshot"),
        rds("RestoreDBInstanceFromS3"),
        rds("RestoreDBInstanceToPointInTime"),
        EventName { source: "redshift.amazonaws.com", name: "CreateCluster" },
        EventName { source: "redshift.amazonaws.com", name: "ModifyCluster" },
        EventName { source: "redshift.amazonaws.com", name: "RestoreFromClusterSnapshot" },
        EventName { source: "redshift-serverless.amazonaws.com", name: "CreateWorkgroup" },
        EventName { source: "redshift-serverless.amazonaws.com", name: "UpdateWorkgroup" },
        EventName { source: "dms.amazonaws.com", name: "CreateReplicationInstance" },
        EventName { source: "amazonmq.amazonaws.com", name: "CreateBroker" },
        EventName { source: "mq.amazonaws.com", name: "CreateBroker" },
        EventName { source: "lightsail.amazonaws.com", name: "CreateRelationalDatabase" },
        EventName { source: "lightsail.amazonaws.com", name: "CreateRelationalDatabaseFromSnapshot" },
        EventName { source: "lightsail.amazonaws.com", name: "UpdateRelationalDatabase" },
        EventName { source: "neptune-graph.amazonaws.com", name: "CreateGraph" },
        EventName { source: "neptune-graph.amazonaws.com", name: "CreateGraphUsingImportTask" },
        EventName { source: "neptune-graph.amazonaws.com", name: "RestoreGraphFromSnapshot" },
        EventName { source: "neptune-graph.amazonaws.com", name: "UpdateGraph" },
        EventName { source: "timestream-influxdb.amazonaws.com", name: "CreateDbCluster" },
        EventName { source: "timestream-influxdb.amazonaws.com", name: "CreateDbInstance" },
        EventName { source: "kafka.amazonaws.com", name: "UpdateConnectivity" },
    ]),
    prose: page(
        "\
## What it does
Fires when a database, warehouse, replication instance or message broker gets a public address: made so,
restored so from a snapshot, or changed. It covers RDS (Aurora and Neptune too), Redshift and its serverless
workgroups, Neptune Analytics, Timestream for InfluxDB, Lightsail's databases, DMS, Amazon MQ and MSK. Where the request leaves the choice to AWS, the answer tells what came
of it. A change of something else on a database that is public already does not match, nor does making one
private.

## Why is this bad?
From then on only a security group stands between the internet and the data. Intruders restore a snapshot
into a public instance with a password of their own, and read it from home: no data crosses the network
that is watched.

## False positives
Test databases of teams without a VPN. The security group decides who really gets in; still, a public
address is never needed within AWS.

## References
- <https://attack.mitre.org/techniques/T1530/>
- <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html>
- <https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-2>
",
    ),
    ..Meta::PLAIN
};

/// The fields that name what was made or changed. A restore names its source too, which comes last.
const NAMES: &[&str] = &[
    "targetDBInstanceIdentifier",
    "dBInstanceIdentifier",
    "dBClusterIdentifier",
    "clusterIdentifier",
    "workgroupName",
    "replicationInstanceIdentifier",
    "brokerName",
    "clusterArn",
    "relationalDatabaseName",
    "graphIdentifier",
    "graphName",
    "name",
];

impl Detector for DatabasePublic {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if !made_public(call) {
            return Ok(Vec::new());
        }
        let id = named(call, NAMES).unwrap_or_else(|| call.actor().label().to_owned());
        let service = call.service().to_owned();
        let why = format!("`{}` gave `{id}` an address on the internet", call.event_name());
        let instance = call.request_text("dBInstanceIdentifier").filter(|_| service == "rds" && !call.failed());
        let response = instance.map(|instance| MakeDatabasePrivate { instance: instance.to_owned() });
        Ok(vec![Claim::of(Target::Resource { service, id }, plain(&why, 600)).asking(response)])
    }
}

fn made_public(call: &ApiCall) -> bool {
    const FLAG: &str = "publiclyAccessible";
    let name = call.event_name();
    // Neptune Analytics has a word of its own.
    let asked = call.request(FLAG).filter(|flag| !flag.is_null()).or_else(|| call.request("publicConnectivity"));
    match asked.filter(|flag| !flag.is_null()) {
        Some(asked) => is_true(asked),
        None if name == "UpdateConnectivity" => broker_addresses(call),
        // The answer to a change tells how the database was before it.
        None if name.starts_with("Modify") || name.starts_with("Update") => false,
        None => {
            let made = ["", "cluster", "dBInstance", "workgroup", "replicationInstance"].into_iter();
            let mut flags = made.filter_map(|part| match part {
                "" => call.response(FLAG),
                part => call.response(part)?.get(FLAG),
            });
            flags.any(is_true)
        }
    }
}

/// MSK says it by the kind of addresses that its brokers get.
fn broker_addresses(call: &ApiCall) -> bool {
    let kind = || call.request("connectivityInfo")?.get("publicAccess")?.get("type").and_then(Value::as_str);
    kind().is_some_and(|kind| !kind.eq_ignore_ascii_case("DISABLED"))
}
