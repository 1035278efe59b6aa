//! `/riposte/contain-for/ACTION`: how long an action contains before the clock takes it back.

use std::collections::BTreeMap;

use super::{CONTAIN_FOR_PREFIX, SettingsError};
use crate::action::ActionId;
use crate::text::plain;

/// The shortest time, in seconds: the schedule looks every five minutes.
const SHORTEST_S: i64 = 600;

/// The longest, in seconds: 90 days.
const LONGEST_S: i64 = 90 * 86_400;

/// The times that are set, in seconds, by their actions.
pub(super) fn read(parameters: &BTreeMap<String, String>) -> Result<BTreeMap<ActionId, i64>, SettingsError> {
    let set = parameters.iter().filter_map(|(path, text)| Some((path, path.strip_prefix(CONTAIN_FOR_PREFIX)?, text)));
    set.map(|(path, name, text)| one(name, text.trim()).map_err(|wrong| SettingsError::new(path, wrong))).collect()
}

fn one(name: &str, text: &str) -> Result<(ActionId, i64), String> {
    let all: Vec<_> = ActionId::timed().map(|action| format!("`{action}`")).collect();
    let action = name.parse::<ActionId>().ok().filter(|action| action.can_be_timed()).ok_or_else(|| {
        format!(
            "names no action that can be rolled back by the clock; those are {}, not `{}`",
            all.join(", "),
            plain(name, 60)
        )
    })?;
    let wrong = || format!("must be a time from 10m to 90d, as `30m`, `4h` or `7d`, not `{}`", plain(text, 40));
    let seconds = seconds(text).filter(|seconds| (SHORTEST_S..=LONGEST_S).contains(seconds)).ok_or_else(wrong)?;
    Ok((action, seconds))
}

/// `30m`, `4h`, `7d` in seconds.
fn seconds(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    let digits = number.bytes().all(|b| b.is_ascii_digit());
    number.parse::<i64>().ok().filter(|_| digits).and_then(|number| number.checked_mul(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, value: &str) -> Result<BTreeMap<ActionId, i64>, SettingsError> {
        read(&[(format!("{CONTAIN_FOR_PREFIX}{name}"), value.to_owned())].into())
    }

    #[test]
    fn a_time_is_minutes_hours_or_days() {
        for (value, seconds) in [("10m", 600), (" 30m ", 1_800), ("4h", 14_400), ("90d", LONGEST_S)] {
            assert_eq!(of("deny-source", value).unwrap(), [(ActionId::DenySource, seconds)].into(), "{value}");
        }
        for value in
            ["", "m", "9m", "91d", "4", "4H", "-4h", "+4h", "4 h", "1.5h", "4h30m", "é", "99999999999999999999d"]
        {
            let error = of("deny-source", value).unwrap_err();
            assert_eq!(error.path, "/riposte/contain-for/deny-source", "{value}");
            assert!(error.wrong.contains("`30m`, `4h` or `7d`"), "{value}: {error}");
        }
    }

    #[test]
    fn what_the_clock_cannot_take_back_is_refused_by_its_name() {
        for name in ["revoke-ingress", "detach-managed-policy", "isolate-instance", "deny", "undo", ""] {
            let error = of(name, "4h").unwrap_err();
            assert!(error.path.ends_with(name) && error.wrong.contains("`deny-source`"), "{error}");
        }
    }
}
