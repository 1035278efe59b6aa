//! Who may become a role.

use serde_json::{Value, json};

use super::{Expectations, Good, HOME, Is, ORGANIZATION, OTHER, document, text, when};

const GITHUB: &str = "token.actions.githubusercontent.com";
const GITLAB: &str = "gitlab.com";
const CLUSTER: &str = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
const POOL: &str = "cognito-identity.amazonaws.com";

const CHECKS: [(char, &str); 3] = [
    ('e', "iam-role-open-to-everyone"),
    ('f', "iam-role-federation-without-subject"),
    ('a', "iam-role-cross-account-without-external-id"),
];

pub(super) fn may(principal: Value, action: &str) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": action})
}

pub(super) fn assume(principal: Value) -> Value {
    may(principal, "sts:AssumeRole")
}

pub(super) fn token(provider: &str, conditions: Value) -> Value {
    let name = if provider == POOL { POOL.to_owned() } else { format!("arn:aws:iam::{HOME}:oidc-provider/{provider}") };
    when(may(json!({"Federated": name}), "sts:AssumeRoleWithWebIdentity"), conditions)
}

fn sub(provider: &str, operator: &str, value: Value) -> Value {
    json!({operator: {format!("{provider}:sub"): value}, "StringEquals": {format!("{provider}:aud"): "sts.amazonaws.com"}})
}

/// `operator` is not `StringEquals`, which the audience has.
pub(super) fn like(provider: &str, value: Value) -> Value {
    token(provider, sub(provider, "StringLike", value))
}

#[test]
fn who_may_become_a_role() {
    let everyone = || assume(json!("*"));
    let only = |operator: &str, key: &str, value: Value| when(everyone(), json!({operator: {key: value}}));
    let root = || json!({"AWS": format!("arn:aws:iam::{OTHER}:root")});
    let saml = || json!({"Federated": format!("arn:aws:iam::{HOME}:saml-provider/corp")});
    let github = |conditions: Value| token(GITHUB, conditions);
    let audience = || json!({"StringEquals": {format!("{GITHUB}:aud"): "sts.amazonaws.com"}});
    let outside = |operator: &str, key: &str, value: Value| json!([everyone(), {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {operator: {key: value}}}]);
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, &str)> = vec![
        ("everyone", everyone(), "e"),
        ("everyone as an AWS principal", assume(json!({"AWS": "*"})), "e"),
        ("everyone beside others", assume(json!({"AWS": [HOME, "*"]})), "e"),
        ("everyone by a pattern of actions", may(json!("*"), "sts:*"), "e"),
        ("everyone by every action", may(json!({"AWS": "*"}), "*"), "e"),
        ("all but one", json!({"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}, "Action": "sts:AssumeRole"}), "e"),
        ("everyone in the second statement", json!([assume(json!({"Service": "ec2.amazonaws.com"})), everyone()]), "e"),
        ("everyone with MFA", only("Bool", "aws:MultiFactorAuthPresent", json!("true")), "e"),
        ("everyone with an external id", only("StringEquals", "sts:ExternalId", json!("c7a1")), "e"),
        ("everyone with a name", only("ArnLike", "aws:PrincipalArn", json!("arn:aws:iam::*:role/admin")), "e"),
        ("everyone but one account", only("StringNotEquals", "aws:PrincipalAccount", json!(OTHER)), "e"),
        ("everyone from anywhere", only("IpAddress", "aws:SourceIp", json!(["0.0.0.0/1", "128.0.0.0/1"])), "e"),
        ("any organization", only("StringLike", "aws:PrincipalOrgID", json!("o-*")), "e"),
        ("an organization, if there is one", only("StringEqualsIfExists", "aws:PrincipalOrgID", json!(ORGANIZATION)), "e"),
        ("one organization", only("StringEquals", "aws:PrincipalOrgID", json!(ORGANIZATION)), ""),
        ("one account", only("StringEquals", "aws:PrincipalAccount", json!(HOME)), ""),
        ("roles of the account", only("ArnLike", "aws:PrincipalArn", json!(format!("arn:aws:iam::{HOME}:role/*"))), ""),
        ("one network", only("IpAddress", "aws:SourceIp", json!("203.0.113.0/24")), ""),
        ("denied outside of the account", outside("StringNotEquals", "aws:PrincipalAccount", json!(HOME)), ""),
        ("denied outside of the organization", outside("StringNotEquals", "aws:PrincipalOrgID", json!(ORGANIZATION)), ""),
        ("denied outside of everywhere", outside("NotIpAddress", "aws:SourceIp", json!("0.0.0.0/0")), "e"),
        ("denied without MFA", outside("BoolIfExists", "aws:MultiFactorAuthPresent", json!("false")), "e"),
        ("denied again", json!([everyone(), {"Effect": "Deny", "Principal": "*", "Action": "sts:*"}]), ""),
        ("everyone may tag the session alone", may(json!("*"), "sts:TagSession"), ""),
        ("its own account", assume(json!({"AWS": format!("arn:aws:iam::{HOME}:root")})), ""),
        ("its own role", assume(json!({"AWS": format!("arn:aws:iam::{HOME}:role/ci")})), ""),
        ("a service", assume(json!({"Service": "ec2.amazonaws.com"})), ""),
        ("another account", assume(root()), "a"),
        ("another account by number", assume(json!({"AWS": OTHER})), "a"),
        ("another account's role", assume(json!({"AWS": format!("arn:aws:iam::{OTHER}:role/x")})), "a"),
        ("another account and its own", assume(json!({"AWS": [HOME, OTHER]})), "a"),
        ("another account with an external id", when(assume(root()), json!({"StringEquals": {"sts:ExternalId": "c7a1"}})), ""),
        ("another account with one of two external ids", when(assume(root()), json!({"StringEquals": {"sts:ExternalId": ["c7a1", "d8b2"]}})), ""),
        ("another account with any external id", when(assume(root()), json!({"StringLike": {"sts:ExternalId": "*"}})), "a"),
        ("another account with an external id, if there is one", when(assume(root()), json!({"StringEqualsIfExists": {"sts:ExternalId": "c7a1"}})), "a"),
        ("another account without one external id", when(assume(root()), json!({"StringNotEquals": {"sts:ExternalId": "c7a1"}})), "a"),
        ("another account with TLS", when(assume(root()), json!({"Bool": {"aws:SecureTransport": "true"}})), "a"),
        ("another account with MFA", when(assume(root()), json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})), ""),
        ("another account, denied again", json!([assume(root()), {"Effect": "Deny", "Principal": {"AWS": OTHER}, "Action": "sts:AssumeRole"}]), ""),
        ("GitHub, anybody", github(json!({})), "f"),
        ("GitHub by the audience", github(audience()), "f"),
        ("GitHub, any subject", like(GITHUB, json!("*")), "f"),
        ("GitHub, any repository", like(GITHUB, json!("repo:*")), "f"),
        ("GitHub, any owner", like(GITHUB, json!("repo:*/app:*")), "f"),
        ("GitHub, an owner that begins so", like(GITHUB, json!("repo:acme*")), "f"),
        ("GitHub, anybody's branch", like(GITHUB, json!("repo:*:ref:refs/heads/main")), "f"),
        ("GitHub, ours or anybody", like(GITHUB, json!(["repo:acme/app:*", "repo:*"])), "f"),
        ("GitHub, not one repository", token(GITHUB, json!({"StringNotLike": {format!("{GITHUB}:sub"): "repo:evil/*"}})), "f"),
        ("GitHub by who acts", token(GITHUB, json!({"StringEquals": {format!("{GITHUB}:actor"): "alice"}})), "f"),
        ("GitHub, one repository", like(GITHUB, json!("repo:acme/app:*")), ""),
        ("GitHub, one owner", like(GITHUB, json!("repo:acme/*")), ""),
        ("GitHub, one branch", github(json!({"StringEquals": {format!("{GITHUB}:sub"): "repo:acme/app:ref:refs/heads/main"}})), ""),
        ("GitHub, one environment", github(json!({"StringEquals": {format!("{GITHUB}:sub"): "repo:acme/app:environment:prod", format!("{GITHUB}:aud"): "sts.amazonaws.com"}})), ""),
        ("GitHub, one owner by its number", github(json!({"StringEquals": {format!("{GITHUB}:repository_owner_id"): "1234567"}})), ""),
        ("GitHub, ours or others of ours", like(GITHUB, json!(["repo:acme/app:*", "repo:acme-labs/*"])), ""),
        ("GitLab, any project", like(GITLAB, json!("project_path:*")), "f"),
        ("GitLab, one group", like(GITLAB, json!("project_path:acme/*:ref_type:branch:ref:main")), ""),
        ("any identity pool", token(POOL, json!({})), "f"),
        ("any identity pool's users", token(POOL, json!({"ForAnyValue:StringLike": {format!("{POOL}:amr"): "authenticated"}})), "f"),
        ("any identity pool's guests", token(POOL, json!({"ForAnyValue:StringLike": {format!("{POOL}:amr"): "unauthenticated"}})), "f"),
        ("one identity pool", token(POOL, json!({"StringEquals": {format!("{POOL}:aud"): "eu-west-1:11111111-2222-3333-4444-555555555555"}, "ForAnyValue:StringLike": {format!("{POOL}:amr"): "authenticated"}})), ""),
        ("SAML without audience", may(saml(), "sts:AssumeRoleWithSAML"), "f"),
        ("SAML with any audience", when(may(saml(), "sts:AssumeRoleWithSAML"), json!({"StringLike": {"SAML:aud": "*"}})), "f"),
        ("SAML", when(may(saml(), "sts:AssumeRoleWithSAML"), json!({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}})), ""),
        ("pods, any", token(CLUSTER, json!({})), "f"),
        ("pods by the audience", token(CLUSTER, json!({"StringEquals": {format!("{CLUSTER}:aud"): "sts.amazonaws.com"}})), "f"),
        ("pods, any subject", like(CLUSTER, json!("*")), "f"),
        ("pods, any service account", like(CLUSTER, json!("system:serviceaccount:*")), "f"),
        ("pods of one service account", token(CLUSTER, json!({"StringEquals": {format!("{CLUSTER}:sub"): "system:serviceaccount:app:web", format!("{CLUSTER}:aud"): "sts.amazonaws.com"}})), ""),
        ("pods of one namespace", like(CLUSTER, json!("system:serviceaccount:app:*")), ""),
        ("a provider of its own by the audience", token("login.example.com", json!({"StringEquals": {"login.example.com:aud": "aws"}})), ""),
        ("a provider of its own, anybody", token("login.example.com", json!({})), "f"),
        ("federation that nobody takes", may(json!({"Federated": format!("arn:aws:iam::{HOME}:oidc-provider/{GITHUB}")}), "sts:TagSession"), ""),
    ];
    hold(&cases);
    let mut expected = Expectations::default();
    let linked = json!({"arn": format!("arn:aws:iam::{HOME}:role/aws-service-role/x.amazonaws.com/X"), "facts": {"GetAccountAuthorizationDetails": {"AssumeRolePolicyDocument": document(&everyone())}}});
    expected.of("iam-role-open-to-everyone", "a service's own role", linked, &[], Good);
}

/// Asks each check of roles of each of the cases: a case's letters are the checks that fail.
pub(super) fn hold(cases: &[(&str, Value, &str)]) {
    let mut expected = Expectations::default();
    for (case, statements, letters) in cases {
        // As JSON, as a file has it, and as AWS tells it.
        let encoded = text(statements).replace('%', "%25").replace('"', "%22").replace('{', "%7B").replace('}', "%7D");
        for document in [document(statements), text(statements).into(), encoded.into()] {
            let facts = json!({"GetAccountAuthorizationDetails": {"AssumeRolePolicyDocument": document}});
            for (letter, check) in CHECKS {
                let is = if letters.contains(letter) { Is::Bad } else { Good };
                expected.of(check, case, facts.clone(), &[], is);
            }
        }
    }
}
