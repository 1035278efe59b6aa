//! The few ARNs that are taken apart or put together here.

/// The partition of a region, of AWS's eight. Regions that are newer than this are known by how they begin.
#[must_use]
pub fn partition(region: &str) -> &'static str {
    const BEGINNINGS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    BEGINNINGS.iter().find(|(beginning, _)| region.starts_with(beginning)).map_or("aws", |(_, partition)| partition)
}

/// Whether a text is an account's number.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// The account that a principal or a resource is of: the one in its ARN, or the twelve digits that stand
/// for an account itself.
#[must_use]
pub fn account_of(name: &str) -> Option<&str> {
    let id = if name.starts_with("arn:") { name.split(':').nth(4)? } else { name };
    is_account(id).then_some(id)
}

/// Whether `text` matches `pattern`, in which `*` stands for any characters and `?` for one: the
/// wildcards of IAM policies. Takes no memory, and quadratic time at the very worst.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    glob(pattern, text, |p, t| p == t || p == '?')
}

/// [`matches()`] without regard to case, as IAM compares the names of actions.
#[must_use]
pub fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    glob(pattern, text, |p, t| p.eq_ignore_ascii_case(&t) || p == '?')
}

/// Whether everything that `part` can match is matched by `pattern`, both with wildcards. It may say no
/// where the answer is yes (`a*b*` and `a**b*`), never the other way round.
#[must_use]
pub fn covers(pattern: &str, part: &str) -> bool {
    // A `*` of the part stands for any length, so one character of the pattern is not enough for it.
    glob(pattern, part, |p, t| p == t || (p == '?' && t != '*'))
}

/// `stands_for` says for which characters of the text one of the pattern may stand.
fn glob(pattern: &str, text: &str, stands_for: impl Fn(char, char) -> bool) -> bool {
    let (mut p, mut t) = (pattern.chars(), text.chars());
    // What follows the last `*`, and the text that is left once it covers one character more.
    let mut retry: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let pending = p.clone();
        let wanted = p.next();
        if wanted == Some('*') {
            retry = Some((p.clone(), t.clone()));
            continue;
        }
        let Some(found) = t.next() else {
            return pending.as_str().chars().all(|c| c == '*');
        };
        if wanted.is_some_and(|wanted| stands_for(wanted, found)) {
            continue;
        }
        match &mut retry {
            Some((after_star, left)) => {
                left.next();
                (p, t) = (after_star.clone(), left.clone());
            }
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_in_an_arn_or_stands_alone() {
        assert_eq!(account_of("arn:aws:sqs:eu-west-1:444455556666:orders"), Some("444455556666"));
        assert_eq!(account_of("444455556666"), Some("444455556666"));
        for nobody in ["arn:aws:s3:::orders", "arn:aws:lambda:eu-west-1", "IAM_ALLOWED_PRINCIPALS", "", "44445555666"] {
            assert_eq!(account_of(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn wildcards() {
        for (pattern, text, want) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*b*b", "abab", true),
            ("abc", "abcd", false),
            ("", "", true),
            ("", "a", false),
            ("**", "x", true),
        ] {
            assert_eq!(matches(pattern, text), want, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_pattern_covers_what_it_matches_all_of() {
        for (pattern, part, want) in [
            ("*", "s3:get*", true),
            ("s3:*", "s3:get*", true),
            ("s3:get*", "s3:*", false),
            ("s3:get?", "s3:get*", false),
            ("s3:get?", "s3:get?", true),
            ("s3:get*", "s3:get?", true),
            ("s3:getobject", "s3:getobject", true),
            ("a*c", "ab*c", true),
            ("a?*", "a*", false),
        ] {
            assert_eq!(covers(pattern, part), want, "{pattern} over {part}");
        }
    }

    #[test]
    fn a_hostile_pattern_ends() {
        let pattern = "a*".repeat(40) + "b";
        assert!(!matches(&pattern, &"a".repeat(2000)));
        assert!(!covers(&pattern, &"a*".repeat(1000)));
    }
}
