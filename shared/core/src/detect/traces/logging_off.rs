//! Logging of single services that is switched off by a field deep in a request, where lists of keys and
//! values have to be read pair by pair.

use serde_json::Value;

use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// One service, and how its logging is switched off.
#[derive(Debug)]
pub(super) struct LoggingOff {
    meta: Meta,
    /// Where the request names the resource.
    names: &'static [&'static str],
    /// What is no longer logged.
    off: fn(&ApiCall) -> Vec<String>,
}

impl Detector for LoggingOff {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let off = (self.off)(call);
        if off.is_empty() {
            return Ok(Vec::new());
        }
        let name = self.names.iter().find_map(|key| call.request_text(key)).unwrap_or("(not named)");
        let service = call.service().to_owned();
        let actor = call.actor();
        let why =
            format!("`{}` by `{}` on `{name}` switched off: {}", call.event_name(), actor.label(), off.join(", "));
        // Tools send all attributes of what they keep, those that were never on too.
        let confidence = (members(call.request("attributes")).count() > 3).then_some(Confidence::Low);
        let target = Target::Resource { service, id: name.to_owned() };
        Ok(vec![Claim { confidence, ..Claim::of(target, plain(&why, 600)) }])
    }
}

/// `false`, or the text of it: both occur.
fn is_off(value: Option<&Value>) -> bool {
    value.is_some_and(|value| {
        value.as_bool() == Some(false) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("false"))
    })
}

/// The members of a list, itself or below `items` or `member`, as some services write it.
fn members(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let list = value.and_then(|value| {
        value.as_array().or_else(|| ["items", "member"].iter().find_map(|key| value.get(key)?.as_array()))
    });
    list.into_iter().flatten()
}

/// Elastic Load Balancing's access and connection logs.
pub(super) const LOAD_BALANCER_LOGGING_DISABLED: LoggingOff = LoggingOff {
    meta: Meta {
        id: "load-balancer-logging-disabled",
        title: "Load balancer logging switched off",
        domain: Domain::Traces,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1562.008"],
        events: Events::Calls(&[EventName {
            source: "elasticloadbalancing.amazonaws.com",
            name: "ModifyLoadBalancerAttributes",
        }]),
        prose: LOAD_BALANCER,
        ..Meta::PLAIN
    },
    names: &["loadBalancerArn", "loadBalancerName"],
    off: load_balancer,
};

const LOAD_BALANCER: &str = "\
## What it does
Fires when the attributes of a load balancer are set so that access logs or connection logs are off: for
application, network and classic ones. Calls that set other attributes, or switch the logs on, do not match.
Where the call sets more than three attributes at once, as tools do, the confidence is low.

## Why is this bad?
The logs hold every request with its address, and are often all there is to tell how an application was
attacked and what was taken.

## False positives
Infrastructure code that names the attribute for every load balancer, on or off. Compare with what was on
before.

## References
- <https://attack.mitre.org/techniques/T1562/008/>
- <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyLoadBalancerAttributes.html>
- <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html>
";

fn load_balancer(call: &ApiCall) -> Vec<String> {
    let logs = ["access_logs.s3.enabled", "connection_logs.s3.enabled"];
    let key = |attribute: &Value| {
        let key = attribute.get("key")?.as_str()?;
        logs.contains(&key).then(|| key.to_owned())
    };
    let attributes = members(call.request("attributes")).filter(|attribute| is_off(attribute.get("value")));
    let classic = call.request("loadBalancerAttributes").and_then(|attributes| attributes.get("accessLog"));
    let classic = is_off(classic.and_then(|log| log.get("enabled"))).then(|| "accessLog".to_owned());
    attributes.filter_map(key).chain(classic).collect()
}

/// The control plane logs of EKS.
pub(super) const CLUSTER_LOGGING_DISABLED: LoggingOff = LoggingOff {
    meta: Meta {
        id: "eks-logging-disabled",
        title: "Kubernetes control plane logging switched off",
        domain: Domain::Traces,
        severity: Severity::High,
        confidence: Confidence::High,
        technique: &["T1562.008"],
        no_response: "Enabling the types again is an update of the cluster that takes minutes and is refused while \
            another one runs: the event names the types, and the platform team enables them.",
        events: Events::Calls(&[EventName { source: "eks.amazonaws.com", name: "UpdateClusterConfig" }]),
        prose: CLUSTER,
        ..Meta::PLAIN
    },
    names: &["name"],
    off: cluster,
};

const CLUSTER: &str = "\
## What it does
Fires when an EKS cluster is configured so that its API, audit or authenticator log is off. The logs of the
scheduler and of the controllers say nothing of an attack and are let pass, as are logs that are switched on.

## Why is this bad?
The audit log is for a cluster what CloudTrail is for the account: who did what through the Kubernetes API.
CloudTrail itself sees none of that.

It is high, as switching a trail off is: the control plane's log is the only record of what is done within
the cluster.

## False positives
Cost control in clusters for tests; the console sends all types that are not ticked, also those that were
off before.

## References
- <https://attack.mitre.org/techniques/T1562/008/>
- <https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html>
- <https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html>
";

fn cluster(call: &ApiCall) -> Vec<String> {
    let setups = call.request("logging").and_then(|logging| logging.get("clusterLogging"));
    let off = members(setups).filter(|setup| is_off(setup.get("enabled")));
    let types = off.flat_map(|setup| members(setup.get("types"))).filter_map(Value::as_str);
    types.filter(|kind| ["api", "audit", "authenticator"].contains(kind)).map(str::to_owned).collect()
}

/// The logs of RDS and Redshift.
pub(super) const DATABASE_LOGGING_DISABLED: LoggingOff = LoggingOff {
    meta: Meta {
        id: "database-logging-disabled",
        title: "Database logging switched off",
        domain: Domain::Traces,
        severity: Severity::Medium,
        confidence: Confidence::High,
        technique: &["T1562.008"],
        events: Events::Calls(&[
            EventName { source: "rds.amazonaws.com", name: "ModifyDBInstance" },
            EventName { source: "rds.amazonaws.com", name: "ModifyDBCluster" },
            EventName { source: "rds.amazonaws.com", name: "ModifyDBParameterGroup" },
            EventName { source: "rds.amazonaws.com", name: "ModifyDBClusterParameterGroup" },
            EventName { source: "redshift.amazonaws.com", name: "DisableLogging" },
            EventName { source: "redshift.amazonaws.com", name: "ModifyClusterParameterGroup" },
            EventName { source: "redshift-serverless.amazonaws.com", name: "UpdateNamespace" },
        ]),
        prose: DATABASE,
        ..Meta::PLAIN
    },
    names: &[
        "dBInstanceIdentifier",
        "dBClusterIdentifier",
        "clusterIdentifier",
        "dBParameterGroupName",
        "dBClusterParameterGroupName",
        "parameterGroupName",
        "namespaceName",
    ],
    off: database,
};

const DATABASE: &str = "\
## What it does
Fires when an RDS instance or cluster no longer exports one of its logs to CloudWatch Logs, a Redshift
cluster or namespace no longer logs its connections and queries, or a parameter that makes a database write
its audit log is switched off (`pgaudit.log`, `server_audit_logging`, `audit_logs`, `log_connections` and the
like). Logs that are switched on, and other changes of a database, do not match.

## Why is this bad?
What is read out of a database through its own port stands in no trail, only in its own logs.

## False positives
A log that is dropped for its volume, such as the general or the slow query log: the finding names it.

## References
- <https://attack.mitre.org/techniques/T1562/008/>
- <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CloudwatchLogsExportConfiguration.html>
- <https://docs.aws.amazon.com/redshift/latest/APIReference/API_DisableLogging.html>
";

fn database(call: &ApiCall) -> Vec<String> {
    if call.event_name().eq_ignore_ascii_case("DisableLogging") {
        return vec!["audit logging".to_owned()];
    }
    let export = call.request("cloudwatchLogsExportConfiguration");
    let types = members(export.and_then(|export| export.get("disableLogTypes"))).filter_map(Value::as_str);
    let parameters = members(call.request("parameters")).filter_map(audit_parameter);
    // A namespace's list replaces what was exported before.
    let none = call.request("logExports").and_then(Value::as_array).is_some_and(Vec::is_empty);
    types.map(str::to_owned).chain(parameters).chain(none.then(|| "all log exports".to_owned())).collect()
}

/// A parameter of a group by which a database writes down who connects and who asks what, if it is off.
fn audit_parameter(parameter: &Value) -> Option<String> {
    const AUDITS: [&str; 9] = [
        "neptune_enable_audit_log",
        "pgaudit.log",
        "log_statement",
        "log_connections",
        "server_audit_logging",
        "server_audit_events",
        "audit_logs",
        "audit_trail",
        "enable_user_activity_logging",
    ];
    let text = |key: &str| parameter.get(key).and_then(Value::as_str);
    let (name, value) = (text("parameterName")?, text("parameterValue").unwrap_or_default());
    let off = ["", "0", "off", "none", "false", "disabled"].iter().any(|off| value.eq_ignore_ascii_case(off));
    (off && AUDITS.contains(&name)).then(|| format!("{name}={value}"))
}

/// The logs of API Gateway.
pub(super) const API_LOGGING_DISABLED: LoggingOff = LoggingOff {
    meta: Meta {
        id: "api-logging-disabled",
        title: "API Gateway logging switched off",
        domain: Domain::Traces,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1562.008"],
        events: Events::Calls(&[
            EventName { source: "apigateway.amazonaws.com", name: "UpdateStage" },
            EventName { source: "apigateway.amazonaws.com", name: "DeleteAccessLogSettings" },
        ]),
        prose: API,
        ..Meta::PLAIN
    },
    names: &["restApiId", "apiId"],
    off: api,
};

const API: &str = "\
## What it does
Fires when the access log of a stage is removed, or the log level of its methods is set to off. Patches that
set a destination or another level, and other changes of a stage, do not match.

## Why is this bad?
The logs tell who called which method from where. Without them the abuse of an API shows on the bill, if at
all.

## False positives
Stages for tests whose logs nobody reads.

## References
- <https://attack.mitre.org/techniques/T1562/008/>
- <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>
- <https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateStage.html>
";

fn api(call: &ApiCall) -> Vec<String> {
    if call.event_name().eq_ignore_ascii_case("DeleteAccessLogSettings") {
        return vec!["access log".to_owned()];
    }
    // The operations stand at the top, or in the input as the service's own model has it.
    let input = call.request("updateStageInput").and_then(|input| input.get("patchOperations"));
    members(call.request("patchOperations").or(input)).filter_map(patch).collect()
}

/// What a JSON patch of a stage switches off.
fn patch(operation: &Value) -> Option<String> {
    let of = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default();
    let (op, path, value) = (of("op"), of("path"), of("value"));
    let empty = op == "remove" || (op == "replace" && value.is_empty());
    let access_log = path.starts_with("/accessLogSettings") && !path.ends_with("/format") && empty;
    let level = path.ends_with("/logging/loglevel") && value.eq_ignore_ascii_case("OFF");
    (access_log || level).then(|| path.to_owned())
}

/// The logs of whatever else writes some.
pub(super) const SERVICE_LOGGING_DISABLED: LoggingOff = LoggingOff {
    meta: Meta {
        id: "service-logging-disabled",
        title: "Logging of a service switched off",
        domain: Domain::Traces,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &["T1562.008"],
        events: Events::Calls(&[
            EventName { source: "states.amazonaws.com", name: "UpdateStateMachine" },
            EventName { source: "es.amazonaws.com", name: "UpdateDomainConfig" },
            EventName { source: "es.amazonaws.com", name: "UpdateElasticsearchDomainConfig" },
            EventName { source: "ec2.amazonaws.com", name: "ModifyClientVpnEndpoint" },
            EventName { source: "globalaccelerator.amazonaws.com", name: "UpdateAcceleratorAttributes" },
            EventName { source: "kafka.amazonaws.com", name: "UpdateMonitoring" },
            EventName { source: "mq.amazonaws.com", name: "UpdateBroker" },
            EventName { source: "codebuild.amazonaws.com", name: "UpdateProject" },
            EventName { source: "vpc-lattice.amazonaws.com", name: "DeleteAccessLogSubscription" },
        ]),
        prose: SERVICE,
        ..Meta::PLAIN
    },
    names: &[
        "stateMachineArn",
        "domainName",
        "acceleratorArn",
        "clusterArn",
        "broker-id",
        "brokerId",
        "name",
        "accessLogSubscriptionIdentifier",
    ],
    off: service,
};

const SERVICE: &str = "\
## What it does
Fires when the logs of a state machine, an OpenSearch domain, a client VPN, an accelerator, a Kafka cluster, a message broker, a build project or a VPC Lattice service are switched off.
Calls that say nothing of the logs, or switch them on, do not match. Load balancers, network firewalls, EKS,
databases and API Gateway have detectors of their own.

## Why is this bad?
Each of these logs is the only place where it stands who used the service and how: CloudTrail sees its
administration and not its use.

## False positives
Infrastructure code that names the setting for every resource, on or off. Compare with what was on before.

## References
- <https://attack.mitre.org/techniques/T1562/008/>
- <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html>
- <https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/connection-logging.html>
";

fn service(call: &ApiCall) -> Vec<String> {
    if call.event_name().eq_ignore_ascii_case("DeleteAccessLogSubscription") {
        return vec!["access log".to_owned()];
    }
    let request = call.member("requestParameters");
    let at = |pointer: &str| request.and_then(|request| request.pointer(pointer));
    let level = at("/loggingConfiguration/level").and_then(Value::as_str);
    let build = at("/logsConfig/cloudWatchLogs/status").and_then(Value::as_str);
    let flags = [
        ("execution log", level.is_some_and(|level| level.eq_ignore_ascii_case("OFF"))),
        ("build log", build.is_some_and(|status| status.eq_ignore_ascii_case("DISABLED"))),
        ("connection log", is_off(at("/ModifyClientVpnEndpointRequest/ConnectionLogOptions/Enabled"))),
        ("connection log", is_off(at("/connectionLogOptions/enabled"))),
        ("flow logs", is_off(at("/flowLogsEnabled"))),
        ("broker log", is_off(at("/loggingInfo/brokerLogs/cloudWatchLogs/enabled"))),
        ("audit log", is_off(at("/logs/audit"))),
        ("general log", is_off(at("/logs/general"))),
    ];
    let published = at("/logPublishingOptions").and_then(Value::as_object).into_iter().flatten();
    let published = published.filter(|(_, options)| is_off(options.get("enabled"))).map(|(kind, _)| kind.clone());
    flags.into_iter().filter(|(_, off)| *off).map(|(what, _)| what.to_owned()).chain(published).collect()
}
