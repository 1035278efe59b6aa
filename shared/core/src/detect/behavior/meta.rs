//! What the catalogue says of the detectors over behavior.

use crate::detect::meta::page;
use crate::detect::{Domain, Events, Meta, Outcome};
use crate::finding::{Confidence, Severity};

const fn of(
    id: &'static str,
    title: &'static str,
    severity: Severity,
    confidence: Confidence,
    technique: &'static [&'static str],
    prose: &'static str,
) -> Meta {
    Meta {
        id,
        title,
        domain: Domain::Behavior,
        severity,
        confidence,
        technique,
        no_response: match severity {
            Severity::High | Severity::Critical => {
                "What is unusual is not known to be wrong, and the function that finds it changes nothing: \
                 `revoke-sessions` and `deny-principal` stop its principal by hand."
            }
            _ => "",
        },
        events: Events::All,
        outcome: Outcome::Any,
        prose: page(prose),
        ..Meta::PLAIN
    }
}

/// All detectors over behavior.
pub const BEHAVIORS: &[Meta] = &[
    of(
        "principal-in-new-region",
        "Principal in a region that is new to it",
        Severity::Low,
        Confidence::Low,
        &["T1535"],
        "\
## What it does
Fires at the first call of a principal in a region, where the account knows it from others. Nothing is said
before the baseline has learned for seven days, nor of AWS's services, which are no principals. The same is
found once.

## Why is this bad?
Miners and thieves work where nobody looks: in regions that the owner does not use, and whose logs and alarms
nobody set up.

## False positives
A move to a new region. It is announced; ask whoever made the call.

## References
- <https://attack.mitre.org/techniques/T1535/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "account-in-new-region",
        "Region that is new to the account",
        Severity::Medium,
        Confidence::Medium,
        &["T1535"],
        "\
## What it does
Fires at the first call of anybody in the account in a region. Nothing is said before the baseline has learned
for seven days, nor of AWS's services, which are no principals. The same is found once.

## Why is this bad?
Miners and thieves work where nobody looks: in regions that the owner does not use, and whose logs and alarms
nobody set up. That nobody in the account ever did so makes it more than a change of one person's habits.

## False positives
A move to a new region. It is announced; ask whoever made the call.

## References
- <https://attack.mitre.org/techniques/T1535/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "principal-on-new-network",
        "Principal on a network that is new to it",
        Severity::Informational,
        Confidence::Low,
        &["T1078.004"],
        "\
## What it does
Fires at the first call of a principal from a network, which is a /16 of IPv4 or a /48 of IPv6; all addresses of
AWS are one network, where the account knows it from others. Private addresses are left out. Nothing is said
before the baseline has learned for seven days, nor of AWS's services, which are no principals. The same is
found once.

## Why is this bad?
Stolen keys are used from elsewhere than where their owner sits.

## False positives
Travel, a new provider, the hotspot of a telephone.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "account-on-new-network",
        "Network that is new to the account",
        Severity::Low,
        Confidence::Low,
        &["T1078.004"],
        "\
## What it does
Fires at the first call of anybody in the account from a network, which is a /16 of IPv4 or a /48 of IPv6; all
addresses of AWS are one network. Private addresses are left out. Nothing is said before the baseline has
learned for seven days, nor of AWS's services, which are no principals. The same is found once.

## Why is this bad?
Stolen keys are used from elsewhere than where their owner sits. That nobody in the account ever did so makes it
more than a change of one person's habits.

## False positives
Travel, a new provider, the hotspot of a telephone.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "principal-in-new-country",
        "Principal in a country that is new to it",
        Severity::Low,
        Confidence::Low,
        &["T1078.004"],
        "\
## What it does
Fires at the first call of a principal from a country, where the account knows it from others. It needs a
MaxMind database of countries or cities. Nothing is said before the baseline has learned for seven days, nor of
AWS's services, which are no principals. The same is found once.

## Why is this bad?
Few people work from many countries; most who use stolen credentials sit in another.

## False positives
Travel, and providers whose way out lies abroad.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "account-in-new-country",
        "Country that is new to the account",
        Severity::Medium,
        Confidence::Medium,
        &["T1078.004"],
        "\
## What it does
Fires at the first call of anybody in the account from a country. It needs a MaxMind database of countries or
cities. Nothing is said before the baseline has learned for seven days, nor of AWS's services, which are no
principals. The same is found once.

## Why is this bad?
Few people work from many countries; most who use stolen credentials sit in another. That nobody in the account
ever did so makes it more than a change of one person's habits.

## False positives
Travel, and providers whose way out lies abroad.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "principal-on-new-provider",
        "Principal on a provider that is new to it",
        Severity::Informational,
        Confidence::Low,
        &["T1078.004", "T1583.003"],
        "\
## What it does
Fires at the first call of a principal through a provider, by the number of its autonomous system, where the
account knows it from others. It needs a MaxMind database of autonomous systems. Nothing is said before the
baseline has learned for seven days, nor of AWS's services, which are no principals. The same is found once.

## Why is this bad?
Thieves hide behind rented servers and anonymizers, whose providers the account's own people do not use.

## False positives
A new office, a new provider, a virtual private network of somebody.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://attack.mitre.org/techniques/T1583/003/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "account-on-new-provider",
        "Provider that is new to the account",
        Severity::Low,
        Confidence::Low,
        &["T1078.004", "T1583.003"],
        "\
## What it does
Fires at the first call of anybody in the account through a provider, by the number of its autonomous system. It
needs a MaxMind database of autonomous systems. Nothing is said before the baseline has learned for seven days,
nor of AWS's services, which are no principals. The same is found once.

## Why is this bad?
Thieves hide behind rented servers and anonymizers, whose providers the account's own people do not use. That
nobody in the account ever did so makes it more than a change of one person's habits.

## False positives
A new office, a new provider, a virtual private network of somebody.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://attack.mitre.org/techniques/T1583/003/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "principal-with-new-program",
        "Principal with a program that is new to it",
        Severity::Informational,
        Confidence::Low,
        &["T1078.004"],
        "\
## What it does
Fires at the first call of a principal with a program, by the family of its user agent; versions and systems are
no others, where the account knows it from others. Nothing is said before the baseline has learned for seven
days, nor of AWS's services, which are no principals. The same is found once.

## Why is this bad?
Credentials of a service that suddenly work through the command line are in a person's hands.

## False positives
New tools and new libraries. The caller chooses the words, so that silence proves nothing.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "account-with-new-program",
        "Program that is new to the account",
        Severity::Low,
        Confidence::Low,
        &["T1078.004"],
        "\
## What it does
Fires at the first call of anybody in the account with a program, by the family of its user agent; versions and
systems are no others. Nothing is said before the baseline has learned for seven days, nor of AWS's services,
which are no principals. The same is found once.

## Why is this bad?
Credentials of a service that suddenly work through the command line are in a person's hands. That nobody in the
account ever did so makes it more than a change of one person's habits.

## False positives
New tools and new libraries. The caller chooses the words, so that silence proves nothing.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "principal-with-new-service",
        "Principal with a service that is new to it",
        Severity::Informational,
        Confidence::Low,
        &["T1580", "T1526"],
        "\
## What it does
Fires at the first call of a principal of a service, refused or not, where the account knows it from others.
Nothing is said before the baseline has learned for seven days, nor of AWS's services, which are no principals.
The same is found once.

## Why is this bad?
Whoever holds stolen credentials looks around: at what there is to take, and at services that cost others money.

## False positives
New projects, and permissions that somebody was just given.

## References
- <https://attack.mitre.org/techniques/T1580/>
- <https://attack.mitre.org/techniques/T1526/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "account-with-new-service",
        "Service that is new to the account",
        Severity::Low,
        Confidence::Low,
        &["T1580", "T1526"],
        "\
## What it does
Fires at the first call of anybody in the account of a service, refused or not. Nothing is said before the
baseline has learned for seven days, nor of AWS's services, which are no principals. The same is found once.

## Why is this bad?
Whoever holds stolen credentials looks around: at what there is to take, and at services that cost others money.
That nobody in the account ever did so makes it more than a change of one person's habits.

## False positives
New projects, and permissions that somebody was just given.

## References
- <https://attack.mitre.org/techniques/T1580/>
- <https://attack.mitre.org/techniques/T1526/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "principal-with-new-call",
        "Principal with a call that is new to it",
        Severity::Informational,
        Confidence::Low,
        &["T1580"],
        "\
## What it does
Fires at the first call of a principal of a kind, by its service and name, refused or not, where the account
knows it from others. Nothing is said before the baseline has learned for seven days, nor of AWS's services,
which are no principals. The same is found once.

## Why is this bad?
Programs make the same calls every day. One that they never made is made by somebody else, or by a new version.

## False positives
New versions and new work; it is a remark beside other findings and no alarm by itself.

## References
- <https://attack.mitre.org/techniques/T1580/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "account-with-new-call",
        "Call that is new to the account",
        Severity::Informational,
        Confidence::Low,
        &["T1580"],
        "\
## What it does
Fires at the first call of anybody in the account of a kind, by its service and name, refused or not. Nothing is
said before the baseline has learned for seven days, nor of AWS's services, which are no principals. The same is
found once.

## Why is this bad?
Programs make the same calls every day. One that they never made is made by somebody else, or by a new version.
That nobody in the account ever did so makes it more than a change of one person's habits.

## False positives
New versions and new work; it is a remark beside other findings and no alarm by itself.

## References
- <https://attack.mitre.org/techniques/T1580/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "console-login-on-new-network",
        "Console login on a network that is new to the user",
        Severity::Low,
        Confidence::Low,
        &["T1078.004"],
        "\
## What it does
Fires at the first login to the console from a network (a /16 of IPv4, a /48 of IPv6) from which neither the
user nor anybody else logged in before. Nothing is said before the baseline has learned for seven days, nor of
AWS's services, which are no principals.

## Why is this bad?
A password that was guessed or phished is used from the thief's network.

## False positives
Travel, a new provider, the hotspot of a telephone.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html>
",
    ),
    of(
        "console-login-in-new-country",
        "Console login in a country that is new to the user",
        Severity::Medium,
        Confidence::Medium,
        &["T1078.004"],
        "\
## What it does
Fires at the first login of a user to the console from a country. It needs a MaxMind database of countries or
cities. Nothing is said before the baseline has learned for seven days, nor of AWS's services, which are no
principals.

## Why is this bad?
A password that was guessed or phished is used where the thief is, which is mostly another country.

## False positives
Travel, and providers whose way out lies abroad.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html>
",
    ),
    of(
        "impossible-travel",
        "Impossible travel",
        Severity::Medium,
        Confidence::Low,
        &["T1078.004"],
        "\
## What it does
Fires where a person (a user, root, a session of IAM Identity Center) is seen at two places farther apart than
500 km, after both places' radii of error, and nobody travels so fast: more than 1,000 km an hour. It needs a
MaxMind database of cities, and is found once a day for each person.

## Why is this bad?
One of the two is not that person. Airliners fly 900 km an hour.

## False positives
A virtual private network that is switched on, and databases that are wrong about an address.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://dev.maxmind.com/geoip/docs/databases/city-and-country/>
",
    ),
    of(
        "principal-denied-in-burst",
        "Denied calls in a burst",
        Severity::Medium,
        Confidence::Medium,
        &["T1580", "T1526"],
        "\
## What it does
Fires where many calls of a principal are denied within an hour. Counted by the hour, and compared with the
principal's own hours of up to three weeks by the modified z-score (median and median absolute deviation; limit
3.5), at least 20 and twice the median. Nothing is said before the account was watched for seven days; a burst
that goes on is found again every six hours.

## Why is this bad?
Who does not know what stolen credentials may do tries: most of it is denied.

## False positives
A deployment or a program whose permissions are missing.

## References
- <https://attack.mitre.org/techniques/T1580/>
- <https://attack.mitre.org/techniques/T1526/>
- <https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm>
",
    ),
    of(
        "console-logins-of-user-failed",
        "Console logins of a user failed in a burst",
        Severity::Medium,
        Confidence::Medium,
        &["T1110.001"],
        "\
## What it does
Fires where many console logins as one user fail within an hour, from whatever addresses. Counted by the hour,
and compared with the principal's own hours of up to three weeks by the modified z-score (median and median
absolute deviation; limit 3.5), at least 10 and twice the median. Nothing is said before the account was watched
for seven days; a burst that goes on is found again every six hours.

## Why is this bad?
Somebody guesses a password, perhaps from many addresses so that none stands out.

## False positives
A user who forgot a password, and a program that keeps an old one.

## References
- <https://attack.mitre.org/techniques/T1110/001/>
- <https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm>
",
    ),
    of(
        "console-logins-from-address-failed",
        "Console logins from an address failed in a burst",
        Severity::Medium,
        Confidence::Medium,
        &["T1110.001"],
        "\
## What it does
Fires where many console logins from one address fail within an hour, as whatever users. Counted by the hour,
and compared with the principal's own hours of up to three weeks by the modified z-score (median and median
absolute deviation; limit 3.5), at least 10 and twice the median. Nothing is said before the account was watched
for seven days; a burst that goes on is found again every six hours.

## Why is this bad?
Somebody at that address guesses passwords, one user after the other.

## False positives
An office or a school whose people share one address.

## References
- <https://attack.mitre.org/techniques/T1110/001/>
- <https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm>
",
    ),
    of(
        "console-password-sprayed",
        "Passwords sprayed over the console's users",
        Severity::Medium,
        Confidence::Medium,
        &["T1110.003"],
        "\
## What it does
Fires where console logins from one address fail as many different users within an hour. A user that there is
not is hidden by CloudTrail and not counted. Counted by the hour, and compared with the principal's own hours of
up to three weeks by the modified z-score (median and median absolute deviation; limit 3.5), at least 5 and
twice the median. Nothing is said before the account was watched for seven days; a burst that goes on is found
again every six hours.

## Why is this bad?
One common password is tried on all users: each account sees a single failure, and is not locked.

## False positives
An office behind one address, on the morning after passwords ran out.

## References
- <https://attack.mitre.org/techniques/T1110/003/>
- <https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm>
",
    ),
    of(
        "principal-reads-many-secrets",
        "Secrets read in a burst",
        Severity::Medium,
        Confidence::Medium,
        &["T1555.006"],
        "\
## What it does
Fires where a principal reads many different secrets of Secrets Manager or parameters of Parameter Store within
an hour. Counted by the hour, and compared with the principal's own hours of up to three weeks by the modified
z-score (median and median absolute deviation; limit 3.5), at least 10 and twice the median. Nothing is said
before the account was watched for seven days; a burst that goes on is found again every six hours.

## Why is this bad?
A thief takes all secrets that there are; a program takes its own.

## False positives
Backups of secrets, and their migration to another place.

## References
- <https://attack.mitre.org/techniques/T1555/006/>
- <https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm>
",
    ),
    of(
        "principal-takes-many-roles",
        "Roles assumed in a burst",
        Severity::Medium,
        Confidence::Medium,
        &["T1078.004", "T1550.001"],
        "\
## What it does
Fires where a principal takes many different roles within an hour. Counted by the hour, and compared with the
principal's own hours of up to three weeks by the modified z-score (median and median absolute deviation; limit
3.5), at least 10 and twice the median. Nothing is said before the account was watched for seven days; a burst
that goes on is found again every six hours.

## Why is this bad?
Who moves on tries which roles let him in.

## False positives
Tools that walk through all accounts of an organization: they do so every day, and so are usual.

## References
- <https://attack.mitre.org/techniques/T1078/004/>
- <https://attack.mitre.org/techniques/T1550/001/>
- <https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm>
",
    ),
    of(
        "principal-deletes-in-burst",
        "Things deleted in a burst",
        Severity::Medium,
        Confidence::Medium,
        &["T1485"],
        "\
## What it does
Fires where a principal deletes or terminates many things within an hour. Counted by the hour, and compared with
the principal's own hours of up to three weeks by the modified z-score (median and median absolute deviation;
limit 3.5), at least 30 and twice the median. Nothing is said before the account was watched for seven days; a
burst that goes on is found again every six hours.

## Why is this bad?
Destruction and extortion begin with many things deleted at once.

## False positives
Environments that are torn down after they were used.

## References
- <https://attack.mitre.org/techniques/T1485/>
- <https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm>
",
    ),
    of(
        "bucket-read-in-burst",
        "Objects of a bucket read in a burst",
        Severity::Medium,
        Confidence::Medium,
        &["T1530"],
        "\
## What it does
Fires where a principal reads many different objects of one bucket within an hour. It needs data events of S3.
Counted by the hour, and compared with the principal's own hours of up to three weeks by the modified z-score
(median and median absolute deviation; limit 3.5), at least 200 and twice the median. Nothing is said before the
account was watched for seven days; a burst that goes on is found again every six hours.

## Why is this bad?
Data is taken object by object, as fast as the network lets it.

## False positives
A first import, a backup, or a new program that reads it all.

## References
- <https://attack.mitre.org/techniques/T1530/>
- <https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm>
",
    ),
    of(
        "principal-launches-many-instances",
        "Instances launched in a burst",
        Severity::Medium,
        Confidence::Medium,
        &["T1496.001"],
        "\
## What it does
Fires where a principal launches many instances within an hour. Counted by the hour, and compared with the
principal's own hours of up to three weeks by the modified z-score (median and median absolute deviation; limit
3.5), at least 10 and twice the median. Nothing is said before the account was watched for seven days; a burst
that goes on is found again every six hours.

## Why is this bad?
Mining on stolen credentials buys as much as the quota lets it.

## False positives
A load test, and the first day of a cluster of machines.

## References
- <https://attack.mitre.org/techniques/T1496/001/>
- <https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm>
",
    ),
    of(
        "principal-invokes-models-in-burst",
        "Models invoked in a burst",
        Severity::Medium,
        Confidence::Medium,
        &["T1496.004"],
        "\
## What it does
Fires where a principal invokes models of Bedrock many times within an hour. It needs their events. Counted by
the hour, and compared with the principal's own hours of up to three weeks by the modified z-score (median and
median absolute deviation; limit 3.5), at least 200 and twice the median. Nothing is said before the account was
watched for seven days; a burst that goes on is found again every six hours.

## Why is this bad?
Stolen access to models is sold on, and costs tens of thousands a day.

## False positives
A new application, on the day on which it goes live.

## References
- <https://attack.mitre.org/techniques/T1496/004/>
- <https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm>
",
    ),
    of(
        "session-on-two-networks-at-once",
        "A session on two networks at once",
        Severity::High,
        Confidence::Medium,
        &["T1550.001", "T1552.005"],
        "\
## What it does
Fires where one temporary session is used from a network, from another, and from the first again within 30
minutes. Networks are a /16 of IPv4 or a /48 of IPv6, both outside of AWS, and addresses of the same version of
IP.

## Why is this bad?
Two hold the session: whoever it was issued to, and whoever took it.

## False positives
A virtual private network for some destinations only, and providers that spread connections over several ways
out.

## References
- <https://attack.mitre.org/techniques/T1550/001/>
- <https://attack.mitre.org/techniques/T1552/005/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html>
",
    ),
    of(
        "instance-session-on-two-machines",
        "An instance's session on two machines of AWS",
        Severity::High,
        Confidence::Medium,
        &["T1552.005", "T1550.001"],
        "\
## What it does
Fires where the session of an EC2 instance is used from a public address of AWS, from another one, and from the
first again within a day. An instance has one way out at a time; calls through VPC endpoints are left out. Use
outside of AWS is `workload-credentials-used-outside-aws`.

## Why is this bad?
Thieves use what they took from an instance on an instance of their own, since detectors look for addresses
outside of AWS.

## False positives
Instances whose traffic takes turns between several NAT gateways or proxies.

## References
- <https://attack.mitre.org/techniques/T1552/005/>
- <https://attack.mitre.org/techniques/T1550/001/>
- <https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html>
",
    ),
    of(
        "access-key-used-elsewhere-once-made",
        "An access key used from elsewhere right after it was made",
        Severity::Medium,
        Confidence::Medium,
        &["T1098.001"],
        "\
## What it does
Fires where an access key is made from one network and used from another within the hour, both outside of AWS.

## Why is this bad?
Keys are made to be carried away. Whoever makes one for work uses it where it was made.

## False positives
A key that is made for a server of a data center, or sent to somebody.

## References
- <https://attack.mitre.org/techniques/T1098/001/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html>
",
    ),
    of(
        "credentials-used-after-revocation",
        "Credentials that outlived their revocation",
        Severity::High,
        Confidence::High,
        &["T1550.001", "T1098"],
        "\
## What it does
Fires where a call is carried out with a key that was made inactive or deleted, or with a session of a role that
was issued before the role's sessions were revoked (a policy with `aws:TokenIssueTime`), more than five minutes
after that.

## Why is this bad?
The revocation does not hold: another policy lets the session go on, the key was switched on again, or the
policy was removed.

## False positives
None are known: look at the policies of the role.

## References
- <https://attack.mitre.org/techniques/T1550/001/>
- <https://attack.mitre.org/techniques/T1098/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html>
",
    ),
];
