//! An error in one line that says what to do.

use std::io::{self, Write};

use anyhow::Error;
use riposte_aws::clients::SdkConfig;
use riposte_aws::settings::LoadError;
use riposte_core::guardrail::GuardrailError;
use riposte_core::settings::LEDGER_KEY_PATH;

use crate::mode::not_deployed;

/// What is said of an error, and what helps where that is known. Where nothing answers, what helps stands first: what AWS's
/// client says of it is long, and the same whatever the cause.
pub(crate) fn of(error: &Error) -> String {
    let said = said(error);
    match help(&said) {
        Some(Help::First(help)) => format!("{help} ({said})"),
        Some(Help::Behind(help)) => format!("{said}; {help}"),
        None => said,
    }
}

/// What helps.
enum Help {
    /// It says what is wrong better than the error does.
    First(&'static str),
    /// The error says what is wrong, and this what to do.
    Behind(&'static str),
}

/// The error and its causes; some say what causes them already. Each on the line of the others.
fn said(error: &Error) -> String {
    let mut said = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !said.contains(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// What helps, by the words of AWS and of its client.
fn help(said: &str) -> Option<Help> {
    let any = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if any(&["ExpiredToken", "RequestExpired", "TokenRefreshRequired"]) {
        Some(Help::Behind("the credentials have expired: sign in again (aws sso login)"))
    } else if any(&["InvalidClientTokenId", "UnrecognizedClient", "InvalidAccessKeyId", "SignatureDoesNotMatch"]) {
        Some(Help::Behind("AWS does not know these credentials: look at AWS_PROFILE and AWS_ACCESS_KEY_ID"))
    } else if any(&["AccessDenied", "UnauthorizedOperation", "not authorized"]) {
        Some(Help::Behind("the credentials lack this permission"))
    } else if any(&["dispatch failure", "connection refused", "Connection refused", "dns error", "connect error"]) {
        Some(Help::First("the endpoint does not answer: look at AWS_ENDPOINT_URL, AWS_REGION and the network"))
    } else if any(&["timed out", "timeout"]) {
        Some(Help::First("the endpoint does not answer in time: look at AWS_ENDPOINT_URL, AWS_REGION and the network"))
    } else {
        None
    }
}

/// Where the settings cannot be had because there are none: nothing is deployed here.
pub(crate) fn undeployed(error: LoadError, config: &SdkConfig) -> Error {
    match &error {
        LoadError::Broken(GuardrailError::Setting(wrong)) if wrong.path == LEDGER_KEY_PATH && wrong.is_missing() => {
            let why = format!("{}; where the stack is deployed, `riposte init` makes its key", not_deployed(config));
            Error::msg(why)
        }
        _ => error.into(),
    }
}

/// A panic is a fault of the command, in whatever thread: it is said so in a line, and the command ends.
pub(crate) fn on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!(" ({}:{})", at.file(), at.line())).unwrap_or_default();
        let why = panic.payload_as_str().unwrap_or("without a word");
        // What AWS's client says where it finds none.
        if why.contains("root certificates") {
            let line = "no root certificates were found: install the system's (ca-certificates), or set SSL_CERT_FILE";
            let _ = writeln!(io::stderr(), "riposte: {line}");
            std::process::exit(1);
        }
        let why: String = why.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
        let _ = writeln!(io::stderr(), "riposte: a fault of the command itself: {why}{place}; please report it");
        std::process::exit(1);
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_helps_is_said_behind_what_is_wrong() {
        for (said, helps) in [
            ("ssm:GetParameter: denied: ExpiredTokenException: expired", "sign in again"),
            ("sts:GetCallerIdentity: denied: InvalidClientTokenId: no", "does not know these credentials"),
            ("ledger: dynamodb:GetItem: denied: AccessDeniedException: no", "lack this permission"),
        ] {
            let line = of(&Error::msg(said));
            assert!(line.starts_with(said) && line.contains(helps) && !line.contains('\n'), "{line}");
        }
        let line = of(&Error::msg("ssm:GetParameter: transient: dispatch failure: io error: connection refused"));
        assert!(
            line.starts_with("the endpoint does not answer: look at") && line.contains("(ssm:GetParameter"),
            "{line}"
        );
        let chain = of(&Error::msg("it failed:\n  tried this\n\n  and that"));
        assert_eq!(chain, "it failed: tried this and that", "one line");
        assert_eq!(of(&Error::msg("there is no incident `x`")), "there is no incident `x`");
        assert_eq!(of(&Error::msg("cause").context("what: cause")), "what: cause", "nothing is said twice");
        assert_eq!(of(&Error::msg("cause").context("what")), "what: cause");
    }
}
