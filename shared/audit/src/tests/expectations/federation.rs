//! Trust that is easily misread: what a caller chooses itself, second factors that nobody needs, providers whose tenants
//! look alike.

use serde_json::{Value, json};

use super::trust::{assume, hold, like, may, token};
use super::{HOME, ORGANIZATION, OTHER, when};

fn other(conditions: Value) -> Value {
    when(assume(json!({"AWS": format!("arn:aws:iam::{OTHER}:root")})), conditions)
}

#[test]
fn another_account() {
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, &str)> = vec![
        ("of the organization", other(json!({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}})), ""),
        ("from one network", other(json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})), ""),
        ("with a second factor of the last hour", other(json!({"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}})), ""),
        ("with a second factor and TLS", other(json!({"Bool": {"aws:MultiFactorAuthPresent": "true", "aws:SecureTransport": "true"}})), ""),
        ("with an external id and a second factor", other(json!({"StringEquals": {"sts:ExternalId": "c7a1"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}})), ""),
        ("with an external id by an exact pattern", other(json!({"StringLike": {"sts:ExternalId": "c7a1"}})), ""),
        ("two accounts, each with its external id", json!([other(json!({"StringEquals": {"sts:ExternalId": "c7a1"}})), when(assume(json!({"AWS": "777788889999"})), json!({"StringEquals": {"sts:ExternalId": "d8b2"}}))]), ""),
        ("denied without an external id", json!([other(json!({})), {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"StringNotEquals": {"sts:ExternalId": "c7a1"}}}]), ""),
        ("a second factor, if it is known", other(json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}})), "a"),
        ("no second factor", other(json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}})), "a"),
        ("whether there is word of a second factor", other(json!({"Null": {"aws:MultiFactorAuthPresent": "false"}})), "a"),
        ("a second factor of the last hour, if there is one", other(json!({"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}})), "a"),
        ("by the name of the session, which it chooses", other(json!({"StringEquals": {"sts:RoleSessionName": "deploy"}})), "a"),
        ("by a tag that it brings", other(json!({"StringEquals": {"aws:RequestTag/team": "data"}})), "a"),
        ("by a source identity that it sets", other(json!({"StringLike": {"sts:SourceIdentity": "*"}})), "a"),
        ("in one region", other(json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})), "a"),
        ("with whatever external id there is", other(json!({"Null": {"sts:ExternalId": "false"}})), "a"),
        ("with an external id that ends so", other(json!({"StringLike": {"sts:ExternalId": "*-prod"}})), "a"),
        ("with an external id or any", other(json!({"StringLike": {"sts:ExternalId": ["c7a1", "*"]}})), "a"),
        ("with all external ids, of which there may be none", other(json!({"ForAllValues:StringEquals": {"sts:ExternalId": "c7a1"}})), "a"),
        ("one of two accounts without an external id", json!([other(json!({"StringEquals": {"sts:ExternalId": "c7a1"}})), assume(json!({"AWS": "777788889999"}))]), "a"),
        ("from anywhere", other(json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})), "a"),
        ("its role by name", assume(json!({"AWS": format!("arn:aws:iam::{OTHER}:role/ci")})), "a"),
        ("everyone who is a role of another account", when(assume(json!("*")), json!({"ArnLike": {"aws:PrincipalArn": format!("arn:aws:iam::{OTHER}:role/*")}})), "a"),
        ("everyone in another account, with an external id", when(assume(json!("*")), json!({"StringEquals": {"aws:PrincipalAccount": OTHER, "sts:ExternalId": "c7a1"}})), ""),
        ("everyone, and an organization if there is one", when(assume(json!("*")), json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION}, "Bool": {"aws:MultiFactorAuthPresent": "true"}})), "e"),
        ("everyone, all but services", when(assume(json!("*")), json!({"Bool": {"aws:PrincipalIsAWSService": "false"}})), "e"),
    ];
    hold(&cases);
}

#[test]
fn providers() {
    let github = "token.actions.githubusercontent.com";
    let terraform = "app.terraform.io";
    let gitlab = "gitlab.com";
    let cluster = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    let other_cluster = "oidc.eks.us-east-1.amazonaws.com/id/AAAA456789ABCDEF0123456789ABCDEF";
    let pool = "cognito-identity.amazonaws.com";
    let only = |provider: &str, operator: &str, claim: &str, value: Value| {
        token(provider, json!({operator: {format!("{provider}:{claim}"): value}}))
    };
    let saml = |conditions: Value| {
        when(
            may(json!({"Federated": format!("arn:aws:iam::{HOME}:saml-provider/corp")}), "sts:AssumeRoleWithSAML"),
            conditions,
        )
    };
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, &str)> = vec![
        ("GitHub, pull requests of one repository", only(github, "StringEquals", "sub", json!("repo:acme/app:pull_request")), ""),
        ("GitHub, an owner's repositories on one branch", like(github, json!("repo:acme/*:ref:refs/heads/main")), ""),
        ("GitHub, repositories of one owner that begin so", like(github, json!("repo:acme/app-*:*")), ""),
        ("GitHub, a workflow of one repository", only(github, "StringLike", "job_workflow_ref", json!("acme/flows/.github/workflows/deploy.yml@*")), ""),
        ("GitHub, one repository by its number", only(github, "StringEquals", "repository_id", json!("123456789")), ""),
        ("GitHub, one repository or one owner", like(github, json!(["repo:acme/app:ref:refs/heads/main", "repo:acme-labs/tools:environment:prod"])), ""),
        ("GitHub, one owner and one branch", token(github, json!({"StringEquals": {format!("{github}:repository_owner"): "acme", format!("{github}:ref"): "refs/heads/main"}})), ""),
        ("GitHub, one repository and another without", json!([like(github, json!("repo:acme/app:*")), token(github, json!({"StringEquals": {format!("{github}:aud"): "sts.amazonaws.com"}}))]), "f"),
        ("GitHub, one branch of anybody", only(github, "StringEquals", "ref", json!("refs/heads/main")), "f"),
        ("GitHub, one environment of anybody", only(github, "StringEquals", "environment", json!("prod")), "f"),
        ("GitHub, anybody's repository of a name", like(github, json!("repo:*/app:ref:refs/heads/main")), "f"),
        ("GitHub, an owner with one letter left open", like(github, json!("repo:?cme/app:*")), "f"),
        ("GitHub, an owner that ends so", like(github, json!("repo:*acme/app:*")), "f"),
        ("GitHub, whatever says acme", like(github, json!("*acme/app*")), "f"),
        ("GitHub, where there is a subject", only(github, "Null", "sub", json!("false")), "f"),
        ("GitHub, one owner if it says so", only(github, "StringEqualsIfExists", "repository_owner", json!("acme")), "f"),
        ("GitHub, not pull requests", token(github, json!({"StringNotLike": {format!("{github}:sub"): "repo:*:pull_request"}, "StringEquals": {format!("{github}:aud"): "sts.amazonaws.com"}})), "f"),
        ("GitHub, a workflow of anybody's", only(github, "StringLike", "job_workflow_ref", json!("*/.github/workflows/deploy.yml@refs/heads/main")), "f"),
        ("Terraform Cloud, one workspace", only(terraform, "StringLike", "sub", json!("organization:acme:project:web:workspace:prod:run_phase:*")), ""),
        ("Terraform Cloud, one organization", only(terraform, "StringLike", "sub", json!("organization:acme:project:*:workspace:*:run_phase:*")), ""),
        ("Terraform Cloud by the audience", only(terraform, "StringEquals", "aud", json!("aws.workload.identity")), "f"),
        ("Terraform Cloud, any organization's workspace", only(terraform, "StringLike", "sub", json!("organization:*:project:web:workspace:prod:run_phase:*")), "f"),
        ("Terraform Cloud, organizations that begin so", only(terraform, "StringLike", "sub", json!("organization:acme*")), "f"),
        ("GitLab, one project", only(gitlab, "StringLike", "sub", json!("project_path:acme/app:ref_type:branch:ref:*")), ""),
        ("GitLab by the audience", only(gitlab, "StringEquals", "aud", json!("https://gitlab.com")), "f"),
        ("GitLab, any project's main branch", only(gitlab, "StringLike", "sub", json!("project_path:*:ref_type:branch:ref:main")), "f"),
        ("GitLab, groups that begin so", only(gitlab, "StringLike", "sub", json!("project_path:acme*")), "f"),
        ("pods of one namespace that begin so", like(cluster, json!("system:serviceaccount:app:web-*")), ""),
        ("pods of two clusters, each named", json!([like(cluster, json!("system:serviceaccount:app:web")), like(other_cluster, json!("system:serviceaccount:app:web"))]), ""),
        ("pods of two clusters, one of them any", json!([like(cluster, json!("system:serviceaccount:app:web")), token(other_cluster, json!({}))]), "f"),
        ("pods of a name in any namespace", like(cluster, json!("system:serviceaccount:*:web")), "f"),
        ("pods of namespaces that begin so", like(cluster, json!("system:serviceaccount:app-*:web")), "f"),
        ("pods that are not one", token(cluster, json!({"StringNotEquals": {format!("{cluster}:sub"): "system:serviceaccount:app:web"}})), "f"),
        ("pods by another cluster's subject", token(cluster, json!({"StringEquals": {format!("{other_cluster}:sub"): "system:serviceaccount:app:web"}})), "f"),
        ("one identity pool of two", only(pool, "StringEquals", "aud", json!(["eu-west-1:11111111-2222-3333-4444-555555555555", "eu-west-1:21111111-2222-3333-4444-555555555555"])), ""),
        ("identity pools of a region", only(pool, "StringLike", "aud", json!("eu-west-1:*")), "f"),
        ("not one identity pool", only(pool, "StringNotEquals", "aud", json!("eu-west-1:11111111-2222-3333-4444-555555555555")), "f"),
        ("SAML in another partition", saml(json!({"StringEquals": {"SAML:aud": "https://signin.amazonaws.cn/saml"}})), ""),
        ("SAML by the audience and a department", saml(json!({"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml", "saml:edupersonaffiliation": "staff"}})), ""),
        ("SAML with an audience of any host", saml(json!({"StringLike": {"SAML:aud": "https://*"}})), "f"),
        ("SAML without one audience", saml(json!({"StringNotEquals": {"SAML:aud": "https://example.com"}})), "f"),
        ("SAML where there is an audience", saml(json!({"Null": {"SAML:aud": "false"}})), "f"),
        ("any provider", may(json!({"Federated": "*"}), "sts:AssumeRoleWithWebIdentity"), "e"),
    ];
    hold(&cases);
}
