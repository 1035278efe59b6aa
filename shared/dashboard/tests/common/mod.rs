//! A source in memory, and a browser without a screen.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "helpers of tests; each file uses some of them"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use riposte_audit::Resource;
use riposte_core::action::{Response, RevokeIngress};
use riposte_core::event::{Actor, Scope};
use riposte_core::finding::{Confidence, Finding, Severity, Target};
use riposte_core::guardrail::{Effect, Verdict};
use riposte_core::incident::{Changed, Incident, Made, State, Step, rfc3339};
use riposte_core::net::IngressRule;
use riposte_core::plan::{Change, Plan, Snapshot, Verification};
use riposte_core::settings::Mode;
use riposte_dashboard::{
    Account, Alarm, Ask, Health, Patches, Position, Queue, Reading, Riposte, Run, Slice, Source, Tally, Trouble,
    Unreadable, site,
};
use riposte_patch::facts::Facts;
use riposte_patch::plan::{Own, plan as plan_patches};
use riposte_patch::run::{At, Kind, Outcome};
use riposte_patch::settings::Settings;
use serde_json::{Value, json};
use tower::ServiceExt;

/// Noon of a day.
pub(crate) const NOON: i64 = 1_767_355_200_000;

/// A double of the source. What stands in `broken` fails, by its name.
#[derive(Default)]
pub(crate) struct Double {
    /// In any order.
    pub(crate) incidents: Vec<Incident>,
    /// Newest first.
    pub(crate) runs: Vec<Run>,
    pub(crate) unreadable_runs: Vec<Unreadable>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) broken: Mutex<BTreeMap<&'static str, Trouble>>,
    pub(crate) health: Health,
    pub(crate) exclusions: Vec<riposte_core::exclusion::Exclusion>,
    pub(crate) settings_broken: Vec<String>,
    pub(crate) account: Option<Arc<Account>>,
    pub(crate) now_ms: Option<i64>,
    /// What was asked, one entry a query.
    pub(crate) asked: Mutex<Vec<String>>,
    /// How many incidents and runs were handed out.
    pub(crate) handed: Mutex<usize>,
}

impl Double {
    fn ask(&self, what: &'static str, detail: &str) -> Result<(), Trouble> {
        self.asked.lock().unwrap().push(format!("{what} {detail}"));
        self.broken.lock().unwrap().get(what).cloned().map_or(Ok(()), Err)
    }

    pub(crate) fn fail(&self, what: &'static str, trouble: Trouble) {
        self.broken.lock().unwrap().insert(what, trouble);
    }
}

impl Source for Double {
    fn now_ms(&self) -> i64 {
        self.now_ms.unwrap_or(NOON)
    }

    async fn incidents(&self, ask: &Ask) -> Result<Slice, Trouble> {
        self.ask("incidents", &format!("limit {}", ask.limit))?;
        let mut all: Vec<&Incident> = self.incidents.iter().collect();
        all.sort_by_key(|incident| std::cmp::Reverse((incident.opened_ms, incident.id.clone())));
        all.retain(|i| ask.since_ms.is_none_or(|since| i.opened_ms >= since));
        all.retain(|i| ask.until_ms.is_none_or(|until| i.opened_ms < until));
        let start = ask.after.as_ref().map_or(0, |after| {
            all.iter().position(|incident| Position::of(incident) == *after).map_or(all.len(), |at| at + 1)
        });
        let page: Vec<Arc<Incident>> =
            all.iter().skip(start).take(ask.limit).map(|incident| Arc::new(Incident::clone(incident))).collect();
        *self.handed.lock().unwrap() += page.len();
        let next = (start + page.len() < all.len()).then(|| Position::of(page.last().unwrap()));
        Ok(Slice { incidents: page, unreadable: self.unreadable.clone(), next })
    }

    async fn waiting(&self, limit: usize) -> Result<Slice, Trouble> {
        self.ask("waiting", &format!("limit {limit}"))?;
        let open = |incident: &&Incident| {
            incident.state == State::Asked && incident.approve_until_ms.is_none_or(|until| until >= self.now_ms())
        };
        let incidents = self.incidents.iter().filter(open).take(limit).map(|one| Arc::new(one.clone())).collect();
        Ok(Slice { incidents, ..Slice::default() })
    }

    async fn waiting_patches(&self, limit: usize) -> Result<Patches, Trouble> {
        self.ask("waiting patches", &format!("limit {limit}"))?;
        let runs = self.runs.iter().filter(|run| run.asked).take(limit).map(|run| Arc::new(run.clone())).collect();
        Ok(Patches { runs, ..Patches::default() })
    }

    async fn incident(&self, id: &str) -> Result<Option<Incident>, Trouble> {
        self.ask("incident", id)?;
        Ok(self.incidents.iter().find(|incident| incident.id == id).cloned())
    }

    async fn patches(&self, limit: usize) -> Result<Patches, Trouble> {
        self.ask("patches", &format!("limit {limit}"))?;
        let runs: Vec<Arc<Run>> = self.runs.iter().take(limit).cloned().map(Arc::new).collect();
        *self.handed.lock().unwrap() += runs.len();
        Ok(Patches { runs, unreadable: self.unreadable_runs.clone() })
    }

    async fn patch(&self, id: &str) -> Result<Option<Run>, Trouble> {
        self.ask("patch", id)?;
        Ok(self.runs.iter().find(|run| run.id == id).cloned())
    }

    async fn tally(&self, since_ms: i64) -> Result<Tally, Trouble> {
        self.ask("tally", "")?;
        let mut tally = Tally { complete: true, ..Tally::default() };
        for incident in self.incidents.iter().filter(|incident| incident.opened_ms >= since_ms) {
            *tally.by_detector.entry(incident.finding.detector.clone()).or_default() += 1;
            tally.counted += 1;
        }
        Ok(tally)
    }

    async fn riposte(&self) -> Result<Riposte, Trouble> {
        self.ask("riposte", "")?;
        Ok(Riposte { mode: Mode::Live, exclusions: self.exclusions.clone(), broken: self.settings_broken.clone() })
    }

    async fn health(&self) -> Result<Health, Trouble> {
        self.ask("health", "")?;
        Ok(self.health.clone())
    }

    async fn account(&self) -> Result<Option<Arc<Account>>, Trouble> {
        self.ask("account", "")?;
        Ok(self.account.clone())
    }
}

/// What a browser gets.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

pub(crate) async fn get(source: &Arc<Double>, path: &str) -> Got {
    get_with(source, path, &[]).await
}

pub(crate) async fn get_with(source: &Arc<Double>, path: &str, headers: &[(&str, &str)]) -> Got {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let response = site::router(Arc::clone(source)).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(to_bytes(body, 64 << 20).await.unwrap().to_vec()).unwrap();
    Got { status: parts.status, headers: parts.headers, text }
}

pub(crate) fn rule() -> IngressRule {
    IngressRule {
        rule_id: Some("sgr-1".to_owned()),
        protocol: "tcp".to_owned(),
        from_port: Some(22),
        to_port: Some(22),
        cidr: "0.0.0.0/0".to_owned(),
        description: None,
        tags: BTreeMap::default(),
    }
}

pub(crate) fn finding(number: i64) -> Finding {
    Finding {
        detector: "open-admin-port".to_owned(),
        title: "Administration port open to the internet".to_owned(),
        severity: Severity::High,
        confidence: Confidence::High,
        technique: vec!["T1562.007".to_owned()],
        scope: Scope {
            event_id: format!("e-{number}"),
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
        },
        event_name: "AuthorizeSecurityGroupIngress".to_owned(),
        event_source: Some("ec2.amazonaws.com".to_owned()),
        error_code: None,
        event_time: Some("2026-01-02T03:04:05Z".to_owned()),
        principal: Actor {
            arn: Some("arn:aws:iam::111122223333:user/mallory".to_owned()),
            source_ip: Some("198.51.100.7".to_owned()),
            user_agent: Some("aws-cli/2.0".to_owned()),
            ..Actor::default()
        },
        target: Target::SecurityGroup { group_id: "sg-1".to_owned() },
        why: "tcp 22 from 0.0.0.0/0 (SSH)".to_owned(),
        response: Some(RevokeIngress { group_id: "sg-1".to_owned(), rules: vec![rule()] }.into()),
    }
}

pub(crate) fn plan(response: &Response) -> Plan {
    let before = json!({ "IpProtocol": "tcp", "FromPort": 22, "CidrIpv4": "0.0.0.0/0" });
    let delta = |part: Option<Value>| [("ingress tcp 22".to_owned(), part)].into();
    let parameters = json!({ "GroupId": "sg-1", "SecurityGroupRuleIds": ["sgr-1"] });
    let revoke = Change {
        call: "ec2:RevokeSecurityGroupIngress".to_owned(),
        parameters: parameters.clone(),
        delta: delta(None),
    };
    let authorize =
        Change { call: "ec2:AuthorizeSecurityGroupIngress".to_owned(), parameters, delta: delta(Some(before.clone())) };
    let snapshot = Snapshot([("ingress tcp 22".to_owned(), before), ("egress all".to_owned(), json!(1))].into());
    let arn = "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1".to_owned();
    Plan::of(response.clone(), arn, snapshot).then(revoke, [authorize])
}

/// An incident that was contained at this minute before noon.
pub(crate) fn contained(minutes: i64) -> Incident {
    let mut incident = observed(minutes);
    incident.changed = Changed::Yes;
    incident.made = vec![Made { n: 0, request_id: Some("r-1".to_owned()) }];
    incident.state = State::Verified;
    incident.verification = Some(Verification { remaining: vec![], elsewhere: vec![] });
    incident.verdict = Some(Verdict {
        effect: Effect::Act,
        guardrails: vec!["live-reversible".to_owned()],
        errors: vec![],
        live: None,
        approvers: None,
    });
    incident.note(incident.opened_ms + 700, Step::Verify, "read again: it is gone");
    incident
}

/// One that was only planned, in shadow mode.
pub(crate) fn observed(minutes: i64) -> Incident {
    let finding = finding(minutes);
    let plan = plan(finding.response.as_ref().unwrap());
    let mut incident = Incident::open(finding, "ingress-guard", Mode::Live, NOON - minutes * 60_000);
    incident.plan = Some(plan);
    incident
}

pub(crate) fn asked(minutes: i64) -> Incident {
    Incident { state: State::Asked, ..observed(minutes) }
}

/// A run of patching of a node that has a hole, begun at this minute before noon: under way.
pub(crate) fn run(node: &str, minutes: i64) -> Run {
    let opened_ms = NOON - minutes * 60_000;
    let seen = rfc3339(opened_ms - 29 * 86_400_000);
    let mut facts = Facts::default();
    let instance = json!({ "InstanceId": node, "State": { "Name": "running" },
        "Tags": [{ "Key": "ring", "Value": "dev" }, { "Key": "Name", "Value": format!("web {node}") }] });
    facts.take("ec2:DescribeInstances", &json!({ "Reservations": [{ "Instances": [instance] }] }));
    let managed = json!({ "InstanceId": node, "PingStatus": "Online", "PlatformName": "Debian GNU/Linux" });
    facts.take("ssm:DescribeInstanceInformation", &json!({ "InstanceInformationList": [managed] }));
    let package = json!({ "name": "libssl3", "version": "3.0.9", "release": "1", "packageManager": "OS", "fixedInVersion": "3.0.11-1" });
    let finding = json!({ "findingArn": format!("arn:{node}"), "status": "ACTIVE", "type": "PACKAGE_VULNERABILITY", "severity": "HIGH",
        "firstObservedAt": seen, "resources": [{ "type": "AWS_EC2_INSTANCE", "id": node }],
        "packageVulnerabilityDetails": { "vulnerabilityId": "CVE-2026-4242", "vulnerablePackages": [package] } });
    facts.take("inspector2:ListFindings", &json!({ "findings": [finding] }));
    let settings = Settings::default();
    let plan = plan_patches(&facts, &settings, Own::default(), opened_ms);
    Run::of(&plan.nodes[0], &settings, "111122223333", "eu-west-1", opened_ms).unwrap()
}

/// One that has ended so, after an install.
pub(crate) fn ended(mut run: Run, kind: Kind) -> Run {
    run.at = At::Ended;
    run.installed_ms = Some(run.opened_ms);
    run.outcome = Some(Outcome { kind, why: "seen in the second scan".to_owned(), at_ms: run.opened_ms + 60_000 });
    run
}

pub(crate) fn resource(service: &str, kind: &str, id: &str, name: &str, facts: Value) -> Resource {
    Resource {
        version: 1,
        service: service.to_owned(),
        kind: kind.to_owned(),
        account: "111122223333".to_owned(),
        region: if service == "iam" { "aws-global" } else { "eu-west-1" }.to_owned(),
        arn: format!("arn:aws:{service}:eu-west-1:111122223333:{kind}/{id}"),
        id: id.to_owned(),
        name: name.to_owned(),
        tags: BTreeMap::default(),
        facts: facts.as_object().unwrap().clone(),
    }
}

pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(NOON).unwrap()
}

/// An account with an open group on a reached instance, an administrator and one who can become one. `name` is what
/// somebody chose wherever somebody may.
pub(crate) fn inventory(name: &str) -> Vec<Resource> {
    let open = json!([{ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]);
    let allow = |action: &str| {
        json!([{ "PolicyName": name, "PolicyDocument": { "Version": "2012-10-17",
                 "Statement": [{ "Effect": "Allow", "Action": action, "Resource": "*" }] } }])
    };
    let user = |policies: Value| {
        json!({
            "GetAccountAuthorizationDetails": { "UserPolicyList": policies, "AttachedManagedPolicies": [], "GroupList": [] },
            "GetLoginProfile": { "LoginProfile": { "CreateDate": "2020-01-01T00:00:00Z" } },
            "ListMFADevices": { "MFADevices": [] },
            "ListAccessKeys": { "AccessKeyMetadata": [{ "Status": "Active", "CreateDate": "2020-01-01T00:00:00Z" }] },
        })
    };
    let mut tagged = resource(
        "ec2",
        "instance",
        "i-1",
        name,
        json!({
            "DescribeInstances": { "State": { "Name": "running" }, "PublicIpAddress": "203.0.113.5", "SubnetId": "subnet-1",
                "VpcId": "vpc-1", "SecurityGroups": [{ "GroupId": "sg-1" }], "PlatformDetails": name },
        }),
    );
    tagged.tags = [("Name".to_owned(), name.to_owned())].into();
    vec![
        resource(
            "ec2",
            "security-group",
            "sg-1",
            name,
            json!({ "DescribeSecurityGroups": { "GroupName": name, "IpPermissions": open } }),
        ),
        resource(
            "ec2",
            "security-group",
            "sg-2",
            "closed",
            json!({ "DescribeSecurityGroups": { "GroupName": "closed", "IpPermissions": [] } }),
        ),
        tagged,
        resource(
            "ec2",
            "route-table",
            "rtb-1",
            "",
            json!({ "DescribeRouteTables": { "VpcId": "vpc-1",
            "Associations": [{ "SubnetId": "subnet-1" }], "Routes": [{ "GatewayId": "igw-1", "DestinationCidrBlock": "0.0.0.0/0" }] } }),
        ),
        resource(
            "ec2",
            "network-acl",
            "acl-1",
            "",
            json!({ "DescribeNetworkAcls": { "Associations": [{ "SubnetId": "subnet-1" }],
            "Entries": [{ "RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0", "Egress": false }] } }),
        ),
        resource("iam", "user", &format!("{name}-admin"), &format!("{name}-admin"), user(allow("*"))),
        resource(
            "iam",
            "user",
            &format!("{name}-climber"),
            &format!("{name}-climber"),
            user(allow("iam:PutUserPolicy")),
        ),
        resource("iam", "user", "nobody", "nobody", user(json!([]))),
        resource(
            "ssm",
            "managed-instance",
            "mi-1",
            name,
            json!({
                "DescribeInstanceInformation": { "PlatformName": name, "PlatformVersion": "1", "PingStatus": "Online", "AgentVersion": "3" },
                "ListResourceComplianceSummaries": { "ResourceComplianceSummaryItems": [{ "ComplianceType": "Patch", "Status": "NON_COMPLIANT" }] },
            }),
        ),
    ]
}

pub(crate) fn account(name: &str) -> Arc<Account> {
    let mut earlier = Reading::new(now()).unwrap();
    let is_new = |id: &str| id == "sg-1" || id.ends_with("-admin");
    inventory(name).into_iter().filter(|resource| !is_new(&resource.id)).for_each(|resource| earlier.add(resource));
    let mut reading = Reading::new(now()).unwrap();
    inventory(name).into_iter().for_each(|resource| reading.add(resource));
    Arc::new(reading.account("account.jsonl", 1, vec![earlier.earlier("before.jsonl")]))
}

/// Alarms and queues, one of each out of order.
pub(crate) fn health(name: &str) -> Health {
    let alarm = |state: &str| Alarm {
        name: name.to_owned(),
        why: name.to_owned(),
        state: state.to_owned(),
        since: "2026-01-02".to_owned(),
    };
    let queue = |dead_letters, waiting| Queue { name: name.to_owned(), dead_letters, waiting, in_flight: 0 };
    Health { alarms: vec![alarm("OK"), alarm("ALARM")], queues: vec![queue(false, 3), queue(true, 2)], missing: vec![] }
}
