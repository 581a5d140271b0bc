"""The wheel that `make wheel` builds holds everything a machine without this source tree needs."""

import subprocess
import venv
import zipfile
from pathlib import Path

import pytest

from server.documents import FILES, PAGES, SPEC

ROOT = Path(__file__).parent.parent
# A wheel misses what was written since: only `make test`, which builds one first, runs these.
pytestmark = pytest.mark.slow


@pytest.fixture
def wheel() -> Path:
    found = sorted((ROOT / "dist").glob("chot-*.whl"))
    if not found:
        pytest.skip("no dist/chot-*.whl: run `make wheel` first, as `make test` does")
    return found[-1]


def test_wheel_holds_the_built_tablet_and_every_data_file(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "server/static/tablet/sw.js" in names
    assert "server/static/tablet/index.html" in names
    assert "server/static/console/main.js" in names
    assert any(name.endswith(".wasm") for name in names)
    assert {f"server/docs/{one}" for one in FILES.values()} <= names
    assert {f"server/docs/{one}" for one, _ in PAGES.values() if one != SPEC} <= names
    assert SPEC in names
    for room in ("cli", "server", "schemas", "credentials", "rules", "sync"):
        assert f"{room}/__init__.py" in names
        for path in (ROOT / room).rglob("*"):
            if path.suffix in {".py", ".json", ".sql", ".html", ".css", ".js", ".svg", ".png"}:
                name = path.relative_to(ROOT).as_posix()
                assert name in names, f"{name} is missing from the wheel"


def test_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    rooms = {"cli", "server", "schemas", "credentials", "rules", "sync"}
    assert {top for top in tops if not top.endswith(".dist-info")} == rooms


def test_wheel_runs_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    install: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "-c",
        ROOT / "constraints.txt",
        wheel,
    ]
    subprocess.run(install, check=True, cwd=tmp_path)
    chot = tmp_path / "venv" / "bin" / "chot"
    shown = subprocess.run(
        [chot, "--version"], check=True, cwd=tmp_path, capture_output=True, text=True
    )
    assert wheel.name.split("-")[1] in shown.stdout
    demo: list[str | Path] = [chot, "demo", "--data", tmp_path / "data"]
    subprocess.run(demo, check=True, cwd=tmp_path, timeout=120)
    assert (tmp_path / "data" / "log.db").is_file()
