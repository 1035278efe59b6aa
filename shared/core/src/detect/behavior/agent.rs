//! The family of a user agent: the program, without its version and its system.

/// Programs whose name stands behind that of their toolkit, each by a word that only it writes.
const KNOWN: &[(&str, &str)] = &[
    ("terraform", "terraform"),
    ("opentofu", "opentofu"),
    ("pulumi", "pulumi"),
    ("cloudformation", "cloudformation"),
    ("aws-cli", "aws-cli"),
    ("boto3", "boto3"),
    ("botocore", "botocore"),
    ("console.amazonaws.com", "console"),
    ("aws-internal", "aws-internal"),
    ("mozilla/", "browser"),
    ("kubectl", "kubectl"),
    ("ansible", "ansible"),
    ("powershell", "powershell"),
];

/// The family of a user agent, in small letters and at most forty characters. The caller chooses it: it is a value to
/// compare and to show escaped, and decides nothing else.
pub(super) fn family(agent: &str) -> Option<String> {
    let small: String = agent.chars().take(400).flat_map(char::to_lowercase).collect();
    if let Some((_, family)) = KNOWN.iter().find(|(word, _)| small.contains(word)) {
        return Some((*family).to_owned());
    }
    let word = small.trim_start_matches(['[', ' ']).split(['/', ' ', '(', ']', ',']).next()?;
    (!word.is_empty()).then(|| word.chars().take(40).collect())
}

#[cfg(test)]
mod tests {
    use super::family;

    #[test]
    fn a_version_and_a_system_make_no_other_program() {
        for (agent, want) in [
            ("aws-cli/2.15.0 Python/3.11 Linux/6.1", "aws-cli"),
            ("[aws-cli/2.16.1 md/awscrt#0.20 ua/2.0]", "aws-cli"),
            ("APN/1.0 HashiCorp/1.0 Terraform/1.7.5 aws-sdk-go-v2/1.26", "terraform"),
            ("Boto3/1.34 Botocore/1.34", "boto3"),
            ("Mozilla/5.0 (X11; Linux x86_64)", "browser"),
            ("[S3Console/0.4, aws-internal/3]", "aws-internal"),
            ("aws-sdk-go/1.44 (go1.21)", "aws-sdk-go"),
            ("s3.amazonaws.com", "s3.amazonaws.com"),
        ] {
            assert_eq!(family(agent).as_deref(), Some(want), "{agent}");
        }
        assert_eq!(family(""), None);
        assert!(family(&"x".repeat(5000)).unwrap().len() <= 40);
    }
}
