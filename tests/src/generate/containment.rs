//! `docs/containment.md`: what proves each action, and what is done about each published attack.

use std::path::Path;

use anyhow::{Context, Result};
use riposte_aws::actions::{ACTIONS, ActionMeta};
use riposte_core::catalogue::all_metas;
use riposte_core::guardrail::asks_first;
use riposte_fixtures::Fixture;

use super::catalogue::line;
use super::techniques::{TECHNIQUES, Technique};

/// Where the cases of the conformance suite stand, a file for each action.
const CASES: &str = "shared/aws/src/actions/conformance/cases";
/// Where the attacks stand that run on the deployed functions, against an emulated account.
const END_TO_END: &str = "tests/e2e";

const PROOFS: &str = "\
Every action goes through the conformance suite (`shared/aws/src/actions/conformance`), on an account as data in which each
call does and refuses what AWS does and refuses. For each of its cases these hold:

| proof | what is shown |
|---|---|
| exact | the whole account is compared: the offense is gone, and nothing else has changed |
| no-op | where nothing offends, or the resource is gone, nothing is called that changes anything, and the notice says why |
| shadow | in shadow mode the plan is reported and nothing changes |
| recorded before | the change, its undo and the state before are in the ledger before the call |
| verified | the resource is read again; a change that did not take is not called contained |
| undone | the undo leaves the account as it was, but for what the action's page says is lost |
| refused when changed | where somebody changed the resource meanwhile, the undo refuses and says what differs |
| made in part | where a later change is refused, what was made can be undone |
| denied, throttled, lost answers | a refusal is reported and not retried forever; a throttle or a cut connection is tried again, at any call |
| killed | the function dies before or after any call, acting or undoing: the next delivery ends in the same state |
| for a time | what `/riposte/contain-for/ACTION` can time is restored when the time is up, renewed while the attack goes on, and left to a person where it was changed; killed after any call, the next tick ends the same |
| echo | the event of an own call, or of an undo, gets no response |
| permissions | every call is permitted to the role, and every permission is used |

The event of every fixture of a detector that names an action is carried to the contained state, or, where the shipped
guardrails ask a person first, to the plan. Grounds: *scripted* is the account as data; *wire* answers the SDK's own HTTP
client in AWS's format; *ministack* is the deployed function against an emulated account, in the file that is named.
What no emulator shows is proven on the scripted ground alone: no proof here ran against AWS. `remove-trusted-principal` and
`restore-default-policy-version` act by themselves on what is tagged `riposte:restorable` alone, and ask about the rest.
";

/// What became of each attack of the board, as `make board` wrote it down.
const BOARD: &str = "tests/e2e/board.json";

const PLAYED: &str = "\
Each of these is a real change of an emulated account, made by a principal of its own, delivered through EventBridge to the
deployed functions in live mode with the template's own settings. `tests/e2e/test_board.py` reads the account before and after: the
offense is gone and what else belongs to the thing stands as before, the undo brings back what the attack had made, and a
benign twin (the same call with a harmless value, on another such thing) stays as it was made and gets no answer. *(asks)*: a
person approved first. *Calls* are those that the functions made to AWS from the event to the notice, the ledger's and the
notice's among them; *ms* is from the first finding to the last word in the record, of a debug build. Where the emulator does
not know the attacker's call, its record alone was delivered, and what is read is the principal.
";

/// An attack that was played.
#[derive(Debug, serde::Deserialize)]
struct Played {
    attack: String,
    technique: String,
    told_by: Vec<String>,
    answered_by: Vec<String>,
    actions: Vec<String>,
    asks: bool,
    milliseconds: u64,
    calls: u64,
}

fn played(root: &Path) -> Result<Vec<Played>> {
    let path = root.join(BOARD);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

fn board(out: &mut String, played: &[Played]) {
    let asks = played.iter().filter(|one| one.asks).count();
    line(out, "\n## Board\n");
    line(out, &format!("{} attacks, all contained, {asks} of them after a person approved.\n\n{PLAYED}", played.len()));
    line(out, "| attack | technique | detected by | contained by | calls | ms |");
    line(out, "|---|---|---|---|---|---|");
    for one in played {
        let told: Vec<_> = one.told_by.iter().map(String::as_str).collect();
        let others = told.iter().copied().filter(|id| !one.answered_by.iter().any(|first| first == id));
        let detected: Vec<_> = one.answered_by.iter().map(String::as_str).chain(others).collect();
        let actions: Vec<_> = one.actions.iter().map(|id| format!("[{id}](catalogue.md#{id})")).collect();
        let asks = if one.asks { " *(asks)*" } else { "" };
        let row = format!(
            "| {} | {} | {} | {}{asks} | {} | {} |",
            one.attack,
            one.technique,
            listed(&detected),
            actions.join(", "),
            one.calls,
            one.milliseconds
        );
        line(out, &row);
    }
}

/// The page.
pub(super) fn page(root: &Path) -> Result<String> {
    let mut out = format!(
        "<!-- Written by `make generate` from the code. Change the code, not this page. -->\n\n# Containment\n\n\
         What the {} actions are proven to do, and what is done about the attacks of Stratus Red Team.\n\n## Proofs\n\n{PROOFS}\n",
        ACTIONS.len()
    );
    line(&mut out, "## Actions");
    line(&mut out, "");
    line(&mut out, "| action | acts for | asks a person for | undo | cases | undo refused when changed | ground |");
    line(&mut out, "|---|---|---|---|---|---|---|");
    let mut files = end_to_end(root)?;
    let played = played(root)?;
    // The board names attacks; which actions answered them, what was played says.
    let actions = played.iter().flat_map(|one| &one.actions).cloned().collect::<Vec<_>>().join(" ");
    files.push(("the board".to_owned(), actions));
    for meta in ACTIONS {
        action(&mut out, root, meta, &files)?;
    }
    board(&mut out, &played);
    line(&mut out, "\n## Techniques");
    line(&mut out, "");
    let contained = TECHNIQUES.iter().filter(|technique| technique.reason.is_empty()).count();
    let mut asked = 0;
    for technique in TECHNIQUES.iter().filter(|technique| technique.reason.is_empty()) {
        let with_actions =
            technique.detectors.iter().filter(|id| all_metas().any(|meta| meta.id == **id && !meta.actions.is_empty()));
        let acts = with_actions.map(|id| asks_first(id).map_err(anyhow::Error::msg)).collect::<Result<Vec<_>>>()?;
        asked += usize::from(acts.into_iter().all(|asks| asks));
    }
    let found = TECHNIQUES.iter().filter(|technique| !technique.detectors.is_empty()).count();
    line(
        &mut out,
        &format!(
            "The {} AWS techniques of [Stratus Red Team](https://stratus-red-team.cloud/attack-techniques/AWS/): {found} are \
             detected, {contained} of them contained, {asked} of these only after a person has approved. *(asks)*: a person approves first, unless a guardrail permits it. The \
             benign twin is an event of the detector's tests that is much the same and stays untouched.\n",
            TECHNIQUES.len()
        ),
    );
    line(&mut out, "");
    line(&mut out, "| technique | detected by | contained by | benign twin |");
    line(&mut out, "|---|---|---|---|");
    for technique in TECHNIQUES {
        self::technique(&mut out, technique)?;
    }
    Ok(out)
}

fn action(out: &mut String, root: &Path, meta: &ActionMeta, files: &[(String, String)]) -> Result<()> {
    let (mut acts, mut asks) = (Vec::new(), Vec::new());
    for detector in all_metas().filter(|detector| detector.actions.contains(&meta.id)) {
        let list = if asks_first(detector.id).map_err(anyhow::Error::msg)? { &mut asks } else { &mut acts };
        list.push(detector.id);
    }
    let cases = root.join(CASES).join(format!("{}.rs", meta.id.as_str().replace('-', "_")));
    let (count, changed, ground) = if cases.exists() {
        let text = std::fs::read_to_string(&cases).with_context(|| cases.display().to_string())?;
        let reads =
            if !text.contains("meddle: None") || text.contains("meddle: Some") { "yes" } else { "reads nothing else" };
        (text.matches(": Case").count().to_string(), reads, "scripted")
    } else {
        ("own tests".to_owned(), "yes", "wire")
    };
    let id = meta.id.as_str();
    let emulated: Vec<_> = files.iter().filter(|(_, text)| text.contains(id)).map(|(name, _)| name.as_str()).collect();
    let emulated = if emulated.is_empty() { String::new() } else { format!(", ministack ({})", emulated.join(", ")) };
    let undo = if meta.reversible { "whole" } else { "with a loss" };
    let row = format!(
        "| [{id}](catalogue.md#{id}) | {} | {} | {undo} | {count} | {changed} | {ground}{emulated} |",
        listed(&acts),
        listed(&asks)
    );
    line(out, &row);
    Ok(())
}

/// Detectors by their pages: the first few, and how many more.
fn listed(ids: &[&str]) -> String {
    const NAMED: usize = 4;
    let named: Vec<_> = ids.iter().take(NAMED).map(|id| link(id)).collect();
    match ids.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn link(id: &str) -> String {
    format!("[{id}](detectors/{id}.md)")
}

fn technique(out: &mut String, technique: &Technique) -> Result<()> {
    let mut actions: Vec<String> = Vec::new();
    for meta in technique.detectors.iter().filter_map(|id| all_metas().find(|meta| meta.id == *id)) {
        let asks = if asks_first(meta.id).map_err(anyhow::Error::msg)? { " *(asks)*" } else { "" };
        for id in meta.actions {
            let action = format!("[{id}](catalogue.md#{id}){asks}");
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
    }
    let contained = match technique.reason {
        "" => actions.join(", "),
        reason => format!("not containable: {reason}"),
    };
    let detected: Vec<_> = technique.detectors.iter().map(|id| link(id)).collect();
    let detected = if detected.is_empty() { "no record shows it".to_owned() } else { detected.join(", ") };
    let twin = match technique.detectors.first() {
        Some(detector) => twin(detector)?.map_or_else(String::new, |twin| format!("`{twin}`")),
        None => String::new(),
    };
    let id = technique.id;
    let page = format!("https://stratus-red-team.cloud/attack-techniques/AWS/aws.{id}/");
    line(out, &format!("| [{id}]({page}) | {detected} | {contained} | {twin} |"));
    Ok(())
}

/// The first benign event of a detector's folder.
fn twin(detector: &str) -> Result<Option<String>> {
    let fixtures = riposte_fixtures::of(detector)?;
    let benign = |fixture: &&Fixture| !fixture.fires && !fixture.is_log() && !fixture.name.contains("refused");
    Ok(fixtures.iter().find(benign).map(|fixture| format!("{detector}/{}.json", fixture.name)))
}

/// The end-to-end tests, by name.
fn end_to_end(root: &Path) -> Result<Vec<(String, String)>> {
    let folder = root.join(END_TO_END);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with("test_") && name.ends_with(".py") {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            files.push((name, text));
        }
    }
    files.sort();
    Ok(files)
}
