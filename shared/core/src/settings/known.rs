//! Every setting that there is, with what it means: what `riposte settings` lists, and what tells a misspelled path.

/// A setting, or a family of settings of which each has a name of its own.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Its path; where it ends in `/`, the path of a family.
    pub path: &'static str,
    /// What stands where it is not set; empty where nothing does.
    pub default: &'static str,
    /// What it does, in one line.
    pub what: &'static str,
    /// Whether the template or `riposte init` writes it, and nobody else should.
    pub deployed: bool,
}

const fn user(path: &'static str, default: &'static str, what: &'static str) -> Known {
    Known { path, default, what, deployed: false }
}

const fn deployed(path: &'static str, what: &'static str) -> Known {
    Known { path, default: "", what, deployed: true }
}

/// All of them.
pub static KNOWN: &[Known] = &[
    user(super::MODE_PATH, "shadow", "what may be done: set it by `riposte mode`"),
    user(super::NOTICE_SEVERITY_PATH, "medium", "findings below it are recorded and not notified"),
    user(super::NOTICE_FORM_PATH, "text", "text or json: what queues, functions and HTTPS endpoints get of a notice"),
    user(super::EVENT_BUS_PATH, "", "name or ARN of an EventBridge bus that gets an event for each outcome"),
    user(super::APPROVAL_HOURS_PATH, "24", "hours after which what nobody approved is denied (1 to 720)"),
    user(
        super::CONTAIN_FOR_PREFIX,
        "",
        "how long the action of that id contains (10m to 90d) before it is rolled back by the clock",
    ),
    user(super::PROTECTED_PATH, "", "ARN patterns of principals that no action touches, with commas between"),
    user(super::PROTECTED_ADDRESSES_PATH, "", "networks whose addresses are never denied, with commas between"),
    user(super::TRUSTED_PATH, "", "other accounts and organizations of the same owner, with commas between"),
    user(super::STACKS_PATH, "act", "act or ask, where a stack made the resource"),
    user(super::BREAKER_ACCOUNT_PATH, "2000", "from so many actions an hour in the account on, people are asked"),
    user(super::BREAKER_DETECTOR_PATH, "1000", "from so many actions an hour of one detector on, people are asked"),
    user(super::LOG_GROUPS_PATH, "", "log groups that are pulled, with commas between"),
    user(super::LEARNING_DAYS_PATH, "7", "days that a baseline of behavior learns before it finds anything (1 to 365)"),
    user(super::SSH_FAILURES_PATH, "10", "failed logins of an address within the window that make it an attacker"),
    user(super::SSH_WINDOW_PATH, "600", "seconds of that window (1 to 86400)"),
    user(super::SSH_LOGIN_PATH, "5", "failed logins before a successful one that make it an intrusion"),
    user(super::GUARDRAILS_PREFIX, "", "a guardrail of your own: write it by `riposte guardrails set`"),
    user(super::EXCLUSIONS_PREFIX, "", "an exclusion: write it by `riposte exclusions set`"),
    user(super::DETECTORS_PREFIX, "", "off, or a severity, for the detector of that id"),
    user(super::RUNBOOKS_PREFIX, "", "an https address that notices of the detector of that id link to"),
    user(super::MUTES_PREFIX, "", "a mute of the account audit: see docs/audit.md"),
    user(super::PATCH_PREFIX, "", "how nodes are patched: see docs/patching.md"),
    deployed(super::TEST_PATH, "when `riposte test` was last run; nothing reads it"),
    deployed(super::TOPIC_PATH, "the SNS topic that notices go to"),
    deployed(super::TABLE_PATH, "the ledger's table"),
    deployed(super::OWN_ROLES_PATH, "the functions' roles, which no action touches"),
    deployed(super::SIGNERS_PREFIX, "the public key by which a function's records are known: `riposte init` writes it"),
    deployed(super::LEDGER_KEY_PATH, "the key that marks Riposte's own calls: `riposte init` writes it once"),
];

/// The setting at a path.
#[must_use]
pub fn known(path: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| match known.path.strip_suffix('/') {
        Some(_) => path.strip_prefix(known.path).is_some_and(|name| !name.is_empty()),
        None => known.path == path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_has_no_setting_without_a_name() {
        assert!(known("/riposte/guardrails/").is_none() && known("/riposte/guardrails").is_none());
        assert_eq!(known("/riposte/guardrails/a").unwrap().path, "/riposte/guardrails/");
        assert_eq!(known("/riposte/mode").unwrap().default, "shadow");
        assert!(known("/riposte/modes").is_none());
    }
}
