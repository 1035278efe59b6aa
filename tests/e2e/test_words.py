"""The words of what people read: American English and the terms of MITRE, NIST 800-61 and AWS.

Read are the pages, the texts of the catalog, the template, the help of every command, and what the code's strings say
(notices, messages, timelines). Ids, names of files and what is quoted as code are left alone.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]

# What is not said, and what is said instead.
INSTEAD = {
    r"catalogue[sd]?": "catalog",
    r"judg(?:e[sd]?|ing)": "evaluate, scan",
    r"organisation\w*": "organization",
    r"behaviours?|behavioural": "behavior",
    r"colour\w*": "color",
    r"(?:off|def|pret)ences?": "offense, defense",
    r"neighbour\w*|favour\w*|honour\w*|labour\w*": "neighbor, favor, honor, labor",
    r"artefacts?": "artifact",
    r"misspelt|spelt|learnt|whilst|amongst": "misspelled, learned, while, among",
    r"(?:label|model|travel|signal|cancel)l(?:ed|ing)": "labeled, canceled, with one l",
    r"centres?|grey|licences?": "center, gray, license",
    r"(?:author|serial|deserial|recogn|summar|normal|initial|util|priorit|custom|minim|maxim|optim|categor|synchron"
    r"|standard|final|special|visual|token|sanit|random|character|penal|virtual)is(?:e|ed|es|ing|ation)s?": "-ize",
    r"analys(?:ed|ing)": "analyzed, analyzing",
    r"(?:take|takes|taken|taking|took)(?: (?:it|them|that|those|this))? back": "roll back, undo",
    r"told": "notified, reported, known",
    r"for ever": "forever",
    r"so long ago": "a time ago",
    r"within the house": "of the same owner",
}
BANNED = re.compile("|".join(rf"\b(?:{word})\b" for word in INSTEAD), re.I)
# Titles name the service: a warehouse may be anybody's.
TITLES = re.compile(BANNED.pattern + r"|\bwarehouses?\b", re.I)

# Ids and files that keep their name, and AWS's own words.
NAMES = re.compile(r"\bcatalogue(?=\.(?:md|rs)|-\w|/)|image-deprecation-cancelled|\bCANCELLED\b")


def said(text: str) -> list[str]:
    """The banned words of a text, each with what stands around it."""
    plain = NAMES.sub(" ", text)
    return [f"`{found[0]}`: …{plain[max(0, found.start() - 40):found.end() + 30]!r}…" for found in BANNED.finditer(plain)]


def prose(markdown: str) -> str:
    """A page without links' addresses, code and the marks of generated blocks."""
    text = re.sub(r"<!--.*?-->|^```.*?^```", " ", markdown, flags=re.S | re.M)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return re.sub(r"`[^`\n]*`", " ", text)


def test_the_list_finds_what_it_bans_and_nothing_else():
    for wrong in ("the catalogue", "Judged by", "an organisation", "Cancelled", "taken back", "Data centre", "authorised",
                  "colour", "coloured", "labelled", "an offence", "so long ago", "for ever"):
        assert said(wrong), wrong
    for right in ("the catalog", "a judgment", "color", "colored", "for every", "labels", "premise", "exercise", "advise",
                  "canceled", "[catalog](catalogue.md)", "recalled", "analyses", "revised", "cancellation"):
        assert not said(prose(right)), right


PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md"))


def test_pages():
    wrong = {str(page.relative_to(ROOT)): said(prose(page.read_text())) for page in PAGES}
    wrong = {page: words for page, words in wrong.items() if words}
    assert len(PAGES) > 1000 and not wrong, wrong


def test_titles(binary):
    listed = subprocess.run([str(binary), "detectors", "--json"], capture_output=True, text=True, env={}, timeout=60, check=True)
    titles = [json.loads(line)["title"] for line in listed.stdout.splitlines()]
    assert len(titles) > 1000 and not [title for title in titles if TITLES.search(NAMES.sub(" ", title))]


def descriptions(node) -> Iterator[str]:
    """Every description of a template."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if key in ("Description", "AlarmDescription") and isinstance(value, str):
            yield value
        yield from descriptions(value)


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as what they hold."""


Loader.add_multi_constructor("!", lambda loader, _, node: getattr(
    loader, f"construct_{ {'ScalarNode': 'scalar', 'SequenceNode': 'sequence', 'MappingNode': 'mapping'}[type(node).__name__] }")(node))


@pytest.mark.parametrize("template", sorted((ROOT / "infra").glob("*.yaml")), ids=lambda path: path.name)
def test_templates(template):
    texts = list(descriptions(yaml.load(template.read_text(), Loader)))  # noqa: S506
    assert texts and not [words for text in texts if (words := said(text))]


def helps(binary: Path, *verbs: str) -> Iterator[tuple[str, str]]:
    """The long help of a command and of all below it."""
    done = subprocess.run([str(binary), *verbs, "--help"], capture_output=True, text=True, env={}, timeout=60, check=True)
    yield " ".join(verbs), done.stdout
    listed = re.search(r"^Commands:\n(.*?)(?:\n\n\S|\Z)", done.stdout, re.M | re.S)
    for verb in re.findall(r"^  ([a-z][a-z-]*)\b", listed[1] if listed else "", re.M):
        if verb != "help":
            yield from helps(binary, *verbs, verb)


def test_help(binary):
    texts = dict(helps(binary))
    assert len(texts) > 50, sorted(texts)
    assert not {verb: words for verb, text in texts.items() if (words := said(text))}


def test_what_deploying_says():
    scripts = sorted((ROOT / "infra").rglob("*.py"))
    nodes = [(script.name, node.value) for script in scripts for node in ast.walk(ast.parse(script.read_text()))
             if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip()]
    assert len(nodes) > 100 and not [(name, words) for name, text in nodes if (words := said(text))]


# Texts of the audit's own tables, and what is no text of ours: models of AWS's, tests.
ELSEWHERE = {"audit", "account-auditor", "models", "tests", "testing", "conformance"}


def literals(source: str) -> Iterator[tuple[int, str]]:
    """The strings of a Rust file with their lines; tests left out."""
    source = re.split(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)?mod \w+ \{", source)[0]
    source = re.sub(r"^\s*//.*$", "", source, flags=re.M)
    for found in re.finditer(r'r#"(.*?)"#|"((?:[^"\\]|\\.)*)"', source, re.S):
        yield source[:found.start()].count("\n") + 1, found[1] or found[2] or ""


def test_strings_of_the_code():
    wrong, seen = [], 0
    for folder in ("cli/src", "shared", "functions", "tests/src/generate"):
        for path in sorted((ROOT / folder).rglob("*.rs")):
            parts = set(path.relative_to(ROOT).parts)
            if parts & ELSEWHERE - ({"tests"} if folder.startswith("tests") else set()) or path.stem in ELSEWHERE:
                continue
            for line, text in literals(path.read_text()):
                # One word alone is a name.
                if " " not in text.strip():
                    continue
                seen += 1
                wrong += [f"{path.relative_to(ROOT)}:{line}: {words}" for words in said(text)]
    assert seen > 3000 and not wrong, "\n".join(wrong)
