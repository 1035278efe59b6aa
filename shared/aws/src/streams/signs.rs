//! What the lines of a stream show beside OpenSSH's own, whatever their format.

use riposte_core::action;
use riposte_core::event::{Actor, LogLine, Scope};
use riposte_core::finding::{Finding, Target};
use riposte_core::incident::rfc3339;
use riposte_core::seal::short_hash;
use riposte_core::settings::LOG_GROUPS_PATH;
use riposte_logs::entry::What;
use riposte_logs::read::Reader;
use riposte_logs::signature::{Scanner, Sign};
use riposte_logs::windows::Windows;

use super::StreamName;

/// The counts of a stream stand in its item, which may hold 400 KB in all.
const ROOM_BYTES: usize = 90_000;

/// What a line shows.
pub(super) struct Scanned {
    pub(super) signs: Vec<Sign>,
    /// Whether it is a record of CloudTrail, which other functions read.
    pub(super) is_call: bool,
}

/// Reads the lines of one page, one after the other, with what was counted before.
pub(super) struct Signs {
    reader: Reader,
    scanner: Scanner,
}

impl Signs {
    /// Takes the counts over; [`Signs::end`] gives them back.
    pub(super) fn new(counts: &Windows) -> Self {
        Self { reader: Reader::new(Vec::new()), scanner: Scanner::with(counts.clone()) }
    }

    /// What a line shows. Its time is CloudWatch's: the one in the text is its writer's to choose.
    pub(super) fn scan(&mut self, line: &LogLine) -> Scanned {
        let text = line.message.as_bytes();
        let mut entry = self.reader.read(text, Some(line.at_ms));
        entry.at_ms = Some(line.at_ms);
        let is_call = matches!(entry.what, What::CloudTrail);
        Scanned { signs: self.scanner.scan(&entry, text), is_call }
    }

    /// Gives the counts back, as many as there is room for.
    pub(super) fn end(mut self, counts: &mut Windows) {
        self.scanner.windows.fit(ROOM_BYTES);
        *counts = self.scanner.windows;
    }
}

/// The finding of a sign. Where an address stands behind it and the detector asks for it, the address is denied.
pub(super) fn finding(name: &StreamName, sign: Sign, at_ms: i64, trusted: bool) -> Finding {
    let Sign { meta, subject, address, why, began_ms } = sign;
    let began_ms = began_ms.unwrap_or(at_ms);
    let (group, stream) = (name.group.clone(), name.stream.clone());
    let event_id = short_hash(&[&name.key(), meta.id, &subject, &began_ms.to_string()]);
    let target = match address {
        Some(address) => Target::Source { address, group: group.clone(), stream: stream.clone() },
        None => Target::Resource { service: "log".to_owned(), id: format!("{group}:{stream}: {subject}") },
    };
    let denied = address.filter(|_| trusted && !meta.actions.is_empty());
    Finding {
        detector: meta.id.to_owned(),
        title: meta.title.to_owned(),
        severity: meta.severity,
        confidence: meta.confidence,
        technique: meta.technique.iter().map(|&t| t.to_owned()).collect(),
        scope: Scope {
            event_id: format!("log-{event_id}"),
            account: name.account.clone(),
            region: name.region.clone(),
        },
        event_name: "log lines".to_owned(),
        event_source: None,
        error_code: None,
        event_time: Some(rfc3339(began_ms)),
        principal: Actor {
            kind: address.map(|_| "address".to_owned()),
            name: Some(subject),
            source_ip: address.map(|address| address.to_string()),
            ..Actor::default()
        },
        target,
        why: if trusted { why } else { format!("{why}; the log group is not among `{LOG_GROUPS_PATH}`") },
        response: denied.map(|address| action::DenySource { address, group, stream }.into()),
    }
}
