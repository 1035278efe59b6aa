//! What the two detectors of opened security groups share: which rules an event made, and the claim.

use crate::action::RevokeIngress;
use crate::detect::fields::field_error;
use crate::detect::{Answer, Claim, DetectError, EventName, Facts, Question};
use crate::event::ApiCall;
use crate::finding::Target;
use crate::net::IngressRule;
use crate::net::cidr::{self, CidrError};
use crate::net::ingress::{self, GroupRef, IngressWrite, ShapeError};
use crate::text::plain;

const AUTHORIZE: &str = "AuthorizeSecurityGroupIngress";

pub(super) const EVENTS: &[EventName] = &[
    EventName { source: "ec2.amazonaws.com", name: AUTHORIZE },
    EventName { source: "ec2.amazonaws.com", name: "ModifySecurityGroupRules" },
];

/// The permissions that [`questions`] need.
pub(super) const READS: &[&str] = &["ec2:DescribeSecurityGroupRules"];

/// How many rules a sentence names before it counts the rest.
const NAMED_RULES: usize = 4;

/// What a detector adds: which rules offend, and in what.
pub(super) trait Offense {
    /// Whether the rule would offend if the whole internet were its source.
    fn concerns(&self, rule: &IngressRule) -> bool;

    /// The indices, in order, of the rules that offend.
    fn offending(&self, rules: &[IngressRule]) -> Vec<usize>;

    /// What the rules open, for the sentence: `SSH`, or `every port`.
    fn opens(&self, rules: &[IngressRule]) -> String;
}

/// A changed rule may be an egress rule, which its record does not tell. So where the rules as
/// requested would offend, the live ones are asked for; a harmless change costs no call.
pub(super) fn questions(offense: &impl Offense, call: &ApiCall) -> Vec<Question> {
    if call.event_name() == AUTHORIZE {
        return Vec::new();
    }
    // What cannot be read here is an error of `judge`, which reads it again and says why.
    let write = ingress::modified(call).ok();
    write.and_then(|write| suspects(offense, &write).ok().flatten()).into_iter().collect()
}

/// The claim about the rules that an event made.
pub(super) fn judge(offense: &impl Offense, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
    let shape = |error: ShapeError| field_error(call, &error.field, error.wrong);
    let range = |error: CidrError| field_error(call, "cidr", format!("is no range: {error}"));
    let write = match call.event_name() {
        AUTHORIZE => ingress::authorized(call).map_err(shape)?,
        _ => {
            let requested = ingress::modified(call).map_err(shape)?;
            let Some(question) = suspects(offense, &requested).map_err(range)? else { return Ok(Vec::new()) };
            match facts.answers.get(&question) {
                Some(Answer::Rules(live)) => IngressWrite { group: requested.group, rules: live.clone() },
                Some(Answer::Gone) => return Ok(Vec::new()),
                Some(Answer::Document(_) | Answer::Images(_)) | None => return Err(unanswered(&requested.group)),
            }
        }
    };
    let indices = offending(offense, &write.rules).map_err(range)?;
    let rules = taken(write.rules, &indices);
    Ok(if rules.is_empty() { Vec::new() } else { vec![claim(offense, call, write.group, rules)] })
}

/// The indices, in order, of the offending rules. A range that cannot be read never hides another that
/// offends; where none does, it leaves the question open, which is an error.
fn offending(offense: &impl Offense, rules: &[IngressRule]) -> Result<Vec<usize>, CidrError> {
    let found = offense.offending(rules);
    if found.is_empty() {
        for rule in rules.iter().filter(|rule| offense.concerns(rule)) {
            cidr::network(&rule.cidr)?;
        }
    }
    Ok(found)
}

/// Those of the rules, in order.
fn taken(rules: Vec<IngressRule>, indices: &[usize]) -> Vec<IngressRule> {
    let mut wanted = indices.iter().peekable();
    let mut taken = Vec::with_capacity(indices.len());
    taken.extend(rules.into_iter().enumerate().filter_map(|(index, rule)| wanted.next_if_eq(&&index).map(|_| rule)));
    taken
}

/// The question about the rules that offend as requested; `None` where none does.
fn suspects(offense: &impl Offense, write: &IngressWrite) -> Result<Option<Question>, CidrError> {
    let found = offending(offense, &write.rules)?;
    let rule_ids: Vec<_> =
        found.iter().filter_map(|index| write.rules.get(*index)).filter_map(|rule| rule.rule_id.clone()).collect();
    Ok(match &write.group {
        GroupRef::Id(group_id) if !rule_ids.is_empty() => {
            Some(Question::IngressRules { group_id: group_id.clone(), rule_ids })
        }
        _ => None,
    })
}

fn claim(offense: &impl Offense, call: &ApiCall, group: GroupRef, rules: Vec<IngressRule>) -> Claim {
    let opened = offense.opens(&rules);
    let mut named: Vec<_> = rules.iter().take(NAMED_RULES).map(|rule| format!("`{}`", rule.label())).collect();
    if rules.len() > NAMED_RULES {
        named.push(format!("{} more", rules.len() - NAMED_RULES));
    }
    let (group_id, response) = match group {
        GroupRef::Id(group_id) => (group_id.clone(), Some(RevokeIngress { group_id, rules }.into())),
        // Without the id there is no telling which group of that name it is.
        GroupRef::Name(name) => (name, None),
    };
    let why = format!(
        "`{}` opened {} of security group `{}` to the internet: {}",
        call.event_name(),
        opened,
        plain(&group_id, 80),
        named.join(", "),
    );
    Claim { response, ..Claim::of(Target::SecurityGroup { group_id }, why) }
}

/// Those of `candidates`, indices into `rules`, whose sources together amount to the internet.
pub(super) fn reaching_internet(rules: &[IngressRule], candidates: &[usize]) -> Vec<usize> {
    let open: Vec<_> = candidates.iter().filter_map(|&index| Some((index, rules.get(index)?.cidr.as_str()))).collect();
    let ranges: Vec<_> = open.iter().map(|(_, cidr)| *cidr).collect();
    cidr::internet_ranges(&ranges).into_iter().filter_map(|place| open.get(place).map(|(index, _)| *index)).collect()
}

fn unanswered(group: &GroupRef) -> DetectError {
    let (GroupRef::Id(name) | GroupRef::Name(name)) = group;
    DetectError::Unanswered { what: format!("rules of security group {}", plain(name, 80)) }
}
