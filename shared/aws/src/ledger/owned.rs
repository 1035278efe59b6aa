//! Which items one function keeps for itself.
//!
//! Incidents, leases, counters and notices' notes are every function's; a record is believed by its signature. What one
//! function alone remembers from run to run no other one's role may write: the template denies it by the items' keys.

/// Functions, and what the keys of their own items begin with, as patterns of IAM.
pub const OWNED: &[(&str, &[&str])] = &[
    ("account-auditor", &["note#audit/*", "note#posture*", "note#state-name/*", "note#state/*"]),
    ("behavior-watch", &["past#*"]),
    ("log-watch", &["stream#*"]),
    ("patcher", &["note#patch-*", "patch#*", "patch-node#*"]),
];

/// The patterns of the items that `function` may not write.
pub fn of_others(function: &str) -> impl Iterator<Item = &'static str> {
    OWNED.iter().filter(move |(owner, _)| *owner != function).flat_map(|(_, patterns)| patterns.iter().copied())
}

#[cfg(test)]
mod tests {
    use riposte_core::catalogue::FUNCTIONS;

    use super::*;

    #[test]
    fn every_owner_is_a_function_and_none_is_kept_from_its_own() {
        for (owner, patterns) in OWNED {
            assert!(FUNCTIONS.iter().any(|function| function.name == *owner), "{owner}");
            assert!(of_others(owner).all(|pattern| !patterns.contains(&pattern)), "{owner}");
            assert!(patterns.iter().all(|pattern| pattern.contains('#') && pattern.ends_with('*')), "{owner}");
        }
        let all: usize = OWNED.iter().map(|(_, patterns)| patterns.len()).sum();
        assert_eq!(of_others("identity-guard").count(), all);
    }

    #[test]
    fn nothing_that_all_functions_write_is_owned() {
        let shared = ["incident#inc-1", "lease#1", "count#1", "once#1", "tally#1", "timer#inc-1", "plan#inc-1#a#0"];
        for key in shared.into_iter().chain(["note#digests", "note#digest/1"]) {
            let owned = of_others("").any(|pattern| key.starts_with(pattern.trim_end_matches('*')));
            assert!(!owned, "{key}");
        }
    }
}
