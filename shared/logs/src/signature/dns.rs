//! What questions to name servers show.

use std::collections::BTreeMap;

use super::Signs;
use crate::entry::Query;
use crate::windows::Many;

const LONG_NAMES: Many = Many { count: 30, within_ms: 600_000 };
const RANDOM: Many = Many { count: 15, within_ms: 600_000 };

/// Domains of pools for mining, and of what finds them.
const POOLS: [&str; 24] = [
    "minexmr.com",
    "supportxmr.com",
    "nanopool.org",
    "ethermine.org",
    "f2pool.com",
    "antpool.com",
    "viabtc.com",
    "nicehash.com",
    "miningpoolhub.com",
    "moneroocean.stream",
    "hashvault.pro",
    "c3pool.com",
    "2miners.com",
    "poolin.com",
    "slushpool.com",
    "monerohash.com",
    "xmrpool.eu",
    "dwarfpool.com",
    "unmineable.com",
    "herominers.com",
    "zpool.ca",
    "kryptex.network",
    "woolypooly.com",
    "rx.unmineable.com",
];

/// Second levels under which everybody may have a domain: `example.co.uk`.
const SECOND: [&str; 8] = ["co", "com", "org", "net", "gov", "ac", "edu", "or"];

/// Domains below which long or random names are ordinary: clouds, content networks, blocklists.
const ORDINARY: [&str; 16] = [
    "amazonaws.com",
    "cloudfront.net",
    "akamai.net",
    "akamaiedge.net",
    "akadns.net",
    "azure.com",
    "windows.net",
    "googleapis.com",
    "google.com",
    "in-addr.arpa",
    "ip6.arpa",
    "spamhaus.org",
    "fastly.net",
    "compute.internal",
    "aws.dev",
    "elb.amazonaws.com",
];

pub(super) fn scan(query: &Query<'_>, signs: &mut Signs<'_>) {
    let name = query.name.trim_end_matches('.').to_ascii_lowercase();
    let below = |domain: &str| name == domain || name.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    if POOLS.iter().any(|pool| below(pool)) {
        let why = format!("{} asked for `{name}`, a pool for mining", query.from);
        signs.one("dns-mining-pool", &query.from, None, why);
        return;
    }
    if ORDINARY.iter().any(|domain| below(domain)) {
        return;
    }
    let (labels, domain) = registered(&name);
    let random = |text: &str, least: usize| text.len() >= least && entropy(text) >= 3.2;
    if labels.len() >= 30 && random(labels, 30) {
        let key = format!("tunnel {} {domain}", query.from);
        let reached = signs.windows.different(&key, labels, signs.at_ms, LONG_NAMES);
        signs.many("dns-tunneling", &query.from, None, reached, |total| {
            let number = LONG_NAMES.count;
            format!(
                "{} asked for {number} different long names below `{domain}` within ten minutes, {total} in all",
                query.from
            )
        });
    }
    let first = domain.split('.').next().unwrap_or_default();
    if query.answer.eq_ignore_ascii_case("NXDOMAIN") && labels.is_empty() && looks_random(first) {
        let reached = signs.windows.different(&format!("generated {}", query.from), domain, signs.at_ms, RANDOM);
        signs.many("dns-generated-domains", &query.from, None, reached, |_| {
            let number = RANDOM.count;
            format!(
                "{} asked for {number} different domains that look random and that there are not, the last `{domain}`",
                query.from
            )
        });
    }
}

/// A name as what stands below the domain, and the domain that somebody registered.
fn registered(name: &str) -> (&str, &str) {
    let dots: Vec<usize> = name.match_indices('.').map(|(at, _)| at).collect();
    let from_end = |number: usize| dots.len().checked_sub(number).and_then(|index| dots.get(index)).copied();
    let second = match (from_end(1), from_end(2)) {
        (Some(last), Some(before)) => name.get(before + 1..last),
        (Some(last), None) => name.get(..last),
        _ => None,
    };
    let levels = if second.is_some_and(|label| SECOND.contains(&label)) { 3 } else { 2 };
    match from_end(levels) {
        Some(at) => (name.get(..at).unwrap_or_default(), name.get(at + 1..).unwrap_or(name)),
        None => ("", name),
    }
}

/// Bits for each character.
pub(super) fn entropy(text: &str) -> f64 {
    let mut counts: BTreeMap<u8, f64> = BTreeMap::new();
    for byte in text.bytes() {
        *counts.entry(byte).or_default() += 1.0;
    }
    let all = text.len().max(1) as f64;
    counts.values().map(|count| -(count / all) * (count / all).log2()).sum()
}

/// Whether a label was likely made by a program: long, and with runs of consonants or digits between letters that no
/// word has.
fn looks_random(label: &str) -> bool {
    if label.len() < 10 || label.contains('-') || label.starts_with("xn--") {
        return false;
    }
    let vowel = |byte: &u8| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let vowels = label.bytes().filter(|byte| vowel(byte)).count();
    let digits = label.bytes().filter(u8::is_ascii_digit).count();
    let longest = label.as_bytes().split(|byte| vowel(byte)).map(<[u8]>::len).max().unwrap_or_default();
    let few = vowels * 5 < label.len();
    entropy(label) >= 2.8 && (longest >= 5 || few || (digits >= 2 && digits * 2 < label.len() && longest >= 4))
}
