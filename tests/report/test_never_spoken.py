"""Never spoken: whatever the secret and whatever the names around it, no report says it, and none steers a terminal."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auditor.model import (
    ConfigSource,
    EnvReach,
    Fact,
    Grant,
    InjectedVariable,
    Lifetime,
    LifetimeKind,
    McpServer,
    Power,
    Report,
    Scope,
    Secret,
    Transcript,
)
from auditor.model.agent import Logging
from auditor.model.credential import Basis
from auditor.report import agents, console, json_report, jsonl, sarif
from auditor.report.plain import printable

# Newlines are the reports' own; everything else that is not printed stays out, in escapes of JSON too.
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
ESCAPES = re.compile(r"(?<!\\)(?:\\\\)*\\(?:[bfrt]|u00[01]|u007f|u20[26]|ud[89a-f])")

# What people and generators make secrets of; eight characters is what the shortest rule asks for.
SECRETS = st.one_of(
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=80),
    st.text(st.sampled_from("ABCDEFabcdef0123456789+/=_-"), min_size=16, max_size=120),
    st.text(st.characters(codec="utf-8"), min_size=8, max_size=40),
    st.binary(min_size=8, max_size=40).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
).filter(lambda text: len(set(text)) > 5)
NAMES = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=40),
    st.binary(max_size=20).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    st.sampled_from(
        [
            "\x1b[2J\x1b]0;title\x07",
            "\x9b31m",
            "a\u202egpj.exe",
            "line\nfeed\r\n 1  CRITICAL 99",
            "](1) [x](javascript:0)",
            "\u2066isolate\u2069",
            "[bold red]markup[/]",
            "\x00\x08\x7f",
            "../../../etc/passwd",
            "",
        ]
    ),
)


PROGRAMS = {"json", "jsonl", "sarif"}


def shapes(secret: str) -> Iterator[str]:
    """The secret and the disguises that a careless report would put on it."""
    raw = secret.encode("utf-8", "surrogateescape")
    yield secret
    yield secret[::-1]
    yield raw.hex()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(raw).decode().rstrip("=")


def hostile(make: SimpleNamespace, secret: str, name: str) -> Report:
    """A report with ``name`` wherever a file, a setting or a provider puts its own words."""
    evidence = make.evidence(file=name, key=name, value=name, note=name)
    place = make.location(name)
    reach = make.reach(barrier=name, route=name, network=name, location=place, evidence=(evidence,))
    held = make.credential(
        secret=Secret(secret),
        preview=Secret(secret).preview(),
        title=name,
        sightings=(make.sighting(place, "", name),) * 2,
    )
    scope = Scope(
        (Grant(Power.DESTROY, name, Basis.RULE),), name, facts=(Fact(name, name, Basis.CLAIM),), backups_note=name
    )
    found = make.finding(
        credential=held,
        reaches=(reach,),
        lifetime=Lifetime(LifetimeKind.UNKNOWN, first_commit=name, age_days=1),
        scope=scope,
        path=tuple(replace(step, says=name, file=name) for step in make.chain(held)),
        taxonomy=(name,),
    )
    record = make.record(
        name=name,
        workspace=name,
        sources=(ConfigSource(name, "user", problem=name),),
        mcp=(McpServer(name, name, name, evidence, (name,)),),
        env=EnvReach(injected=(InjectedVariable(name, True, evidence),), dotenv=(name,)),
        logging=Logging((Transcript(name),), audit=name, remote=name),
        hooks=(evidence,),
        notes=(name,),
        approval_removers=(evidence,),
    )
    fix = make.fix(title=name, edit=name)
    report: Report = make.report(
        found, agents=(record,), fixes=(fix,), root=name, skipped=(make.skip(name, name),), notes=(name,)
    )
    return report


def outputs(report: Report) -> Iterator[tuple[str, str]]:
    yield "console", console.render(report)
    yield "json", json_report.render(report)
    yield "jsonl", jsonl.render(report)
    yield "sarif", sarif.render(report)
    yield "agents", agents.render(report.agents)
    for as_json in (False, True):
        stream = io.StringIO()
        agents.show(report.agents, stream, as_json=as_json)
        yield f"agents as_json={as_json}", stream.getvalue()


CONTROL = "neutral-made-up-0"


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60
)
@given(secret=SECRETS, name=NAMES)
@example(secret="Tr0ub4dor&3-made-up", name="\x1b[31m\u202e\n\udcff")
def test_no_report_says_a_secret_or_steers_a_terminal(secret: str, name: str, make: SimpleNamespace) -> None:
    others = dict(outputs(hostile(make, CONTROL, name)))
    for format_, text in outputs(hostile(make, secret, name)):
        for shape in shapes(secret):
            assert text.count(shape) <= others[format_].count(shape), f"{format_} says the secret"
        assert not CONTROLS.search(text), f"{format_} holds a control character"
        assert format_ not in PROGRAMS or not ESCAPES.search(text), f"{format_} escapes a control character"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(secret=SECRETS)
def test_a_report_depends_on_a_secret_by_its_mask_and_fingerprint_only(secret: str, make: SimpleNamespace) -> None:
    def without(value: str) -> list[tuple[str, str]]:
        report = hostile(make, value, "name")
        held = report.findings[0].exposure.assessment.credential
        preview = json.dumps(printable(held.preview), ensure_ascii=False)
        shown = ((name, text) for name, text in outputs(report) if name in PROGRAMS)
        return [(name, text.replace(held.fingerprint, "").replace(preview, '""')) for name, text in shown]

    assert without(secret) == without(CONTROL)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(secret=SECRETS)
def test_no_repr_of_a_report_says_a_secret(secret: str, make: SimpleNamespace) -> None:
    one, other = (hostile(make, value, "name") for value in (secret, CONTROL))
    for shape in (secret, repr(secret)[1:-1]):
        assert repr(one).count(shape) <= repr(other).count(shape)


@pytest.mark.parametrize("name", ["\x1b[2J", "\u202e", "a\nb", "\udcff"])
def test_hostile_names_do_not_add_lines(name: str, make: SimpleNamespace) -> None:
    plain: dict[str, Any] = dict(outputs(hostile(make, "not-a-secret-0123", "x" * len(repr(name)[1:-1]))))
    for format_, text in outputs(hostile(make, "not-a-secret-0123", name)):
        if format_ in PROGRAMS:
            assert text.count("\n") == plain[format_].count("\n")
