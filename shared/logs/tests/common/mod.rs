//! Logs of our own making, in the ways in which well-known programs write theirs, with the truth beside them.
//!
//! A family is a file: its first line is the header of every line, the others are `WEIGHT<tab>MESSAGE`. Each message
//! is a template; what stands in braces varies: `{int}`, `{ip}`, `{a|b|c}`, `{1-99}`, `{rep:1-5: {ip}}` ...

use std::path::Path;

/// A small generator of random numbers (xorshift), so that the logs are the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: &str) -> Self {
        let hash =
            seed.bytes().fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        Self(hash | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn within(&mut self, least: u64, most: u64) -> u64 {
        least + (self.next() >> 11) % (most - least + 1)
    }

    pub(crate) fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[usize::try_from(self.within(0, of.len() as u64 - 1)).unwrap()]
    }
}

pub(crate) struct Family {
    header: String,
    messages: Vec<(u64, String)>,
}

const NAMES: [&str; 20] = [
    "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory", "niaj", "olivia",
    "peggy", "rupert", "sybil", "trent", "victor", "wendy", "zoe",
];

impl Family {
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let (header, rest) = text.split_once('\n').unwrap();
        let messages = rest.lines().map(|line| {
            let (weight, message) = line.split_once('\t').unwrap();
            (weight.parse().unwrap(), message.to_owned())
        });
        Self { header: header.to_owned(), messages: messages.collect() }
    }

    /// A line, and the number of its template.
    pub(crate) fn line(&self, random: &mut Random) -> (String, usize) {
        let all: u64 = self.messages.iter().map(|(weight, _)| weight).sum();
        let mut ticket = random.within(0, all - 1);
        let number = self.messages.iter().position(|(weight, _)| {
            let hit = ticket < *weight;
            ticket = ticket.saturating_sub(*weight);
            hit
        });
        let number = number.unwrap();
        (expand(&self.header, random) + &expand(&self.messages[number].1, random), number)
    }
}

pub(crate) fn expand(text: &str, random: &mut Random) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let mut depth = 0;
        let close = rest[open..].char_indices().find_map(|(at, c)| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            (depth == 0).then_some(open + at)
        });
        let Some(close) = close else { break };
        out.push_str(&value(&rest[open + 1..close], random));
        rest = &rest[close + 1..];
    }
    out + rest
}

fn value(kind: &str, random: &mut Random) -> String {
    if let Some(rest) = kind.strip_prefix("rep:") {
        let (times, text) = rest.split_once(':').unwrap();
        let (least, most) = times.split_once('-').unwrap();
        let times = random.within(least.parse().unwrap(), most.parse().unwrap());
        return (0..times).map(|_| expand(text, random)).collect();
    }
    let choices = choices(kind);
    if choices.len() > 1 {
        let one = random.one(&choices).to_owned();
        return expand(&one, random);
    }
    if let Some((least, most)) = kind.split_once('-') {
        if let (Ok(from), Ok(to)) = (least.parse::<u64>(), most.parse::<u64>()) {
            let width = if least.len() > 1 && least.starts_with('0') { least.len() } else { 0 };
            return format!("{:0width$}", random.within(from, to));
        }
        if let (Ok(from), Ok(to)) = (u64::from_str_radix(least, 16), u64::from_str_radix(most, 16)) {
            return format!("{:x}", random.within(from, to));
        }
    }
    let hex = |digits: usize, random: &mut Random| -> String {
        (0..digits).map(|_| char::from_digit(u32::try_from(random.within(0, 15)).unwrap(), 16).unwrap()).collect()
    };
    match kind {
        "int" => {
            let digits = u32::try_from(random.within(2, 9)).unwrap();
            random.within(0, 10_u64.pow(digits)).to_string()
        }
        "int6" => format!("{:06}", random.within(0, 999_999)),
        "hex" => hex(8, random),
        "hex32" => hex(32, random),
        "hex40" => hex(40, random),
        "ip" => (0..4).map(|_| random.within(1, 250).to_string()).collect::<Vec<_>>().join("."),
        "port" => random.within(1024, 65535).to_string(),
        "blk" => format!("{}{}", random.one(&["", "-"]), random.next() >> 2),
        "hms" => format!("{:02}:{:02}:{:02}", random.within(0, 23), random.within(0, 59), random.within(0, 59)),
        "hms6" => format!("{:02}{:02}{:02}", random.within(0, 23), random.within(0, 59), random.within(0, 59)),
        "float" => format!("{}.{}", random.within(0, 999), random.within(0, 9)),
        "user" => random.one(&NAMES).to_owned(),
        "host" => random.one(&NAMES).to_owned() + random.one(&["", "-a", "-b", "7", "42"]),
        "uuid" => [8, 4, 4, 4, 12].map(|digits| hex(digits, random)).join("-"),
        "mac" => [(); 6].map(|()| hex(2, random)).join(":"),
        // Braces of the program itself.
        other => format!("{{{}}}", expand(other, random)),
    }
}

/// The parts between bars that stand in no inner braces.
fn choices(kind: &str) -> Vec<&str> {
    let (mut depth, mut start, mut all) = (0, 0, Vec::new());
    for (at, c) in kind.char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == '|' && depth == 0 {
            all.push(&kind[start..at]);
            start = at + 1;
        }
    }
    all.push(&kind[start..]);
    all
}

/// The share of lines that are grouped right: whose group holds exactly the lines that it should.
pub(crate) fn grouping_accuracy(found: &[usize], truth: &[usize]) -> f64 {
    use std::collections::BTreeMap;
    let groups = |of: &[usize]| {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (line, group) in of.iter().enumerate() {
            groups.entry(*group).or_default().push(line);
        }
        groups.into_values().collect::<std::collections::BTreeSet<_>>()
    };
    let (found, true_groups) = (groups(found), groups(truth));
    let right: usize = found.intersection(&true_groups).map(Vec::len).sum();
    right as f64 / truth.len() as f64
}
