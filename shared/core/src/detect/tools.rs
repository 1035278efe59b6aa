//! Programs that name themselves in the user agent, and what they are for. Whoever calls chooses the name: that it is
//! there says something, and that it is missing says nothing.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// What a program is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tool {
    /// Made to attack, to practice attacks or to wipe accounts, or a system made for that.
    Attack,
    /// Made to look for weaknesses, by owners and by others.
    Scanner,
    /// Made to carry many files.
    Transfer,
}

/// As they stand in user agents, in lower case.
const TOOLS: &[(&str, Tool)] = &[
    ("kali", Tool::Attack),
    ("parrot", Tool::Attack),
    ("pentoo", Tool::Attack),
    ("blackarch", Tool::Attack),
    ("pacu", Tool::Attack),
    ("trufflehog", Tool::Attack),
    ("stratus-red-team", Tool::Attack),
    ("cloudgoat", Tool::Attack),
    ("cloudfox", Tool::Attack),
    ("enumerate-iam", Tool::Attack),
    ("weirdaal", Tool::Attack),
    ("nimbostratus", Tool::Attack),
    ("endgame", Tool::Attack),
    ("s3scanner", Tool::Attack),
    ("s3-account-search", Tool::Attack),
    ("awsbucketdump", Tool::Attack),
    ("bucket-stream", Tool::Attack),
    ("bucketkicker", Tool::Attack),
    ("barq", Tool::Attack),
    ("dufflebag", Tool::Attack),
    ("cloudjack", Tool::Attack),
    ("skyark", Tool::Attack),
    ("metasploit", Tool::Attack),
    ("cobalt strike", Tool::Attack),
    ("nuclei", Tool::Attack),
    ("sqlmap", Tool::Attack),
    ("gobuster", Tool::Attack),
    ("ffuf", Tool::Attack),
    ("feroxbuster", Tool::Attack),
    ("aws-nuke", Tool::Attack),
    ("cloud-nuke", Tool::Attack),
    ("gitleaks", Tool::Attack),
    ("noseyparker", Tool::Attack),
    ("scoutsuite", Tool::Scanner),
    ("scout suite", Tool::Scanner),
    ("prowler", Tool::Scanner),
    ("cloudsploit", Tool::Scanner),
    ("cloudmapper", Tool::Scanner),
    ("principalmapper", Tool::Scanner),
    ("pmapper", Tool::Scanner),
    ("awspx", Tool::Scanner),
    ("cloudsplaining", Tool::Scanner),
    ("steampipe", Tool::Scanner),
    ("cartography", Tool::Scanner),
    ("cloudquery", Tool::Scanner),
    ("powerpipe", Tool::Scanner),
    ("s3 browser", Tool::Transfer),
    ("s3browser", Tool::Transfer),
    ("rclone", Tool::Transfer),
    ("cyberduck", Tool::Transfer),
    ("mountain duck", Tool::Transfer),
    ("winscp", Tool::Transfer),
    ("cloudberry", Tool::Transfer),
    ("msp360", Tool::Transfer),
    ("filezilla", Tool::Transfer),
    ("s5cmd", Tool::Transfer),
    ("megasync", Tool::Transfer),
];

/// The first known program that a user agent names, and what it is for.
pub(super) fn named(agent: &str) -> Option<(&'static str, Tool)> {
    static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let names = TOOLS.iter().map(|(name, _)| name);
        let builder = &mut AhoCorasick::builder();
        builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(names).ok()
    });
    let found = FINDER.as_ref()?.find_iter(agent).find(|found| stands_alone(agent, found.start(), found.end()))?;
    TOOLS.get(found.pattern().as_usize()).copied()
}

/// Whether a user agent names a known program.
#[must_use]
pub fn is_known(agent: &str) -> bool {
    named(agent).is_some()
}

/// Whether a name is a word of its own: `6.1.0-kali9-amd64` is one, `kalibrate` is not.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|before| before.chars().next_back());
    let after = text.get(end..).and_then(|after| after.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_in_lower_case() {
        for (name, tool) in TOOLS {
            assert_eq!(named(name), Some((*name, *tool)));
            assert_eq!(*name, name.to_lowercase());
        }
    }

    #[test]
    fn a_name_is_a_word_of_its_own() {
        for (agent, want) in [
            ("aws-cli/2.15 Python/3.11 Linux/6.1.0-kali9-amd64 source/x86_64.kali.2024", Some("kali")),
            ("aws-cli/1.29 md/Botocore#1.31 os/linux#6.5.0-13parrot1-amd64 lang/python#3.11", None),
            ("Boto3/1.26 Python/3.11 Linux/6.5.0-parrot1-amd64", Some("parrot")),
            ("[S3 Browser/11.6.7 (https://s3browser.com)]", Some("s3 browser")),
            ("Pacu/1.5 Boto3/1.26", Some("pacu")),
            ("TruffleHog", Some("trufflehog")),
            ("kalibrate/1.0", None),
            ("capacui", None),
            ("aws-sdk-go/1.44 (go1.20; linux; amd64)", None),
            ("", None),
        ] {
            assert_eq!(named(agent).map(|(name, _)| name), want, "{agent}");
        }
    }
}
