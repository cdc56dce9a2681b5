"""What people and models can write is planted everywhere at once, and every page is looked at in a real browser."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from faded.concepts.spec import ConceptSpace
from faded.domain import ModeKey, Proposal, Role, Verdict
from faded.store import (
    accounts,
    blobs,
    campaigns,
    drafts,
    guidelines,
    labeling_rules,
    pauses,
    proposals,
    signing_in,
    verdicts,
)
from faded.store.engine import Store
from faded.store.labeling_rules import Rules
from faded.ui import report_button
from tests.e2e.conftest import Pages
from tests.e2e.test_accounts import PASSWORD, enter
from tests.ui import believable, believable_sets, believable_text
from tests.ui.believable import Believable

PLANTED = (
    "X'\"></textarea></title></style></script></svg>--><script>alert(1)</script>"
    "<img class=planted src=//planted.example/x.png onerror=alert(2)><svg class=planted onload=alert(3)>"
    "<a class=planted href=javascript:alert(4)>go</a><iframe class=planted srcdoc='<script>parent.alert(5)</script>'>"
    "</iframe>' autofocus onfocus=alert(6) \" onmouseover=alert(7) style=background:url(//planted.example/y.png) "
)
"""Elements, handlers and addresses, and ends of whatever it may stand in."""

MARK = "X'\"></textarea>"
"""How each text shows where it is shown as text."""

FOUND = """() => {
    const found = [];
    const look = (root) => {
        for (const one of root.querySelectorAll('*')) {
            const names = one.getAttributeNames().map((name) => name.toLowerCase());
            const address = (one.getAttribute('href') || one.getAttribute('src') || '').trim().toLowerCase();
            if (one.matches('.planted') || names.some((name) => ['onerror', 'onfocus', 'onmouseover'].includes(name)) ||
                address.startsWith('javascript:') || address.includes('//planted.example') ||
                (one.getAttribute('style') || '').includes('planted.example'))
                found.push(one.outerHTML.slice(0, 300));
            if (one.shadowRoot) look(one.shadowRoot);
        }
    };
    look(document);
    return found;
}"""

OPENED = """() => {
    document.querySelectorAll('details').forEach((part) => { part.open = true; });
    [...document.querySelectorAll('.heat-cell, svg circle, [title]')].slice(0, 40).forEach((part) =>
        ['pointerover', 'pointerenter', 'mouseover', 'mouseenter', 'focusin'].forEach((name) =>
            part.dispatchEvent(new Event(name, { bubbles: true }))));
}"""

SEEN = "mark => document.documentElement.outerHTML.includes('textarea&gt;') || document.body.innerText.includes(mark)"


def hostile_space(space: ConceptSpace) -> ConceptSpace:
    """Return a space whose phrases hold what is planted."""
    said = space.to_json()
    return ConceptSpace.from_json([one | {"phrase": PLANTED.replace("{", "").replace("}", "")} for one in said])


@pytest.fixture
def planted(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> list[Believable]:
    """Rounds of each kind, in which every text that somebody or something else wrote is planted."""
    store = pages.store
    for module in (believable, believable_text, believable_sets):
        monkeypatch.setattr(module, "SPACE", hostile_space(module.SPACE))
    monkeypatch.setattr(believable, "STRATA", tuple(f"{name} {PLANTED}" for name in believable.STRATA))
    monkeypatch.setitem(believable_sets.WORDINGS, PLANTED, believable_sets.WORDINGS["people"])
    for module in (believable_text, believable_sets):
        monkeypatch.setattr(module, "STRATA", (*module.STRATA, PLANTED))
    for module in (believable_text, believable_sets):
        monkeypatch.setattr(module, "HOSTILE", PLANTED)
    monkeypatch.setattr(believable_text, "wrong", lambda reference, seed: f"{seed} {PLANTED}")
    told = believable_sets.summary
    eligible = {"eligible": [20] * len(believable_sets.STRATA)}
    monkeypatch.setattr(believable_sets, "summary", lambda queries: told(queries) | eligible)
    made = [believable.explored(store), believable_text.explored(store), believable_sets.explored(store)]
    pictures(store, made[0])
    believable_text.hostile(store, made[1])
    believable_text.with_article(store, made[1], PLANTED)
    believable_sets.hostile(store, made[2])
    for one, module in zip(made, (believable, believable_text, believable_sets), strict=True):
        people(store, one)
        module.repaired(store, one)
    with store.write() as db:
        now = time.time()
        fields = {"name": PLANTED, "target": PLANTED, "data": PLANTED, "queries": PLANTED, "columns": PLANTED}
        drafts.save(db, "mira", fields, now)
    return made


def pictures(store: Store, made: Believable) -> None:
    """Add a proposal whose every text is planted, the name of its file too."""
    key, digest = ModeKey((0, 2, 1), believable.STRATA[0]), blobs.put(store.workspace, believable.sign(1, 0))
    texts = {"file": PLANTED, "clean_answer": PLANTED}
    with store.write() as db:
        proposal = Proposal("planted", PLANTED, key, PLANTED, PLANTED, 0.5, PLANTED, digest, digest, texts, PLANTED)
        proposals.add_many(db, made.round, [proposal], {key: 99.0})


def people(store: Store, made: Believable) -> None:
    """Let people say things: verdicts under a planted name, flags, guidelines, an adjudication."""
    now = time.time() - 600
    with store.write() as db:
        for name, role in (("mira", Role.ADMIN), ("ann", Role.ANNOTATOR)):
            if accounts.find(db, name) is None:
                accounts.add(db, name, role, signing_in.hashed(PASSWORD, name), "test", now)
        found = campaigns.get_campaign(db, made.campaign)
        db.exec_driver_sql("UPDATE campaigns SET name = ? WHERE id = ?", (f"{found.name} {PLANTED}", made.campaign))
        texts = campaigns.get_round(db, made.round).summary.get("evidence") == "text"
        labeling_rules.save(db, made.campaign, Rules(2), "mira", now)
        for i, item in enumerate(made.proposals[:6]):
            for who in ("ann", PLANTED):
                agreed = Verdict.CONFIRM if i or who == "ann" else Verdict.REJECT
                key = f"{made.round}-{i}-{who[:5]}"
                answer = PLANTED if texts and i == 2 else None
                verdicts.submit(db, item, who, key, now=now + i, verdict=agreed, answer=answer)
        verdicts.submit(db, made.proposals[1], "ann", f"{made.round}-flag", now=now + 20, flag=PLANTED)
        settled = made.proposals[0]
        verdicts.submit(
            db, settled, "mira", f"{made.round}-a", now=now + 21, verdict=Verdict.REJECT, adjudicates=PLANTED
        )
        guidelines.save(db, made.campaign, f"{PLANTED}\n\n- {PLANTED}", 0, "mira", now)


def look(page: Page, where: str) -> None:
    """Open whatever opens, go over what says more, and see that nothing that was planted has come to life."""
    page.evaluate(OPENED)
    page.wait_for_timeout(200)
    assert page.evaluate(FOUND) == [], where


def test_nothing_that_anybody_writes_comes_to_life_on_any_page(
    browser: Browser, pages: Pages, planted: list[Believable], tmp_path: Path
) -> None:
    opened, asked = [], []
    page = enter(browser, pages, "mira", "")
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url))
    shown = set()
    for made in planted:
        page.goto("about:blank")
        page.goto(f"{pages.address}/?round={made.round}")
        for name, ready in (
            ("label", "[data-f=item]:not(.bare)"),
            ("run", "#run-finds"),
            ("landscape", ".heat-cell"),
            ("repair", "#page-repair"),
            ("verify", "#verify-result"),
            ("team", "#team-people"),
        ):
            page.evaluate("name => { location.hash = name; }", name)
            if made is planted[2] and name == "label":
                page.get_by_role("button", name="Show them").click()
            expect(page.locator(ready).first).to_be_visible()
            look(page, f"{name} of round {made.round}")
            if page.evaluate(SEEN, MARK):
                shown.add(name)
        report = tmp_path / "report.html"
        report.write_text(report_button.page(pages.store, made.round)["page"], encoding="utf-8")
        page.goto(report.as_uri())
        look(page, f"the report of round {made.round}")
        assert page.evaluate(SEEN, MARK), "the report shows it as text"
    assert shown >= {"label", "run", "landscape", "verify", "team"}, "what was planted is there, as text"

    with pages.store.write() as db:
        pauses.begin(db, planted[0].campaign, "mira", PLANTED, time.time())
    for address in (f"?round={planted[0].round}#label", f"?round={planted[0].round}#team", "#new"):
        page.goto("about:blank")
        page.goto(f"{pages.address}/{address}")
        if address == "#new":
            expect(page.locator("#new-form [data-field=target]")).to_have_value(PLANTED)
        else:
            expect(page.locator(f"#page-{address.partition('#')[2]}")).to_contain_text(MARK)
        look(page, address)
    page.goto(f"{pages.address}/?round={quote(PLANTED)}&x={quote(PLANTED)}#{quote(PLANTED)}")
    look(page, "an address that was made up")
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{pages.address}/sign-in?next={quote('javascript:alert(8)')}&name={quote(PLANTED)}")
    page.get_by_label("Name").fill(PLANTED)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Name")).to_have_value(PLANTED)
    look(page, "the page where one signs in")
    assert opened == []
    assert {url for url in asked if not url.startswith((pages.address, "data:", "blob:", "about:", "file:"))} == set()
    page.context.close()
