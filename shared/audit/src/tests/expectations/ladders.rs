//! Ways up that are easily missed, and bars that are easily overlooked: services that a denial spares, boundaries that their
//! bearer takes off, one named administrator in reach.

use serde_json::{Value, json};

use super::power::{all, allow, arn, deny, details, managed, not, with_inline};
use super::{Bad, Expectations, Good, Is, document, resource, when};
use crate::Resource;

fn on(mut statement: Value, name: &str, value: Value) -> Value {
    for element in ["Resource", "NotResource"] {
        statement.as_object_mut().unwrap().remove(element);
    }
    statement[name] = value;
    statement
}

#[test]
fn conditions_on_permissions() {
    let passed = |operator: &str, service: Value| json!({operator: {"iam:PassedToService": service}});
    let pass = |condition: Value| when(allow(&["iam:PassRole"], "*"), condition);
    let run = || allow(&["ec2:RunInstances"], "*");
    let bound = |operator: &str| json!({operator: {"iam:PermissionsBoundary": arn("policy/bound")}});
    let writes = ["iam:PutRolePolicy", "iam:AttachRolePolicy"];
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<Value>, Is)> = vec![
        ("passing to machines", vec![json!([pass(passed("StringEquals", json!("ec2.amazonaws.com"))), run()])], Bad),
        ("passing to machines by a pattern", vec![json!([pass(passed("StringLike", json!("ec2*"))), run()])], Bad),
        ("passing to several services", vec![json!([pass(passed("StringEquals", json!(["rds.amazonaws.com", "ec2.amazonaws.com"]))), run()])], Bad),
        ("passing to all but functions", vec![json!([pass(passed("StringNotEquals", json!("lambda.amazonaws.com"))), run()])], Bad),
        ("passing to machines, and nothing to run", vec![json!([pass(passed("StringEquals", json!("ec2.amazonaws.com"))), allow(&["lambda:*"], "*")])], Good),
        ("passing to all but machines", vec![json!([pass(passed("StringNotEquals", json!("ec2.amazonaws.com"))), run()])], Good),
        ("passing denied to machines", vec![json!([allow(&["iam:PassRole"], "*"), run(), when(deny(&["iam:PassRole"]), passed("StringEquals", json!("ec2.amazonaws.com")))])], Good),
        ("passing denied to all but one other service", vec![json!([allow(&["iam:PassRole"], "*"), run(), when(deny(&["iam:PassRole"]), passed("StringNotEquals", json!("rds.amazonaws.com")))])], Good),
        ("passing denied to functions", vec![json!([allow(&["iam:PassRole"], "*"), run(), when(deny(&["iam:PassRole"]), passed("StringEquals", json!("lambda.amazonaws.com")))])], Bad),
        ("passing denied to all but machines", vec![json!([allow(&["iam:PassRole"], "*"), run(), when(deny(&["iam:PassRole"]), passed("StringNotEquals", json!("ec2.amazonaws.com")))])], Bad),
        ("passing denied but for one role", vec![json!([allow(&["iam:PassRole"], "*"), run(), on(deny(&["iam:PassRole"]), "NotResource", json!(arn("role/app")))])], Good),
        ("taking roles denied but for one", vec![json!([allow(&["sts:AssumeRole"], "*"), on(deny(&["sts:AssumeRole"]), "NotResource", json!(arn("role/readers")))])], Good),
        ("passing denied without a second factor", vec![json!([allow(&["iam:PassRole"], "*"), run(), when(deny(&["iam:PassRole"]), json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}))])], Bad),
        ("passing denied for one role", vec![json!([allow(&["iam:PassRole"], "*"), run(), on(deny(&["iam:PassRole"]), "Resource", json!(arn("role/admin")))])], Bad),
        ("writing denied outside of a boundary", vec![json!([allow(&writes, "*"), when(deny(&writes), bound("StringNotEquals"))])], Good),
        ("writing denied outside of a boundary, by its ARN", vec![json!([allow(&writes, "*"), when(deny(&writes), bound("ArnNotLike"))])], Good),
        ("writing denied outside of a boundary, by another policy", vec![allow(&writes, "*"), when(deny(&writes), bound("StringNotEquals"))], Good),
        ("writing denied under the boundary", vec![json!([allow(&writes, "*"), when(deny(&writes), bound("StringEquals"))])], Bad),
        ("half of writing denied outside of a boundary", vec![json!([allow(&writes, "*"), when(deny(&writes[..1]), bound("StringNotEquals"))])], Bad),
        ("keys denied outside of a boundary, of which keys know nothing", vec![json!([allow(&["iam:CreateAccessKey"], "*"), when(deny(&["iam:AttachUserPolicy"]), bound("StringNotEquals"))])], Bad),
        ("attaching denied but for one policy", vec![json!([allow(&["iam:AttachUserPolicy"], "*"), when(deny(&["iam:AttachUserPolicy"]), json!({"ArnNotEquals": {"iam:PolicyARN": arn("policy/readers")}}))])], Good),
        ("attaching denied but for the administrators' policy", vec![json!([allow(&["iam:AttachUserPolicy"], "*"), when(deny(&["iam:AttachUserPolicy"]), json!({"ArnNotEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}}))])], Bad),
        ("attaching all but the administrators' policy", vec![when(allow(&["iam:AttachUserPolicy"], "*"), json!({"ArnNotEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}}))], Bad),
        ("under a boundary, if there is one", vec![when(allow(&writes, "*"), bound("StringEqualsIfExists"))], Bad),
        ("not under a boundary", vec![when(allow(&writes, "*"), bound("StringNotEquals"))], Bad),
        ("a function's role changed, and its code", vec![allow(&["iam:PassRole", "lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionCode", "lambda:InvokeFunction"], "*")], Bad),
        ("IAM for users of one path by name", vec![allow(&["iam:CreateAccessKey"], &arn("user/robots/one"))], Good),
        ("all but reading denied, passing allowed elsewhere", vec![allow(&["iam:PassRole", "ec2:RunInstances"], "*"), not("Deny", &["iam:Get*", "ec2:Describe*"])], Good),
    ];
    let mut expected = Expectations::default();
    for (case, documents, is) in cases {
        for kind in ["user", "role", "group"] {
            let of = with_inline(kind, "x", &documents);
            expected.of(&format!("iam-{kind}-escalation"), case, of, &[], is);
        }
    }
}

#[test]
fn boundaries_that_come_off() {
    let beside = [
        managed("loose", &allow(&["s3:*", "iam:DeleteUserPermissionsBoundary"], "*")),
        managed("loose-on-others", &allow(&["s3:*", "iam:DeleteUserPermissionsBoundary"], &arn("user/other"))),
        managed("exchanged", &allow(&["s3:*", "iam:PutUserPermissionsBoundary"], &arn("user/*"))),
        managed(
            "fast",
            &json!([
                allow(&["s3:*", "iam:*Boundary"], "*"),
                deny(&["iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"])
            ]),
        ),
        managed("rewritten", &allow(&["s3:*", "iam:CreatePolicyVersion"], &arn("policy/rewritten"))),
    ];
    let mut expected = Expectations::default();
    for (case, documents, boundary, is) in [
        ("deleted by its bearer", vec![all()], "loose", Bad),
        ("exchanged by its bearer", vec![all()], "exchanged", Bad),
        ("rewritten by its bearer", vec![all()], "rewritten", Bad),
        ("of others deleted", vec![all()], "loose-on-others", Good),
        ("kept fast", vec![all()], "fast", Good),
        (
            "deleted, and nothing won by it",
            vec![allow(&["s3:*", "iam:DeleteUserPermissionsBoundary"], "*")],
            "loose",
            Good,
        ),
        ("not deleted for want of the permission", vec![allow(&["iam:CreateAccessKey"], "*")], "loose", Good),
        (
            "deleted, and a way won by it",
            vec![allow(&["iam:CreateAccessKey", "iam:DeleteUserPermissionsBoundary"], "*")],
            "loose",
            Bad,
        ),
    ] {
        let mut user = with_inline("user", "u", &documents);
        details(&mut user)["PermissionsBoundary"] =
            json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn(&format!("policy/{boundary}"))});
        expected.of("iam-user-escalation", case, user, &beside, is);
    }
}

#[test]
fn one_named_administrator() {
    let trust = |service: &str| {
        document(&json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}))
    };
    let role = |name: &str, documents: &[Value]| {
        let mut role = with_inline("role", name, documents);
        details(&mut role)["AssumeRolePolicyDocument"] = trust("ec2.amazonaws.com");
        resource("iam", "role", &role)
    };
    let beside: Vec<Resource> = vec![
        role("admin", &[all()]),
        role("app", &[allow(&["s3:*"], "*")]),
        resource("iam", "user", &with_inline("user", "root2", &[all()])),
        resource("iam", "user", &with_inline("user", "robot", &[allow(&["s3:*"], "*")])),
        resource("iam", "group", &with_inline("group", "admins", &[all()])),
        resource("iam", "group", &with_inline("group", "readers", &[allow(&["s3:Get*"], "*")])),
    ];
    let with_run = |role: &str| {
        json!([allow(&["iam:PassRole"], &arn(&format!("role/{role}"))), allow(&["ec2:RunInstances"], "*")])
    };
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Is)> = vec![
        ("passing the administrators' role to a machine", with_run("admin"), Bad),
        ("passing an ordinary role to a machine", with_run("app"), Good),
        ("passing the administrators' role, and nothing that runs", allow(&["iam:PassRole"], &arn("role/admin")), Good),
        ("passing the administrators' role, denied", json!([with_run("admin")[0].clone(), with_run("admin")[1].clone(), deny(&["iam:PassRole"])]), Good),
        ("passing the administrators' role to a function, which it does not trust", json!([allow(&["iam:PassRole"], &arn("role/admin")), allow(&["lambda:CreateFunction", "lambda:InvokeFunction"], "*")]), Good),
        ("the administrators' group", allow(&["iam:AddUserToGroup"], &arn("group/admins")), Bad),
        ("the readers' group", allow(&["iam:AddUserToGroup"], &arn("group/readers")), Good),
        ("an administrator's keys", allow(&["iam:CreateAccessKey"], &arn("user/root2")), Bad),
        ("an administrator's first password", allow(&["iam:CreateLoginProfile"], &arn("user/root2")), Bad),
        ("an administrator's password", allow(&["iam:UpdateLoginProfile"], &arn("user/root2")), Bad),
        ("a robot's keys", allow(&["iam:CreateAccessKey"], &arn("user/robot")), Good),
        ("who becomes the administrators' role", allow(&["iam:UpdateAssumeRolePolicy"], &arn("role/admin")), Bad),
        ("who becomes an ordinary role", allow(&["iam:UpdateAssumeRolePolicy"], &arn("role/app")), Good),
        ("an administrator's keys, denied", json!([allow(&["iam:CreateAccessKey"], &arn("user/root2")), deny(&["iam:Create*"])]), Good),
    ];
    let mut expected = Expectations::default();
    for (case, statements, is) in cases {
        expected.of(
            "iam-user-escalation",
            case,
            with_inline("user", "u", std::slice::from_ref(&statements)),
            &beside,
            is,
        );
        expected.of("iam-role-escalation", case, with_inline("role", "r", &[statements]), &beside, is);
    }
}
