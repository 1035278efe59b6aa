//! Versions of packages, compared as the package managers compare them.

use std::cmp::Ordering;

use crate::node::Manager;

/// Compares two versions as the manager of the host does: `[epoch:]version[-release]`.
#[must_use]
pub(crate) fn compare(manager: Manager, a: &str, b: &str) -> Ordering {
    let ((epoch_a, a), (epoch_b, b)) = (epoch(a), epoch(b));
    let (version_a, release_a) = a.rsplit_once('-').unwrap_or((a, ""));
    let (version_b, release_b) = b.rsplit_once('-').unwrap_or((b, ""));
    let part = if manager == Manager::Apt { debian } else { rpm };
    // A release that one side does not say is no difference for rpm; Debian takes it for the lowest.
    let releases = match (release_a, release_b) {
        ("", _) | (_, "") if manager != Manager::Apt => Ordering::Equal,
        _ => part(release_a, release_b),
    };
    epoch_a.cmp(&epoch_b).then_with(|| part(version_a, version_b)).then(releases)
}

/// Whether what is installed is the fixed version or later.
#[must_use]
pub(crate) fn is_fixed(manager: Manager, installed: &str, fixed: &str) -> bool {
    compare(manager, installed, fixed) != Ordering::Less
}

fn epoch(version: &str) -> (u64, &str) {
    match version.split_once(':') {
        Some((epoch, rest)) => (epoch.parse().unwrap_or(0), rest),
        None => (0, version),
    }
}

/// The digits that a text begins with, without leading zeros, and the rest.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (number.trim_start_matches('0'), rest)
}

fn numbers(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Debian's order: letters before other signs, `~` before the end.
fn debian(mut a: &str, mut b: &str) -> Ordering {
    let weight = |c: Option<char>| match c {
        Some('~') => -1,
        None => 0,
        Some(c) if c.is_ascii_digit() => 0,
        Some(c) if c.is_ascii_alphabetic() => i64::from(u32::from(c)),
        Some(c) => i64::from(u32::from(c)) + 256,
    };
    loop {
        // The part without digits, sign by sign.
        loop {
            let (first_a, first_b) = (a.chars().next(), b.chars().next());
            let is_text = |c: Option<char>| c.is_some_and(|c| !c.is_ascii_digit());
            if !is_text(first_a) && !is_text(first_b) {
                break;
            }
            let order = weight(first_a).cmp(&weight(first_b));
            if order != Ordering::Equal {
                return order;
            }
            a = a.strip_prefix(|c: char| !c.is_ascii_digit()).unwrap_or(a);
            b = b.strip_prefix(|c: char| !c.is_ascii_digit()).unwrap_or(b);
        }
        let ((number_a, rest_a), (number_b, rest_b)) = (digits(a), digits(b));
        let order = numbers(number_a, number_b);
        if order != Ordering::Equal || (rest_a.is_empty() && rest_b.is_empty()) {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
}

/// rpm's order: runs of digits or letters, a number after letters, `~` before the end, `^` after it.
fn rpm(mut a: &str, mut b: &str) -> Ordering {
    let sign = |c: char| c.is_ascii_alphanumeric() || c == '~' || c == '^';
    loop {
        a = a.trim_start_matches(|c| !sign(c));
        b = b.trim_start_matches(|c| !sign(c));
        for (mark, missing) in [('~', Ordering::Less), ('^', Ordering::Greater)] {
            match (a.starts_with(mark), b.starts_with(mark)) {
                (true, false) => return if mark == '^' && !b.is_empty() { Ordering::Less } else { missing },
                (false, true) => {
                    return if mark == '^' && !a.is_empty() { Ordering::Greater } else { missing.reverse() };
                }
                _ => {}
            }
        }
        if (a.starts_with('~') && b.starts_with('~')) || (a.starts_with('^') && b.starts_with('^')) {
            a = a.get(1..).unwrap_or_default();
            b = b.get(1..).unwrap_or_default();
            continue;
        }
        if a.is_empty() || b.is_empty() {
            return a.len().min(1).cmp(&b.len().min(1));
        }
        let is_number = a.starts_with(|c: char| c.is_ascii_digit());
        if is_number != b.starts_with(|c: char| c.is_ascii_digit()) {
            return if is_number { Ordering::Greater } else { Ordering::Less };
        }
        let order = if is_number {
            let ((number_a, rest_a), (number_b, rest_b)) = (digits(a), digits(b));
            (a, b) = (rest_a, rest_b);
            numbers(number_a, number_b)
        } else {
            let word = |text: &str| text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
            let (word_a, rest_a) = a.split_at_checked(word(a)).unwrap_or((a, ""));
            let (word_b, rest_b) = b.split_at_checked(word(b)).unwrap_or((b, ""));
            let order = word_a.cmp(word_b);
            (a, b) = (rest_a, rest_b);
            order
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each is older than the next.
    fn in_order(manager: Manager, versions: &[&str]) {
        for pair in versions.windows(2) {
            assert_eq!(compare(manager, pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(manager, pair[1], pair[0]), Ordering::Greater, "{pair:?}");
            assert_eq!(compare(manager, pair[0], pair[0]), Ordering::Equal, "{pair:?}");
        }
    }

    #[test]
    fn debian_versions_are_ordered_as_dpkg_orders_them() {
        in_order(
            Manager::Apt,
            &[
                "1.0~rc1-1",
                "1.0-1",
                "1.0-1+deb12u1",
                "1.0-1+deb12u10",
                "1.0a-1",
                "1.0+b-1",
                "1.1-1",
                "1.10-1",
                "1:0.1-1",
            ],
        );
        in_order(Manager::Apt, &["3.0.9-1", "3.0.11-1~deb12u1", "3.0.11-1~deb12u2", "3.0.11-1"]);
    }

    #[test]
    fn rpm_versions_are_ordered_as_rpm_orders_them() {
        in_order(
            Manager::Dnf,
            &[
                "1.0~rc1-1",
                "1.0-1.amzn2023",
                "1.0-1.amzn2023.0.1",
                "1.0-2.amzn2023",
                "1.0^git1-1",
                "1.0.1-1",
                "1.10-1",
                "1:0.1-1",
            ],
        );
        in_order(Manager::Dnf, &["1.0a-1", "1.0.1-1"]);
        assert_eq!(compare(Manager::Dnf, "1.05-1", "1.5-1"), Ordering::Equal);
        // A finding may name the fixed version without its release.
        assert!(is_fixed(Manager::Dnf, "3.0.8-1.amzn2023", "3.0.8") && is_fixed(Manager::Dnf, "0:2-1", "2-1"));
    }

    #[test]
    fn strange_versions_end() {
        for manager in [Manager::Apt, Manager::Dnf] {
            for text in ["", "-", ":", "~", "^", "~~^", "é1", "1é", "a-b-c", "00:00-00"] {
                for other in ["", "1", "~", "é", "1.0-1"] {
                    assert_eq!(
                        compare(manager, text, other),
                        compare(manager, other, text).reverse(),
                        "{text} {other}"
                    );
                }
            }
        }
    }
}
