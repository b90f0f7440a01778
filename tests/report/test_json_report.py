from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jsonschema import Draft202012Validator

from auditor import __version__
from auditor.model import Band, Cut, Lifetime, LifetimeKind, Report
from auditor.report import document, json_report, jsonl

SCHEMA = json.loads(Path(document.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))


def told(report: Report) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(json_report.render(report))
    Draft202012Validator(SCHEMA).validate(held)
    return held


def full(make: SimpleNamespace) -> Report:
    report: Report = make.report(
        make.finding(1),
        replace(make.finding(2, Band.LOW), suppressed="baseline", fixes=("FX-00000009",), effects=()),
        cut=Cut(Band.HIGH, ("FX-00000001",), 2, ("AX-00000001",), (), exact=True),
        skipped=(make.skip("a", "b"),),
    )
    return report


def test_a_report_fits_its_closed_schema(make: SimpleNamespace) -> None:
    for report in (full(make), make.report(), make.report(make.finding(reaches=()), agents=())):
        told(report)


def objects(schema: Any, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield path, schema
        for name, one in schema.items():
            yield from objects(one, f"{path}.{name}")


def test_the_schema_is_closed_and_leaves_nothing_to_chance() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for path, schema in objects(SCHEMA):
        assert schema["additionalProperties"] is False, path
        assert schema["required"] == list(schema["properties"]), path


def test_the_schema_says_why_the_time_is_not_in_it() -> None:
    assert SCHEMA["$defs"]["summary"]["properties"]["seconds"]["description"].startswith("Always null")


def test_the_same_report_gives_the_same_bytes_whatever_it_took(make: SimpleNamespace) -> None:
    slow = replace(full(make), seconds=99.0)
    assert json_report.render(full(make)) == json_report.render(slow)
    assert jsonl.render(full(make)) == jsonl.render(slow)


def test_every_finding_is_listed_once_in_order(make: SimpleNamespace) -> None:
    found = told(full(make))["findings"]
    assert [one["id"] for one in found] == ["AX-00000001", "AX-00000002"]


def test_the_summary_counts_what_is_listed(make: SimpleNamespace) -> None:
    value = told(full(make))
    assert value["summary"]["credentials"] == 2
    assert value["summary"]["by_band"] == {"critical": 1, "high": 0, "medium": 0, "low": 1, "info": 0}
    assert value["summary"]["agents"] == 1
    assert value["summary"]["skipped"] == 1


def test_assumed_agents_are_shown_and_not_counted(make: SimpleNamespace) -> None:
    value = told(make.report(agents=(make.record(assumed=True),)))
    assert value["summary"]["agents"] == 0
    assert value["agents"][0]["assumed"] is True


def test_ids_point_to_what_is_there(make: SimpleNamespace) -> None:
    value = told(full(make))
    fixes = {one["id"] for one in value["fixes"]}
    findings = {one["id"] for one in value["findings"]}
    assert all(set(one["fixes"]) <= fixes for one in value["findings"])
    assert all(effect["fix"] in one["fixes"] for one in value["findings"] for effect in one["effects"])
    assert set(value["cut"]["fixes"]) <= fixes
    assert {*value["cut"]["findings"], *value["cut"]["left"]} <= findings


def test_the_worst_reach_is_marked_once(make: SimpleNamespace) -> None:
    worst = make.reach(agent="b")
    found = make.finding(reaches=(make.reach(agent="a"), worst), worst=worst)
    assert [one["worst"] for one in told(make.report(found))["findings"][0]["reach"]] == [False, True]


def test_times_are_utc(make: SimpleNamespace) -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    life = Lifetime(LifetimeKind.EXPIRING, expires_at=datetime(2026, 3, 1, 2, 0, 0, tzinfo=there))
    value = told(make.report(make.finding(lifetime=life)))
    assert value["findings"][0]["lifetime"]["expires_at"] == "2026-02-28T20:30:00Z"


def test_the_tool_says_its_version_and_which_key_made_the_fingerprints(make: SimpleNamespace) -> None:
    assert told(make.report())["tool"] == {"name": "agent-audit", "version": __version__, "key_id": "0a1b2c3d"}


def test_json_lines_are_the_findings_and_then_the_rest(make: SimpleNamespace) -> None:
    lines = [json.loads(line) for line in jsonl.render(full(make)).splitlines()]
    whole = told(full(make))
    assert lines[:-1] == whole["findings"]
    assert lines[-1] == {name: value for name, value in whole.items() if name != "findings"}


def test_json_lines_end_with_the_rest_even_when_nothing_was_found(make: SimpleNamespace) -> None:
    (line,) = jsonl.render(make.report()).splitlines()
    assert json.loads(line)["summary"]["credentials"] == 0


def test_every_json_line_fits_its_part_of_the_schema(make: SimpleNamespace) -> None:
    *findings, closing = (json.loads(line) for line in jsonl.render(full(make)).splitlines())
    part = {"$defs": SCHEMA["$defs"]}
    for line in findings:
        Draft202012Validator({**part, "$ref": "#/$defs/finding"}).validate(line)
    Draft202012Validator({**part, "$ref": "#/$defs/closing"}).validate(closing)


def test_what_is_shown_is_what_is_rendered(make: SimpleNamespace) -> None:
    for module in (json_report, jsonl):
        stream = io.StringIO()
        module.show(full(make), stream, fail_on=Band.HIGH, quiet=False)
        assert stream.getvalue() == module.render(full(make))
