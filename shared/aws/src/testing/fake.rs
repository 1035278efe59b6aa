//! The fake itself: what it holds, how it is told to fail, and when it falls silent.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_iam::config::{BehaviorVersion, Credentials, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use tokio::sync::Notify;

use super::dynamodb::Table;
use super::ec2::Ec2;
use super::http::{self, Refused, Request};
use super::iam::Iam;
use super::logs::Logs;
use super::parameters::{self, Message};
use super::scripted::Scripted;

/// All that the fake account holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) ec2: Ec2,
    pub(crate) iam: Iam,
    pub(crate) table: Table,
    pub(crate) logs: Logs,
    /// Parameter Store: path → value.
    pub(crate) ssm: BTreeMap<String, String>,
    /// What the topic accepted.
    pub(crate) sent: Vec<Message>,
    /// What a case scripts.
    pub(crate) script: Scripted,
}

/// A way in which a call goes wrong.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// AWS refuses with this HTTP status and code, and does nothing.
    Code(u16, &'static str),
    /// No answer comes, and nothing was done.
    Timeout,
    /// It is done, and the answer is lost on the way.
    LostAnswer,
    /// AWS says yes, and nothing changes.
    Unheard,
}

impl Fault {
    pub(crate) const DENIED: Self = Self::Code(403, "AccessDenied");
    pub(crate) const THROTTLED: Self = Self::Code(400, "Throttling");
}

type Hook = Box<dyn FnOnce(&mut World) + Send>;

/// A fault of an operation's calls: so many are left alone first, so many fail then.
struct Planned {
    operation: &'static str,
    fault: Fault,
    skip: usize,
    times: usize,
}

struct Script {
    world: World,
    calls: Vec<Request>,
    faults: Vec<Planned>,
    hooks: Vec<(&'static str, Hook)>,
    left: usize,
    shuffle: u64,
    /// The state of the dice, and of how many calls one fails; 0: none.
    chance: (u64, u64),
    /// Calls are counted and not kept: a test of very many looks at what they came to.
    forgets: bool,
    made: usize,
}

struct Shared {
    script: Mutex<Script>,
    silent: Notify,
}

/// The fake. Clones share one account.
#[derive(Clone)]
pub(crate) struct Aws(Arc<Shared>);

impl std::fmt::Debug for Aws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Aws")
    }
}

/// What a call comes to.
pub(super) enum Outcome {
    Answer(Result<String, Refused>, usize),
    NoAnswer,
    Silence,
}

impl Aws {
    /// An account with Riposte's settings in it, in live mode, and nothing else.
    pub(crate) fn new() -> Self {
        let world = World { ssm: parameters::settings(), ..World::default() };
        let script = Script {
            world,
            calls: Vec::new(),
            faults: Vec::new(),
            hooks: Vec::new(),
            left: usize::MAX,
            shuffle: 0,
            chance: (0, 0),
            forgets: false,
            made: 0,
        };
        Self(Arc::new(Shared { script: Mutex::new(script), silent: Notify::new() }))
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.0.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the account, or changes it, as somebody else would.
    pub(crate) fn world<R>(&self, f: impl FnOnce(&mut World) -> R) -> R {
        f(&mut self.script().world)
    }

    /// A configuration whose clients talk to the fake and try each call once.
    pub(crate) fn config(&self) -> SdkConfig {
        self.config_with(RetryConfig::disabled())
    }

    /// The same, trying three times without much of a pause.
    pub(crate) fn retrying(&self) -> SdkConfig {
        self.config_with(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
    }

    fn config_with(&self, retry: RetryConfig) -> SdkConfig {
        config(retry, http::client(self))
    }

    /// Makes the next call of `operation` go wrong.
    pub(crate) fn fail(&self, operation: &'static str, fault: Fault) {
        self.fail_after(operation, 0, fault);
    }

    /// Leaves so many calls of `operation` alone and makes the one after them go wrong.
    pub(crate) fn fail_after(&self, operation: &'static str, skip: usize, fault: Fault) {
        self.script().faults.push(Planned { operation, fault, skip, times: 1 });
    }

    /// Makes every call of `operation` go wrong from now on.
    pub(crate) fn fail_always(&self, operation: &'static str, fault: Fault) {
        self.script().faults.push(Planned { operation, fault, skip: 0, times: usize::MAX });
    }

    /// Makes one of so many calls go wrong, whichever it is, in one of the ways in which calls do: each seed makes others
    /// fail, and always the same. The calls are no longer kept.
    pub(crate) fn fail_often(&self, one_of: u64, seed: u64) {
        let script = &mut *self.script();
        (script.chance, script.forgets) = ((seed, one_of), true);
    }

    /// Nothing goes wrong any more.
    pub(crate) fn heal(&self) {
        let script = &mut *self.script();
        script.faults.clear();
        script.chance.1 = 0;
    }

    /// Does something just before the next call of `operation`, as somebody else would.
    pub(crate) fn before(&self, operation: &'static str, hook: impl FnOnce(&mut World) + Send + 'static) {
        self.script().hooks.push((operation, Box::new(hook)));
    }

    /// Answers calls in another order where several wait: each seed makes another, and always the same.
    pub(crate) fn shuffle(&self, seed: u64) {
        self.script().shuffle = seed;
    }

    /// The calls so far, as `service:Operation`.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.script().calls.iter().map(Request::name).collect()
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.script().calls.clone()
    }

    /// The calls so far that changed something of the customer's.
    pub(crate) fn changes(&self) -> Vec<String> {
        let reading = ["Get", "List", "Describe"];
        let ours = ["dynamodb:", "sns:", "ssm:", "logs:"];
        let changes = |name: &String| {
            let operation = name.split(':').nth(1).unwrap_or_default();
            !ours.iter().any(|o| name.starts_with(o)) && !reading.iter().any(|r| operation.starts_with(r))
        };
        self.calls().into_iter().filter(changes).collect()
    }

    /// Whether a case scripts this call.
    pub(super) fn is_scripted(&self, name: &str) -> bool {
        self.script().world.script.calls.iter().any(|(known, _)| *known == name)
    }

    /// Forgets the calls so far.
    pub(crate) fn forget_calls(&self) {
        let script = &mut *self.script();
        script.calls.clear();
        script.made = 0;
    }

    /// Runs `future` until it is done, or until AWS has answered `calls` calls: then the future is
    /// dropped where it stands, as a killed function is, and `None` comes back.
    pub(crate) async fn run_for<T>(&self, calls: usize, future: impl Future<Output = T>) -> Option<T> {
        self.script().left = calls;
        let done = tokio::select! {
            biased;
            done = future => Some(done),
            () = self.0.silent.notified() => None,
        };
        self.script().left = usize::MAX;
        done
    }

    /// Lets all leases run out, as time would.
    pub(crate) fn end_leases(&self) {
        self.world(|world| world.table.end_leases());
    }

    /// How often a call lets others go first.
    pub(super) fn yields(&self) -> usize {
        let mut script = self.script();
        // A linear congruential generator: the same order for the same seed.
        if script.shuffle == 0 {
            return 1;
        }
        script.shuffle = script.shuffle.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(script.shuffle >> 61).unwrap_or(1)
    }

    /// Answers one request.
    pub(super) fn answer(&self, request: &Request) -> Outcome {
        crate::clock::stir();
        let script = &mut *self.script();
        if script.left == 0 {
            self.0.silent.notify_one();
            return Outcome::Silence;
        }
        script.left -= 1;
        let operation = request.operation.clone();
        if !script.forgets {
            script.calls.push(request.clone());
        }
        script.made += 1;
        let number = script.made;
        if let Some(at) = script.hooks.iter().position(|(of, _)| *of == operation) {
            let (_, hook) = script.hooks.remove(at);
            hook(&mut script.world);
        }
        match next_fault(&mut script.faults, &operation).or_else(|| by_chance(&mut script.chance)) {
            None => Outcome::Answer(script.world.answer(request), number),
            Some(Fault::Code(status, code)) => Outcome::Answer(Err(Refused::with(status, code)), number),
            Some(Fault::Timeout) => Outcome::NoAnswer,
            Some(Fault::Unheard) => Outcome::Answer(script.world.clone().answer(request), number),
            Some(Fault::LostAnswer) => {
                let _lost = script.world.answer(request);
                Outcome::NoAnswer
            }
        }
    }
}

/// A fault for one of many calls.
fn by_chance((state, one_of): &mut (u64, u64)) -> Option<Fault> {
    if *one_of == 0 {
        return None;
    }
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let dice = *state >> 33;
    let ways = [Fault::THROTTLED, Fault::Code(500, "InternalFailure"), Fault::Timeout, Fault::LostAnswer];
    (dice % *one_of == 0).then(|| ways.into_iter().nth((dice / *one_of % 4) as usize)).flatten()
}

fn next_fault(faults: &mut [Planned], operation: &str) -> Option<Fault> {
    for planned in faults.iter_mut().filter(|planned| planned.operation == operation && planned.times > 0) {
        if planned.skip > 0 {
            planned.skip -= 1;
        } else {
            planned.times -= 1;
            return Some(planned.fault.clone());
        }
    }
    None
}

fn config(retry: RetryConfig, client: SharedHttpClient) -> SdkConfig {
    let credentials = Credentials::new("AKIATEST", "secret", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(retry)
        .http_client(client)
        .build()
}

/// A configuration over any HTTP client that tries three times without much of a pause, a fifth of a second each.
pub(crate) fn config_of(client: SharedHttpClient) -> SdkConfig {
    let limits = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(200)).build();
    let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    config(retry, client).into_builder().timeout_config(limits).build()
}

impl World {
    fn answer(&mut self, request: &Request) -> Result<String, Refused> {
        if let Some(scripted) = self.scripted(request) {
            return scripted;
        }
        match request.service.as_str() {
            "ec2" => self.ec2.answer(request),
            "iam" => self.iam.answer(request),
            "dynamodb" => self.table.answer(request),
            "logs" => self.logs.answer(request),
            "ssm" => parameters::ssm(&mut self.ssm, request),
            "sns" => parameters::sns(&mut self.sent, request),
            "sts" => Ok(http::element("Arn", "arn:aws:iam::111122223333:user/operator")),
            other => panic!("the fake has no service `{other}`"),
        }
    }
}
