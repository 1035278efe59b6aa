use serde_json::{Value, json};

use super::*;

const HOME: Home<'_> = Home { partition: "aws", account: "111122223333" };

fn trust(statements: Value) -> Vec<String> {
    let policy = Policy::from_value(&Value::from_iter([("Statement", statements)])).unwrap();
    policy.trust(&HOME).iter().map(ToString::to_string).collect()
}

fn allow(principal: Value, action: &str, condition: Value) -> Value {
    let (effect, action) = (Value::from("Allow"), Value::from(action));
    Value::from_iter([("Effect", effect), ("Principal", principal), ("Action", action), ("Condition", condition)])
}

fn aws(principal: &str, condition: Value) -> Vec<String> {
    trust(allow(json!({ "AWS": principal }), "sts:AssumeRole", condition))
}

fn oidc(issuer: &str, condition: Value) -> Vec<String> {
    let provider = format!("arn:aws:iam::111122223333:oidc-provider/{issuer}");
    trust(allow(json!({ "Federated": provider }), "sts:AssumeRoleWithWebIdentity", condition))
}

const NOBODY: [&str; 0] = [];

#[test]
fn accounts() {
    assert_eq!(aws("111122223333", json!({})), NOBODY);
    assert_eq!(aws("arn:aws:iam::111122223333:role/app", json!({})), NOBODY);
    let bare = "account `444455556666`, without an external id (statement 1)";
    assert_eq!(aws("444455556666", json!({})), [bare]);
    assert_eq!(aws("arn:aws:sts::444455556666:assumed-role/r/s", json!({})), [bare]);
    for (condition, want) in [
        (
            json!({ "StringEquals": { "sts:ExternalId": "f3a1" } }),
            "account `444455556666`, with an external id (statement 1)",
        ),
        (json!({ "StringLike": { "sts:ExternalId": "*" } }), bare),
        (json!({ "StringEqualsIfExists": { "sts:ExternalId": "f3a1" } }), bare),
        (json!({ "StringNotEquals": { "sts:ExternalId": "f3a1" } }), bare),
        (
            json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }),
            "account `444455556666`, without an external id, under a condition (statement 1)",
        ),
    ] {
        assert_eq!(aws("444455556666", condition.clone()), [want], "{condition}");
    }
}

#[test]
fn two_of_an_account_are_one() {
    let two = json!({ "AWS": ["444455556666", "777788889999", "arn:aws:iam::444455556666:role/a"] });
    assert_eq!(trust(allow(two, "sts:AssumeRole", json!({}))).len(), 2);
}

#[test]
fn everyone() {
    assert_eq!(aws("*", json!({})), ["everyone (statement 1)"]);
    assert_eq!(trust(allow(json!("*"), "sts:*", json!({}))), ["everyone (statement 1)"]);
    assert_eq!(aws("*", json!({ "StringEquals": { "aws:PrincipalAccount": "111122223333" } })), NOBODY);
    let of_org = json!({ "StringEquals": { "aws:PrincipalOrgID": "o-acme123456" } });
    assert_eq!(aws("*", of_org), ["organization `o-acme123456` (statement 1)"]);
    let arn = json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:iam::444455556666:role/*" } });
    assert_eq!(aws("*", arn), ["account `444455556666`, without an external id (statement 1)"]);
}

#[test]
fn only_what_assumes_the_role_counts() {
    for action in ["sts:TagSession", "sts:SetSourceIdentity", "sts:GetCallerIdentity", "s3:*"] {
        assert_eq!(trust(allow(json!("*"), action, json!({}))), NOBODY, "{action}");
    }
    // An account cannot come with a token, nor a provider without one.
    let account = json!({ "AWS": "444455556666" });
    assert_eq!(trust(allow(account, "sts:AssumeRoleWithSAML", json!({}))), NOBODY);
    let github = json!({ "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" });
    assert_eq!(trust(allow(github, "sts:AssumeRole", json!({}))), NOBODY);
}

#[test]
fn services() {
    let service = |name: &str, condition: Value| trust(allow(json!({ "Service": name }), "sts:AssumeRole", condition));
    for name in ["ec2.amazonaws.com", "lambda.amazonaws.com", "pods.eks.amazonaws.com"] {
        assert_eq!(service(name, json!({})), NOBODY, "{name}");
    }
    let bare = "the service `rolesanywhere.amazonaws.com` on anyone's behalf, where no condition on `aws:SourceArn` \
                names a trust anchor (statement 1)";
    assert_eq!(service("rolesanywhere.amazonaws.com", json!({})), [bare]);
    let anchor = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/1";
    for condition in [
        json!({ "ArnEquals": { "aws:SourceArn": anchor } }),
        json!({ "StringEquals": { "aws:PrincipalTag/x509Subject/CN": "build-1" } }),
    ] {
        assert_eq!(service("rolesanywhere.amazonaws.com", condition.clone()), NOBODY, "{condition}");
    }
}

#[test]
fn github_needs_a_tenant() {
    let issuer = "token.actions.githubusercontent.com";
    let lacks = "the identity provider `token.actions.githubusercontent.com`, where no condition fixes \
                 `token.actions.githubusercontent.com:sub` (statement 1)";
    let claim = |operator: &str, claim: &str, value: Value| {
        oidc(
            issuer,
            json!({ "StringEquals": { format!("{issuer}:aud"): "sts.amazonaws.com" },
                             operator: { format!("{issuer}:{claim}"): value } }),
        )
    };
    for safe in [
        json!("repo:octo-org/app:ref:refs/heads/main"),
        json!("repo:octo-org/*"),
        json!("repo:octo-org/app:*"),
        json!(["repo:octo-org/a:*", "repo:octo-org/b:*"]),
        json!("repository_owner:octo-org:*"),
    ] {
        assert_eq!(claim("StringLike", "sub", safe.clone()), NOBODY, "{safe}");
    }
    for open in [
        json!("*"),
        json!("repo:*"),
        json!("repo:octo*"),
        json!("repo:*/app:*"),
        json!("repo:*:ref:refs/heads/main"),
        json!("ref:refs/heads/main"),
        json!(["repo:octo-org/app:*", "repo:*"]),
        json!([]),
    ] {
        assert_eq!(claim("StringLike", "sub", open.clone()), [lacks], "{open}");
    }
    assert_eq!(claim("StringNotLike", "sub", json!("repo:octo-org/*")), [lacks]);
    assert_eq!(claim("StringEquals", "repository", json!("octo-org/app")), NOBODY);
    assert_eq!(claim("StringEquals", "repository_owner_id", json!("65")), NOBODY);
    assert_eq!(claim("StringEquals", "ref", json!("refs/heads/main")), [lacks]);
    assert_eq!(claim("StringEqualsIfExists", "repository", json!("octo-org/app")), [lacks]);
    // The claim of another provider.
    let other = json!({ "StringEquals": { "example.com:sub": "repo:octo-org/app" } });
    assert_eq!(oidc(issuer, other).len(), 1);
}

#[test]
fn other_providers_that_many_share() {
    for (issuer, claim, safe, open) in [
        ("gitlab.com", "sub", "project_path:acme/*:ref_type:branch:ref:main", "project_path:*"),
        ("app.terraform.io", "sub", "organization:acme:*", "organization:*:project:x"),
        ("agent.buildkite.com", "sub", "organization:acme:pipeline:app:*", "organization:a*"),
        ("api.pulumi.com/oidc", "aud", "aws:acme", "aws:*"),
        ("oidc.vercel.com", "aud", "https://vercel.com/acme", "https://vercel.com/*"),
    ] {
        let with = |value: &str| oidc(issuer, json!({ "StringLike": { format!("{issuer}:{claim}"): value } }));
        assert_eq!(with(safe), NOBODY, "{safe}");
        assert_eq!(with(open).len(), 1, "{open}");
        assert!(oidc(issuer, json!({}))[0].contains(&format!("`{issuer}:{claim}`")));
    }
}

#[test]
fn providers_without_an_arn() {
    let with = |name: &str, condition: Value| {
        trust(allow(json!({ "Federated": name }), "sts:AssumeRoleWithWebIdentity", condition))
    };
    let pool = json!({ "StringEquals": { "cognito-identity.amazonaws.com:aud": "eu-west-1:pool-1" },
                       "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" } });
    assert_eq!(with("cognito-identity.amazonaws.com", pool), NOBODY);
    let any_pool = json!({ "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" } });
    assert_eq!(
        with("cognito-identity.amazonaws.com", any_pool),
        ["the identity provider `cognito-identity.amazonaws.com`, where no condition fixes \
          `cognito-identity.amazonaws.com:aud` (statement 1)"]
    );
    assert_eq!(with("www.amazon.com", json!({ "StringEquals": { "www.amazon.com:app_id": "amzn1.app.1" } })), NOBODY);
    assert_eq!(with("graph.facebook.com", json!({})).len(), 1);
}

#[test]
fn a_private_provider_needs_one_claim() {
    let issuer = "oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF0123456789";
    let fixed =
        |claim: &str, value: &str| oidc(issuer, json!({ "StringLike": { format!("{issuer}:{claim}"): value } }));
    assert_eq!(fixed("sub", "system:serviceaccount:shop:*"), NOBODY);
    assert_eq!(fixed("aud", "sts.amazonaws.com"), NOBODY);
    assert_eq!(fixed("sub", "*").len(), 1);
    assert_eq!(fixed("iss", issuer).len(), 1);
    assert_eq!(oidc(issuer, json!({})).len(), 1);
}

#[test]
fn saml() {
    let with = |account: &str, condition: Value| {
        let provider = format!("arn:aws:iam::{account}:saml-provider/office");
        trust(allow(json!({ "Federated": provider }), "sts:AssumeRoleWithSAML", condition))
    };
    let audience = json!({ "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml" } });
    assert_eq!(with("111122223333", audience.clone()), NOBODY);
    assert_eq!(
        with("111122223333", json!({})),
        [
            "the identity provider `arn:aws:iam::111122223333:saml-provider/office`, where no condition fixes `SAML:aud` \
          (statement 1)"
        ]
    );
    assert_eq!(
        with("444455556666", audience),
        [
            "the identity provider `arn:aws:iam::444455556666:saml-provider/office`, where it belongs to another account \
          (statement 1)"
        ]
    );
}

#[test]
fn a_deny_counts() {
    let open = || allow(json!({ "AWS": "*" }), "sts:AssumeRole", json!({}));
    let deny =
        |condition: Value| json!({ "Effect": "Deny", "Principal": "*", "Action": "sts:*", "Condition": condition });
    assert_eq!(trust(json!([open(), deny(json!({}))])), NOBODY);
    let by_org = json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-acme123456" } });
    assert_eq!(trust(json!([open(), deny(by_org)])), ["organization `o-acme123456` (statement 1)"]);
    let mfa = json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } });
    assert_eq!(trust(json!([deny(mfa), open()])), ["everyone (statement 2)"]);
}
