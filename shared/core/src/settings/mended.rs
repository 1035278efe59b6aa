//! Settings that are used although some of them are broken.
//!
//! One bad value must not blind the responder. In its place stands the last good one; where there is none, the default,
//! and where the setting is one that holds actions back, nothing is changed until it is repaired. Detecting, recording
//! and notifying go on in any case.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{
    GUARDRAILS_PREFIX, MODE_PATH, OWN_ROLES_PATH, PROTECTED_ADDRESSES_PATH, PROTECTED_PATH, Settings, SettingsError,
    TABLE_PATH, TOPIC_PATH, TRUSTED_PATH,
};
use crate::guardrail::{GuardrailError, Guardrails};
use crate::notice::Notice;
use crate::text::plain;

/// A role that nobody has, where the list of our own cannot be had. Nothing is changed then.
const NO_ROLE: &str = "arn:aws:iam::000000000000:role/none";

/// What stands for a required setting that was never good: path → value. The template gives them to the functions.
pub type Defaults = BTreeMap<&'static str, String>;

/// What is used in place of a broken setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// The value that it had before.
    LastGood,
    /// The default.
    Default,
    /// The default; and nothing is changed, since the setting is one that holds actions back.
    DefaultAndObserve,
}

/// A broken setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which one, and what is wrong with it.
    pub error: SettingsError,
    /// What is used in its place.
    pub instead: Instead,
}

/// Settings and guardrails that can be used.
#[derive(Debug)]
pub struct Mended {
    /// The settings.
    pub settings: Settings,
    /// The guardrails. They let nothing through where a broken setting asks for that.
    pub guardrails: Guardrails,
    /// What is broken.
    pub broken: Vec<Broken>,
    /// The parameters as they are used: the last good values for the next reading.
    pub used: BTreeMap<String, String>,
}

impl Mended {
    /// Reads settings from `parameters`; `last` are the parameters that were used before.
    ///
    /// # Errors
    /// Names a required setting that is broken, was never good and has no default.
    pub fn of(
        parameters: BTreeMap<String, String>,
        last: Option<&BTreeMap<String, String>>,
        defaults: &Defaults,
    ) -> Result<Self, GuardrailError> {
        let mut used = parameters;
        let mut broken: Vec<Broken> = Vec::new();
        // What was tried for a path already; each path is mended twice at most.
        let (mut from_last, mut from_default) = (BTreeSet::new(), BTreeSet::new());
        loop {
            let error = match whole(&used) {
                Ok((settings, guardrails)) => {
                    let held = broken.iter().filter(|broken| broken.instead == Instead::DefaultAndObserve);
                    let held = held.map(|broken| format!("{}; nothing is changed until it is repaired", broken.error));
                    let guardrails = guardrails.observing(held.collect());
                    return Ok(Self { settings, guardrails, broken, used });
                }
                Err(GuardrailError::Setting(error)) => error,
                Err(other) => return Err(other),
            };
            let path = error.path.clone();
            let before = last.and_then(|last| last.get(&path)).filter(|value| used.get(&path) != Some(*value));
            let instead = if let Some(value) = before.filter(|_| from_last.insert(path.clone())) {
                used.insert(path.clone(), value.clone());
                Instead::LastGood
            } else if from_default.insert(path.clone()) {
                match default(&path, defaults) {
                    Some(value) => drop(used.insert(path.clone(), value)),
                    // A required one without a default is missed again, and that is the end.
                    None => drop(used.remove(&path)),
                }
                if holds_back(&path) { Instead::DefaultAndObserve } else { Instead::Default }
            } else {
                return Err(error.into());
            };
            broken.retain(|other| other.error.path != path);
            broken.push(Broken { error, instead });
        }
    }
}

fn whole(parameters: &BTreeMap<String, String>) -> Result<(Settings, Guardrails), GuardrailError> {
    let settings = Settings::from_parameters(parameters)?;
    let guardrails = Guardrails::new(&settings)?;
    Ok((settings, guardrails))
}

fn default(path: &str, defaults: &Defaults) -> Option<String> {
    match path {
        MODE_PATH => Some("shadow".to_owned()),
        OWN_ROLES_PATH => Some(NO_ROLE.to_owned()),
        TOPIC_PATH | TABLE_PATH => defaults.get(path).cloned(),
        _ => None,
    }
}

/// Whether a setting keeps actions from being taken: without it more would be done than somebody wanted.
fn holds_back(path: &str) -> bool {
    path.starts_with(GUARDRAILS_PREFIX)
        || [OWN_ROLES_PATH, PROTECTED_PATH, PROTECTED_ADDRESSES_PATH, TRUSTED_PATH].contains(&path)
}

/// What people are told of broken settings.
#[must_use]
pub fn notice(broken: &[Broken], account: &str, function: &str) -> Notice {
    let first = broken.first().map_or("", |broken| broken.error.path.as_str());
    let more = if broken.len() > 1 { format!(" and {} more", broken.len() - 1) } else { String::new() };
    let subject = format!("[Riposte] BROKEN SETTING {}{more} in {account}", plain(first, 60));
    let mut body = String::new();
    for Broken { error, instead } in broken {
        let meanwhile = match instead {
            Instead::LastGood => "the last good value is used",
            Instead::Default => "the default is used",
            Instead::DefaultAndObserve => "events are recorded and notified, and nothing is changed",
        };
        // Writing to a String cannot fail.
        let _ = writeln!(body, "Setting    {}", plain(&error.path, 300));
        let _ = writeln!(body, "Wrong      it {}", plain(&error.wrong, 600));
        let _ = writeln!(body, "Meanwhile  {meanwhile}\n");
    }
    let _ = writeln!(body, "Read by    {function}, in account {account}");
    let _ = writeln!(body, "Repair     aws ssm put-parameter --overwrite --name PATH --value VALUE");
    let subject = subject.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(100).collect();
    Notice { subject, body }
}

#[cfg(test)]
mod tests {
    use super::super::{LEDGER_KEY_PATH, Mode, SSH_FAILURES_PATH};
    use super::*;
    use crate::guardrail::{Decision, Effect};
    use crate::testing::{finding, plan};

    fn good() -> BTreeMap<String, String> {
        [
            (MODE_PATH, "live"),
            (TOPIC_PATH, "arn:aws:sns:eu-west-1:111122223333:riposte"),
            (TABLE_PATH, "riposte-ledger"),
            (LEDGER_KEY_PATH, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
            (OWN_ROLES_PATH, "arn:aws:iam::111122223333:role/a"),
            (SSH_FAILURES_PATH, "7"),
            ("/riposte/guardrails/ask", "forbid (principal, action, resource) unless { context.approved };"),
        ]
        .map(|(path, value)| (path.to_owned(), value.to_owned()))
        .into()
    }

    fn defaults() -> Defaults {
        [(TOPIC_PATH, "arn:aws:sns:eu-west-1:111122223333:own".to_owned()), (TABLE_PATH, "own-ledger".to_owned())]
            .into()
    }

    fn mended(path: &str, value: Option<&str>, last: Option<&BTreeMap<String, String>>) -> Mended {
        let mut parameters = good();
        match value {
            Some(value) => drop(parameters.insert(path.to_owned(), value.to_owned())),
            None => drop(parameters.remove(path)),
        }
        Mended::of(parameters, last, &defaults()).unwrap()
    }

    fn effect(mended: &Mended) -> Effect {
        match mended.guardrails.decide("ingress-guard", plan(), &finding()) {
            Decision::Act(_, verdict) | Decision::Hold(_, verdict) => verdict.effect,
        }
    }

    /// Every setting, broken in every way: missing where it is needed, blank, and malformed.
    const CASES: [(&str, Option<&str>, Instead); 15] = [
        (MODE_PATH, None, Instead::Default),
        (MODE_PATH, Some(""), Instead::Default),
        (MODE_PATH, Some("on"), Instead::Default),
        (TOPIC_PATH, None, Instead::Default),
        (TOPIC_PATH, Some("notices"), Instead::Default),
        (TABLE_PATH, Some(" "), Instead::Default),
        (OWN_ROLES_PATH, None, Instead::DefaultAndObserve),
        (OWN_ROLES_PATH, Some("role"), Instead::DefaultAndObserve),
        (PROTECTED_PATH, Some("break-glass"), Instead::DefaultAndObserve),
        (PROTECTED_ADDRESSES_PATH, Some("office"), Instead::DefaultAndObserve),
        (TRUSTED_PATH, Some("12"), Instead::DefaultAndObserve),
        (SSH_FAILURES_PATH, Some("x"), Instead::Default),
        ("/riposte/guardrails/typo", Some("forbit (principal, action, resource);"), Instead::DefaultAndObserve),
        ("/riposte/guardrails/typo", Some(""), Instead::DefaultAndObserve),
        ("/riposte/notice-severity", Some("loud"), Instead::Default),
    ];

    #[test]
    fn whatever_is_broken_the_rest_is_read_and_the_path_is_named() {
        for (path, value, instead) in CASES {
            let mended = mended(path, value, None);
            let seen: Vec<_> =
                mended.broken.iter().map(|broken| (broken.error.path.as_str(), broken.instead)).collect();
            assert_eq!(seen, [(path, instead)], "{value:?}");
            let notice = notice(&mended.broken, "111122223333", "ingress-guard");
            assert!(notice.subject.contains(path) && notice.body.contains(path), "{notice:?}");
            let ask = if mended.settings.mode == Mode::Shadow { Effect::Observe } else { Effect::Ask };
            let wanted = if instead == Instead::DefaultAndObserve { Effect::Observe } else { ask };
            assert_eq!(effect(&mended), wanted, "{path} {value:?}");
        }
    }

    #[test]
    fn the_last_good_value_stands_where_there_was_one() {
        for (path, value, _) in CASES.into_iter().filter(|(path, ..)| good().contains_key(*path)) {
            let mended = mended(path, value, Some(&good()));
            assert_eq!(mended.broken[0].instead, Instead::LastGood, "{path}");
            assert_eq!(mended.used, good(), "{path} {value:?}");
            assert_eq!(effect(&mended), Effect::Ask, "{path}");
            // And again: what was used is what counts as good.
            let again = self::mended(path, value, Some(&mended.used));
            assert_eq!(again.settings, mended.settings);
        }
        let mended = mended("/riposte/guardrails/ask", Some("forbit"), Some(&good()));
        assert_eq!((effect(&mended), mended.broken.len()), (Effect::Ask, 1));
    }

    #[test]
    fn two_that_are_broken_are_both_named() {
        let mut parameters = good();
        parameters.insert(SSH_FAILURES_PATH.to_owned(), "x".to_owned());
        parameters.insert("/riposte/guardrails/ask".to_owned(), "?".to_owned());
        let mended = Mended::of(parameters, None, &defaults()).unwrap();
        assert_eq!(mended.broken.len(), 2);
        assert!(notice(&mended.broken, "1", "f").subject.contains("and 1 more"));
    }

    #[test]
    fn without_the_ledgers_key_nothing_can_be_recorded() {
        let mut parameters = good();
        parameters.remove(LEDGER_KEY_PATH);
        let error = Mended::of(parameters, None, &defaults()).unwrap_err();
        assert_eq!(error.to_string(), format!("setting `{LEDGER_KEY_PATH}` is missing"));
    }

    #[test]
    fn a_last_value_that_is_no_good_any_more_gives_way_to_the_default() {
        let mut last = good();
        last.insert(SSH_FAILURES_PATH.to_owned(), "0".to_owned());
        let mended = mended(SSH_FAILURES_PATH, Some("x"), Some(&last));
        assert_eq!(mended.broken.len(), 1);
        assert_eq!(mended.broken[0].instead, Instead::Default);
    }
}
