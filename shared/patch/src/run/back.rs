//! The way back.

use super::{At, Kind, Phase, Run, Stage};

impl Run {
    /// Turns it round: the root volume from its snapshot, else the packages' versions from before.
    ///
    /// # Errors
    /// Says why there is no way back.
    pub fn roll_back(&mut self, by: &str, now_ms: i64) -> Result<(), String> {
        if !self.is_done() {
            return Err("it is under way: it is brought back when it has ended".to_owned());
        }
        if self.installed_ms.is_none() {
            return Err("nothing was installed".to_owned());
        }
        if self.outcome.as_ref().is_some_and(|outcome| outcome.kind == Kind::RolledBack) {
            return Err("it is rolled back already".to_owned());
        }
        if self.plan.work.replace.is_some() {
            return Err("it was replaced: roll back the image that its group launches".to_owned());
        }
        let named = !self.plan.work.baseline && !self.plan.work.fixes.is_empty() && self.plan.work.manager.is_some();
        let at = match &self.snapshot_id {
            Some(_) => At::Replace,
            None if !self.plan.work.by_distributor().is_empty() => {
                return Err(
                    "there is no snapshot of its root volume, and Distributor keeps no version from before".to_owned()
                );
            }
            None if named && self.plan.work.fixes.iter().all(|fix| !fix.installed.is_empty()) => {
                At::Command(Stage::RollBack, Phase::Look)
            }
            None if named => return Err("which versions were installed before is not known".to_owned()),
            None => {
                return Err(
                    "there is no snapshot of its root volume, and the baseline's updates have no way back".to_owned()
                );
            }
        };
        self.note(now_ms, format!("to be brought back: {by}"));
        self.rolled_back_by = Some(by.to_owned());
        (self.at, self.since_ms, self.outcome, self.notified) = (at, now_ms, None, false);
        (self.intended_ms, self.tries, self.open) = (None, 0, Vec::new());
        Ok(())
    }
}
