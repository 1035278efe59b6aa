//! The mark on the calls that an incident makes.
//!
//! It stands in the user agent of the call, and so in its event: `riposte-ID-PROOF`. Nobody without
//! Riposte's key can make one.

use riposte_core::seal;

use super::Ledger;

const PREFIX: &str = "riposte-";

/// What the proof is over, beside the incident's id.
const CONTEXT: &str = "mark of a call";

/// How many hexadecimal digits of the proof are given: what the user agent has room for.
const PROOF: usize = 20;

impl Ledger {
    /// The mark on every call of an incident.
    #[must_use]
    pub fn mark(&self, id: &str) -> String {
        let proof: String = seal::seal(&self.keys.mark, id, CONTEXT).chars().take(PROOF).collect();
        format!("{PREFIX}{}-{proof}", id.trim_start_matches("inc-"))
    }

    /// The incident whose mark stands in a user agent, if it is genuine.
    #[must_use]
    pub fn marked(&self, agent: &str) -> Option<String> {
        agent.match_indices(PREFIX).find_map(|(at, _)| {
            let rest = agent.get(at + PREFIX.len()..)?;
            let id = format!("inc-{}", rest.get(..16)?);
            let mark = self.mark(&id);
            agent.get(at..)?.starts_with(&mark).then_some(id)
        })
    }
}
