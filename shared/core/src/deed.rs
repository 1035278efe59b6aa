//! What was done, what would be, and what is not known: one answer for the terminal, the notice and programs.

use serde::Serialize;

use crate::incident::{Changed, Incident, State};
use crate::plan::{Change, Plan, Snapshot};

/// What is true of one of a plan's changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// It was made.
    Done,
    /// It stands as planned, and whether Riposte made it is not known: after an interruption or a lost answer.
    FoundDone,
    /// It was intended, and whether it was made is not known yet.
    NotKnown,
    /// It was made, and undone.
    Undone,
    /// It would be made if it were allowed.
    WouldBe,
    /// It was not made.
    NotDone,
}

impl Deed {
    /// Every deed, those first that were done.
    pub const ALL: [Self; 6] =
        [Self::Done, Self::FoundDone, Self::NotKnown, Self::Undone, Self::WouldBe, Self::NotDone];

    /// As it stands in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::FoundDone => "found-done",
            Self::NotKnown => "not-known",
            Self::Undone => "undone",
            Self::WouldBe => "would-be",
            Self::NotDone => "not-done",
        }
    }

    /// What people read before the call.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Done => "Done",
            Self::FoundDone => "Found done",
            Self::NotKnown => "Not known",
            Self::Undone => "Undone",
            Self::WouldBe => "Would do",
            Self::NotDone => "Not done",
        }
    }
}

/// The changes of an incident's plan in their order, each with what is true of it.
#[must_use]
pub fn of(incident: &Incident) -> Vec<(Deed, &Change)> {
    let Some(plan) = &incident.plan else { return Vec::new() };
    plan.changes.iter().enumerate().map(|(n, change)| (of_change(incident, n), change)).collect()
}

fn of_change(incident: &Incident, n: usize) -> Deed {
    let made = incident.made.iter().find(|made| made.n == n);
    // An incident of an earlier release does not say which of its changes were made, and had one.
    let before_lists = incident.made.is_empty() && incident.changed != Changed::No && incident.state != State::Failed;
    match (incident.state, made) {
        _ if incident.changed == Changed::No => match incident.state {
            State::Intended => Deed::NotKnown,
            State::Observed | State::Asked => Deed::WouldBe,
            _ => Deed::NotDone,
        },
        (State::Undone, Some(_)) => Deed::Undone,
        (State::Undone, None) if before_lists => Deed::Undone,
        (_, Some(made)) if made.request_id.is_none() && incident.changed == Changed::Unknown => Deed::FoundDone,
        (_, Some(_)) => Deed::Done,
        (_, None) if before_lists && incident.changed == Changed::Unknown => Deed::FoundDone,
        (_, None) if before_lists => Deed::Done,
        (State::Intended, None) => Deed::NotKnown,
        (_, None) => Deed::NotDone,
    }
}

/// The resource as the changes left it; `None` where none was made, or all were undone.
#[must_use]
pub fn after(incident: &Incident) -> Option<Snapshot> {
    if incident.state == State::Undone {
        return None;
    }
    incident.made_plan().filter(|plan| !plan.changes.is_empty()).map(|plan| plan.after())
}

/// The plan whose undo is offered: of those changes alone that were made and stand.
#[must_use]
pub fn undoable(incident: &Incident) -> Option<Plan> {
    incident.can_be_undone().then(|| incident.made_plan()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::Made;
    use crate::settings::Mode;
    use crate::testing::{finding, plan};

    fn incident(state: State, changed: Changed, made: Vec<Made>) -> Incident {
        let mut incident = Incident::open(finding(), "f", Mode::Live, 0);
        let change = plan().changes.remove(0);
        incident.plan = Some(plan().then(change.clone(), [change]));
        (incident.state, incident.changed, incident.made) = (state, changed, made);
        incident
    }

    #[test]
    fn only_what_was_made_is_called_done() {
        let made = |n: usize, id: Option<&str>| Made { n, request_id: id.map(str::to_owned) };
        let sure = || vec![made(0, Some("r"))];
        for (state, changed, list, deeds) in [
            (State::Observed, Changed::No, vec![], [Deed::WouldBe; 2]),
            (State::Asked, Changed::No, vec![], [Deed::WouldBe; 2]),
            (State::Denied, Changed::No, vec![], [Deed::NotDone; 2]),
            (State::Intended, Changed::No, vec![], [Deed::NotKnown; 2]),
            (State::Intended, Changed::Yes, sure(), [Deed::Done, Deed::NotKnown]),
            (State::Failed, Changed::No, vec![], [Deed::NotDone; 2]),
            (State::Failed, Changed::Yes, sure(), [Deed::Done, Deed::NotDone]),
            (State::Verified, Changed::No, vec![], [Deed::NotDone; 2]),
            (State::Verified, Changed::Unknown, vec![made(0, None), made(1, Some("r"))], [Deed::FoundDone, Deed::Done]),
            (State::Verified, Changed::Yes, vec![], [Deed::Done; 2]),
            (State::Undone, Changed::Yes, sure(), [Deed::Undone, Deed::NotDone]),
        ] {
            let incident = incident(state, changed, list);
            let seen: Vec<_> = of(&incident).into_iter().map(|(deed, _)| deed).collect();
            assert_eq!(seen, deeds, "{state} {changed:?}");
            let stands = deeds.iter().any(|deed| matches!(deed, Deed::Done | Deed::FoundDone));
            assert_eq!(after(&incident).is_some(), stands, "{state} {changed:?}");
        }
    }

    #[test]
    fn words_in_json_are_those_of_the_type() {
        for deed in Deed::ALL {
            assert_eq!(serde_json::to_value(deed).unwrap(), deed.as_str());
        }
    }
}
