//! The tables hold together, and an account of any kind is collected without losing or inventing anything.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::table::{Fact, List, TABLES, name_of};
use super::*;
use crate::api::{Answer, Boxed, models};
use crate::fault::Kind;

/// `user,mfa_active`, and rows of the root user and of `ann`, in base64.
const REPORT: &str = "dXNlcixtZmFfYWN0aXZlCjxyb290X2FjY291bnQ+LHRydWUKYW5uLGZhbHNlCg==";

type Script = Box<dyn Fn(&Call) -> Result<Value, Fault> + Send + Sync>;

/// An account that answers as the script says, and keeps the names of the calls.
struct Account(Script, Mutex<Vec<String>>);

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account")
    }
}

impl Account {
    fn new(script: impl Fn(&Call) -> Result<Value, Fault> + Send + Sync + 'static) -> Self {
        Self(Box::new(script), Mutex::default())
    }
}

impl Api for Account {
    fn send<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Answer, Fault>> {
        Box::pin(async move {
            self.1.lock().unwrap().push(format!("{} in {}", call.name(), call.region));
            if call.operation == "Never" || call.parameters.get("QueueUrl").is_some_and(|url| url == "slow") {
                std::future::pending::<()>().await;
            }
            let identity = json!({"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/ann"});
            let body = if call.operation == "GetCallerIdentity" { identity } else { (self.0)(call)? };
            Ok(Answer { request_id: String::new(), body })
        })
    }
}

fn fault(code: &str) -> Fault {
    Fault { code: code.to_owned(), ..Fault::refused("a:B", format!("{code}: no")) }
}

fn redact(name: &str, value: &str) -> String {
    if name.contains("PASSWORD") || value.contains("AKIA") { "found".to_owned() } else { "nothing".to_owned() }
}

fn options(services: &[&str]) -> Options {
    Options {
        home: "eu-west-1".to_owned(),
        regions: vec!["eu-west-1".to_owned()],
        services: services.iter().map(|&service| service.to_owned()).collect(),
        types: BTreeSet::new(),
        named: Named::default(),
        deadline: Duration::from_secs(20),
        at_once: 4,
        redact,
        usages: 1.into(),
    }
}

/// The lines by service, type and id.
async fn collected(account: &Account, options: &Options) -> (BTreeMap<String, Value>, Summary) {
    let mut lines = BTreeMap::new();
    let mut emit = |line: Value| {
        let part = |name: &str| line[name].as_str().unwrap().to_owned();
        let id = part(if line["type"] == "account" { "region" } else { "id" });
        let key = format!("{} {} {id}", part("service"), part("type"));
        assert!(lines.insert(key.clone(), line).is_none(), "{key} twice");
    };
    let summary = collect(account, options, &mut emit).await.unwrap();
    (lines, summary)
}

fn parameters(with: &Value) -> Vec<&str> {
    with.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn tables_name_operations_that_are_there_with_the_parameters_that_they_have() {
    let mut wrong = Vec::new();
    for (service, types) in TABLES.iter() {
        for one in types.as_ref().unwrap_or_else(|error| panic!("{service}: {error}")) {
            let lists = one.list.iter().chain(&one.within);
            let calls = lists.map(|List { call, with, .. }| (call, with));
            let calls = calls.chain(one.facts.iter().map(|Fact { call, with, .. }| (call, with)));
            for (call, with) in calls {
                let (of, operation) = name_of(service, call);
                let reads = ["Get", "List", "Describe", "BatchGet"];
                assert!(reads.iter().any(|read| operation.starts_with(read)), "{service}: {call} does not only read");
                assert!(of != "secretsmanager" || operation != "GetSecretValue", "secrets are not read");
                let Some(model) = models::of(of) else {
                    wrong.push(format!("{service}: {call}: no service"));
                    continue;
                };
                let of_it = model.wrong_parameters(operation, &parameters(with));
                wrong.extend(of_it.into_iter().map(|what| format!("{service} {}: {call}: {what}", one.kind)));
            }
            for list in one.list.iter().chain(&one.within) {
                let (of, operation) = name_of(service, &list.call);
                let first = list.items.split(['[', '.']).next().unwrap();
                if !models::of(of).is_some_and(|model| model.answers(operation, first)) {
                    wrong.push(format!("{service} {}: {}: no {first} in the answer", one.kind, list.call));
                }
            }
            assert!(one.list.is_none() || !one.id.is_empty() && !one.arn.is_empty(), "{service} {}", one.kind);
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// What AWS shows only to those who ask for it: what services manage in the account, what is disabled or to be deleted.
#[test]
fn resources_that_are_hidden_are_asked_for() {
    const ASKS: [&str; 4] =
        ["IncludeManagedResources", "IncludeDisabled", "IncludeDeprecated", "IncludePlannedDeletion"];
    let (mut hidden, mut asked) = (Vec::new(), 0);
    for (service, types) in TABLES.iter() {
        for one in types.as_ref().unwrap() {
            let lists = one.list.iter().chain(&one.within).map(|List { call, with, .. }| (call, with));
            for (call, with) in lists.chain(one.facts.iter().map(|Fact { call, with, .. }| (call, with))) {
                let (of, operation) = name_of(service, call);
                let model = models::of(of).unwrap();
                for name in ASKS {
                    let takes = !model.wrong_parameters(operation, &[name]).contains(&format!("no {name}"));
                    asked += usize::from(takes);
                    if takes && with[name] != json!(true) {
                        hidden.push(format!("{service} {}: {call}: {name}", one.kind));
                    }
                }
            }
        }
    }
    assert_eq!(hidden, Vec::<String>::new());
    assert!(asked >= 8, "{asked}");
}

#[test]
fn no_two_types_of_a_service_are_listed_twice() {
    let files: BTreeSet<_> = TABLES.iter().map(|(service, _)| *service).collect();
    assert_eq!(files.len(), TABLES.len());
}

#[tokio::test]
async fn a_bucket_has_its_region_its_facts_and_no_more_than_aws_said() {
    let account = Account::new(|call| match call.operation.as_str() {
        "ListBuckets" if call.parameters.get("ContinuationToken").is_none() => {
            Ok(json!({"Buckets": [{"Name": "one"}, {"Name": "gone"}], "ContinuationToken": "2"}))
        }
        "ListBuckets" => Ok(json!({"Buckets": [{"Name": "two"}]})),
        "GetBucketLocation" => match call.parameters["Bucket"].as_str().unwrap() {
            "one" => Ok(json!({"LocationConstraint": "EU"})),
            "two" => Ok(json!({})),
            _ => Err(fault("NoSuchBucket")),
        },
        "GetBucketPolicy" => Err(fault("NoSuchBucketPolicy")),
        "GetBucketAcl" => Err(fault("AccessDenied")),
        "GetBucketTagging" => Ok(json!({"TagSet": [{"Key": "team", "Value": "a"}]})),
        "GetPublicAccessBlock" if call.service == "s3control" => Err(fault("NoSuchPublicAccessBlockConfiguration")),
        "ListAccessPoints" => Err(fault("AccessDenied")),
        _ => Ok(json!({"Answer": call.region})),
    });
    let (lines, summary) = collected(&account, &options(&["s3"])).await;
    let one = &lines["s3 bucket one"];
    assert_eq!(one["region"], "eu-west-1");
    assert_eq!(lines["s3 bucket two"]["region"], "us-east-1");
    assert!(!lines.contains_key("s3 bucket gone"), "it vanished between two calls");
    assert_eq!(one["arn"], "arn:aws:s3:::one");
    assert_eq!(one["tags"], json!({"team": "a"}));
    assert_eq!(one["facts"]["GetBucketPolicy"], Value::Null);
    assert_eq!(one["facts"]["GetBucketAcl"], json!({"error": {"code": "AccessDenied", "message": "AccessDenied: no"}}));
    assert_eq!(lines["s3 bucket two"]["facts"]["GetBucketVersioning"], json!({"Answer": "us-east-1"}));
    assert!(one["facts"].get("GetBucketTagging").is_none() && one["facts"].get("GetBucketLocation").is_none());
    assert_eq!(one["version"], 1);
    assert_eq!(summary.account, "111122223333");
    // What was not listed is said by the account of the region, and told.
    assert!(lines.contains_key("s3 account aws-global") && lines.contains_key("s3 account eu-west-1"));
    assert_eq!(summary.unlisted.len(), 1, "{summary:?}");
    assert!(summary.unlisted[0].starts_with("s3 in eu-west-1: "), "{summary:?}");
}

#[tokio::test]
async fn the_account_tells_nothing_found_from_nothing_known() {
    let account = Account::new(|call| match call.operation.as_str() {
        "ListQueues" => Err(fault("AccessDenied")),
        "ListTopics" => Ok(json!({"Topics": []})),
        _ => Ok(json!({})),
    });
    let (lines, summary) = collected(&account, &options(&["sqs", "sns"])).await;
    assert_eq!(lines["sqs account eu-west-1"]["facts"]["ListQueues"]["error"]["code"], "AccessDenied");
    assert_eq!(lines["sns account eu-west-1"]["facts"]["ListTopics"], json!({"count": 0}));
    assert_eq!(lines["sns account eu-west-1"]["region"], "eu-west-1");
    assert_eq!(summary.resources, 2);
}

#[tokio::test]
async fn what_is_not_there_by_the_deadline_is_not_assessed_and_the_rest_is_kept() {
    let account = Account::new(|call| match call.operation.as_str() {
        "ListQueues" if call.parameters.get("NextToken").is_none() => {
            Ok(json!({"QueueUrls": ["https://sqs/1/a"], "NextToken": "x"}))
        }
        "ListQueues" => Ok(json!({"QueueUrls": ["slow"]})),
        "GetQueueAttributes" => Ok(json!({"Attributes": {"QueueArn": "arn:aws:sqs:eu-west-1:1:a"}})),
        _ => Ok(json!({})),
    });
    let options = Options { deadline: Duration::from_millis(200), ..options(&["sqs"]) };
    let (lines, summary) = collected(&account, &options).await;
    assert_eq!(lines["sqs queue a"]["arn"], "arn:aws:sqs:eu-west-1:1:a");
    let listed = &lines["sqs account eu-west-1"]["facts"]["ListQueues"];
    assert_eq!(listed["error"]["code"], "DeadlineExceeded");
    assert_eq!(summary.unlisted.len(), 1);
}

#[tokio::test]
async fn values_that_may_be_secrets_are_looked_at_and_dropped() {
    let account = Account::new(|call| match call.operation.as_str() {
        "ListFunctions" => Ok(json!({"Functions": [{"FunctionName": "f", "FunctionArn": "arn:f",
            "Environment": {"Variables": {"DB_PASSWORD": "hunter2", "LEVEL": "debug", "K": "AKIA0"}}}]})),
        "ListProjects" => Ok(json!({"projects": ["p"]})),
        "BatchGetProjects" => Ok(json!({"projects": [{"arn": "arn:p", "environment": {"environmentVariables": [
            {"name": "PASSWORD", "value": "hunter2", "type": "PLAINTEXT"}]}}]})),
        "DescribeInstances" => Ok(json!({"Reservations": [{"OwnerId": "1", "Instances": [{"InstanceId": "i-1"}]}]})),
        "DescribeInstanceAttribute" => Ok(json!({"UserData": {"Value": "ZXhwb3J0IEs9QUtJQTA="}})),
        _ => Ok(json!({})),
    });
    let (lines, _) = collected(&account, &options(&["lambda", "codebuild", "ec2"])).await;
    assert_eq!(
        lines["lambda function f"]["facts"]["ListFunctions"]["Environment"]["Variables"],
        json!({"DB_PASSWORD": "found", "LEVEL": "nothing", "K": "found"})
    );
    let project = &lines["codebuild project p"]["facts"]["BatchGetProjects"];
    assert_eq!(project["environment"]["environmentVariables"][0]["value"], "found");
    let instance = &lines["ec2 instance i-1"];
    assert_eq!(instance["facts"]["DescribeInstanceAttribute"]["UserData"]["Value"], "found");
    assert_eq!(instance["facts"]["DescribeInstances"]["OwnerId"], "1", "of its reservation");
    for line in lines.values() {
        let text = line.to_string();
        assert!(!text.contains("hunter2") && !text.contains("AKIA0") && !text.contains("QUtJQTA"), "{text}");
    }
}

#[tokio::test]
async fn users_have_their_row_of_the_credential_report() {
    let account = Account::new(|call| match call.operation.as_str() {
        "GenerateCredentialReport" => Ok(json!({"State": "COMPLETE"})),
        "GetCredentialReport" => Ok(json!({"Content": REPORT})),
        "GetAccountAuthorizationDetails" if call.parameters["Filter"] == json!(["User"]) => Ok(json!({
            "UserDetailList": [{"UserName": "ann", "UserId": "AIDA1", "Arn": "arn:ann"}],
        })),
        "GetLoginProfile" => Err(fault("NoSuchEntity")),
        _ => Ok(json!({})),
    });
    let (lines, _) = collected(&account, &options(&["iam"])).await;
    let ann = &lines["iam user AIDA1"]["facts"];
    assert_eq!(ann["GetCredentialReport"], json!({"user": "ann", "mfa_active": "false"}));
    assert_eq!(ann["GetLoginProfile"], Value::Null);
    assert_eq!(ann["GetAccountAuthorizationDetails"]["UserName"], "ann");
    let root = &lines["iam account aws-global"];
    assert_eq!(root["facts"]["GetCredentialReport"]["mfa_active"], "true");
    assert_eq!(root["facts"]["GetAccountAuthorizationDetails"], json!({"count": 1}));
    assert_eq!(root["region"], "aws-global");
}

#[tokio::test]
async fn a_service_that_a_region_has_not_is_nothing_and_a_network_that_fails_is_not_assessed() {
    let unreachable = |call: &Call| match call.operation.as_str() {
        "DescribeRegions" => Ok(json!({"Regions": [{"RegionName": "eu-west-1"}, {"RegionName": "ap-east-1"}]})),
        _ => Err(Fault {
            kind: Kind::Transient,
            ..Fault::refused(call.name(), "dispatch failure: dns error: failed to lookup address information")
        }),
    };
    assert!(models::MACIE2.is_absent_from("ap-southeast-7") && !models::MACIE2.is_absent_from("eu-west-1"));
    let options =
        Options { regions: vec!["eu-west-1".to_owned(), "ap-southeast-7".to_owned()], ..options(&["macie2"]) };
    let account = Account::new(unreachable);
    let mut facts = BTreeMap::new();
    let mut emit = |line: Value| {
        facts.insert(line["region"].as_str().unwrap().to_owned(), line["facts"]["GetMacieSession"].clone());
    };
    collect(&account, &options, &mut emit).await.unwrap();
    assert_eq!(facts["ap-southeast-7"], Value::Null);
    assert_eq!(facts["eu-west-1"]["error"]["code"], "transient");
}

#[tokio::test]
async fn a_service_that_is_off_is_none_and_one_that_is_denied_is_not_assessed() {
    for (words, off) in [("Macie is not enabled.", true), ("User is not authorized", false)] {
        let account = Account::new(move |call| Err(Fault::answered(call.name(), "AccessDeniedException", 403, words)));
        let (lines, _) = collected(&account, &options(&["macie2"])).await;
        let session = &lines["macie2 account eu-west-1"]["facts"]["GetMacieSession"];
        assert_eq!(session.is_null(), off, "{session}");
    }
}

#[tokio::test]
async fn a_bucket_whose_region_is_denied_is_asked_where_the_list_says() {
    let account = Account::new(|call| match call.operation.as_str() {
        "ListBuckets" => Ok(json!({"Buckets": [{"Name": "far", "BucketRegion": "ap-south-1"}]})),
        "GetBucketLocation" => Err(fault("AccessDenied")),
        _ => Ok(json!({"Answer": call.region})),
    });
    let (lines, _) = collected(&account, &options(&["s3"])).await;
    assert_eq!(lines["s3 bucket far"]["region"], "ap-south-1");
    assert_eq!(lines["s3 bucket far"]["facts"]["GetBucketVersioning"], json!({"Answer": "ap-south-1"}));
}

#[tokio::test]
async fn an_account_that_is_not_known_is_no_inventory() {
    #[derive(Debug)]
    struct Refusing;
    impl Api for Refusing {
        fn send<'a>(&'a self, _: &'a Call) -> Boxed<'a, Result<Answer, Fault>> {
            Box::pin(async { Err(Fault { kind: Kind::Denied, ..fault("ExpiredToken") }) })
        }
    }
    let fault = collect(&Refusing, &options(&[]), &mut |_| {}).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Denied);
}

#[tokio::test]
async fn only_what_is_named_is_asked_about_and_all_is_counted() {
    let account = Account::new(|call| match call.operation.as_str() {
        "ListQueues" => Ok(json!({"QueueUrls": ["https://sqs/1/jobs", "https://sqs/1/other"]})),
        "ListTopics" => panic!("topics were not asked for"),
        _ => Ok(json!({})),
    });
    let queues = ("sqs".to_owned(), "queue".to_owned());
    let named =
        Named { types: BTreeSet::from([queues.clone()]), names: BTreeSet::from(["https://sqs/1/jobs".to_owned()]) };
    let options = Options { types: BTreeSet::from([queues]), named, ..options(&[]) };
    let mut lines = Vec::new();
    collect(&account, &options, &mut |line| lines.push(line)).await.unwrap();
    let of = |kind: &str| lines.iter().filter(|line| line["type"] == kind).collect::<Vec<_>>();
    assert_eq!(of("queue").len(), 1);
    assert_eq!(of("account")[0]["facts"]["ListQueues"], json!({"count": 2}));
}

#[tokio::test]
async fn what_a_functions_role_used_is_asked_for_and_waited_for() {
    let looked = std::sync::atomic::AtomicUsize::new(0);
    let role = |name: &str, service: &str| {
        json!({"RoleId": name, "RoleName": name, "Arn": format!("arn:aws:iam::111122223333:role/{name}"),
            "AssumeRolePolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}}]}})
    };
    let roles = json!([
        role("first", "lambda.amazonaws.com"),
        role("host", "ec2.amazonaws.com"),
        role("second", "lambda.amazonaws.com")
    ]);
    let account = Account::new(move |call| match call.operation.as_str() {
        "GetAccountAuthorizationDetails" => Ok(json!({"RoleDetailList": roles})),
        "GenerateServiceLastAccessedDetails" => Ok(json!({"JobId": call.parameters["Arn"]})),
        "GetServiceLastAccessedDetails" => match looked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Ok(json!({"JobStatus": "IN_PROGRESS"})),
            1 => Ok(
                json!({"JobStatus": "COMPLETED", "ServicesLastAccessed": [{"ServiceNamespace": "s3"}], "IsTruncated": true, "Marker": "m"}),
            ),
            _ if call.parameters["Marker"] == "m" => {
                Ok(json!({"JobStatus": "COMPLETED", "ServicesLastAccessed": [{"ServiceNamespace": "sqs"}]}))
            }
            _ => panic!("asked again"),
        },
        _ => Ok(json!({})),
    });
    let types = BTreeSet::from([("iam".to_owned(), "role".to_owned())]);
    let (lines, _) = collected(&account, &Options { types, ..options(&["iam"]) }).await;
    let facts = |name: &str| lines[&format!("iam role {name}")]["facts"]["GetServiceLastAccessedDetails"].clone();
    let used: Vec<Value> = ["first", "second"].into_iter().map(facts).collect();
    let list = json!([{"ServiceNamespace": "s3"}, {"ServiceNamespace": "sqs"}]);
    assert_eq!(used.iter().filter(|fact| fact["ServicesLastAccessed"] == list).count(), 1, "{used:?}");
    assert_eq!(
        used.iter().filter(|fact| fact["error"]["code"] == "NotAsked").count(),
        1,
        "one more than is asked about"
    );
    assert_eq!(facts("host"), Value::Null, "no check reads what it used");
}

#[tokio::test]
async fn what_is_throttled_to_the_end_is_not_assessed_and_costs_nothing_else() {
    let account = Account::new(|call| match (call.operation.as_str(), call.parameters["QueueUrl"].as_str()) {
        ("ListQueues", _) => Ok(json!({"QueueUrls": ["https://sqs/1/fast", "https://sqs/1/busy"]})),
        ("GetQueueAttributes", Some("https://sqs/1/busy")) => Err(fault("ThrottlingException")),
        ("GetQueueAttributes", _) => Ok(json!({"Attributes": {"QueueArn": "arn:aws:sqs:eu-west-1:1:fast"}})),
        ("ListTopics", _) => Err(fault("Throttling")),
        _ => Ok(json!({})),
    });
    let (lines, summary) = collected(&account, &options(&["sqs", "sns"])).await;
    let queues: Vec<&Value> = lines.values().filter(|line| line["type"] == "queue").collect();
    let code = |queue: &&&Value| queue["facts"]["GetQueueAttributes"]["error"]["code"] == "ThrottlingException";
    assert_eq!((queues.len(), queues.iter().filter(code).count()), (2, 1), "{queues:?}");
    assert_eq!(lines["sqs account eu-west-1"]["facts"]["ListQueues"], json!({"count": 2}));
    assert_eq!(lines["sns account eu-west-1"]["facts"]["ListTopics"]["error"]["code"], "Throttling");
    assert_eq!(summary.unlisted.len(), 1, "{summary:?}");
    assert!(summary.unlisted[0].starts_with("sns in eu-west-1: "), "{summary:?}");
}

/// What is held does not grow with the account: a page is asked for when all of the one before was handed on.
#[tokio::test]
async fn log_groups_cost_no_more_than_a_page_however_many_there_are() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    const PAGES: u64 = 1_000;
    const OF_A_PAGE: u64 = 50;
    let handed_on = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&handed_on);
    let account = Account::new(move |call| match call.operation.as_str() {
        "DescribeLogGroups" => {
            let page: u64 = call.parameters["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
            assert_eq!(seen.load(Ordering::Relaxed), page * OF_A_PAGE, "what came before was handed on");
            let groups: Vec<_> = (0..OF_A_PAGE)
                .map(|number| json!({"logGroupName": format!("/{page}/{number}"), "arn": format!("arn:aws:logs:eu-west-1:1:log-group:/{page}/{number}:*")}))
                .collect();
            let next = (page + 1 < PAGES).then(|| (page + 1).to_string());
            Ok(json!({"logGroups": groups, "nextToken": next}))
        }
        _ => Ok(json!({})),
    });
    let types = BTreeSet::from([("logs".to_owned(), "log-group".to_owned())]);
    let options = Options { types, deadline: Duration::from_secs(600), ..options(&["logs"]) };
    let mut counted = Value::Null;
    let mut emit = |line: Value| {
        if line["type"] == "log-group" {
            handed_on.fetch_add(1, Ordering::Relaxed);
        } else if line["type"] == "account" {
            counted = line["facts"]["DescribeLogGroups"].clone();
        }
    };
    collect(&account, &options, &mut emit).await.unwrap();
    assert_eq!(handed_on.load(Ordering::Relaxed), PAGES * OF_A_PAGE);
    assert_eq!(counted, json!({"count": PAGES * OF_A_PAGE}));
}

#[tokio::test]
async fn policies_of_aws_that_are_attached_come_with_the_document_of_their_default_version() {
    let account = Account::new(|call| match call.operation.as_str() {
        "GetAccountAuthorizationDetails" if call.parameters["Filter"] == json!(["LocalManagedPolicy"]) => Ok(
            json!({"Policies": [{"PolicyId": "ANPAOWN", "PolicyName": "own", "Arn": "arn:aws:iam::111122223333:policy/own"}]}),
        ),
        "ListPolicies" => {
            assert_eq!((&call.parameters["Scope"], &call.parameters["OnlyAttached"]), (&json!("AWS"), &json!(true)));
            let of = |name: &str, attached: u64| json!({"PolicyId": name, "PolicyName": name, "Arn": format!("arn:aws:iam::aws:policy/{name}"), "DefaultVersionId": "v3", "AttachmentCount": attached});
            Ok(json!({"Policies": [of("AdministratorAccess", 1), of("ReadOnlyAccess", 0)]}))
        }
        "GetPolicyVersion" => {
            assert_eq!(call.parameters["VersionId"], "v3");
            Ok(json!({"PolicyVersion": {"Document": "%7B%7D", "IsDefaultVersion": true}}))
        }
        _ => Ok(json!({})),
    });
    let types = BTreeSet::from([("iam".to_owned(), "policy".to_owned())]);
    let (lines, _) = collected(&account, &Options { types, ..options(&["iam"]) }).await;
    let facts = |id: &str| lines[&format!("iam policy {id}")]["facts"].clone();
    assert_eq!(facts("AdministratorAccess")["GetPolicyVersion"]["PolicyVersion"]["Document"], "%7B%7D");
    assert_eq!(facts("AdministratorAccess")["GetAccountAuthorizationDetails"]["AttachmentCount"], 1);
    assert!(facts("ANPAOWN").get("GetPolicyVersion").is_none());
    assert!(!lines.contains_key("iam policy ReadOnlyAccess"), "nobody has it");
}
