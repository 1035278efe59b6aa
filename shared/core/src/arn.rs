//! The few ARNs that are taken apart or put together here.

/// One of the separate clouds that AWS runs.
struct Partition {
    id: &'static str,
    /// How its regions begin.
    regions: &'static [&'static str],
    /// Where IAM, and the global services that go with it, run their API and write their events.
    iam: &'static str,
    organizations: &'static str,
}

/// All of them. `aws` has every region that no other one names.
const PARTITIONS: [Partition; 8] = [
    Partition { id: "aws", regions: &[], iam: "us-east-1", organizations: "us-east-1" },
    Partition { id: "aws-cn", regions: &["cn-", "aws-cn-"], iam: "cn-north-1", organizations: "cn-northwest-1" },
    Partition {
        id: "aws-us-gov",
        regions: &["us-gov-", "aws-us-gov-"],
        iam: "us-gov-west-1",
        organizations: "us-gov-west-1",
    },
    Partition {
        id: "aws-iso",
        regions: &["us-iso-", "aws-iso-global"],
        iam: "us-iso-east-1",
        organizations: "us-iso-east-1",
    },
    Partition {
        id: "aws-iso-b",
        regions: &["us-isob-", "aws-iso-b-"],
        iam: "us-isob-east-1",
        organizations: "us-isob-east-1",
    },
    Partition {
        id: "aws-iso-e",
        regions: &["eu-isoe-", "aws-iso-e-"],
        iam: "eu-isoe-west-1",
        organizations: "eu-isoe-west-1",
    },
    Partition {
        id: "aws-iso-f",
        regions: &["us-isof-", "aws-iso-f-"],
        iam: "us-isof-south-1",
        organizations: "us-isof-south-1",
    },
    Partition {
        id: "aws-eusc",
        regions: &["eusc-", "aws-eusc-"],
        iam: "eusc-de-east-1",
        organizations: "eusc-de-east-1",
    },
];

/// The partition of a region: `aws`, `aws-cn`, `aws-us-gov`, `aws-iso`, `aws-iso-b`, `aws-iso-e`, `aws-iso-f` or
/// `aws-eusc`. A region that has no known prefix is one of `aws`.
#[must_use]
pub fn partition(region: &str) -> &'static str {
    let of = |partition: &&Partition| partition.regions.iter().any(|prefix| region.starts_with(prefix));
    PARTITIONS.iter().find(of).map_or("aws", |partition| partition.id)
}

/// The partition that an ARN names; `None` where the text is no ARN or names a partition that is not known.
#[must_use]
pub fn partition_of(arn: &str) -> Option<&'static str> {
    let named = arn.strip_prefix("arn:")?.split(':').next()?;
    PARTITIONS.iter().find(|partition| partition.id == named).map(|partition| partition.id)
}

/// The region where a global service of a partition runs its API and writes its events; `None` for a service that
/// runs in each region. `service` is as in an `eventSource`, without the suffix: `iam`, `organizations`.
///
/// IAM Identity Center runs where its instance was made, so it has no home; Global Accelerator runs in the
/// commercial partition alone.
#[must_use]
pub fn home_region(partition: &str, service: &str) -> Option<&'static str> {
    let found = PARTITIONS.iter().find(|known| known.id == partition)?;
    match service {
        "iam" => Some(found.iam),
        "organizations" | "route53" | "cloudfront" => Some(found.organizations),
        "globalaccelerator" => (partition == "aws").then_some("us-west-2"),
        _ => None,
    }
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
    fn a_region_and_an_arn_name_the_same_partition() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("mx-central-1", "aws"),
            ("aws-global", "aws"),
            ("cn-northwest-1", "aws-cn"),
            ("us-gov-east-1", "aws-us-gov"),
            ("us-iso-west-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eusc-de-east-1", "aws-eusc"),
            ("aws-iso-global", "aws-iso"),
            ("aws-iso-f-global", "aws-iso-f"),
        ] {
            assert_eq!(super::partition(region), partition, "{region}");
            assert_eq!(partition_of(&format!("arn:{partition}:iam::111122223333:user/eve")), Some(partition));
        }
        for none in ["", "arn:", "arn:aws-moon:iam::111122223333:user/eve", "urn:aws:x", "aws"] {
            assert_eq!(partition_of(none), None, "{none}");
        }
    }

    #[test]
    fn every_partition_has_one_home_of_iam_and_it_lies_within() {
        for known in &PARTITIONS {
            for service in ["iam", "organizations"] {
                let home = home_region(known.id, service).unwrap();
                assert_eq!(super::partition(home), known.id, "{service} of {}", known.id);
            }
            assert_eq!(home_region(known.id, "sso"), None);
        }
        assert_eq!(home_region("aws-cn", "iam"), Some("cn-north-1"));
        assert_eq!(home_region("aws-cn", "organizations"), Some("cn-northwest-1"));
        assert_eq!(home_region("aws", "globalaccelerator"), Some("us-west-2"));
        assert_eq!(home_region("aws-us-gov", "globalaccelerator"), None);
        assert_eq!(home_region("aws-moon", "iam"), None);
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
