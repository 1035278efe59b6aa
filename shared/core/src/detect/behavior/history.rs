//! What is remembered: records of marks, by key.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;

/// What a record holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Record {
    /// Regions, and when each was first seen.
    Regions,
    /// Networks.
    Networks,
    /// Countries.
    Countries,
    /// Operators of networks.
    Providers,
    /// Families of user agents.
    Agents,
    /// Services.
    Services,
    /// API calls, as `service:Name`.
    Calls,
    /// Networks of console logins.
    Logins,
    /// Countries of console logins.
    LoginCountries,
    /// What was counted within an hour.
    Count,
    /// How many were counted in the hours of a week.
    Rate,
    /// Networks of a session.
    Session,
    /// AWS's addresses that an instance's session was used from.
    Instance,
    /// The network that a key was made from.
    Made,
    /// When sessions or a key were revoked.
    Revoked,
    /// Where a person was.
    Whereabouts,
    /// What was found already.
    Found,
}

impl Record {
    /// All records.
    pub const ALL: [Self; 17] = [
        Self::Regions,
        Self::Networks,
        Self::Countries,
        Self::Providers,
        Self::Agents,
        Self::Services,
        Self::Calls,
        Self::Logins,
        Self::LoginCountries,
        Self::Count,
        Self::Rate,
        Self::Session,
        Self::Instance,
        Self::Made,
        Self::Revoked,
        Self::Whereabouts,
        Self::Found,
    ];

    /// Its name, as it is kept.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Regions => "regions",
            Self::Networks => "networks",
            Self::Countries => "countries",
            Self::Providers => "providers",
            Self::Agents => "agents",
            Self::Services => "services",
            Self::Calls => "calls",
            Self::Logins => "logins",
            Self::LoginCountries => "login-countries",
            Self::Count => "count",
            Self::Rate => "rate",
            Self::Session => "session",
            Self::Instance => "instance",
            Self::Made => "made",
            Self::Revoked => "revoked",
            Self::Whereabouts => "whereabouts",
            Self::Found => "found",
        }
    }

    /// How many marks it holds at most. One that is full stays as it is, and says nothing any more.
    #[must_use]
    pub fn most(self) -> usize {
        match self {
            Self::Calls | Self::Count | Self::Rate => 2_000,
            _ => 500,
        }
    }

    /// How long it is kept after it was needed last, in seconds.
    #[must_use]
    pub fn kept_s(self) -> i64 {
        const DAY: i64 = 24 * 3600;
        match self {
            Self::Count | Self::Session | Self::Instance | Self::Whereabouts | Self::Made => 3 * DAY,
            Self::Found => 7 * DAY,
            Self::Rate => 28 * DAY,
            Self::Revoked => 14 * DAY,
            _ => 90 * DAY,
        }
    }

    /// Whether it is what was learned of somebody: what a baseline is told of and made again from.
    #[must_use]
    pub fn is_learned(self) -> bool {
        !matches!(
            self,
            Self::Count | Self::Session | Self::Instance | Self::Made | Self::Revoked | Self::Whereabouts | Self::Found
        )
    }
}

/// Whose record it is, and of when.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What it holds.
    pub record: Record,
    /// The account.
    pub account: String,
    /// The hour, day or week, counted from 1970; 0 where the record is of all time.
    pub at: i64,
    /// Whose: a principal, a key, an address; [`Key::ACCOUNT`] for the whole account.
    pub whose: String,
}

impl Key {
    /// Stands for everybody in the account.
    pub const ACCOUNT: &'static str = "*";

    pub(super) fn of(record: Record, account: &str, whose: &str) -> Self {
        Self { record, account: account.to_owned(), at: 0, whose: whose.to_owned() }
    }

    pub(super) fn at(self, at: i64) -> Self {
        Self { at, ..self }
    }

    /// Reads what [`fmt::Display`] wrote.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '/');
        let (record, account, at, whose) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let record = Record::ALL.into_iter().find(|known| known.as_str() == record)?;
        Some(Self { record, account: account.to_owned(), at: at.parse().ok()?, whose: whose.to_owned() })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.record.as_str(), self.account, self.at, self.whose)
    }
}

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// In which record.
    pub key: Key,
    /// What.
    pub item: String,
    /// When, in seconds since 1970; in a record of rates, how many.
    pub number: i64,
}

/// The marks of one record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Past {
    marks: BTreeSet<(String, i64)>,
    since: Option<i64>,
}

impl Past {
    /// Adds a mark, and says whether it is new. A full record stays as it is.
    pub fn add(&mut self, item: &str, number: i64, most: usize) -> bool {
        if self.marks.len() >= most || self.marks.contains(&(item.to_owned(), number)) {
            return false;
        }
        self.since = Some(self.since.map_or(number, |since| since.min(number)));
        self.marks.insert((item.to_owned(), number))
    }

    /// Whether an item was ever marked.
    #[must_use]
    pub fn knows(&self, item: &str) -> bool {
        self.of(item).next().is_some()
    }

    /// The numbers of an item, the lowest first.
    pub fn of(&self, item: &str) -> impl DoubleEndedIterator<Item = i64> + '_ {
        let range = (item.to_owned(), i64::MIN)..=(item.to_owned(), i64::MAX);
        self.marks.range(range).map(|(_, number)| *number)
    }

    /// The lowest number of all: since when it is kept.
    #[must_use]
    pub fn since(&self) -> Option<i64> {
        self.since
    }

    /// All marks, by item.
    pub fn marks(&self) -> impl Iterator<Item = (&str, i64)> {
        self.marks.iter().map(|(item, number)| (item.as_str(), *number))
    }

    /// How many different items there are.
    #[must_use]
    pub fn items(&self) -> usize {
        let mut last = None;
        self.marks.iter().filter(|(item, _)| last.replace(item) != Some(item)).count()
    }

    /// How many marks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.marks.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }
}

/// Records in memory, so many at most: what was added first and is of one hour or one session goes first.
#[derive(Debug, Clone, Default)]
pub struct History {
    records: HashMap<Key, Past>,
    /// Those of an hour, a day or a week, in the order in which they came.
    passing: VecDeque<Key>,
    most: usize,
    evicted: u64,
}

impl History {
    /// So many records are kept at once, where nothing else is said: some hundred megabytes at most.
    pub const MOST: usize = 400_000;

    /// One that holds more or fewer records.
    #[must_use]
    pub fn holding(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// A record.
    #[must_use]
    pub fn past(&self, key: &Key) -> Option<&Past> {
        self.records.get(key)
    }

    /// Adds a mark, and says whether it is new.
    pub fn note(&mut self, mark: &Mark) -> bool {
        let Mark { key, item, number } = mark;
        if !self.records.contains_key(key) {
            self.make_room();
            if !key.record.is_learned() || key.at != 0 {
                self.passing.push_back(key.clone());
            }
        }
        self.records.entry(key.clone()).or_default().add(item, *number, key.record.most())
    }

    /// Puts a record in the place of what was known of it.
    pub fn put(&mut self, key: Key, past: Past) {
        if !self.records.contains_key(&key) {
            self.make_room();
            if !key.record.is_learned() || key.at != 0 {
                self.passing.push_back(key.clone());
            }
        }
        self.records.insert(key, past);
    }

    /// Forgets a record.
    pub fn remove(&mut self, key: &Key) {
        self.records.remove(key);
    }

    fn make_room(&mut self) {
        let most = if self.most == 0 { Self::MOST } else { self.most };
        while self.records.len() >= most {
            let oldest = match self.passing.pop_front() {
                Some(key) => key,
                // Nothing but what was learned: any of it, and it is said.
                None => match self.records.keys().next() {
                    Some(key) => key.clone(),
                    None => return,
                },
            };
            self.evicted += u64::from(self.records.remove(&oldest).is_some());
        }
    }

    /// How many records were forgotten because there were too many.
    #[must_use]
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// All records, in the order of their keys.
    #[must_use]
    pub fn records(&self) -> BTreeMap<&Key, &Past> {
        self.records.iter().collect()
    }
}
