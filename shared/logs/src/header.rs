//! What stands before a line's message: time, level, process, component. Found by content, not by a format that
//! somebody names, so that one configuration reads the logs of many programs.

use crate::time::{Hint, Stamp, stamp};

/// A line, cut into its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// When, where the line says so.
    pub stamp: Option<Stamp>,
    /// The host or node that wrote it; empty where it does not say.
    pub host: &'a [u8],
    /// The program or component; empty where it does not say.
    pub component: &'a [u8],
    /// The process id, as digits; empty where it does not say.
    pub pid: &'a [u8],
    /// The level as it was written; empty where it does not say.
    pub level: &'a [u8],
    /// The message.
    pub message: &'a [u8],
}

impl<'a> Header<'a> {
    fn bare(line: &'a [u8]) -> Self {
        Self { stamp: None, host: b"", component: b"", pid: b"", level: b"", message: line }
    }
}

/// Takes a line apart. What has no header that is known is all message.
#[must_use]
pub fn split(line: &[u8]) -> Header<'_> {
    Splitter::default().split(line)
}

/// Takes lines apart, faster where they are of one kind.
#[derive(Debug, Clone, Copy, Default)]
pub struct Splitter {
    hint: Hint,
}

impl Splitter {
    /// As [`split`].
    pub fn split<'a>(&mut self, line: &'a [u8]) -> Header<'a> {
        let line = trim(line);
        let hint = &mut self.hint;
        let time = hint.stamp(line);
        time.and_then(|time| piped(line, time))
            .or_else(|| time.and_then(|time| syslog(line, time, Header::bare(line))))
            .or_else(|| supercomputer(line, hint))
            .or_else(|| cluster(line))
            .or_else(|| pri(line, hint))
            .unwrap_or_else(|| general(line, time, hint))
    }
}

/// Lines as they travel, with a priority before all else.
fn pri<'a>(line: &'a [u8], hint: &mut Hint) -> Option<Header<'a>> {
    let rest = priority(line)?;
    if rest.starts_with(b"1 ") {
        return syslog5424(rest);
    }
    let time = hint.stamp(rest)?;
    syslog(rest, time, Header::bare(rest))
}

/// `LABEL EPOCH 2005.06.03 NODE …`: the logs of supercomputers, each line with the label of an alert or `-`.
fn supercomputer<'a>(line: &'a [u8], hint: &mut Hint) -> Option<Header<'a>> {
    if !line.first().is_some_and(|b| *b == b'-' || b.is_ascii_uppercase()) {
        return None;
    }
    let mut words = Words(line);
    let label = words.next()?;
    if !(label == b"-" || label.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')) {
        return None;
    }
    let epoch = words.next()?;
    let date = words.next()?;
    if !(epoch.len() == 10 && all_digits(epoch) && is_dotted_date(date)) {
        return None;
    }
    let time = stamp(epoch);
    let host = words.next()?;
    let rest = trim(words.0);
    let inner = hint.stamp(rest)?;
    if let Some(header) = syslog(rest, inner, Header { stamp: time, host, ..Header::bare(rest) }) {
        return Some(header);
    }
    // NODE, then the type, the component and the level of the event.
    let mut words = Words(rest.get(inner.len..)?);
    let (_node, _kind) = (words.next()?, words.next()?);
    let (component, level) = (words.next()?, words.next().unwrap_or_default());
    Some(Header { stamp: time, host, component, pid: b"", level, message: trim(words.0) })
}

/// `134681 node-246 unix.hw state_change.unavailable 1077804742 1 …`: number, node, component, state, time, flag.
fn cluster(line: &[u8]) -> Option<Header<'_>> {
    if !line.first()?.is_ascii_digit() {
        return None;
    }
    let mut words = Words(line);
    let (number, host, component, state) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let (epoch, flag) = (words.next()?, words.next()?);
    let fits = all_digits(number) && !all_digits(host) && !all_digits(component) && !all_digits(state);
    if !fits || !(9..=10).contains(&epoch.len()) || !all_digits(epoch) || flag.len() != 1 || !all_digits(flag) {
        return None;
    }
    Some(Header { stamp: stamp(epoch), host, component, pid: b"", level: b"", message: trim(words.0) })
}

/// `20171223-22:15:29:606|Component|30002312|message`, with spaces around the bars or not.
fn piped(line: &[u8], time: Stamp) -> Option<Header<'_>> {
    let mut rest = trim(line.get(time.len..)?);
    let mut header = Header { stamp: Some(time), ..Header::bare(line) };
    let mut fields = 0;
    rest = rest.strip_prefix(b"|")?;
    while fields < 4
        && let Some(bar) = memchr::memchr(b'|', rest)
    {
        let field = trim(rest.get(..bar)?);
        if field.len() > 80 || field.iter().filter(|b| **b == b' ').count() > 1 {
            break;
        }
        if is_level(field) {
            header.level = field;
        } else if all_digits(field) {
            header.pid = field;
        } else {
            header.component = field;
        }
        rest = rest.get(bar + 1..)?;
        fields += 1;
    }
    (fields > 0).then_some(Header { message: trim(rest), ..header })
}

/// `1 TIME HOST APP PROCID MSGID [data] message`.
fn syslog5424(line: &[u8]) -> Option<Header<'_>> {
    let rest = line.strip_prefix(b"1 ")?;
    let time = stamp(rest);
    let rest = match (time, rest.strip_prefix(b"- ")) {
        (Some(time), _) => rest.get(time.len..)?,
        (None, rest) => rest?,
    };
    let mut words = Words(rest);
    let (host, component, pid, _id) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let mut rest = trim(words.0);
    if let Some(behind) = rest.strip_prefix(b"-") {
        rest = behind;
    }
    while rest.first() == Some(&b'[') {
        rest = rest.get(structured(rest)?..)?;
    }
    let rest = trim(rest);
    let message = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
    let known = |field: &'static [u8], text| if text == b"-" { field } else { text };
    Some(Header {
        stamp: time,
        host: known(b"", host),
        component: known(b"", component),
        pid: known(b"", pid),
        level: b"",
        message,
    })
}

/// The length of an element of structured data, whose quoted values may hold brackets.
fn structured(text: &[u8]) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (index, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(index + 1),
            _ => {}
        }
    }
    None
}

fn priority(line: &[u8]) -> Option<&[u8]> {
    let rest = line.strip_prefix(b"<")?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    ((1..=3).contains(&digits)).then(|| rest.get(digits..)?.strip_prefix(b">")).flatten()
}

/// `Dec 10 06:55:46 host program[pid]: message`, the time in ISO form too; `header` has what is known.
fn syslog<'a>(line: &'a [u8], time: Stamp, header: Header<'a>) -> Option<Header<'a>> {
    let first = line.first()?;
    let by_name = first.is_ascii_uppercase();
    let iso = first.is_ascii_digit() && line.get(10) == Some(&b'T');
    if !by_name && !iso {
        return None;
    }
    let behind = line.get(time.len..)?;
    if !behind.starts_with(b" ") {
        return None;
    }
    let rest = trim(behind);
    let mut words = Words(rest);
    let host = words.next()?;
    // A tag where the host should be: some write no host.
    let (host, rest) = if host.ends_with(b":") { (&b""[..], rest) } else { (host, words.0) };
    if iso && (is_level(host) || host.first() == Some(&b'[') || all_digits(host)) {
        return None;
    }
    let stamp = header.stamp.or(Some(time));
    let host = if header.host.is_empty() { host } else { header.host };
    let Some((component, pid, message)) = tag(rest) else {
        return by_name.then_some(Header { stamp, host, message: trim(rest), ..header });
    };
    Some(Header { stamp, host, component, pid, message, ..header })
}

/// `program[pid]: message`, `program: message`. Programs have spaces on some systems, so the tag goes to the first
/// colon that a space follows.
fn tag(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    const LONGEST: usize = 96;
    let text = trim(text);
    let reach = text.get(..text.len().min(LONGEST))?;
    let mut colon = None;
    for at in memchr::memchr_iter(b':', reach) {
        if matches!(text.get(at + 1), None | Some(b' ')) {
            colon = Some(at);
            break;
        }
    }
    let at = colon?;
    let (tag, message) = (text.get(..at)?, text.get(at + 1..)?);
    // `launchd[1] (com.example.helper[77])`
    let tag = match (tag.last(), memchr::memmem::find(tag, b"] (")) {
        (Some(b')'), Some(cut)) => tag.get(..=cut)?,
        _ => tag,
    };
    let (component, pid) = match (tag.strip_suffix(b"]"), memchr::memrchr(b'[', tag)) {
        (Some(open), Some(bracket)) if all_digits(open.get(bracket + 1..)?) => {
            (tag.get(..bracket)?, open.get(bracket + 1..)?)
        }
        _ => (tag, &b""[..]),
    };
    // Where brackets or quotes stand open, the colon is in the message.
    let loose = component.iter().any(|b| matches!(b, b'"' | b'=' | b'{' | b','));
    (!loose).then_some((component, pid, trim(message)))
}

/// All the rest: a time, and before or behind it a process id, a level, a thread in brackets, a component.
fn general<'a>(line: &'a [u8], time: Option<Stamp>, hint: &mut Hint) -> Header<'a> {
    let mut header = Header::bare(line);
    let Some(mut rest) = behind_time(line, time, &mut header, hint) else { return header };
    loop {
        rest = trim(rest);
        if let Some(behind) = [&b"- "[..], b"--- ", b"| "].iter().find_map(|dash| rest.strip_prefix(*dash)) {
            rest = behind;
        } else if header.level.is_empty()
            && let Some((word, behind)) = level(rest)
        {
            header.level = word;
            // Columns: `Info                  CBS    message`.
            let spaced = behind.starts_with(b"  ") || behind.starts_with(b"\t");
            if spaced && let Some((word, behind)) = column(behind) {
                header.component = word;
                rest = behind;
                break;
            }
            rest = behind;
        } else if header.level.is_empty()
            && let Some((pid, behind)) = number(rest)
        {
            header.pid = pid;
            rest = behind;
        } else if let Some((inside, behind)) = bracketed(rest) {
            let Some(behind) = bracket(inside, trim(behind), &mut header) else { break };
            rest = behind;
        } else if header.component.is_empty()
            && let Some((word, behind)) = component(rest)
        {
            header.component = word;
            rest = behind;
            // A message follows, unless the level or a request's id does.
            let more = header.level.is_empty() || trim(rest).starts_with(b"[req-") || trim(rest).starts_with(b"[-]");
            if !more {
                break;
            }
        } else if header.component.is_empty()
            && header.level.is_empty()
            && let Some((word, behind)) = program(rest)
        {
            header.component = word;
            rest = behind;
        } else {
            break;
        }
    }
    header.message = trim(rest);
    header
}

/// Finds the time near the line's beginning: behind nothing, a level, the name of a file, or in brackets.
fn behind_time<'a>(line: &'a [u8], time: Option<Stamp>, header: &mut Header<'a>, hint: &mut Hint) -> Option<&'a [u8]> {
    let mut rest = line;
    let mut time = time;
    if time.is_none()
        && let Some((word, behind)) = level(rest)
    {
        header.level = word;
        rest = trim(behind);
        time = hint.stamp(rest);
    }
    if time.is_none()
        && let Some((inside, behind)) = bracketed(rest)
        && let Some(found) = hint.stamp(inside)
    {
        header.stamp = Some(found);
        return Some(behind);
    }
    if time.is_none() {
        // A file's name, as a collector writes it before the line.
        let mut words = Words(rest);
        let word = words.next()?;
        let named = word.len() > 8 && word.iter().any(u8::is_ascii_digit) && word.first()?.is_ascii_alphabetic();
        rest = trim(words.0);
        time = if named { hint.stamp(rest) } else { None };
    }
    let Some(found) = time else {
        header.level = b"";
        return None;
    };
    header.stamp = Some(found);
    let rest = rest.get(found.len..)?;
    Some(rest.strip_prefix(b",").or_else(|| rest.strip_prefix(b":")).unwrap_or(rest))
}

/// What stands in brackets, and what follows it, where it belongs to the header: a thread, a request's id, a module
/// with its level. Such as `[client 192.0.2.7]` is of the message.
fn bracket<'a>(inside: &'a [u8], behind: &'a [u8], header: &mut Header<'a>) -> Option<&'a [u8]> {
    let level_in = |text: &[u8]| memchr::memrchr(b':', text).is_some_and(|at| text.get(at + 1..).is_some_and(is_level));
    if header.level.is_empty() && level_in(inside) {
        header.level = inside;
        return Some(behind);
    }
    let request = inside.starts_with(b"req-") || inside == b"-";
    let thread = [&b"pid "[..], b"tid ", b"thread "].iter().any(|prefix| inside.starts_with(prefix));
    let goes_on = behind.starts_with(b"- ")
        || behind.starts_with(b": ")
        || component(behind).is_some()
        || level(behind).is_some();
    let belongs = request || thread || (header.component.is_empty() && goes_on);
    belongs.then(|| behind.strip_prefix(b": ").unwrap_or(behind))
}

/// `1234`, `#1234`: a process or thread, before the level.
fn number(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut words = Words(text);
    let word = words.next()?;
    let word = word.strip_prefix(b"#").unwrap_or(word);
    all_digits(word).then_some((word, words.0))
}

/// `chrome.exe *64 - message`: a program's name of two words at most.
fn program(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let dash = memchr::memmem::find(text.get(..text.len().min(48))?, b" - ")?;
    let word = text.get(..dash)?;
    (word.iter().filter(|b| **b == b' ').count() <= 1).then_some((word, text.get(dash + 3..)?))
}

/// A level that begins the text, in brackets or not, with a colon or comma behind it or not.
fn level(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (word, behind) = match bracketed(text) {
        Some((inside, behind)) => (trim(inside), behind),
        None => {
            let end = text.iter().position(|b| matches!(b, b' ' | b':' | b',' | b'\t' | b'|')).unwrap_or(text.len());
            let behind = text.get(end..).unwrap_or_default();
            let behind = behind.strip_prefix(b":").or_else(|| behind.strip_prefix(b",")).unwrap_or(behind);
            (text.get(..end)?, behind)
        }
    };
    is_level(word).then_some((word, behind))
}

/// Whether a word is the name of a level.
#[must_use]
pub fn is_level(word: &[u8]) -> bool {
    const LEVELS: [&str; 24] = [
        "info",
        "warn",
        "warning",
        "error",
        "err",
        "debug",
        "trace",
        "fatal",
        "severe",
        "notice",
        "critical",
        "crit",
        "alert",
        "emerg",
        "fine",
        "finer",
        "finest",
        "information",
        "verbose",
        "i",
        "w",
        "e",
        "d",
        "v",
    ];
    match word {
        [single] => matches!(single, b'I' | b'W' | b'E' | b'D' | b'V' | b'F'),
        _ => LEVELS.iter().any(|level| level.as_bytes().eq_ignore_ascii_case(word)),
    }
}

/// A component that begins the text: `name:`, `name :`, `dotted.name [`, `dotted.name - `.
fn component(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(text.len());
    let (word, behind) = (text.get(..end)?, text.get(end..)?);
    let named = |word: &[u8]| {
        word.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'/' | b'*' | b'['))
            && word.len() <= 120
            && word.iter().all(|b| {
                b.is_ascii_alphanumeric()
                    || matches!(
                        b,
                        b'.' | b'_' | b'-' | b'$' | b'/' | b'@' | b':' | b'*' | b'(' | b')' | b'[' | b']' | b'#'
                    )
            })
    };
    if let Some(name) = word.strip_suffix(b":") {
        return named(name).then_some((name, behind));
    }
    // `Name:message` with no space is a component only where it has the shape of a class.
    if !named(word) {
        return None;
    }
    let next = trim(behind);
    if let Some(rest) = next.strip_prefix(b": ") {
        return Some((word, rest));
    }
    let dotted = word.contains(&b'.');
    if dotted && (next.starts_with(b"[") || next.starts_with(b"- ")) {
        return Some((word, next.strip_prefix(b"- ").unwrap_or(next)));
    }
    if dotted && next.starts_with(b"(") {
        return None;
    }
    None
}

/// A word in a column of its own: short, with two spaces or more behind it.
fn column(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = trim(text);
    let end = text.iter().position(|b| matches!(b, b' ' | b'\t'))?;
    let (word, behind) = (text.get(..end)?, text.get(end..)?);
    (end <= 20 && (behind.starts_with(b"  ") || behind.starts_with(b"\t"))).then_some((word, behind))
}

/// What stands in the brackets that begin the text, and what follows them.
fn bracketed(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.first() != Some(&b'[') {
        return None;
    }
    let mut depth = 0_usize;
    for (index, byte) in text.iter().enumerate().take(256) {
        match byte {
            b'[' => depth += 1,
            b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some((text.get(1..index)?, text.get(index + 1..)?));
                }
            }
            _ => {}
        }
    }
    None
}

fn is_dotted_date(word: &[u8]) -> bool {
    matches!(word, [a, b, c, d, b'.', e, f, b'.', g, h] if all_digits(&[*a, *b, *c, *d, *e, *f, *g, *h]))
}

/// Whether a word is digits and nothing else.
#[must_use]
pub fn all_digits(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_digit)
}

/// Without the spaces around it.
#[must_use]
pub fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// Words between spaces; what is left stands in `.0`.
struct Words<'a>(&'a [u8]);

impl<'a> Words<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0.trim_ascii_start();
        if rest.is_empty() {
            return None;
        }
        let end = rest.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(rest.len());
        let (word, behind) = rest.split_at_checked(end)?;
        self.0 = behind;
        Some(word)
    }
}
