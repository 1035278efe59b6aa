//! `infra/template.yaml`: what the functions share is written by hand; each function's section, and every list of all
//! functions, is generated from the catalogue's functions.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use riposte_aws::ledger::owned;
use riposte_aws::permissions::{self, Grants};
use riposte_core::catalogue::{FUNCTIONS, FunctionSpec, Input, Limits};
use riposte_core::detect::Meta;

use super::alarms;
use super::operators;
use super::rules::{self, Rule};

const SECTION: &str = include_str!("parts/function.yaml");
const OWN_ROLES: &str = include_str!("parts/own-roles.yaml");

/// The template's sections stand two spaces deep, and its lines end here.
const WIDTH: usize = 118;

/// The template with its blocks filled. `own` are the entries of a user's rules.
///
/// # Errors
/// Where the markers of a block are missing.
pub(super) fn filled(template: &str, own: &[&'static Meta]) -> Result<String> {
    let of_each = |line: fn(&str) -> String| -> Vec<String> {
        FUNCTIONS.iter().map(|function| line(&logical(function))).collect()
    };
    let mut sections = Vec::new();
    let mut outputs = Vec::new();
    for function in FUNCTIONS {
        let own: Vec<_> = own.iter().copied().filter(|meta| function.runs(meta.domain)).collect();
        sections.extend(section(function, &rules::of(function, &own)));
        outputs.extend(outputs_of(function));
    }
    let blocks = [
        ("role-arns", of_each(|name| format!("- !GetAtt {name}Role.Arn"))),
        ("roles", of_each(|name| format!("- !Ref {name}Role"))),
        ("queue-arns", of_each(|name| format!("- !GetAtt {name}Queue.Arn"))),
        ("dead-letter-arns", of_each(|name| format!("- !GetAtt {name}DeadLetters.Arn"))),
        ("functions", sections),
        ("outputs", outputs),
        ("shared-alarms", alarms::shared()),
        ("operator-policies", operators::resources()),
        ("operator-outputs", operators::outputs()),
        ("runtime", runtime(None)),
        ("variables", lines_of(VARIABLES)),
    ];
    blocks.iter().try_fold(template.to_owned(), |text, (what, lines)| block(&text, what, lines))
}

/// Replaces what stands between a block's markers, wherever they are, at the markers' indentation.
fn block(text: &str, what: &str, lines: &[String]) -> Result<String> {
    let begin = format!("# BEGIN GENERATED {what}\n");
    let end = format!("# END GENERATED {what}\n");
    let mut parts = text.split(&begin);
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut found = false;
    for part in parts {
        let missing = || format!("infra/template.yaml: the block `{what}` has no end");
        let (_, tail) = part.split_once(&end).with_context(missing)?;
        let indent = out.rsplit('\n').next().unwrap_or_default().to_owned();
        out.push_str(&begin);
        for line in lines {
            writeln!(out, "{}", format!("{indent}{line}").trim_end())?;
        }
        write!(out, "{indent}{end}{tail}")?;
        found = true;
    }
    ensure!(found, "infra/template.yaml has no block `{what}`");
    Ok(out)
}

/// One function's section, in the order in which all of them stand.
fn section(function: &FunctionSpec, rules: &[Rule]) -> Vec<String> {
    let name = logical(function);
    let pushed = function.inputs.contains(&Input::Subscription);
    let guarded = changes_iam(function);
    let only = |when: bool, lines: &[String]| if when { lines.to_vec() } else { Vec::new() };
    let mut rule_lines: Vec<String> = rules.iter().flat_map(|rule| rule.lines(function)).collect();
    rule_lines.extend(function.inputs.iter().filter_map(|input| schedule(function, input)).flatten());
    rule_lines.pop();
    let mut rule_arns: Vec<_> = rules.iter().map(|rule| format!("- !GetAtt {}.Arn", rule.id)).collect();
    rule_arns.extend(scheduled(function).then(|| format!("- !GetAtt {name}Schedule.Arn")));
    rule_arns.extend(findings(function).map(|_| format!("- !GetAtt {name}Findings.Arn")));
    let depends = if guarded { format!("[SharedPolicy, {name}OwnRoles]") } else { "SharedPolicy".to_owned() };
    let parts: [(&str, Vec<String>); 16] = [
        ("head", head(function)),
        ("rule-arns", rule_arns),
        ("rules", rule_lines),
        ("permissions", permission_policy(function)),
        ("own-roles", only(guarded, &lines_of(&filled_in(OWN_ROLES, function)))),
        ("role-arns", FUNCTIONS.iter().map(|other| format!("- !GetAtt {}Role.Arn", logical(other))).collect()),
        ("depends", vec![depends]),
        ("dead-letter-senders", only(pushed, &subscription(&name, DEAD_LETTER_SENDER))),
        ("own-dead-letters", only(pushed, &subscription(&name, OWN_DEAD_LETTERS))),
        ("on-failure", only(pushed, &subscription(&name, ON_FAILURE))),
        ("push", only(pushed, &subscription(&name, PUSH))),
        ("others-items", owned::of_others(function.name).map(|pattern| format!("- '{pattern}'")).collect()),
        ("managed-policies", managed_policies(function)),
        ("runtime", runtime(function.limits)),
        ("variables", lines_of(VARIABLES)),
        ("visibility", vec![visibility(function)]),
    ];
    let mut lines = lines_of(&filled_in(SECTION, function));
    lines = expanded(&lines, "alarms", &alarms::of(function));
    for (what, part) in &parts {
        lines = expanded(&lines, what, part);
    }
    // Two fragments that are not there leave two empty lines.
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    lines
}

/// Lambda hands what a subscription pushed and could not be handled to the dead-letter queue, with the function's role.
const DEAD_LETTER_SENDER: &str = "ArnNotLike:\n  aws:PrincipalArn: !GetAtt @Name@Role.Arn";
const OWN_DEAD_LETTERS: &str = "\
# Lines that were pushed and could not be handled: Lambda sends them with the function's own role.
- Sid: OwnDeadLetters
  Effect: Allow
  Action: sqs:SendMessage
  Resource: !GetAtt @Name@DeadLetters.Arn";
const ON_FAILURE: &str = "\
@Name@FunctionInvokeConfig:
  Type: AWS::Lambda::EventInvokeConfig
  Properties:
    FunctionName: !Ref @Name@Function
    Qualifier: $LATEST
    MaximumRetryAttempts: 2
    DestinationConfig:
      OnFailure:
        Destination: !GetAtt @Name@DeadLetters.Arn";
const PUSH: &str = "\
@Name@Push:
  Type: AWS::Lambda::Permission
  Properties:
    FunctionName: !GetAtt @Name@Function.Arn
    Action: lambda:InvokeFunction
    Principal: logs.amazonaws.com
    SourceAccount: !Ref AWS::AccountId";

fn subscription(name: &str, text: &str) -> Vec<String> {
    lines_of(&text.replace("@Name@", name))
}

const FINDINGS: &str = "\
@Name@Findings:
  Type: AWS::Events::Rule
  Properties:
    Description: Findings of @Service@.
    EventPattern:
      source:
        - @Source@
      detail-type:
        - @Type@
    Targets:
      - Id: queue
        Arn: !GetAtt @Name@Queue.Arn
        DeadLetterConfig:
          Arn: !GetAtt @Name@DeadLetters.Arn

";

/// The service whose findings reach a function: its name, and their source and type on the bus.
fn findings(function: &FunctionSpec) -> Option<[&'static str; 3]> {
    function.inputs.iter().find_map(|input| match input {
        Input::Inspector => Some(["Inspector", "aws.inspector2", "Inspector2 Finding"]),
        Input::GuardDuty => Some(["GuardDuty", "aws.guardduty", "GuardDuty Finding"]),
        Input::Schedule { .. } | Input::Subscription => None,
    })
}

fn findings_rule(function: &FunctionSpec) -> Option<Vec<String>> {
    let [service, source, kind] = findings(function)?;
    let rule = FINDINGS.replace("@Name@", &logical(function)).replace("@Service@", service);
    Some(lines_of(&rule.replace("@Source@", source).replace("@Type@", kind)))
}

/// The heading, right-aligned as the hand-written ones are.
fn head(function: &FunctionSpec) -> Vec<String> {
    let dashes = WIDTH.saturating_sub(function.name.len() + 5);
    vec![
        format!("# {} {}", "-".repeat(dashes), function.name),
        "#".to_owned(),
        format!("# {}.", capitalized(function.purpose)),
    ]
}

fn scheduled(function: &FunctionSpec) -> bool {
    function.inputs.iter().any(|input| matches!(input, Input::Schedule { .. }))
}

fn schedule(function: &FunctionSpec, input: &Input) -> Option<Vec<String>> {
    let name = logical(function);
    let (parameter, what) = match input {
        Input::Schedule { parameter, what } => (parameter, what),
        Input::Inspector | Input::GuardDuty => return findings_rule(function),
        Input::Subscription => return None,
    };
    let text = format!(
        "{name}Schedule:\n  Type: AWS::Events::Rule\n  Properties:\n    Description: {what}.\n    ScheduleExpression: !Ref \
         {parameter}\n    Targets:\n      - Id: queue\n        Arn: !GetAtt {name}Queue.Arn\n        DeadLetterConfig:\n          \
         Arn: !GetAtt {name}DeadLetters.Arn\n"
    );
    Some(text.split('\n').map(str::to_owned).collect())
}

/// AWS's own policies on its role.
fn managed_policies(function: &FunctionSpec) -> Vec<String> {
    if function.managed_policies.is_empty() {
        return Vec::new();
    }
    let arns =
        function.managed_policies.iter().map(|name| format!("  - !Sub arn:${{AWS::Partition}}:iam::aws:policy/{name}"));
    std::iter::once("ManagedPolicyArns:".to_owned()).chain(arns).collect()
}

/// What all functions have of time and memory, where they say nothing else. The queues' visibility timeout by default is
/// six times this.
const LIMITS: Limits = Limits { seconds: 60, memory_mb: 256 };

/// How a function runs: runtime, architecture, time and memory.
fn runtime(limits: Option<Limits>) -> Vec<String> {
    let Limits { seconds, memory_mb } = limits.unwrap_or(LIMITS);
    lines_of(&format!(
        "Runtime: provided.al2023\nHandler: bootstrap\nArchitectures: [!Ref Architecture]\nTimeout: {seconds}\nMemorySize: \
         {memory_mb}"
    ))
}

/// The environment of all functions. Which version is deployed, `riposte status` reads from it.
const VARIABLES: &str = concat!(
    "RIPOSTE_VERSION: ",
    env!("CARGO_PKG_VERSION"),
    "
RUST_LOG: info
RIPOSTE_ACCOUNT_ID: !Ref AWS::AccountId
# Used where the settings that say the same are broken.
RIPOSTE_TOPIC_ARN: !Ref Notices
RIPOSTE_LEDGER_TABLE: !Ref Ledger
AWS_ENDPOINT_URL: !If [HasEndpoint, !Ref AwsEndpointUrl, !Ref AWS::NoValue]"
);

/// AWS refuses a queue whose visibility timeout is below its function's timeout. The emulator does not, and its tests wait
/// for neither.
fn visibility(function: &FunctionSpec) -> String {
    match function.limits {
        Some(limits) => format!("!If [HasEndpoint, !Ref RetryDelaySeconds, {}]", limits.seconds.saturating_mul(6)),
        None => "!Ref RetryDelaySeconds".to_owned(),
    }
}

/// The policy of what its actions and detectors call; none where they call nothing.
fn permission_policy(function: &FunctionSpec) -> Vec<String> {
    let statements = statements(function);
    if statements.is_empty() {
        return Vec::new();
    }
    let head = "- PolicyName: actions\n  PolicyDocument:\n    Version: '2012-10-17'\n    Statement:";
    let statements = statements.into_iter().map(|line| format!("      {line}"));
    lines_of(head).into_iter().chain(statements).chain(on_an_emulator(function)).collect()
}

/// Calls whose resource or condition an emulator does not know, so that what they are bounded by on AWS would refuse
/// them there. Where it takes one call for another, that other one.
const UNKNOWN_TO_EMULATORS: &[(&str, &str)] = &[
    ("backup:DeleteBackupVaultAccessPolicy", ""),
    ("backup:GetBackupVaultAccessPolicy", ""),
    ("backup:PutBackupVaultAccessPolicy", ""),
    ("cloudtrail:ListTags", ""),
    ("dynamodb:DeleteResourcePolicy", ""),
    ("dynamodb:GetResourcePolicy", ""),
    ("dynamodb:PutResourcePolicy", ""),
    ("ec2:DeleteNetworkAclEntry", ""),
    ("ec2:DisassociateIamInstanceProfile", ""),
    ("ec2:GetManagedPrefixListEntries", ""),
    ("ec2:ModifyImageAttribute", ""),
    ("ec2:ModifyManagedPrefixList", ""),
    ("ec2:ModifySnapshotAttribute", ""),
    ("ecr:ListTagsForResource", ""),
    ("eks:DisassociateAccessPolicy", ""),
    ("eks:ListAssociatedAccessPolicies", ""),
    ("eks:ListTagsForResource", ""),
    ("events:ListTagsForResource", ""),
    ("iam:AttachRolePolicy", ""),
    ("iam:AttachUserPolicy", ""),
    ("iam:CreatePolicy", ""),
    ("iam:DeleteOpenIDConnectProvider", ""),
    ("iam:GetOpenIDConnectProvider", ""),
    ("iam:RemoveClientIDFromOpenIDConnectProvider", ""),
    ("iam:RemoveUserFromGroup", ""),
    ("lambda:GetFunctionConcurrency", "lambda:PutFunctionConcurrency"),
    ("lambda:GetLayerVersionPolicy", "lambda:ListLayers"),
    ("lambda:UpdateFunctionUrlConfig", "lambda:CreateFunctionUrlConfig"),
    ("rds:DescribeDBClusterSnapshotAttributes", ""),
    ("rds:DescribeDBSnapshotAttributes", ""),
    ("rds:ListTagsForResource", ""),
    ("rds:ModifyDBClusterSnapshotAttribute", ""),
    ("rds:ModifyDBSnapshotAttribute", ""),
    ("sns:ListTagsForResource", ""),
    ("ssm:DescribeDocumentPermission", ""),
    ("ssm:ListTagsForResource", ""),
    ("ssm:ModifyDocumentPermission", ""),
];

/// A policy that an emulator alone gets: there is nothing to defend there, and an action that it refuses proves nothing.
fn on_an_emulator(function: &FunctionSpec) -> Vec<String> {
    let held: BTreeSet<_> = permissions::of(function).into_values().flatten().collect();
    let calls: BTreeSet<_> = UNKNOWN_TO_EMULATORS
        .iter()
        .filter(|(call, _)| held.contains(call))
        .map(|(call, taken_for)| if taken_for.is_empty() { call } else { taken_for })
        .collect();
    if calls.is_empty() {
        return Vec::new();
    }
    let head = "- !If\n  - HasEndpoint\n  - PolicyName: on-an-emulator\n    PolicyDocument:\n      Version: '2012-10-17'\n      \
                Statement:\n        - Sid: UnknownToEmulators\n          Effect: Allow\n          Resource: '*'\n          Action:";
    let calls = calls.into_iter().map(|call| format!("            - {call}"));
    lines_of(head).into_iter().chain(calls).chain(["  - !Ref AWS::NoValue".to_owned()]).collect()
}

/// Whether its role may change something in IAM.
fn changes_iam(function: &FunctionSpec) -> bool {
    let reads = ["iam:Get", "iam:List", "iam:Simulate"];
    permissions::of(function)
        .values()
        .flatten()
        .any(|action| action.starts_with("iam:") && !reads.iter().any(|read| action.starts_with(read)))
}

fn statements(function: &FunctionSpec) -> Vec<String> {
    statements_of(&permissions::of(function)).concat()
}

/// The statements of grants, each line by line.
pub(super) fn statements_of(grants: &Grants) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut sids: Vec<String> = Vec::new();
    for ((resources, conditions), actions) in grants {
        let mut lines = Vec::new();
        let sid = sid(resources);
        let alike = sids.iter().filter(|there| **there == sid).count();
        let suffix = if alike == 0 { String::new() } else { (alike + 1).to_string() };
        lines.push(format!("- Sid: {sid}{suffix}"));
        sids.push(sid);
        lines.push("  Effect: Allow".to_owned());
        lines.push("  Action:".to_owned());
        lines.extend(actions.iter().map(|action| format!("    - {action}")));
        match resources {
            ["*"] => lines.push("  Resource: '*'".to_owned()),
            many => {
                lines.push("  Resource:".to_owned());
                lines.extend(many.iter().map(|resource| format!("    - {}", substituted(resource))));
            }
        }
        if !conditions.is_empty() {
            lines.push("  Condition:".to_owned());
        }
        for condition in *conditions {
            // Unquoted, the operator `Null` is no text to YAML.
            let test = if condition.test == "Null" { "'Null'" } else { condition.test };
            lines.push(format!("    {test}:"));
            lines.push(format!("      {}:", condition.key));
            lines.extend(condition.values.iter().map(|value| format!("        - {}", substituted(value))));
        }
        all.push(lines);
    }
    all
}

/// A value in which CloudFormation fills names in, where there are any. One of wildcards alone is quoted.
fn substituted(value: &str) -> String {
    let alone =
        value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains(['$', ':']));
    match alone {
        Some(name) if name.contains('.') => format!("!GetAtt {name}"),
        Some(name) => format!("!Ref {name}"),
        None if value.contains("${") => format!("!Sub {value}"),
        None => format!("'{value}'"),
    }
}

/// A statement's id from what it is about: `OnUser`, `OnSecurityGroup`, `OnAnything`.
fn sid(resources: &[&str]) -> String {
    let Some(first) = resources.first().filter(|resource| **resource != "*") else { return "OnAnything".to_owned() };
    if let Some((name, _)) =
        first.strip_prefix("${").and_then(|rest| rest.split_once(['.', '}'])).filter(|_| !first.starts_with("${AWS"))
    {
        return format!("On{name}");
    }
    // The colons of `${AWS::Region}` are none of the ARN's.
    let arn = ["Partition", "Region", "AccountId", "StackName"]
        .iter()
        .fold((*first).to_owned(), |arn, name| arn.replace(&format!("${{AWS::{name}}}"), ""));
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, rest) = (parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default());
    let kind = rest.split(['/', ':']).next().filter(|kind| !kind.is_empty() && !kind.contains('*')).unwrap_or(service);
    let words = kind.split(|c: char| !c.is_ascii_alphanumeric());
    format!("On{}", words.map(capitalized).collect::<String>())
}

fn outputs_of(function: &FunctionSpec) -> Vec<String> {
    let (name, id) = (logical(function), function.name);
    let outputs = [
        ("FunctionArn", "The function", "!GetAtt", "Function.Arn"),
        ("RoleArn", "The role of", "!GetAtt", "Role.Arn"),
        ("QueueUrl", "The queue of", "!Ref", "Queue"),
        ("DeadLettersUrl", "The dead-letter queue of", "!Ref", "DeadLetters"),
        ("LogGroup", "The log group of", "!Ref", "Logs"),
    ];
    let lines = outputs.iter().flat_map(|(output, what, get, of)| {
        [format!("{name}{output}:"), format!("  Description: {what} {id}."), format!("  Value: {get} {name}{of}")]
    });
    lines.collect()
}

/// How long events of every call are gathered: what is read and written for them together costs as much as for one.
const BEHAVIOR_WINDOW_SECONDS: &str = "60";

fn filled_in(text: &str, function: &FunctionSpec) -> String {
    text.replace("@Name@", &logical(function))
        .replace("@name@", function.name)
        .replace("@purpose@", &format!("{}.", capitalized(function.purpose)))
        .replace("@batch@", if function.behaviors.is_empty() { "10" } else { "1000" })
        .replace("@window@", if function.behaviors.is_empty() { "0" } else { BEHAVIOR_WINDOW_SECONDS })
}

fn lines_of(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// `@@what@@` replaced: by the lines at its indentation where it stands alone, within its line otherwise.
fn expanded(lines: &[String], what: &str, part: &[String]) -> Vec<String> {
    let mark = format!("@@{what}@@");
    let mut out = Vec::new();
    for line in lines {
        if line.trim() == mark {
            let indent: String = line.chars().take_while(|c| *c == ' ').collect();
            out.extend(part.iter().map(|inner| format!("{indent}{inner}").trim_end().to_owned()));
        } else {
            out.push(line.replace(&mark, &part.join("")));
        }
    }
    out
}

/// What the logical ids of a function's resources begin with: `IngressGuard`.
pub(super) fn logical(function: &FunctionSpec) -> String {
    function.name.split('-').map(capitalized).collect()
}

pub(super) fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
