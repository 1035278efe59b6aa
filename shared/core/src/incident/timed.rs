//! Containment for a time: what the clock takes back, unless the attack goes on.

use serde::{Deserialize, Serialize};

use super::{Incident, State};
use crate::finding::{BY_HAND, Finding, Target};
use crate::net::address;
use crate::plan::Plan;

/// For how long an incident contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    /// For how long at a time, in seconds.
    pub seconds: i64,
    /// When that is over: milliseconds since 1970.
    pub until_ms: i64,
    /// How often it was renewed, because the attack went on.
    #[serde(default)]
    pub renewed: u32,
    /// The time was up and it could not be taken back: a person does it. Why is in the timeline.
    #[serde(default)]
    pub left: bool,
}

impl Timed {
    /// From now on for so many seconds.
    #[must_use]
    pub fn from(now_ms: i64, seconds: i64) -> Self {
        Self { seconds, until_ms: end(now_ms, seconds), renewed: 0, left: false }
    }

    /// The same once more, from now on.
    #[must_use]
    pub fn renewed(self, now_ms: i64) -> Self {
        Self { until_ms: end(now_ms, self.seconds), renewed: self.renewed.saturating_add(1), ..self }
    }

    /// The attack goes on if something of it came at this time or later: in the second half of the time, in milliseconds
    /// since 1970. What came in the first minutes is the attack that was contained.
    #[must_use]
    pub fn fresh_since_ms(&self) -> i64 {
        self.until_ms.saturating_sub(self.seconds.saturating_mul(500))
    }
}

fn end(now_ms: i64, seconds: i64) -> i64 {
    now_ms.saturating_add(seconds.saturating_mul(1000))
}

impl Incident {
    /// When it is taken back by the clock, in milliseconds since 1970; `None` where nothing is.
    #[must_use]
    pub fn timer_ms(&self) -> Option<i64> {
        let timed = self.timed.filter(|timed| !timed.left)?;
        (self.state == State::Intended || self.can_be_undone()).then_some(timed.until_ms)
    }

    /// Until when a person may approve it, in milliseconds since 1970; `None` where nobody is waited for.
    #[must_use]
    pub fn waits_until_ms(&self) -> Option<i64> {
        self.approve_until_ms.filter(|_| self.state == State::Asked)
    }

    /// Whether nobody approved it in time.
    #[must_use]
    pub fn has_expired(&self, now_ms: i64) -> bool {
        self.waits_until_ms().is_some_and(|until| until < now_ms)
    }

    /// When the clock looks at it next, in milliseconds since 1970: to take it back, or to end the wait for a person.
    #[must_use]
    pub fn clock_ms(&self) -> Option<i64> {
        self.timer_ms().or_else(|| self.waits_until_ms())
    }

    /// Whether its time is up.
    #[must_use]
    pub fn is_due(&self, now_ms: i64) -> bool {
        self.can_be_undone() && self.timer_ms().is_some_and(|until| until <= now_ms)
    }

    /// Whether a finding is of the attack that this incident contains: about the same target, the same resource, by the
    /// principal that is held, or from the address that is denied. What a person asks for by hand is no attack.
    #[must_use]
    pub fn is_attacked_by(&self, finding: &Finding) -> bool {
        if finding.detector == BY_HAND || Self::id_of(finding) == self.id {
            return false;
        }
        let resource = |of: &Finding| of.response.as_ref().and_then(|response| response.resource().ok());
        // Of a host, every address that attacks it is another attack.
        let same_resource = !matches!(self.finding.target, Target::Source { .. })
            && resource(&self.finding).is_some_and(|ours| resource(finding) == Some(ours));
        let same_target = self.finding.target.key() == finding.target.key();
        same_target || same_resource || self.holds(finding) || self.denies(finding)
    }

    fn holds(&self, finding: &Finding) -> bool {
        let held = self.plan.as_ref().map(|plan: &Plan| plan.resource_arn.as_str());
        held.is_some() && finding.principal.principal_arn() == held
    }

    fn denies(&self, finding: &Finding) -> bool {
        let Target::Source { address: denied, .. } = &self.finding.target else { return false };
        let other = match &finding.target {
            Target::Source { address, .. } => Some(address::canonical(*address)),
            _ => address::normalized(finding.principal.source_ip.as_deref().unwrap_or_default()),
        };
        other.is_some_and(|other| address::reach(*denied).contains(&other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{DenySource, Request};
    use crate::incident::{Changed, Made, Undoing};
    use crate::settings::Mode;
    use crate::testing::{finding, plan};

    fn contained(finding: Finding) -> Incident {
        let mut incident = Incident::open(finding, "f", Mode::Live, 0);
        incident.plan = Some(plan());
        incident.timed = Some(Timed::from(1_000, 3_600));
        (incident.state, incident.changed) = (State::Verified, Changed::Yes);
        incident.made.push(Made { n: 0, request_id: None });
        incident
    }

    fn other(event_id: &str) -> Finding {
        let mut other = finding();
        other.scope.event_id = event_id.to_owned();
        other
    }

    #[test]
    fn the_clock_looks_at_what_stands_and_at_nothing_else() {
        let mut incident = contained(finding());
        assert_eq!(incident.timer_ms(), Some(3_601_000));
        assert!(!incident.is_due(3_600_999) && incident.is_due(3_601_000));
        incident.state = State::Intended;
        assert!(incident.timer_ms().is_some() && !incident.is_due(i64::MAX), "who acts still will end it");
        for state in [State::Undone, State::Observed, State::Asked, State::Denied] {
            incident.state = state;
            assert_eq!(incident.timer_ms(), None, "{state}");
        }
        incident.state = State::Verified;
        incident.timed = incident.timed.map(|timed| Timed { left: true, ..timed });
        assert_eq!(incident.timer_ms(), None);
    }

    #[test]
    fn only_what_came_in_the_second_half_is_fresh_and_a_renewal_begins_anew() {
        let timed = Timed::from(1_000, 3_600);
        assert_eq!(timed.fresh_since_ms(), 1_801_000);
        let again = timed.renewed(4_000_000);
        assert_eq!((again.until_ms, again.renewed, again.seconds), (7_600_000, 1, 3_600));
    }

    #[test]
    fn an_attack_goes_on_by_its_target_its_principal_or_its_address() {
        let incident = contained(finding());
        assert!(incident.is_attacked_by(&other("e-2")), "the same target again");
        assert!(!incident.is_attacked_by(&finding()), "itself");
        let by_hand = Finding { detector: BY_HAND.to_owned(), ..other("e-2") };
        assert!(!incident.is_attacked_by(&by_hand));
        let mut elsewhere = Finding { response: None, ..other("e-2") };
        elsewhere.target = Target::Resource { service: "s3".to_owned(), id: "b".to_owned() };
        assert!(!incident.is_attacked_by(&elsewhere), "another target, by somebody who is not held");
        let mut held = contained(finding());
        held.plan.as_mut().unwrap().resource_arn = "arn:aws:iam::111122223333:user/mallory".to_owned();
        assert!(held.is_attacked_by(&elsewhere), "by the one who is held");
    }

    #[test]
    fn the_clocks_own_call_is_known_by_the_functions_role_alone() {
        const AT_MS: i64 = 1_767_323_045_000;
        let own = "arn:aws:iam::111122223333:role/riposte-own".to_owned();
        let mut incident = contained(finding());
        incident.undoing = Some(Undoing { by: Some("f".to_owned()), reason: None, at_ms: AT_MS });
        let mut event = Finding { event_name: "AuthorizeSecurityGroupIngress".to_owned(), ..other("e-9") };
        assert!(!incident.caused(&event, std::slice::from_ref(&own)), "by somebody who copied the mark");
        event.principal.role_arn = Some(own.clone());
        assert!(incident.caused(&event, std::slice::from_ref(&own)));
        incident.undoing = Some(Undoing { by: Some("another".to_owned()), reason: None, at_ms: AT_MS });
        assert!(!incident.caused(&event, &[own]), "not by this function");
    }

    #[test]
    fn a_denied_address_attacks_on_from_its_network_and_not_by_sharing_a_network_acl() {
        let source = |address: &str, stream: &str| DenySource {
            address: address.parse().unwrap(),
            group: "g".to_owned(),
            stream: stream.to_owned(),
        };
        let of =
            |request: DenySource| Finding { target: request.target(), response: Some(request.into()), ..other("e-2") };
        let incident = contained(of(source("2001:db8::9", "i-1")));
        assert!(incident.is_attacked_by(&of(source("2001:db8::a", "i-2"))), "the same /64, another host");
        assert!(!incident.is_attacked_by(&of(source("2001:db9::9", "i-1"))), "another address, the same network ACL");
        let mut call = Finding { response: None, ..other("e-3") };
        call.principal.source_ip = Some("2001:DB8:0:0::c".to_owned());
        assert!(incident.is_attacked_by(&call));
        call.principal.source_ip = Some("AWS Internal".to_owned());
        assert!(!incident.is_attacked_by(&call));
    }
}
