//! The environment variables that are read. Everything else is a setting in Parameter Store; these are
//! what Lambda or the template says of the function itself.
#![allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]

use riposte_core::settings::{Defaults, TABLE_PATH, TOPIC_PATH};
use thiserror::Error;

/// An environment variable that is missing or malformed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("environment variable `{name}` {wrong}")]
pub struct EnvironmentError {
    /// Its name.
    pub name: &'static str,
    /// What is wrong with it.
    pub wrong: &'static str,
}

/// The account that the function acts in, from `RIPOSTE_ACCOUNT_ID`. Events of other accounts are
/// recorded and told, never answered with this account's credentials.
///
/// # Errors
/// Where it is missing or not twelve digits.
pub fn account_id() -> Result<String, EnvironmentError> {
    const NAME: &str = "RIPOSTE_ACCOUNT_ID";
    let id = std::env::var(NAME).map_err(|_| EnvironmentError { name: NAME, wrong: "is missing" })?;
    if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) {
        Ok(id)
    } else {
        Err(EnvironmentError { name: NAME, wrong: "is not twelve digits" })
    }
}

/// The region that the function runs in, from `AWS_REGION`, as Lambda sets it.
///
/// # Errors
/// Where it is missing.
pub fn region() -> Result<String, EnvironmentError> {
    const NAME: &str = "AWS_REGION";
    std::env::var(NAME)
        .ok()
        .filter(|region| !region.is_empty())
        .ok_or(EnvironmentError { name: NAME, wrong: "is missing" })
}

/// The URL of the function's own queue, from `RIPOSTE_QUEUE_URL`; none where it was not deployed with one.
#[must_use]
pub fn queue_url() -> Option<String> {
    std::env::var("RIPOSTE_QUEUE_URL").ok().filter(|url| !url.is_empty())
}

/// Whether this is a function in Lambda, which puts its region and its credentials into the environment.
#[must_use]
pub fn is_lambda() -> bool {
    ["AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
        .iter()
        .all(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Whether the environment says where root certificates are.
#[must_use]
pub fn names_certificates() -> bool {
    ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Checks the endpoints that the environment names (`AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_SERVICE`), which the SDK
/// takes as they are, and the region.
///
/// # Errors
/// Names the variable and what is wrong with it.
pub fn check_endpoints() -> Result<(), EndpointError> {
    // One that is no text cannot be read by the SDK either.
    for (name, value) in std::env::vars_os() {
        let (name, value) = (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned());
        if name.starts_with("AWS_ENDPOINT_URL") && !value.is_empty() {
            endpoint(&value).map_err(|wrong| EndpointError { name, value, wrong })?;
        }
    }
    Ok(())
}

/// Checks what the environment says of retries, at whose broken values the SDK's client ends the program.
///
/// # Errors
/// Names the variable and what it may be.
pub fn check_retries() -> Result<(), RetryError> {
    let set = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
    let error = |name, value: String, may| Err(RetryError { name, value, may });
    if let Some(value) = set("AWS_MAX_ATTEMPTS")
        && !value.parse::<u32>().is_ok_and(|attempts| attempts > 0)
    {
        return error("AWS_MAX_ATTEMPTS", value, "a whole number from 1 on");
    }
    if let Some(value) = set("AWS_RETRY_MODE")
        && !["standard", "adaptive"].contains(&value.as_str())
    {
        return error("AWS_RETRY_MODE", value, "`standard` or `adaptive`");
    }
    Ok(())
}

/// Checks the credentials of the environment: a line end, as of a file of another system, is no part of them, and ends
/// the program where the SDK writes it into a header.
///
/// # Errors
/// Names the variable, and not its value.
pub fn check_credentials() -> Result<(), CredentialError> {
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        let value = std::env::var_os(name).unwrap_or_default();
        if !value.to_string_lossy().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(CredentialError { name });
        }
    }
    Ok(())
}

/// The profile that the environment names.
#[must_use]
pub fn profile() -> Option<String> {
    let name = std::env::var_os("AWS_PROFILE")?.to_string_lossy().into_owned();
    (!name.is_empty()).then_some(name)
}

/// Credentials that are none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name} holds a character that no credential has, such as a space or a line end: set it anew")]
pub struct CredentialError {
    /// The variable.
    pub name: &'static str,
}

/// A setting of retries that the SDK does not take.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{name} is `{}`, and may be {may}: correct it, or unset it", riposte_core::text::plain(value, 120))]
pub struct RetryError {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// What it may be.
    pub may: &'static str,
}

/// Checks where the environment says that root certificates are: without any, the SDK's client ends the program.
///
/// # Errors
/// Names the variable.
pub fn check_certificates() -> Result<(), CertificateError> {
    let (file, folders) = (std::env::var_os("SSL_CERT_FILE"), std::env::var_os("SSL_CERT_DIR"));
    let holds = |path: &std::path::Path| {
        std::fs::read(path).is_ok_and(|text| text.windows(BEGIN.len()).any(|part| part == BEGIN))
    };
    if let Some(file) = file.filter(|file| !file.is_empty())
        && !holds(std::path::Path::new(&file))
    {
        return Err(CertificateError { name: "SSL_CERT_FILE", value: file.to_string_lossy().into_owned() });
    }
    if let Some(folders) = folders.filter(|folders| !folders.is_empty()) {
        let within = |folder: std::path::PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten();
        let any = std::env::split_paths(&folders).flat_map(within).any(|entry| holds(&entry.path()));
        if !any {
            return Err(CertificateError { name: "SSL_CERT_DIR", value: folders.to_string_lossy().into_owned() });
        }
    }
    Ok(())
}

/// What every certificate in PEM begins with.
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// A variable that leads to no certificate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{name} is `{}`, which holds no certificate that can be read: set it to the system's, or unset it",
    riposte_core::text::plain(value, 120)
)]
pub struct CertificateError {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

/// An endpoint that cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{name} is `{}`, which {wrong}: set it to http://HOST:PORT or https://HOST, or unset it",
    riposte_core::text::plain(value, 120)
)]
pub struct EndpointError {
    /// The variable, or `endpoint_url` of the profile.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What is wrong with it.
    pub wrong: &'static str,
}

/// Whether a URL can be an endpoint.
///
/// # Errors
/// Says what is wrong with it.
pub fn endpoint(url: &str) -> Result<(), &'static str> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let rest = rest.ok_or("does not begin with http:// or https://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let path = |c: char| c.is_ascii_alphanumeric() || "-._~/%:@!$&'()*+,;=".contains(c);
    if !rest.get(authority.len()..).unwrap_or_default().chars().all(path) {
        return Err("has a query, a fragment or a character that no path has");
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(v6) => {
            let (host, after) = v6.split_once(']').ok_or("has a host in brackets that do not close")?;
            host.parse::<std::net::Ipv6Addr>().map_err(|_| "has a host in brackets that is no IPv6 address")?;
            (host, after.strip_prefix(':').or_else(|| after.is_empty().then_some("80")))
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, Some("80")),
        },
    };
    let label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if host.is_empty() || !(authority.starts_with('[') || host.chars().all(label)) {
        return Err("names no host");
    }
    match port.map(str::parse::<u16>) {
        Some(Ok(1..)) => Ok(()),
        _ => Err("has a port that is no number from 1 to 65535"),
    }
}

/// What stands for the topic and the ledger where their settings are broken, from `RIPOSTE_TOPIC_ARN` and
/// `RIPOSTE_LEDGER_TABLE`.
#[must_use]
pub fn defaults() -> Defaults {
    let named = [(TOPIC_PATH, "RIPOSTE_TOPIC_ARN"), (TABLE_PATH, "RIPOSTE_LEDGER_TABLE")];
    named.into_iter().filter_map(|(path, name)| Some((path, std::env::var(name).ok()?))).collect()
}

/// The folder of a user's Sigma rules: `rules` beside the function's program, as Lambda unpacked it.
#[must_use]
pub fn rules_folder() -> Option<std::path::PathBuf> {
    std::env::var_os("LAMBDA_TASK_ROOT").map(|root| std::path::Path::new(&root).join("rules"))
}

/// The folder of a user's databases of addresses: `maxmind` beside the function's program, as Lambda unpacked it.
#[must_use]
pub fn atlas_folder() -> Option<std::path::PathBuf> {
    std::env::var_os("LAMBDA_TASK_ROOT").map(|root| std::path::Path::new(&root).join("maxmind"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_url_that_can_be_called_is_an_endpoint() {
        for url in [
            "http://localhost:4566",
            "https://vpce-1.sqs.eu-west-1.vpce.amazonaws.com",
            "http://127.0.0.1:5000/",
            "http://[::1]:5000",
            "http://[::1]",
            "https://host/a/path",
        ] {
            assert_eq!(endpoint(url), Ok(()), "{url}");
        }
        for url in [
            "",
            "localhost:4566",
            "not a url",
            "http://",
            "http:///x",
            "http://a b",
            "http://host:",
            "http://host:x",
            "http://host:0",
            "http://host:70000",
            "ftp://host",
            "http://[::1",
            "http://[x]",
            "http://host\u{0}",
            "http://ho st",
            "http://user@host",
            "http://host/a b",
            "http://host?x=1",
            "http://h\u{fc}st",
            "https://:443",
        ] {
            assert!(endpoint(url).is_err(), "{url}");
        }
    }
}
