"""The dashboard in a real browser, over a filled account: a person's questions answered in a few clicks, with and without
JavaScript, by the keyboard alone, on a telephone and on a desk; nothing that axe finds; nothing loaded from elsewhere."""

from __future__ import annotations

import json
import re
import time
import urllib.parse
from pathlib import Path

import events
import pytest
from account import create_group
from browser import axe, launch, violations
from demo_attacks import SSH_FOR_ALL
from deploy import with_dashboard
from deployed import eventually, set_up
from filled import HOSTILE, Dashboard, Filled, fetch, fill, multiply
from playwright.sync_api import Page, sync_playwright

PAGES = ["", "incidents", "cases", "posture", "posture/findings", "network", "identity", "patching", "detectors", "coverage"]
WIDTHS = [360, 1440]


@pytest.fixture(scope="module")
def filled(emulator, zips, binary, tmp_path_factory) -> Filled:
    # The emulator lacks what the patcher reads by its schedule: a run in the middle of these would be tried again and again.
    deployed = set_up(emulator, with_dashboard(zips), binary, Dashboard="true", PatchRate="rate(1 day)")
    return fill(deployed, tmp_path_factory.mktemp("dashboard"))


@pytest.fixture(scope="module")
def url(filled) -> str:
    with Dashboard(filled.deployed, "--inventory", str(filled.inventory), "--earlier", str(filled.earlier)) as url:
        yield url


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def tab(browser):
    """Opens pages of a width, with JavaScript or without; at the end none may have asked for anything elsewhere."""
    contexts, elsewhere, complaints = [], [], []

    def open_tab(url: str, width: int = 1440, script: bool = True, **options) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script, **options)
        contexts.append(context)
        page = context.new_page()
        origin = re.match(r"http://[^/]+/", url).group()
        page.on("request", lambda request: request.url.startswith(origin) or elsewhere.append(request.url))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert not elsewhere and not complaints, (elsewhere, complaints)


# What a person asks, the links that lead to the answer, and what it is.
QUESTIONS = {
    "what was contained today, and how do I take it back": (
        ["Administration port open to the internet"], lambda f: ["contained", f"riposte undo {f.contained[0]}"]),
    "what waits for me": ([], lambda f: ["Waiting for you", f"riposte show {f.asked}"]),
    "which groups are open to the internet, and through which instances": (
        ["Network"], lambda f: [f.group_id, f"{f.instance_id} (front) is reached:", "tcp 443 from 0.0.0.0/0"]),
    "who can become administrator": (["Identity"], lambda _: ["Who can become administrator", "build", "iam:PutUserPolicy"]),
    "which detectors make the most noise": (["Detectors"], lambda _: ["The most noise", "open-admin-port"]),
    "is it alive": ([], lambda _: ["Mode live", "Events waiting", "Dead letters: 0"]),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("by", ["mouse", "keyboard"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_in_three_clicks(question, by, script, width, filled, url, tab):
    links, answer = QUESTIONS[question]
    assert len(links) <= 3
    page = tab(url, width, script)
    for link in links:
        if link == QUESTIONS["what was contained today, and how do I take it back"][0][0]:
            _follow(page, by, f'a[href="/incidents/{filled.contained[0]}"]')
        else:
            _follow(page, by, f'nav a:text-is("{link}")')
    text = " ".join(page.inner_text("main").split())
    for part in answer(filled):
        assert part in text, f"`{part}` is not on {page.url}: {text[:3000]}"


def _follow(page: Page, by: str, selector: str) -> None:
    target = page.locator(selector).first
    assert target.count() == 1, f"no link {selector} on {page.url}"
    address = target.get_attribute("href")
    if by == "mouse":
        target.click()
    else:
        for _ in range(200):
            page.keyboard.press("Tab")
            focused = page.locator(":focus")
            if focused.count() and focused.get_attribute("href") == address:
                break
        else:
            raise AssertionError(f"the keyboard does not reach {selector} on {page.url}")
        box = page.locator(":focus").bounding_box()
        assert box and box["x"] >= 0 and box["width"] > 0, "what has the focus cannot be seen"
        page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(width, scheme, filled, url, tab):
    found, script = [], axe()
    page = tab(url, width, color_scheme=scheme, reduced_motion="reduce")
    extra = [f"incidents/{filled.contained[0]}", f"incidents/{filled.asked}", "coverage/T1562", "detectors?category=hosts"]
    for path in [*PAGES, *extra]:
        page.goto(url + path)
        found += [f"/{path}: {line}" for line in violations(page, script)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"/{path} is {wide} pixels too wide"] if wide > 0 else []
    for path in ["incidents/inc-0000000000000000", "incidents?from=x"]:
        # The browser notes an error status on its console, as it should; so by the script and not by the tab.
        body = fetch(url + path)[2]
        page.set_content(body)
        found += [f"/{path}: {line}" for line in violations(page, script)]
    assert not found, "\n".join(found)


def test_news_appear_by_themselves_in_every_tab(filled, url, tab):
    emulator, account = filled.deployed.emulator, filled.deployed.account
    pages = [tab(url), tab(url + "incidents")]
    group = create_group(emulator, account.vpc_id, "news")
    (incident,) = filled.deployed.send(events.authorize_ingress(emulator, account.attacker, group, [SSH_FOR_ALL]))
    for page in pages:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_selector(f'main a[href="/incidents/{incident["id"]}"]', timeout=10_000)
    status, headers, _ = fetch(url + "coverage")
    assert status == 200
    assert fetch(url + "coverage", **{"If-None-Match": headers["etag"]})[0] == 304


def test_what_an_attacker_chose_is_text(filled, url, tab):
    page = tab(url)
    seen = 0
    for incident in filled.deployed.command.incidents():
        page.goto(f"{url}incidents/{incident['id']}")
        assert page.locator("main img, main script").count() == 0
        assert "owned" not in page.title()
        seen += HOSTILE.split("\u202e")[0] in page.inner_text("main")
        assert "\u202e" not in page.content()
    assert seen == 1


def test_each_page_prints_whole_and_without_the_menu(filled, url, tab):
    page = tab(url)
    page.emulate_media(media="print")
    for path in [*PAGES, f"incidents/{filled.contained[0]}"]:
        page.goto(url + path)
        assert not page.locator("nav").is_visible() and page.locator("main h1").is_visible(), path
        # What scrolls on a screen is cut off on paper.
        cut = "element => { const kind = getComputedStyle(element).overflowX; return kind === 'auto' || kind === 'scroll'; }"
        kept = page.evaluate(f"[...document.querySelectorAll('main .scroll, main pre')].filter({cut}).length")
        assert kept == 0, f"/{path}: {kept} parts would be cut off"
        assert len(page.pdf()) > 1000, path


def test_nothing_moves_for_who_wants_no_motion(filled, url, tab):
    page = tab(url, reduced_motion="reduce")
    for path in [*PAGES, f"incidents/{filled.contained[0]}"]:
        page.goto(url + path)
        moving = "element => { const s = getComputedStyle(element); return s.animationName !== 'none' || s.scrollBehavior === 'smooth'"
        moving += " || s.transitionDuration.split(',').some(time => parseFloat(time) > 0); }"
        assert page.evaluate(f"[...document.querySelectorAll('*')].filter({moving}).length") == 0, path


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_filter_is_filled_in_and_sent_by_the_keyboard_alone(script, filled, url, tab):
    for path, rows in (("incidents", "main tbody tr"), ("cases", "main section.case")):
        page = tab(url + path, 360, script)
        assert page.locator(rows).count() > 0
        for name, text, found in (("principal", "nobody-of-this-name", False), ("principal", "build", True)):
            page.goto(url + path)
            for _ in range(100):
                page.keyboard.press("Tab")
                if page.locator(f":focus[name={name}]").count():
                    break
            page.keyboard.type(text)
            page.keyboard.press("Enter")
            page.wait_for_url(f"**{name}={text}*")
            assert (page.locator(rows).count() > 0) == found, f"{page.url}: {page.inner_text('main')[:500]}"


LONG = "x" * 10 * 1024


def _hostile(inventory: Path, folder: Path) -> Path:
    """The inventory, in which every name that somebody may choose is hostile."""
    lines = [json.loads(line) for line in inventory.read_text().splitlines()]

    def named(value, name: str):
        if isinstance(value, dict):
            chosen = {"GroupName", "UserName", "RoleName", "PolicyName", "Description", "PlatformName", "PlatformDetails"}
            return {key: name if key in chosen and isinstance(inner, str) else named(inner, name) for key, inner in value.items()}
        return [named(inner, name) for inner in value] if isinstance(value, list) else value

    for number, line in enumerate(lines):
        name = f"{number}-{HOSTILE if number % 2 else LONG}"
        line |= {"name": name, "tags": {"Name": name}, "facts": named(line["facts"], name)}
    path = folder / f"{HOSTILE.replace('/', '')}.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_hostile_names_are_text_on_every_page_and_make_none_wider(filled, tab, tmp_path):
    inventory, script = _hostile(filled.inventory, tmp_path), axe()
    shown, found = set(), []
    with Dashboard(filled.deployed, "--inventory", str(inventory), "--earlier", str(filled.earlier)) as url:
        page = tab(url, 360)
        query = urllib.parse.urlencode({"principal": HOSTILE, "account": HOSTILE, "region": "x" * 300, "technique": HOSTILE})
        addresses = [f"incidents?{query}", f"cases?{query}", f"posture/findings?{urllib.parse.urlencode({'service': HOSTILE})}"]
        for path in [*PAGES, *addresses, *(f"incidents/{one['id']}" for one in filled.deployed.command.incidents())]:
            page.goto(url + path)
            assert page.locator("main img, main script").count() == 0 and "owned" not in page.title(), path
            text = page.content()
            assert "\u202e" not in text, path
            shown |= {path} if "&lt;img src=x" in text else set()
            found += [f"/{path}: {line}" for line in violations(page, script)]
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found += [f"/{path} is {wide} pixels too wide"] if wide > 0 else []
    assert not found, "\n".join(found)
    assert shown >= {"posture", "network", "identity", addresses[0], addresses[1]}, f"the names stand on {shown} alone"


def test_another_host_and_another_method_are_refused(url):
    port = re.search(r":(\d+)/", url).group(1)
    assert fetch(url, Host=f"rebound.example:{port}")[0] == 421
    assert fetch(url, Host=f"localhost:{port}")[0] == 200


def test_where_one_source_is_denied_the_others_are_shown(filled, tab):
    emulator = filled.deployed.emulator
    iam = emulator.client("iam")
    iam.create_user(UserName="onlooker")
    allowed = {"Effect": "Allow", "Action": ["ssm:GetParametersByPath", "cloudwatch:DescribeAlarms", "sqs:Get*"], "Resource": "*"}
    iam.put_user_policy(UserName="onlooker", PolicyName="some", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    key = iam.create_access_key(UserName="onlooker")["AccessKey"]
    environment = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    with Dashboard(filled.deployed, "--inventory", str(filled.inventory), environment=environment) as url:
        page = tab(url)
        text = " ".join(page.inner_text("main").split())
        assert "Mode live" in text and "What happened today cannot be shown." in text, text
        assert "ask for the permission" in text
        page.goto(url + "network")
        assert filled.group_id in page.inner_text("main")


def test_credentials_that_are_no_more_are_said(filled):
    iam = filled.deployed.emulator.client("iam")
    iam.create_user(UserName="leaver")
    iam.attach_user_policy(UserName="leaver", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    key = iam.create_access_key(UserName="leaver")["AccessKey"]
    environment = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    with Dashboard(filled.deployed, environment=environment) as url:
        assert fetch(url + "incidents")[0] == 200
        iam.delete_access_key(UserName="leaver", AccessKeyId=key["AccessKeyId"])
        status, _, text = fetch(url + "incidents")
        assert status in (502, 503) and "cannot be shown" in text, text


def test_an_item_of_a_newer_release_is_named_and_the_rest_is_shown(filled, url):
    table = filled.deployed.stack["LedgerTable"]
    dynamodb = filled.deployed.emulator.client("dynamodb")
    item = {"pk": {"S": "incident#inc-newer"}, "kind": {"S": "incident"}, "opened_at": {"S": "2999-01-01T00:00:00.000Z"},
            "version": {"N": "1"}, "seal": {"S": "x"}, "record": {"S": json.dumps({"id": "inc-newer", "state": "quarantined"})}}
    dynamodb.put_item(TableName=table, Item=item)
    try:
        for page in ("", "incidents"):
            text = fetch(url + page)[2]
            assert "1 item of the ledger cannot be read" in text and "inc-newer" in text
            assert filled.contained[0] in text
        assert "inc-newer" in fetch(url + "incidents/inc-newer")[2]
    finally:
        dynamodb.delete_item(TableName=table, Key={"pk": item["pk"]})


def test_over_ten_thousand_incidents_a_page_stays_small_and_scans_nothing(filled, url):
    multiply(filled, 10_000)
    # The first page asks for the runs of patching too, and for what waits of both. What no page has shown yet is read by its
    # keys, a hundred in a call.
    for path, (queries, reads) in {"": (4, 1), "incidents": (1, 0), "cases": (1, 2), "patching": (1, 0)}.items():
        for new in (reads, 0):
            since = time.time()
            status, _, text = fetch(url + path)
            assert status == 200 and "cannot be read" not in text, text[:2000]
            assert len(text.encode()) <= 100 * 1024, f"/{path} has {len(text.encode())} bytes"
            calls = [call.action for call in filled.deployed.emulator.calls(since) if call.service == "dynamodb"]
            assert sorted(calls) == ["BatchGetItem"] * new + ["Query"] * queries, f"/{path}: {calls}"
    assert "inc-copy0" in fetch(url + "incidents/inc-copy0")[2]


def test_the_report_is_one_file(filled, browser, tmp_path):
    file = tmp_path / "report.html"
    filled.deployed.command.must("report", "--html", str(file), "--inventory", str(filled.inventory))
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert page.locator(f"section#{filled.contained[0]}").inner_text().count("riposte undo")
    assert filled.instance_id in page.inner_text("#network")
    assert not violations(page, axe())
    page.close()


def test_the_function_serves_the_same_pages_and_may_only_read(filled):
    deployed = filled.deployed

    def ask(path: str, method: str = "GET") -> dict:
        host = "x.lambda-url.us-east-1.on.aws"
        http = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "browser"}
        context = {"accountId": "123456789012", "apiId": "x", "domainName": host, "domainPrefix": "x", "http": http, "requestId": "id",
                   "routeKey": "$default", "stage": "$default", "time": "12/Mar/2020:19:03:58 +0000", "timeEpoch": 1583348638390}
        event = {"version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": {"host": host},
                 "requestContext": context, "isBase64Encoded": False}
        return deployed.invoke("dashboard", event)

    now = eventually(lambda: ask("/") if "statusCode" in ask("/") else None, "an answer of the function")
    assert now["statusCode"] == 200 and f"riposte undo {filled.contained[0]}" in now["body"], now
    assert "Mode <span class=\"badge good\">live</span>" in now["body"]
    assert now["headers"]["content-security-policy"].startswith("default-src 'none'")
    assert ask(f"/incidents/{filled.asked}")["statusCode"] == 200
    assert "No inventory is there" in ask("/network")["body"]
    assert ask("/", "POST")["statusCode"] == 405
    iam = deployed.emulator.client("iam")
    role = [role["RoleName"] for role in iam.list_roles()["Roles"] if "Dashboard" in role["RoleName"]]
    assert len(role) == 1
    actions = set()
    for name in iam.list_role_policies(RoleName=role[0])["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role[0], PolicyName=name)["PolicyDocument"]
        for statement in document["Statement"]:
            actions |= set([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    assert actions == {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "ssm:GetParametersByPath", "cloudwatch:DescribeAlarms",
                       "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "logs:CreateLogStream", "logs:PutLogEvents"}


def test_what_waits_is_on_the_first_page_however_much_happened_since(filled, url):
    multiply(filled, 70, apart_ms=1, newest_ms=int(time.time() * 1000))
    text = fetch(url)[2]
    assert "inc-copy0" in text and f"riposte undo {filled.contained[0]}" not in text
    assert f"riposte approve {filled.asked}" in text, text[:3000]
    filled.deployed.command.must("deny", filled.asked, "--reason", "tried")
    text = fetch(url)[2]
    assert f"riposte approve {filled.asked}" not in text and "No incident waits for an approval." in text
