//! Lambda in depth.

use jiff::civil::{Date, date};
use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, High, Low, Medium};
use riposte_core::iam::{OutsideGrant, Outsider};

use crate::check::{Check, check};
use crate::secrets::found_in;
use crate::verdict::{Unknown, Verdict};
use crate::view::{View, list, number, strings, text};

pub(crate) static CHECKS: &[Check] = &[
    check("lambda-function-public", "Everyone may call a function", Critical, "lambda", "function")
        .cis("", "", "2.21").fsbp(&["Lambda.1"])
        .page("The function's resource policy names who may call it, whichever call wrote it (AddPermission, PutResourcePolicy), and S3 for whose buckets.",
            "Everyone makes it work under its role, with the input of his choice.", "aws lambda remove-permission; name the principal, and its account for a service.",
            "A public function URL is its own check.")
        .detectors(&["function-public"])
        .each(|v| {
            let Some(policy) = v.policy("GetPolicy.Policy")? else { return Ok(Verdict::Pass("it has no policy, so that only its own account calls it".to_owned())) };
            let policy = policy.on("lambda", &[&v.resource.arn]);
            // What a URL without a signature needs, and nothing else meets, opens none that asks for one.
            let of_url = |grant: &OutsideGrant| !grant.narrowed && grant.actions.iter().all(|a| a == "lambda:invokefunctionurl");
            // Buckets have no account in their names: S3 calls for anybody where the permission names none.
            let of_s3 = |grant: &OutsideGrant| !grant.narrowed && grant.who == Outsider::ServiceForAnyone("s3.amazonaws.com".to_owned());
            let open = policy.outside_grants(&v.home()).into_iter().find(|grant| {
                (grant.who == Outsider::Everyone && (!of_url(grant) || !urls_are_signed(v))) || of_s3(grant)
            });
            Verdict::fail_with(open.map(|grant| format!("its policy lets in {grant}: {}", crate::exposure::actions(&grant))), "its policy lets in nobody but whom it names")
        }),
    check("lambda-function-open-to-any-source", "A service may call a function for anybody", Medium, "lambda", "function")
        .page("Where a service may call the function, the policy names the account or resource that it works for.",
            "Anybody's bucket, topic or API makes the function work.", "Add SourceArn and SourceAccount to the permission.",
            "Services that name no source: Alexa, Cognito in old pools.")
        .detectors(&["function-open-to-any-source"])
        .each(|v| {
            let Some(policy) = v.policy("GetPolicy.Policy")? else { return Ok(Verdict::Pass("it has no policy".to_owned())) };
            let grants = policy.outside_grants(&v.home());
            let names: Vec<_> = grants.iter().filter(|g| matches!(g.who, Outsider::ServiceForAnyone(_)) && !g.narrowed).map(ToString::to_string).collect();
            Verdict::fail_for(&names, "its policy lets in", "services call it for named sources only")
        }),
    check("lambda-function-url-unauthenticated", "A function's URL asks nobody who he is", High, "lambda", "function")
        .page("Function URLs ask for IAM's signature.", "Everyone who learns the address makes the function work.",
            "aws lambda update-function-url-config --auth-type AWS_IAM.", "Webhooks that check a signature of their own.")
        .detectors(&["function-url-unauthenticated"])
        .action(ActionId::RequireUrlAuth)
        .each(|v| {
            let open = v.list("ListFunctionUrlConfigs.FunctionUrlConfigs")?.iter().any(|url| text(url, "AuthType") == Some("NONE"));
            Verdict::fail_if(open, "its URL has auth type NONE", "it has no URL, or one that asks for IAM's signature")
        }),
    check("lambda-function-url-cors-open", "A function's URL lets every website call it", Medium, "lambda", "function")
        .page("The URL's CORS settings name the origins.", "A website that somebody visits calls the function in his name.",
            "Name the origins in the URL's CORS settings.", "Public data without cookies.")
        .each(|v| {
            let open = v.list("ListFunctionUrlConfigs.FunctionUrlConfigs")?.iter().any(|url| strings(url, "Cors.AllowOrigins").any(|o| o == "*"));
            Verdict::fail_if(open, "its URL allows every origin", "it has no URL, or one that allows named origins")
        }),
    check("lambda-function-runtime-unsupported", "A function's runtime is past its support", Medium, "lambda", "function")
        .fsbp(&["Lambda.2"])
        .page("AWS still supports the runtime.", "Flaws of the language and its libraries are not closed any more.",
            "aws lambda update-function-configuration --runtime with a current one, after tests.", "Container images, whose runtime AWS does not know.")
        .each(|v| {
            let Some(runtime) = v.text("ListFunctions.Runtime")? else { return Ok(Verdict::Pass("it is an image of its own".to_owned())) };
            let today = v.now.to_zoned(jiff::tz::TimeZone::UTC).date();
            let end = END_OF_SUPPORT.iter().find(|(name, _)| *name == runtime).map(|(_, end)| *end);
            Verdict::fail_with(end.filter(|end| *end <= today).map(|end| format!("support of {} ended on {end}", riposte_core::text::plain(runtime, 40))), "its runtime is supported")
        }),
    check("lambda-function-outside-vpc", "A function runs outside of the VPC", Low, "lambda", "function")
        .fsbp(&["Lambda.3"])
        .page("The function is in a VPC.", "No flow log, firewall or endpoint policy sees what it sends out.",
            "Give it subnets and a security group.", "Functions that only call AWS's APIs.")
        .each(|v| v.unset("ListFunctions.VpcConfig.VpcId", "it is in no VPC", "it is in a VPC")),
    check("lambda-function-single-zone", "A function in a VPC runs in one zone", Medium, "lambda", "function")
        .fsbp(&["Lambda.5"])
        .page("The function has subnets in two zones at least.", "The loss of a zone is the loss of the function.",
            "Give it a subnet in another zone.", "Functions for tests.")
        .with(&[("ec2", "subnet")], |v, index| {
            let subnets = v.texts("ListFunctions.VpcConfig.SubnetIds")?;
            if subnets.is_empty() {
                return Ok(Verdict::Skip);
            }
            let mut zones = std::collections::BTreeSet::new();
            for id in subnets {
                let subnet = index.find("ec2", "subnet", id).ok_or_else(|| Unknown(format!("the subnet `{}` was not collected", riposte_core::text::plain(id, 40))))?;
                zones.insert(subnet.text("DescribeSubnets.AvailabilityZone")?.unwrap_or_default().to_owned());
            }
            Verdict::fail_if(zones.len() < 2, "its subnets are in one zone", "its subnets are in several zones")
        }),
    check("lambda-function-secret-in-environment", "A function's environment holds a secret", Critical, "lambda", "function")
        .page("No variable of the function holds a key or password.", "Whoever may read the function's settings, or any of its processes, has the secret.",
            "Read it from Secrets Manager at start; then rotate it.", "A value that merely looks like one.")
        .detectors(&["functions-read-in-bulk"])
        .each(|v| {
            let variables = v.members("ListFunctions.Environment.Variables")?;
            let names: Vec<_> = variables.into_iter().flatten().filter_map(|(name, value)| Some(format!("{name} ({})", found_in(name, text(value, "")?)?))).collect();
            Verdict::fail_for(&names, "its environment holds", "its environment holds no secret")
        }),
    check("lambda-function-environment-not-under-customer-key", "A function's environment is not under a key of yours", Low, "lambda", "function")
        .page("A function with an environment encrypts it under a customer key.", "Whoever may read the settings reads the values; a key of yours is a second lock.",
            "aws lambda update-function-configuration --kms-key-arn.", "Environments that hold only names.")
        .each(|v| {
            let empty = v.members("ListFunctions.Environment.Variables")?.is_none_or(serde_json::Map::is_empty);
            if empty {
                return Ok(Verdict::Pass("it has no environment".to_owned()));
            }
            v.unset("ListFunctions.KMSKeyArn", "its environment is under AWS's own key", "its environment is under a customer key")
        }),
    check("lambda-function-code-not-signed", "A function takes unsigned code", Low, "lambda", "function")
        .page("A code signing configuration guards the function.", "Whoever may update the function's code runs what he likes under its role.",
            "aws lambda put-function-code-signing-config.", "Functions from images, which can't have one.")
        .detectors(&["function-code-signing-removed", "function-code-overwritten"])
        .each(|v| {
            if v.text("ListFunctions.PackageType")? == Some("Image") {
                return Ok(Verdict::Skip);
            }
            v.unset("GetFunctionCodeSigningConfig.CodeSigningConfigArn", "no code signing configuration guards it", "a code signing configuration guards it")
        }),
    check("lambda-function-failures-dropped", "A function drops the events that it fails on", Low, "lambda", "function")
        .page("Failed asynchronous events go to a dead-letter queue or a destination.", "What made it fail is lost, an attack's traces with it.",
            "aws lambda put-function-event-invoke-config with an OnFailure destination.", "Functions that are only called synchronously.")
        .each(|v| {
            let dead = v.text("ListFunctions.DeadLetterConfig.TargetArn")?.is_some();
            let kept = v.list("ListFunctionEventInvokeConfigs.FunctionEventInvokeConfigs")?.iter().any(|c| text(c, "DestinationConfig.OnFailure.Destination").is_some_and(|d| !d.is_empty()));
            Verdict::fail_if(!dead && !kept, "its failed events go nowhere", "its failed events are kept")
        }),
    check("lambda-function-concurrency-unbounded", "A function may take the account's whole concurrency", Low, "lambda", "function")
        .page("The function has a reserved concurrency.", "A flood of calls to it stops every other function, and costs without bound.",
            "aws lambda put-function-concurrency.", "Accounts with few functions.")
        .detectors(&["function-stopped-by-concurrency"])
        .each(|v| Verdict::fail_if(v.number("GetFunctionConcurrency.ReservedConcurrentExecutions")?.is_none(), "it has no reserved concurrency", "it has a reserved concurrency")),
    check("lambda-function-recursion-allowed", "A function may call itself without end", Low, "lambda", "function")
        .page("Recursive loops are stopped.", "A function that answers to its own output runs until the bill shows it.",
            "aws lambda put-function-recursion-config --recursive-loop Terminate.", "Functions that are made to do so.")
        .each(|v| v.is("GetFunctionRecursionConfig.RecursiveLoop", "Allow", "recursive loops are allowed", "recursive loops are stopped")),
    check("lambda-function-not-traced", "A function is not traced", Low, "lambda", "function")
        .page("X-Ray tracing is active.", "Whom it called, and what took long, is not known afterwards.",
            "aws lambda update-function-configuration --tracing-config Mode=Active.", "Functions of no weight.")
        .each(|v| v.none_of("ListFunctions.TracingConfig.Mode", &["Active"], "it is not traced", "it is traced")),
    check("lambda-function-role-shared", "Several functions share a role", Medium, "lambda", "function")
        .page("Every function has a role of its own.", "Each may do what any of them needs; a flaw in one is a flaw in all.",
            "Make a role for each function.", "Versions of one program.")
        .beside(&[("lambda", "function")], |v, index| {
            let role = v.text("ListFunctions.Role")?;
            let mut others = Vec::new();
            for other in index.of_account("lambda", "function", v.resource).filter(|o| o.resource.arn != v.resource.arn) {
                if other.text("ListFunctions.Role")? == role {
                    others.push(other.resource.name.clone());
                }
            }
            Verdict::fail_for(&others, "it shares its role with", "no other function has its role")
        }),
    check("lambda-function-role-admin", "A function runs as an administrator", High, "lambda", "function")
        .page("The function's role has no administrator power, and no way to it.", "One flaw in its code, or one compromised package, gives the account away.",
            "Give the role what the function needs.", "None that we know of.")
        .detectors(&["function-role-changed", "admin-policy-attached"])
        .with(&[("iam", "role"), ("iam", "policy"), ("iam", "group")], |v, index| {
            let Some(arn) = v.text("ListFunctions.Role")? else { return Err(Unknown("its role is not known".to_owned())) };
            let role = index.find("iam", "role", arn).ok_or_else(|| Unknown("its role was not collected".to_owned()))?;
            if let Some(how) = crate::iam::power::admin(&role, index)? {
                return Ok(Verdict::Fail(format!("its role is an administrator: {how}")));
            }
            Verdict::fail_for(&crate::iam::power::escalations(&role, index)?, "its role leads to more: it", "its role is no administrator, and leads to none")
        }),
    check("lambda-function-role-wider-than-used", "A function's role may use services that it never does", Low, "lambda", "function")
        .page("The role used each service that it may use within 90 days.", "What is allowed and not needed is what an attacker takes.",
            "Take the services that it never used out of the role's policies.", "Functions that run once a year.")
        .with(&[("iam", "role")], |v, index| {
            let Some(arn) = v.text("ListFunctions.Role")? else { return Err(Unknown("its role is not known".to_owned())) };
            let role = index.find("iam", "role", arn).ok_or_else(|| Unknown("its role was not collected".to_owned()))?;
            let services = role.list("GetServiceLastAccessedDetails.ServicesLastAccessed")?;
            let idle = |s: &&serde_json::Value| {
                let last = s.get("LastAuthenticated").and_then(crate::view::as_time);
                last.is_none_or(|last| v.days_since(last) > 90)
            };
            let names: Vec<_> = services.iter().filter(idle).filter_map(|s| text(s, "ServiceNamespace")).map(str::to_owned).collect();
            Verdict::fail_for(&names, "its role may use, and within 90 days did not", "its role used each service that it may use")
        }),
    check("lambda-function-log-group-kept-forever", "A function's logs are kept forever, or are not there", Low, "lambda", "function")
        .page("The function's log group exists and has a retention.", "Without logs nobody knows what it did; kept forever they hold personal data that should be gone.",
            "aws logs put-retention-policy for its log group.", "Functions that never ran.")
        .each(|v| {
            let default = format!("/aws/lambda/{}", v.resource.name);
            let name = v.text("ListFunctions.LoggingConfig.LogGroup")?.unwrap_or(&default);
            let group = v.list("DescribeLogGroups.logGroups")?.iter().find(|group| text(group, "logGroupName") == Some(name));
            let Some(group) = group else { return Ok(Verdict::Fail("its log group does not exist".to_owned())) };
            Verdict::fail_if(number(group, "retentionInDays").is_none(), "its logs are kept forever", "its logs have a retention")
        }),
    check("lambda-function-egress-unrestricted", "A function in a VPC may send everything everywhere", Low, "lambda", "function")
        .page("The security groups of a function in a VPC limit what goes out.", "Stolen data leaves by any port to any address.",
            "Let out what it needs in its group's egress rules.", "Functions that call many public services.")
        .with(&[("ec2", "security-group")], |v, index| {
            let groups = v.texts("ListFunctions.VpcConfig.SecurityGroupIds")?;
            let mut open = Vec::new();
            for id in &groups {
                let group = index.find("ec2", "security-group", id).ok_or_else(|| Unknown(format!("the security group `{}` was not collected", riposte_core::text::plain(id, 40))))?;
                let all = group.list("DescribeSecurityGroups.IpPermissionsEgress")?.iter().any(|rule| {
                    text(rule, "IpProtocol") == Some("-1") && list(rule, "IpRanges").iter().any(|range| text(range, "CidrIp").is_some_and(|cidr| !riposte_core::net::cidr::internet_ranges(&[cidr]).is_empty()))
                });
                if all {
                    open.push((*id).to_owned());
                }
            }
            if groups.is_empty() {
                return Ok(Verdict::Skip);
            }
            Verdict::fail_for(&open, "everything may leave by", "its groups limit what leaves")
        }),
    check("lambda-layer-public", "Everyone may use a layer", High, "lambda", "layer")
        .page("The layer's policy names accounts, or an organization.", "Its code, and what was left in it, is everyone's.",
            "aws lambda remove-layer-version-permission.", "Published layers.")
        .detectors(&["function-layer-public"])
        .each(|v| crate::exposure::public(v, "GetLayerVersionPolicy.Policy")),
];

/// There are URLs, and all ask for a signature.
fn urls_are_signed(v: &View<'_>) -> bool {
    let urls = v.list("ListFunctionUrlConfigs.FunctionUrlConfigs").unwrap_or_default();
    !urls.is_empty() && urls.iter().all(|url| text(url, "AuthType") == Some("AWS_IAM"))
}

/// When AWS's support of runtimes ended, or will: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>.
const END_OF_SUPPORT: [(&str, Date); 33] = [
    ("nodejs", date(2016, 10, 31)),
    ("nodejs4.3", date(2020, 3, 5)),
    ("nodejs4.3-edge", date(2020, 3, 5)),
    ("nodejs6.10", date(2019, 8, 12)),
    ("nodejs8.10", date(2020, 3, 6)),
    ("nodejs10.x", date(2021, 7, 30)),
    ("nodejs12.x", date(2023, 3, 31)),
    ("nodejs14.x", date(2023, 12, 4)),
    ("nodejs16.x", date(2024, 6, 12)),
    ("nodejs18.x", date(2025, 9, 1)),
    ("nodejs20.x", date(2026, 4, 30)),
    ("nodejs22.x", date(2027, 4, 30)),
    ("python2.7", date(2021, 7, 15)),
    ("python3.6", date(2022, 7, 18)),
    ("python3.7", date(2023, 12, 4)),
    ("python3.8", date(2024, 10, 14)),
    ("python3.9", date(2025, 12, 15)),
    ("python3.10", date(2026, 10, 31)),
    ("python3.11", date(2027, 6, 30)),
    ("java8", date(2024, 1, 8)),
    ("java8.al2", date(2027, 6, 30)),
    ("java11", date(2027, 6, 30)),
    ("dotnetcore1.0", date(2019, 6, 27)),
    ("dotnetcore2.0", date(2019, 5, 30)),
    ("dotnetcore2.1", date(2022, 1, 5)),
    ("dotnetcore3.1", date(2023, 4, 3)),
    ("dotnet6", date(2024, 12, 20)),
    ("dotnet8", date(2026, 11, 10)),
    ("go1.x", date(2024, 1, 8)),
    ("provided", date(2024, 1, 8)),
    ("ruby2.5", date(2021, 7, 30)),
    ("ruby2.7", date(2023, 12, 7)),
    ("ruby3.2", date(2026, 3, 31)),
];
