"""The built wheel, in an empty environment, from another folder."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `agent-audit` of a fresh environment that holds the wheel; dependencies come from the running one.

    A path file lends the dependencies, so that nothing is fetched; nested path files are not followed, so the checkout
    itself (an editable install) is not on the path.
    """
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(PROJECT)]
    subprocess.run(command, check=True, capture_output=True)
    wheel = next(folder.glob("*.whl"))
    environment = folder / "env"
    venv.create(environment, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return environment / "bin" / "python"


def run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(python), "-m", "auditor", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_wheel_scans_from_another_folder_with_its_own_rules(installed: Path, tmp_path: Path) -> None:
    where = run(installed, tmp_path, "scan", str(PROJECT / "fixtures" / "pocketos"), "--format", "json")
    assert where.returncode == 1, where.stderr
    report = json.loads(where.stdout)
    assert report["findings"][0]["rule"] == "railway-account-token"
    assert report["findings"][0]["band"] == "critical"
    code = "import auditor.rulebook.find as f; print(f.rules_folder())"
    found = subprocess.run([str(installed), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(found.stdout.strip()).is_relative_to(installed.parent.parent)


@pytest.mark.slow
def test_the_wheel_holds_every_rule_file(installed: Path) -> None:
    site = next((installed.parent.parent / "lib").glob("python*/site-packages"))
    for kind in ("providers", "stores"):
        shipped = {path.name for path in (site / "auditor" / "rules" / kind).glob("*.yaml")}
        assert shipped == {path.name for path in (PROJECT / "rules" / kind).glob("*.yaml")}
