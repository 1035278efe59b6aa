//! The dashboard's source over an account. It reads, and calls nothing that changes anything.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use riposte_aws::api;
use riposte_aws::clients::SdkConfig;
use riposte_aws::fault::{Fault, Kind};
use riposte_aws::health::{self, MODELS};
use riposte_aws::ledger::{Ledger, LedgerError, Memory, Part, Parted, Place, posture};
use riposte_aws::settings::{self, LoadError, Loaded};
use riposte_core::incident::Incident;
use riposte_dashboard::{
    Account, Alarm, Ask, Health, Patches, Position, Queue, Riposte, Run, Slice, Source, Tally, Trouble, TroubleKind,
    Unreadable,
};
use tokio::sync::Mutex;

/// Alarms and queues are asked for once within so many milliseconds, however many browsers look.
const HEALTH_MS: i64 = 10_000;

/// Settings are read once within so many milliseconds.
const SETTINGS_MS: i64 = 20_000;

/// What the auditor keeps is read once within so many milliseconds: it is written once a day.
const AUDITED_MS: i64 = 60_000;

/// The source over an account.
#[derive(Debug)]
pub struct AwsSource {
    config: SdkConfig,
    /// The settings, with when they were read.
    settings: Mutex<Option<(i64, Arc<Loaded>)>>,
    api: api::Client,
    account: Option<Arc<Account>>,
    /// What the auditor keeps, with when it was read.
    audited: Mutex<Option<(i64, Option<Arc<Account>>)>>,
    health: Mutex<Option<(i64, Health)>>,
    /// The ledger, with the settings that it was made from: a client keeps its connections.
    ledger: Mutex<Option<(Arc<Loaded>, Ledger)>>,
    /// Browsers ask for the same lists every few seconds.
    memory: Memory,
}

impl AwsSource {
    /// Reads with the configuration's credentials. `account` is what an inventory said.
    #[must_use]
    pub fn new(config: &SdkConfig, account: Option<Account>) -> Self {
        Self {
            config: config.clone(),
            settings: Mutex::new(None),
            api: api::Client::new(config, &MODELS),
            account: account.map(Arc::new),
            audited: Mutex::new(None),
            health: Mutex::new(None),
            ledger: Mutex::new(None),
            memory: Memory::default(),
        }
    }

    async fn loaded(&self) -> Result<Arc<Loaded>, Trouble> {
        let mut kept = self.settings.lock().await;
        let now = self.now_ms();
        if let Some((read_ms, loaded)) = &*kept
            && (0..SETTINGS_MS).contains(&(now - read_ms))
        {
            return Ok(Arc::clone(loaded));
        }
        let loaded = settings::read_by(&self.config).await.map(Arc::new).map_err(|error| match &error {
            LoadError::Read(fault) => of_fault(fault),
            _ => Trouble { kind: TroubleKind::Other, why: error.to_string() },
        })?;
        *kept = Some((now, Arc::clone(&loaded)));
        Ok(loaded)
    }

    async fn ledger(&self) -> Result<Ledger, Trouble> {
        let loaded = self.loaded().await?;
        let mut kept = self.ledger.lock().await;
        if let Some((from, ledger)) = &*kept
            && Arc::ptr_eq(from, &loaded)
        {
            return Ok(ledger.clone());
        }
        let ledger = Ledger::reading(&self.config, &loaded).remembering(&self.memory);
        *kept = Some((loaded, ledger.clone()));
        Ok(ledger)
    }
}

impl Source for AwsSource {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
        since.and_then(|since| i64::try_from(since.as_millis()).ok()).unwrap_or_default()
    }

    async fn incidents(&self, ask: &Ask) -> Result<Slice, Trouble> {
        let after = ask.after.as_ref();
        let part = Part {
            since_ms: ask.since_ms,
            until_ms: ask.until_ms,
            after: after.map(|at| Place { opened_at: at.opened_at.clone(), pk: at.pk.clone() }),
            limit: u16::try_from(ask.limit).unwrap_or(u16::MAX),
        };
        let parted = self.ledger().await?.part(&part).await.map_err(|error| of_ledger(&error))?;
        Ok(slice(parted))
    }

    async fn waiting(&self, limit: usize) -> Result<Slice, Trouble> {
        let limit = u16::try_from(limit).unwrap_or(u16::MAX);
        let parted = self.ledger().await?.waiting(self.now_ms(), limit).await.map_err(|error| of_ledger(&error))?;
        Ok(slice(parted))
    }

    async fn waiting_patches(&self, limit: usize) -> Result<Patches, Trouble> {
        let limit = u16::try_from(limit).unwrap_or(u16::MAX);
        let found = self.ledger().await?.waiting_patches(self.now_ms(), limit).await;
        let (runs, unreadable) = found.map_err(|error| of_ledger(&error))?;
        Ok(Patches { runs, unreadable: named(&unreadable) })
    }

    async fn incident(&self, id: &str) -> Result<Option<Incident>, Trouble> {
        let found = self.ledger().await?.get(id).await.map_err(|error| of_ledger(&error))?;
        Ok(found.map(|(incident, _)| incident))
    }

    async fn patches(&self, limit: usize) -> Result<Patches, Trouble> {
        let (runs, unreadable) = self.ledger().await?.shared_patches(limit).await.map_err(|error| of_ledger(&error))?;
        Ok(Patches { runs, unreadable: named(&unreadable) })
    }

    async fn patch(&self, id: &str) -> Result<Option<Run>, Trouble> {
        let found = self.ledger().await?.patch(id).await.map_err(|error| of_ledger(&error))?;
        Ok(found.map(|(run, _)| run))
    }

    async fn tally(&self, since_ms: i64) -> Result<Tally, Trouble> {
        let tally = self.ledger().await?.tally(since_ms).await.map_err(|error| of_ledger(&error))?;
        Ok(Tally {
            by_detector: tally.by_detector,
            counted: tally.counted,
            oldest: tally.oldest,
            complete: tally.complete,
        })
    }

    async fn riposte(&self) -> Result<Riposte, Trouble> {
        let loaded = self.loaded().await?;
        Ok(Riposte {
            mode: loaded.settings.mode,
            exclusions: loaded.settings.exclusions.clone(),
            broken: loaded.broken.iter().map(|broken| broken.error.to_string()).collect(),
        })
    }

    async fn health(&self) -> Result<Health, Trouble> {
        let loaded = self.loaded().await?;
        let mut kept = self.health.lock().await;
        let now = self.now_ms();
        if let Some((read_ms, health)) = &*kept
            && (0..HEALTH_MS).contains(&(now - read_ms))
        {
            return Ok(health.clone());
        }
        let read = health::health(&self.api, &loaded.settings.topic_arn).await.map_err(|fault| of_fault(&fault))?;
        let alarm = |a: health::Alarm| Alarm { name: a.name, why: a.why, state: a.state, since: a.since };
        let queue = |q: health::Queue| Queue {
            name: q.name,
            dead_letters: q.dead_letters,
            waiting: q.waiting,
            in_flight: q.in_flight,
        };
        let health = Health {
            alarms: read.alarms.into_iter().map(alarm).collect(),
            queues: read.queues.into_iter().map(queue).collect(),
            missing: read.unread,
        };
        *kept = Some((now, health.clone()));
        Ok(health)
    }

    /// The inventory that was given, else what account-auditor keeps in the ledger.
    async fn account(&self) -> Result<Option<Arc<Account>>, Trouble> {
        if let Some(given) = &self.account {
            return Ok(Some(Arc::clone(given)));
        }
        let ledger = self.ledger().await?;
        let mut kept = self.audited.lock().await;
        let now = self.now_ms();
        if let Some((read_ms, account)) = &*kept
            && (0..AUDITED_MS).contains(&(now - read_ms))
        {
            return Ok(account.clone());
        }
        let read = posture::read(&ledger).await.map_err(|error| of_ledger(&error))?;
        let account = read.map(Arc::new);
        *kept = Some((now, account.clone()));
        Ok(account)
    }
}

fn slice(parted: Parted) -> Slice {
    Slice {
        incidents: parted.incidents,
        unreadable: named(&parted.unreadable),
        next: parted.next.map(|place| Position { opened_at: place.opened_at, pk: place.pk }),
    }
}

fn named(unreadable: &[LedgerError]) -> Vec<Unreadable> {
    unreadable.iter().map(|error| Unreadable { why: error.to_string() }).collect()
}

fn of_ledger(error: &LedgerError) -> Trouble {
    match error {
        LedgerError::Fault(fault) => of_fault(fault),
        other => Trouble { kind: TroubleKind::Other, why: other.to_string() },
    }
}

fn of_fault(fault: &Fault) -> Trouble {
    let kind = match fault.kind {
        _ if fault.is_expired() => TroubleKind::Expired,
        Kind::Denied => TroubleKind::Denied,
        Kind::Transient => TroubleKind::Passing,
        _ => TroubleKind::Other,
    };
    Trouble { kind, why: fault.to_string() }
}
