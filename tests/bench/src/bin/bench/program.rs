//! One run of a program: from exec to its first poll, and its memory then and after one event.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::server::{Seen, Server};

/// The longest that a program may take for a step.
const PATIENCE: Duration = Duration::from_secs(20);

/// A program to be measured.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// The program without the work that it is compared with.
    pub(crate) reference: Option<&'static str>,
    /// An event that it handles to the end without a call to AWS.
    pub(crate) event: String,
}

/// What one run showed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) init: Duration,
    /// From the event's delivery to its answer.
    pub(crate) answer: Duration,
    pub(crate) ready: Memory,
    pub(crate) handled: Memory,
}

/// Of a process, in kB: what it holds now, and the most that it ever held.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) resident: f64,
    pub(crate) peak: f64,
}

/// A process that does not outlive the run.
struct Running(Child);

impl Running {
    /// The next thing that it does; an error where it ends, or does nothing for too long.
    fn next(&mut self, server: &Server) -> Result<Seen> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(seen) = server.next(Duration::from_millis(200)) {
                return Ok(seen);
            }
            if let Some(status) = self.0.try_wait()? {
                bail!("it ended: {status}");
            }
        }
        bail!("it did nothing for {} s", PATIENCE.as_secs())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is what both would complain of.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Program {
    /// Runs `folder/NAME/bootstrap` once.
    pub(crate) fn run(&self, folder: &Path) -> Result<Run> {
        let folder = folder.join(self.name);
        let log = folder.join("output.log");
        self.steps(&folder, &log).with_context(|| {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            let tail: Vec<&str> = text.lines().rev().take(5).collect();
            format!("{}: {}", self.name, tail.into_iter().rev().collect::<Vec<_>>().join("\n"))
        })
    }

    fn steps(&self, folder: &Path, log: &PathBuf) -> Result<Run> {
        let server = Server::start()?;
        let mut command = self.command(folder, &server, log)?;
        let begun = Instant::now();
        let mut process = Running(command.spawn().with_context(|| folder.join("bootstrap").display().to_string())?);
        let polled = match process.next(&server)? {
            Seen::Poll(at) => at,
            Seen::Answer(text) | Seen::Failure(text) => bail!("before its first poll: {text}"),
        };
        let ready = memory(process.0.id())?;
        let delivered = Instant::now();
        server.deliver(&self.event);
        match process.next(&server)? {
            Seen::Answer(text) if text == "null" || text == r#"{"batchItemFailures":[]}"# => {}
            Seen::Answer(text) | Seen::Failure(text) => bail!("it did not handle its event: {text}"),
            Seen::Poll(_) => bail!("it polled again without an answer"),
        }
        let answer = delivered.elapsed();
        let Seen::Poll(_) = process.next(&server)? else { bail!("it did not poll again") };
        Ok(Run { init: polled - begun, answer, ready, handled: memory(process.0.id())? })
    }

    /// The process as Lambda starts it: nothing of this shell's environment.
    fn command(&self, folder: &Path, server: &Server, log: &PathBuf) -> Result<Command> {
        let output = File::create(log).with_context(|| log.display().to_string())?;
        let mut command = Command::new(folder.join("bootstrap"));
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", server.address().to_string())
            .env("AWS_ENDPOINT_URL", format!("http://{}", server.address()))
            .env("AWS_LAMBDA_FUNCTION_NAME", self.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/riposte/bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "ASIAEXAMPLEBENCH0000")
            .env("AWS_SECRET_ACCESS_KEY", "bench")
            .env("AWS_SESSION_TOKEN", "bench")
            .env("LAMBDA_TASK_ROOT", folder)
            .env("RIPOSTE_ACCOUNT_ID", "111122223333")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        Ok(command)
    }
}

/// The memory of a process, in kilobytes.
pub(crate) fn memory(pid: u32) -> Result<Memory> {
    let path = format!("/proc/{pid}/status");
    let status = std::fs::read_to_string(&path).context(path)?;
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no `{name}`"))?;
        let kilobytes = line.trim().trim_end_matches("kB").trim();
        kilobytes.parse::<f64>().with_context(|| format!("`{name}` is `{kilobytes}`"))
    };
    Ok(Memory { resident: of("VmRSS:")?, peak: of("VmHWM:")? })
}
