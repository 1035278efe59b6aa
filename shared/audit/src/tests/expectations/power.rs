//! Administrators and the ways to become one: over several policies, groups, boundaries, denials and chains of roles.

use serde_json::{Value, json};

use super::{Bad, Expectations, Good, HOME, Is, document, resource, when};
use crate::Resource;

pub(super) fn arn(what: &str) -> String {
    format!("arn:aws:iam::{HOME}:{what}")
}

pub(super) fn allow(actions: &[&str], on: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": on})
}

pub(super) fn deny(actions: &[&str]) -> Value {
    json!({"Effect": "Deny", "Action": actions, "Resource": "*"})
}

pub(super) fn not(effect: &str, actions: &[&str]) -> Value {
    json!({"Effect": effect, "NotAction": actions, "Resource": "*"})
}

pub(super) fn all() -> Value {
    allow(&["*"], "*")
}

/// A principal or group with inline policies, one a document.
pub(super) fn with_inline(kind: &str, name: &str, documents: &[Value]) -> Value {
    let list = match kind {
        "user" => "UserPolicyList",
        "role" => "RolePolicyList",
        _ => "GroupPolicyList",
    };
    let inline: Vec<_> =
        documents.iter().map(|one| json!({"PolicyName": "p", "PolicyDocument": document(one)})).collect();
    json!({"arn": arn(&format!("{kind}/{name}")), "id": name, "name": name,
        "facts": {"GetAccountAuthorizationDetails": {list: inline, "AttachedManagedPolicies": [], "GroupList": []}}})
}

pub(super) fn details(of: &mut Value) -> &mut Value {
    &mut of["facts"]["GetAccountAuthorizationDetails"]
}

pub(super) fn managed(name: &str, statements: &Value) -> Resource {
    let facts = json!({"GetAccountAuthorizationDetails": {"AttachmentCount": 1, "PolicyVersionList": [
        {"VersionId": "v2", "IsDefaultVersion": false, "Document": document(&all())},
        {"VersionId": "v1", "IsDefaultVersion": true, "Document": document(statements)},
    ]}});
    resource("iam", "policy", &json!({"arn": arn(&format!("policy/{name}")), "id": name, "name": name, "facts": facts}))
}

#[test]
fn users_roles_and_groups() {
    let one = |statements: Value| vec![statements];
    let pass = || allow(&["iam:PassRole"], "*");
    let own = || arn("user/u");
    let boundary = json!({"StringEquals": {"iam:PermissionsBoundary": arn("policy/bound")}});
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<Value>, Is, Is)> = vec![
        // Administrators, whose ways say nothing more.
        ("everything", one(all()), Bad, Good),
        ("everything by two stars", one(allow(&["*:*"], "*")), Bad, Good),
        ("everything beside something", one(allow(&["s3:GetObject", "*"], "*")), Bad, Good),
        ("everything but one service", one(not("Allow", &["ec2:*"])), Bad, Good),
        ("everything with MFA", one(when(all(), json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}))), Bad, Good),
        ("everything without one call", one(json!([all(), deny(&["s3:DeleteBucket"])])), Bad, Good),
        ("everything, denied unless MFA", one(json!([all(), when(deny(&["*"]), json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}))])), Bad, Good),
        ("everything in the second policy", vec![allow(&["s3:*"], "*"), all()], Bad, Good),
        ("half of everything each", vec![not("Allow", &["iam:*"]), allow(&["iam:*"], "*")], Bad, Good),
        ("everything, then denied", one(json!([all(), deny(&["*"])])), Good, Good),
        ("everything, denied by another policy", vec![all(), deny(&["*"])], Good, Good),
        ("everything, all but reading denied", one(json!([all(), not("Deny", &["s3:Get*", "s3:List*"])])), Good, Good),
        ("everything on one bucket", one(allow(&["*"], "arn:aws:s3:::mine/*")), Good, Good),
        ("everything, but IAM and what hands out roles", one(json!([all(), deny(&["iam:*", "sts:*", "organizations:*"])])), Good, Good),
        ("only denials", one(deny(&["*"])), Good, Good),
        ("reading everything", one(allow(&["*:Get*", "*:List*", "*:Describe*"], "*")), Good, Good),
        // Ways up.
        ("a function with a role", one(allow(&["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], "*")), Good, Bad),
        ("the same over three policies", vec![pass(), allow(&["lambda:CreateFunction"], "*"), allow(&["lambda:InvokeFunction"], "*")], Good, Bad),
        ("the same by patterns", one(allow(&["iam:Pass*", "lambda:*"], "*")), Good, Bad),
        ("the same in capitals", one(allow(&["IAM:PASSROLE", "LAMBDA:CREATEFUNCTION", "LAMBDA:INVOKEFUNCTION"], "*")), Good, Bad),
        ("a machine with a role", one(allow(&["iam:PassRole", "ec2:RunInstances"], "*")), Good, Bad),
        ("a stack with a role", one(allow(&["iam:PassRole", "cloudformation:CreateStack"], "*")), Good, Bad),
        ("a task with a role", one(allow(&["iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask"], "*")), Good, Bad),
        ("a job with a role", one(allow(&["iam:PassRole", "glue:CreateJob", "glue:StartJobRun"], "*")), Good, Bad),
        ("a notebook with a role", one(allow(&["iam:PassRole", "sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"], "*")), Good, Bad),
        ("a build with a role", one(allow(&["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"], "*")), Good, Bad),
        ("passing roles of every name", one(json!([allow(&["iam:PassRole"], &arn("role/*")), allow(&["ec2:RunInstances"], "*")])), Good, Bad),
        ("a new version of any policy", one(allow(&["iam:CreatePolicyVersion"], "*")), Good, Bad),
        ("another version of any policy", one(allow(&["iam:SetDefaultPolicyVersion"], "*")), Good, Bad),
        ("keys for others", one(allow(&["iam:CreateAccessKey"], "*")), Good, Bad),
        ("keys for all users by ARN", one(allow(&["iam:CreateAccessKey"], &arn("user/*"))), Good, Bad),
        ("passwords for others", one(allow(&["iam:CreateLoginProfile"], "*")), Good, Bad),
        ("others' passwords", one(allow(&["iam:UpdateLoginProfile"], "*")), Good, Bad),
        ("policies for users", one(allow(&["iam:AttachUserPolicy"], "*")), Good, Bad),
        ("policies for roles", one(allow(&["iam:AttachRolePolicy"], "*")), Good, Bad),
        ("inline policies for groups", one(allow(&["iam:PutGroupPolicy"], "*")), Good, Bad),
        ("members of groups", one(allow(&["iam:AddUserToGroup"], "*")), Good, Bad),
        ("trust of roles", one(allow(&["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"], "*")), Good, Bad),
        ("any role", one(allow(&["sts:AssumeRole"], "*")), Good, Bad),
        ("policies for itself by the variable", one(allow(&["iam:PutUserPolicy"], &arn("user/${aws:username}"))), Good, Bad),
        ("everything but a few calls of IAM", one(not("Allow", &["iam:CreateUser", "iam:DeleteUser"])), Bad, Good),
        ("with MFA", one(when(allow(&["iam:CreateAccessKey"], "*"), json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}))), Good, Bad),
        ("policies of any path", one(when(allow(&["iam:AttachUserPolicy"], "*"), json!({"ArnLike": {"iam:PolicyARN": "arn:aws:iam::aws:policy/*"}}))), Good, Bad),
        ("under any boundary", one(when(allow(&["iam:PutRolePolicy"], "*"), json!({"StringLike": {"iam:PermissionsBoundary": "*"}}))), Good, Bad),
        ("another call denied", one(json!([allow(&["iam:CreateAccessKey"], "*"), deny(&["iam:CreateUser"])])), Good, Bad),
        // What only looks like it.
        ("passing a role alone", one(pass()), Good, Good),
        ("functions alone", one(allow(&["lambda:*"], "*")), Good, Good),
        ("machines alone", one(allow(&["ec2:*"], "*")), Good, Good),
        ("passing one role", one(json!([allow(&["iam:PassRole"], &arn("role/app")), allow(&["ec2:RunInstances"], "*")])), Good, Good),
        ("passing to another service", one(json!([when(pass(), json!({"StringEquals": {"iam:PassedToService": "monitoring.rds.amazonaws.com"}})), allow(&["ec2:RunInstances"], "*")])), Good, Good),
        ("passing denied", one(json!([allow(&["iam:PassRole", "ec2:RunInstances"], "*"), deny(&["iam:PassRole"])])), Good, Good),
        ("passing denied by another policy", vec![allow(&["iam:PassRole", "ec2:RunInstances"], "*"), deny(&["iam:Pass*"])], Good, Good),
        ("all but what is harmless denied", vec![allow(&["iam:PassRole", "ec2:RunInstances"], "*"), not("Deny", &["ec2:*"])], Good, Good),
        ("the machine denied", one(json!([allow(&["iam:PassRole", "ec2:RunInstances"], "*"), deny(&["ec2:RunInstances"])])), Good, Good),
        ("its own keys", one(allow(&["iam:CreateAccessKey", "iam:UpdateLoginProfile"], &arn("user/${aws:username}"))), Good, Good),
        ("keys for one user", one(allow(&["iam:CreateAccessKey"], &arn("user/robot"))), Good, Good),
        ("one role", one(allow(&["sts:AssumeRole"], &arn("role/readers"))), Good, Good),
        ("under a boundary", one(when(allow(&["iam:PutRolePolicy", "iam:AttachRolePolicy"], "*"), boundary)), Good, Good),
        ("policies that are named", one(when(allow(&["iam:AttachUserPolicy"], "*"), json!({"ArnEquals": {"iam:PolicyARN": arn("policy/readers")}}))), Good, Good),
        ("reading IAM", one(allow(&["iam:Get*", "iam:List*"], "*")), Good, Good),
        ("a power user", one(not("Allow", &["iam:*", "organizations:*", "account:*", "sts:*"])), Good, Good),
        ("one bucket", one(allow(&["s3:*"], "arn:aws:s3:::mine/*")), Good, Good),
        ("nothing", vec![], Good, Good),
        // Over itself alone.
        ("policies for itself by name", one(allow(&["iam:PutUserPolicy"], &own())), Good, Bad),
        ("policies for itself, denied", one(json!([allow(&["iam:AttachUserPolicy"], &own()), deny(&["iam:AttachUserPolicy"])])), Good, Good),
        ("policies for another by name", one(allow(&["iam:PutUserPolicy"], &arn("user/other"))), Good, Good),
    ];
    let mut expected = Expectations::default();
    for (case, documents, admin, escalation) in cases {
        let user = with_inline("user", "u", &documents);
        expected.of("iam-user-admin", case, user.clone(), &[], admin);
        expected.of("iam-user-escalation", case, user, &[], escalation);
        if !case.contains("itself") {
            for kind in ["role", "group"] {
                let of = with_inline(kind, "x", &documents);
                expected.of(&format!("iam-{kind}-escalation"), case, of, &[], escalation);
            }
            if documents.len() == 1 {
                let policy = managed("p", &documents[0]);
                expected.of_resource("iam-policy-admin", case, policy.clone(), &[], admin);
                expected.of_resource("iam-policy-escalation", case, policy, &[], escalation);
                for kind in ["user", "role", "group"] {
                    let of = with_inline(kind, "x", &documents);
                    expected.of(&format!("iam-{kind}-inline-admin"), case, of, &[], admin);
                }
            }
        }
    }
}

#[test]
fn groups_attached_policies_and_boundaries() {
    let beside = [
        resource("iam", "group", &with_inline("group", "admins", &[all()])),
        resource("iam", "group", &with_inline("group", "passers", &[allow(&["iam:PassRole"], "*")])),
        resource("iam", "group", &with_inline("group", "denied", &[deny(&["*"])])),
        resource("iam", "group", &with_inline("group", "self", &[allow(&["iam:PutGroupPolicy"], &arn("group/self"))])),
        managed("all", &all()),
        managed("storage", &allow(&["s3:*"], "*")),
        managed("pass", &allow(&["iam:PassRole"], "*")),
        managed("machines", &allow(&["iam:PassRole", "ec2:*"], "*")),
        managed("rewrites-itself", &allow(&["iam:CreatePolicyVersion"], &arn("policy/rewrites-itself"))),
        managed("all-but-iam", &json!([all(), deny(&["iam:*", "sts:*"])])),
    ];
    let run = || allow(&["ec2:RunInstances"], "*");
    // What, the inline documents, groups, attached policies, the boundary, and whether it is an administrator or leads there.
    type Case = (&'static str, Vec<Value>, &'static [&'static str], &'static [&'static str], &'static str, Is, Is);
    #[rustfmt::skip]
    let cases: Vec<Case> = vec![
        ("an administrator by a group", vec![], &["admins"], &[], "", Bad, Good),
        ("an administrator by the second group", vec![], &["passers", "admins"], &[], "", Bad, Good),
        ("an administrator by a policy", vec![], &[], &["all"], "", Bad, Good),
        ("a group that denies", vec![all()], &["denied"], &[], "", Good, Good),
        ("half by a group", vec![run()], &["passers"], &[], "", Good, Bad),
        ("half by a policy", vec![run()], &[], &["pass"], "", Good, Bad),
        ("half by a group, half by a policy", vec![], &["passers"], &["machines"], "", Good, Bad),
        ("a group and nothing to run", vec![], &["passers"], &["storage"], "", Good, Good),
        ("a policy that rewrites itself", vec![], &[], &["rewrites-itself"], "", Good, Bad),
        ("a group that writes onto itself", vec![], &["self"], &[], "", Good, Bad),
        ("bounded to storage", vec![all()], &[], &[], "storage", Good, Good),
        ("bounded by everything", vec![all()], &[], &[], "all", Bad, Good),
        ("bounded by all but IAM", vec![all()], &[], &[], "all-but-iam", Good, Good),
        ("bounded, and a way left", vec![all()], &[], &[], "machines", Good, Bad),
        ("a way, bounded to storage", vec![run(), allow(&["iam:PassRole"], "*")], &[], &[], "storage", Good, Good),
        ("a way, bounded by itself", vec![run()], &["passers"], &[], "machines", Good, Bad),
        ("half by the boundary gives nothing", vec![run()], &[], &[], "machines", Good, Good),
        ("bounded, an administrator by a group", vec![], &["admins"], &[], "storage", Good, Good),
    ];
    let mut expected = Expectations::default();
    for (case, documents, groups, attached, boundary, admin, escalation) in cases {
        let mut user = with_inline("user", "u", &documents);
        details(&mut user)["GroupList"] = json!(groups);
        let attached: Vec<_> = attached
            .iter()
            .map(|name| json!({"PolicyName": name, "PolicyArn": arn(&format!("policy/{name}"))}))
            .collect();
        details(&mut user)["AttachedManagedPolicies"] = attached.into();
        if !boundary.is_empty() {
            details(&mut user)["PermissionsBoundary"] = json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn(&format!("policy/{boundary}"))});
        }
        expected.of("iam-user-admin", case, user.clone(), &beside, admin);
        expected.of("iam-user-escalation", case, user, &beside, escalation);
    }
    for (case, name, is) in [
        ("AWS's administrator", "AdministratorAccess", Bad),
        ("AWS's power user", "PowerUserAccess", Good),
        ("AWS's reader", "ReadOnlyAccess", Good),
        ("another of a like name", "AdministratorAccess-Amplify", Good),
    ] {
        let mut user = with_inline("user", "u", &[]);
        details(&mut user)["AttachedManagedPolicies"] =
            json!([{"PolicyName": name, "PolicyArn": format!("arn:aws:iam::aws:policy/{name}")}]);
        expected.of("iam-user-admin", case, user, &beside, is);
    }
}

#[test]
fn chains_of_roles() {
    let role = |name: &str, trust: Value, documents: &[Value]| {
        let mut role = with_inline("role", name, documents);
        details(&mut role)["AssumeRolePolicyDocument"] = document(&trust);
        role
    };
    let trusts = |who: &str| json!([{"Effect": "Allow", "Principal": {"AWS": arn(who)}, "Action": "sts:AssumeRole"}]);
    let take = |name: &str| allow(&["sts:AssumeRole"], &arn(&format!("role/{name}")));
    let conditional = |key: Value| json!([when(trusts("root")[0].clone(), key)]);
    let with_deny = |deny: Value| json!([trusts("root")[0].clone(), deny]);
    let start = role("start", trusts("root"), &[take("end")]);
    let none = || role("start", trusts("root"), &[]);
    let two = role("start", trusts("root"), &[take("middle")]);
    let middle = || role("middle", trusts("root"), &[take("end")]);
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Vec<Value>, Is)> = vec![
        ("one step", start.clone(), vec![role("end", trusts("root"), &[all()])], Bad),
        ("two steps", two.clone(), vec![middle(), role("end", trusts("root"), &[all()])], Bad),
        ("a step by name, without permission", none(), vec![role("end", trusts("role/start"), &[all()])], Bad),
        ("no permission", none(), vec![role("end", trusts("root"), &[all()])], Good),
        ("a step to no administrator", start.clone(), vec![role("end", trusts("root"), &[allow(&["s3:*"], "*")])], Good),
        ("another account is trusted", start.clone(), vec![role("end", json!([{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "sts:AssumeRole"}]), &[all()])], Good),
        ("a service is trusted", start.clone(), vec![role("end", json!([{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]), &[all()])], Good),
        ("another role is trusted", start.clone(), vec![role("end", trusts("role/other"), &[all()])], Good),
        ("another principal's ARN is asked for", start.clone(), vec![role("end", conditional(json!({"ArnEquals": {"aws:PrincipalArn": arn("role/other")}})), &[all()])], Good),
        ("its ARN is asked for", start.clone(), vec![role("end", conditional(json!({"ArnLike": {"aws:PrincipalArn": arn("role/st*")}})), &[all()])], Bad),
        ("MFA is asked for", start.clone(), vec![role("end", conditional(json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})), &[all()])], Bad),
        ("it is denied", start.clone(), vec![role("end", with_deny(json!({"Effect": "Deny", "Principal": {"AWS": arn("role/start")}, "Action": "sts:AssumeRole"})), &[all()])], Good),
        ("another is denied", start, vec![role("end", with_deny(json!({"Effect": "Deny", "Principal": {"AWS": arn("role/other")}, "Action": "sts:AssumeRole"})), &[all()])], Bad),
        ("a ring of roles", two, vec![role("middle", trusts("root"), &[take("start")])], Good),
    ];
    let mut expected = Expectations::default();
    for (case, start, others, is) in cases {
        let beside: Vec<_> = others.iter().map(|one| resource("iam", "role", one)).collect();
        expected.of("iam-role-leads-to-admin", case, start, &beside, is);
    }
}
