//! Secrets where they should not be: in the environment of functions, in user data, in outputs of stacks.
//!
//! An inventory holds no secrets: the collector replaces a value by [`redacted`], which says what was found in it. A
//! check reads that back by [`found_in`], or looks itself where an inventory of somebody else's holds the value.

/// How a value that was looked at begins.
const MARK: &str = "looked at: ";

/// What stands in the inventory in place of a value.
#[must_use]
pub fn redacted(name: &str, value: &str) -> String {
    match kind_of(name, value) {
        Some(kind) => format!("{MARK}{kind}"),
        None => format!("{MARK}nothing found"),
    }
}

/// What was found in a value, where something was.
#[must_use]
pub fn found_in(name: &str, value: &str) -> Option<String> {
    match value.strip_prefix(MARK) {
        Some("nothing found") => None,
        Some(kind) => Some(kind.to_owned()),
        None => kind_of(name, value).map(str::to_owned),
    }
}

/// Prefixes of keys that say what they are, and how many characters follow at least.
const PREFIXES: [(&str, usize, &str); 18] = [
    ("AKIA", 16, "an AWS access key id"),
    ("ASIA", 16, "an AWS session's key id"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("github_pat_", 40, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("sk_live_", 20, "a Stripe key"),
    ("rk_live_", 20, "a Stripe key"),
    ("SG.", 40, "a SendGrid key"),
    ("AIza", 35, "a Google API key"),
    ("npm_", 36, "an npm token"),
    ("dop_v1_", 40, "a DigitalOcean token"),
    ("hvs.", 24, "a Vault token"),
    ("sk-ant-", 32, "an Anthropic key"),
    ("eyJhbGciOi", 40, "a signed web token"),
];

/// Parts of a name that say that the value is a secret.
const NAMES: [&str; 16] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "api_key",
    "apikey",
    "access_key",
    "accesskey",
    "private_key",
    "privatekey",
    "auth_token",
    "access_token",
    "client_secret",
    "credentials",
    "db_pass",
    "encryption_key",
];

fn kind_of(name: &str, value: &str) -> Option<&'static str> {
    if value.contains("-----BEGIN") && value.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    for (prefix, least, kind) in PREFIXES {
        let mut rest = value;
        while let Some((_, after)) = rest.split_once(prefix) {
            let length = after.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_-.".contains(b)).count();
            if length >= least && (!prefix.ends_with("IA") || is_key_id(after)) {
                return Some(kind);
            }
            rest = after;
        }
    }
    if has_password_in_url(value) {
        return Some("a password in an address");
    }
    named_secret(name, value).or_else(|| {
        value.lines().find_map(|line| {
            let (name, value) = line.trim().trim_start_matches("export ").split_once(['=', ':'])?;
            let name = name.trim().trim_matches(['"', '\'']);
            (name.len() <= 60 && !name.contains(' '))
                .then(|| named_secret(name, value.trim().trim_matches(['"', '\'', ','])))?
        })
    })
}

/// Sixteen capitals and digits, and no more.
fn is_key_id(after: &str) -> bool {
    let length = after.bytes().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    length == 16 && !after.as_bytes().get(16).is_some_and(u8::is_ascii_alphanumeric)
}

/// `scheme://user:password@host`
fn has_password_in_url(value: &str) -> bool {
    let mut rest = value;
    while let Some((_, after)) = rest.split_once("://") {
        let authority = after.split(['/', '?', '#', ' ', '"', '\'', '\n']).next().unwrap_or_default();
        if let Some((user, _)) = authority.rsplit_once('@')
            && let Some((_, password)) = user.split_once(':')
            && is_literal(password)
        {
            return true;
        }
        rest = after;
    }
    false
}

/// A name that says secret, with a value that may be one.
fn named_secret(name: &str, value: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let says = NAMES.iter().any(|part| name.contains(part)) || name == "token" || name.ends_with("_token");
    // The name, the place or the settings of a secret are none.
    const ABOUT: [&str; 13] = [
        "_arn",
        "_name",
        "_id",
        "_path",
        "_url",
        "_file",
        "_length",
        "_policy",
        "_rotation",
        "_ttl",
        "_enabled",
        "_prefix",
        "_region",
    ];
    let about = ABOUT.iter().any(|end| name.ends_with(end)) && !name.ends_with("access_key_id");
    (says && !about && is_literal(value) && !refers_elsewhere(value)).then_some("a value whose name says secret")
}

/// Long enough to be a secret, and no placeholder.
fn is_literal(value: &str) -> bool {
    let placeholder =
        value.starts_with(['$', '<', '{', '%']) || value.chars().all(|c| c == '*' || c == 'x' || c == 'X');
    let word =
        ["true", "false", "none", "null", "changeme_", "placeholder"].iter().any(|w| value.eq_ignore_ascii_case(w));
    value.len() >= 6 && !placeholder && !word
}

/// The value says where the secret is kept.
fn refers_elsewhere(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    ["arn:", "{{resolve:", "ssm:", "/", "https://", "http://", "secretsmanager:", "vault:", "s3://"]
        .iter()
        .any(|p| lower.starts_with(p))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_by_value_and_by_name() {
        for (name, value) in [
            ("KEY", "AKIAIOSFODNN7EXAMPLE"),
            ("DB_PASSWORD", "hunter22!"),
            ("DATABASE_URL", "postgres://app:s3cr3tpw@db.example.com/x"),
            ("PEM", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"),
            ("", "#!/bin/sh\nexport DB_PASSWORD=hunter22\n"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ] {
            assert!(kind_of(name, value).is_some(), "{name}={value}");
            let kept = redacted(name, value);
            assert!(!kept.contains(value) && found_in(name, &kept).is_some(), "{kept}");
        }
    }

    #[test]
    fn names_of_secrets_and_settings_are_none() {
        for (name, value) in [
            ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"),
            ("DB_PASSWORD", "arn:aws:ssm:eu-west-1:111122223333:parameter/x"),
            ("DB_PASSWORD", "{{resolve:secretsmanager:x}}"),
            ("PASSWORD_LENGTH", "14"),
            ("SECRET_NAME", "prod/database"),
            ("TABLE", "orders"),
            ("LOG_LEVEL", "debug"),
            ("URL", "https://example.com/AKIA"),
            ("DB_PASSWORD", "${PASSWORD}"),
            ("", "#!/bin/sh\nyum install -y httpd\n"),
        ] {
            assert_eq!(kind_of(name, value), None, "{name}={value}");
            assert_eq!(found_in(name, &redacted(name, value)), None);
        }
    }
}
