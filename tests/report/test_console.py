from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from auditor.model import (
    AgentRecord,
    Band,
    Confidence,
    Cut,
    Effect,
    ExecMode,
    ExecReach,
    Lifetime,
    LifetimeKind,
    Means,
    NetworkMode,
    NetworkReach,
    Origin,
    Report,
    Sandbox,
    Scope,
    State,
    Use,
)
from auditor.report import console

WHOLE = """\
1 agent works here: Cursor (runs commands unasked)
1 credential in 1 place · 1 critical · 1 204 files, 0.4 s

 1  CRITICAL 95  Acme account token                        scripts/domains.sh:14
     value  acme_…1Nm8 · in ACME_TOKEN
     reach  Cursor: the file tool reads the whole disk without asking
     use    unasked; nothing stops a command from reaching api.acme.example
     life   never expires by itself (by kind) · first seen 412 days ago in
            3fa9c1e
     power  destroy, read over every project of the account (by kind) · acts as
            ops@acme.example · production · backups die with it
     chain  Cursor → .cursor/permissions.json:3 → scripts/domains.sh:14 → acme →
            destroy with backups
     fix    Cursor: ask before commands run · cost 2 of 5 · then medium 55
            In ~/.cursor/permissions.json, set "terminalAllowlist": [].
     or     Revoke the Acme token · cost 4 of 5 · then low 19

Cheapest cut: 1 change takes 1 finding below high
  - Cursor: ask before commands run · 1

Next: agent-audit agents — what each agent may do here, and what allows it
"""


def blocks(text: str) -> list[str]:
    return text.strip().split("\n\n")


def cut(*findings: str, fixes: tuple[str, ...] = ("FX-00000001",), **given: object) -> Cut:
    return Cut(**{"below": Band.HIGH, "fixes": fixes, "cost": 2, "findings": findings, "exact": True, **given})  # type: ignore[arg-type]


def test_a_finding_says_who_gets_at_what_and_what_to_do(make: SimpleNamespace) -> None:
    value = make.report(make.finding(), cut=cut("AX-00000001"))
    assert console.render(value, width=80) == WHOLE


@pytest.mark.parametrize("width", [40, 80, 100, 160])
def test_no_line_is_wider_than_asked_or_ends_in_blanks(width: int, make: SimpleNamespace) -> None:
    deep = make.location("infrastructure/" * 12 + "terraform.tfvars.json")
    findings = [
        make.finding(1),
        make.finding(2, about={"sightings": (make.sighting(deep, "", "x" * 70),)}),
        make.finding(3),
    ]
    skips = (make.skip("a/" * 90 + "b", "permission denied"),)
    text = console.render(make.report(*findings, cut=cut("AX-00000001"), skipped=skips, complete=False), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_a_place_that_does_not_fit_beside_the_title_stands_below_it_whole(make: SimpleNamespace) -> None:
    path = "packages/storefront/deploy/overlays/production/secrets.yaml"
    found = make.finding(about={"sightings": (make.sighting(make.location(path, 7)),)})
    lines = console.render(make.report(found), width=80).splitlines()
    assert f"     where  {path}:7" in lines


def test_findings_are_numbered_in_the_order_of_the_report(make: SimpleNamespace) -> None:
    findings = [make.finding(1), make.finding(2, Band.HIGH), make.finding(3, Band.MEDIUM), make.finding(4, Band.LOW)]
    text = console.render(make.report(*findings))
    assert [line.split()[:2] for line in text.splitlines() if line[:3].strip().isdigit()] == [
        ["1", "CRITICAL"],
        ["2", "HIGH"],
        ["3", "MEDIUM"],
        ["4", "LOW"],
    ]


def test_the_same_edit_is_told_once(make: SimpleNamespace) -> None:
    text = console.render(make.report(make.finding(1), make.finding(2)))
    assert text.count('In ~/.cursor/permissions.json, set "terminalAllowlist": [].') == 1
    assert "· as in 1" in text


def test_a_change_that_is_not_enough_alone_says_so(make: SimpleNamespace) -> None:
    found = make.finding(fixes=("FX-00000001",), effects=(Effect("FX-00000001", 71, Band.HIGH),))
    assert "cost 2 of 5 · alone still high 71" in console.render(make.report(found))


def test_a_change_that_leaves_nothing_says_so(make: SimpleNamespace) -> None:
    found = make.finding(fixes=("FX-00000009",), effects=(Effect("FX-00000009", None, None),))
    assert "Revoke the Acme token · cost 4 of 5 · then it is gone" in console.render(make.report(found))


def test_a_change_that_is_enough_comes_before_a_cheaper_one_that_is_not(make: SimpleNamespace) -> None:
    effects = (Effect("FX-00000001", 71, Band.HIGH), Effect("FX-00000009", 19, Band.LOW))
    text = console.render(make.report(make.finding(effects=effects)))
    assert "fix    Revoke the Acme token" in text
    assert "Cursor: ask before commands run" not in text


def test_a_change_of_the_cut_comes_before_another_that_is_enough(make: SimpleNamespace) -> None:
    text = console.render(make.report(make.finding(), cut=cut("AX-00000001", fixes=("FX-00000009",))))
    assert "fix    Revoke the Acme token" in text


def test_the_cut_is_told_as_it_was_worked_out(make: SimpleNamespace) -> None:
    findings = [make.finding(1), make.finding(2, Band.HIGH), make.finding(3, Band.HIGH)]
    fixes = (make.fix(1, cuts=("AX-00000001", "AX-00000002")), make.own_fix())
    plan = cut("AX-00000001", "AX-00000002", fixes=("FX-00000001",), left=("AX-00000003",), exact=False)
    lines = blocks(console.render(make.report(*findings, fixes=fixes, cut=plan)))[-2].splitlines()
    assert lines == [
        "Cheapest cut found: 1 change takes 2 findings below high",
        "  - Cursor: ask before commands run · 1 and 2",
        "  1 finding stays at high or above: no known change is enough",
    ]


def test_nothing_is_claimed_where_no_cut_was_worked_out(make: SimpleNamespace) -> None:
    assert "cut" not in console.render(make.report(make.finding(), cut=None)).lower()


def test_quiet_leaves_what_is_below_the_band_asked_for(make: SimpleNamespace) -> None:
    text = console.render(make.report(make.finding(1), make.finding(2, Band.MEDIUM)), quiet=True, fail_on=Band.HIGH)
    assert "MEDIUM" not in text
    assert "1 finding of lower exposure not shown; --format json lists all" in text


def test_what_is_only_information_is_counted_and_not_told(make: SimpleNamespace) -> None:
    text = console.render(make.report(make.finding(1, Band.INFO)))
    assert "1 credential in 1 place · 1 info" in text
    assert "INFO" not in text


def test_suppressed_findings_are_counted_and_not_told(make: SimpleNamespace) -> None:
    text = console.render(make.report(replace(make.finding(), suppressed="baseline")))
    assert "No credential found · 1 suppressed" in text
    assert "CRITICAL" not in text


def test_many_small_findings_take_a_line_each(make: SimpleNamespace) -> None:
    findings = [make.finding(number, Band.MEDIUM) for number in range(1, 31)]
    text = console.render(make.report(*findings))
    assert text.count("MEDIUM 55") == 30
    assert text.count("     reach  ") == 20


def test_what_was_not_read_is_counted_and_shown(make: SimpleNamespace) -> None:
    skips = tuple(make.skip(f"vendor/{number}.bin", "permission denied") for number in range(7))
    text = console.render(make.report(skipped=skips, complete=False))
    assert "7 places not read:\n  vendor/0.bin: permission denied\n" in text
    assert "  … and 2 more; --format json lists all\n" in text
    assert "The scan is not complete: what was not read is not clean.\n" in text


def test_a_complete_scan_with_left_out_places_is_not_called_incomplete(make: SimpleNamespace) -> None:
    text = console.render(make.report(skipped=(make.skip("socket", "is a socket"),)))
    assert "1 place not read:\n  socket: is a socket\n" in text
    assert "not complete" not in text


@pytest.mark.parametrize(
    ("records", "line"),
    [
        ((), "No agent was looked for"),
        ((("generic", True, "ask"),), "No agent seen here; assumed: generic (asks before commands)"),
        ((("cursor", False, "free"),), "1 agent works here: cursor (runs commands unasked)"),
        ((("a", False, "none"), ("a", False, "free")), "1 agent works here: a (runs commands unasked)"),
        (
            (("a", False, "ask"), ("b", True, "allow-list")),
            "1 agent works here: a (asks before commands), b (assumed; runs listed commands unasked)",
        ),
    ],
)
def test_who_works_here_is_one_calm_line(
    records: tuple[tuple[str, bool, str], ...], line: str, make: SimpleNamespace
) -> None:
    agents = tuple(
        make.record(agent=name, name=name, assumed=assumed, exec=ExecReach(ExecMode(mode)))
        for name, assumed, mode in records
    )
    assert console.render(make.report(agents=agents)).splitlines()[0] == line


def test_many_agents_stand_below_each_other(make: SimpleNamespace) -> None:
    agents = tuple(make.record(agent=name, name=name) for name in ("Claude Code", "Codex", "Gemini CLI", "Cursor"))
    boxed = make.record(
        agent="x", name="Boxed", sandbox=Sandbox("process", ("shell",)), network=NetworkReach(NetworkMode.NONE)
    )
    lines = console.render(make.report(agents=(*agents, boxed)), width=80).splitlines()
    assert lines[0] == "5 agents work here:"
    assert lines[1] == "  Claude Code  runs commands unasked"
    assert lines[5] == "  Boxed        runs commands unasked, sandboxed, no network"


def sentence(make: SimpleNamespace, label: str, **given: object) -> str:
    text = console.render(make.report(make.finding(**given)), width=160)
    return next(
        (line.strip().removeprefix(label).strip() for line in text.splitlines() if line.strip().startswith(label)), ""
    )


@pytest.mark.parametrize(
    ("use", "says"),
    [
        (Use.FREE, "unasked; it goes"),
        (Use.RISK_BASED, "a model decides, no human; it goes"),
        (Use.WITH_APPROVAL, "once a human says yes; it goes"),
        (Use.LOCAL_ONLY, "offline only; it goes"),
        (Use.NONE, "not at all; it goes"),
    ],
)
def test_the_use_says_whether_anybody_is_asked(use: Use, says: str, make: SimpleNamespace) -> None:
    assert sentence(make, "use", reaches=(make.reach(use=use, network="it goes"),)) == says


def test_other_agents_that_get_at_it_are_named(make: SimpleNamespace) -> None:
    reaches = (
        make.reach(),
        make.reach(agent="codex", surface="cli"),
        make.reach(agent="zed", surface="ide", unattended=False, means=Means.WITH_APPROVAL),
        make.reach(agent="aider", surface="cli", means=Means.NONE, unattended=False),
    )
    said = sentence(make, "reach", reaches=reaches)
    assert said == "Cursor: the file tool reads the whole disk without asking (also codex; asking first: zed)"


def test_what_no_agent_gets_at_says_what_is_in_the_way(make: SimpleNamespace) -> None:
    closed = make.reach(means=Means.NONE, use=Use.NONE, barrier="the sandbox hides this file", unattended=False)
    assert sentence(make, "reach", reaches=(closed,)) == "no agent gets at it; Cursor: the sandbox hides this file"
    assert sentence(make, "use", reaches=(closed,)) == ""
    assert sentence(make, "reach", reaches=()) == "no agent was looked at"


@pytest.mark.parametrize(
    ("life", "says"),
    [
        (Lifetime(LifetimeKind.LONG_LIVED), "never expires by itself"),
        (Lifetime(LifetimeKind.UNKNOWN), "how long it lives is not known"),
        (Lifetime(LifetimeKind.EPHEMERAL, renewable=True), "lives a day at most · a refresh token beside it renews it"),
        (Lifetime(LifetimeKind.UNKNOWN, age_days=0), "how long it lives is not known · first seen today"),
        (Lifetime(LifetimeKind.LONG_LIVED, age_days=1), "never expires by itself · first seen 1 day ago"),
        (Lifetime(LifetimeKind.LONG_LIVED, age_days=1500), "never expires by itself · first seen 4 years ago"),
    ],
)
def test_the_life_is_a_sentence(life: Lifetime, says: str, make: SimpleNamespace) -> None:
    assert sentence(make, "life", lifetime=life) == says


def test_what_is_public_or_unknown_has_no_invented_powers(make: SimpleNamespace) -> None:
    assert sentence(make, "power", state=State.PUBLIC) == "public by design"
    assert sentence(make, "power", scope=Scope(())) == "what it may do is not known"
    assert sentence(make, "power", scope=Scope(()), state=State.INACTIVE).endswith("no longer works")


def test_doubt_and_git_are_said_beside_the_value(make: SimpleNamespace) -> None:
    about = {"confidence": Confidence.LOW, "sightings": (make.sighting(make.location(), "", "", True),)}
    assert sentence(make, "value", about=about).endswith("· committed to git · low confidence")


def test_other_places_are_named_and_counted(make: SimpleNamespace) -> None:
    places = [make.location(f"{name}.txt", 3) for name in "abcdef"]
    variable = make.location("env:ACME_TOKEN", 1, origin=Origin.ENVIRONMENT)
    old = make.location("old.txt", 2, origin=Origin.COMMIT, commit="abcdef0123")
    about = {"sightings": tuple(make.sighting(one) for one in (places[0], variable, old, *places[1:]))}
    assert sentence(make, "also", about=about) == "env:ACME_TOKEN, old.txt:2 in commit abcdef0, b.txt:3 and 4 more"


def test_the_next_command_names_the_folder_that_was_scanned(make: SimpleNamespace) -> None:
    assert "Next: agent-audit agents fixtures/pocketos — " in console.render(make.report(root="fixtures/pocketos"))


def test_a_terminal_gets_colours_and_a_pipe_does_not(make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR")
    terminal, pipe = make.terminal(), io.StringIO()
    console.show(make.report(make.finding()), terminal)
    console.show(make.report(make.finding()), pipe)
    assert "\x1b[1;37;41m CRITICAL 95 \x1b[0m" in terminal.getvalue()
    assert "\x1b" not in pipe.getvalue()


def test_a_pipe_never_pays_for_colours() -> None:
    code = (
        "import sys; from auditor.report import console; from auditor.model import Report; import io;"
        "console.show(Report('.', True, (), (), (), (), 1, 1, 0.1, ''), io.StringIO());"
        "print([name for name in sys.modules if name.split('.')[0] == 'rich'])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_hostile_names_stay_on_their_line(make: SimpleNamespace) -> None:
    name = "\x1b]0;owned\x07\n 9  CRITICAL 99  fake\u202e"
    record: AgentRecord = make.record(name=name, notes=(name,))
    about = {"title": name, "sightings": (make.sighting(make.location(name), "", name),)}
    value: Report = make.report(
        make.finding(about=about), agents=(record,), skipped=(make.skip(name, name),), root=name
    )
    text = console.render(value)
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "\n 9  CRITICAL" not in text
