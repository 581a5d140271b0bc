"""The architecture, as tests: imports, names, sizes, installed packages and their licences."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
ROOMS = ("cli", "server", "schemas", "credentials", "rules", "sync")
PURE_ROOMS = ("credentials", "rules", "sync")
FOLDERS = {*ROOMS, "web", "tests", "bench", "docs", "examples", ".ci"}
CODE_SUFFIXES = {".py", ".ts", ".tsx"}
MAX_LINES = 400
MAX_CORE_PACKAGES = 25
ALLOWED_LICENCES = re.compile(
    r"^(MIT|MIT-0|MIT-CMU|BSD|BSD-[234]-Clause|Apache-2\.0|PSF-2\.0|Python-2\.0|ISC|0BSD|MPL-2\.0"
    r"|Public Domain|Unlicense)$"
)


def committed() -> list[Path]:
    """Every file git knows, and what is new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout, so there is no list of committed files")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def core_packages() -> dict[str, metadata.Distribution]:
    """What installing chot without extras installs, by name; pip and chot itself are left out."""
    found: dict[str, metadata.Distribution] = {}
    todo = [Requirement("chot")]
    while todo:
        wanted = todo.pop()
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if name in found or name in {"pip", "setuptools"}:
            continue
        found[name] = metadata.distribution(name)
        for line in found[name].requires or ():
            needed = Requirement(line)
            extras = wanted.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": e}) for e in extras):
                todo.append(needed)
    del found["chot"]
    return found


def licence_of(distribution: metadata.Distribution) -> str:
    """The SPDX expression where the package gives one, else its licence field or classifiers."""
    about = distribution.metadata
    if "License-Expression" in about:
        return about["License-Expression"]
    spoken = {
        "BSD License": "BSD",
        "MIT License": "MIT",
        "Apache Software License": "Apache-2.0",
        "Apache License, Version 2.0": "Apache-2.0",
        "Python Software Foundation License": "PSF-2.0",
    }
    field = about["License"].strip() if "License" in about else ""
    if field and "\n" not in field:
        return spoken.get(field, field)
    classifiers = about.get_all("Classifier") or []
    named = [line.split(" :: ")[-1] for line in classifiers if line.startswith("License ::")]
    return " OR ".join(spoken.get(name, name) for name in named)


def licence_allowed(expression: str) -> bool:
    """Whether one side of every OR is on the list with all its parts."""
    return any(
        all(ALLOWED_LICENCES.match(part.strip(" ()")) for part in side.split(" AND "))
        for side in expression.split(" OR ")
    )


def test_imports_follow_the_layers_and_pure_rooms_stay_pure() -> None:
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--config", "setup.cfg", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def clock_or_chance(tree: ast.AST) -> Iterator[str]:
    """Calls that read the clock, chance or a file, however the module was imported."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in {"open", "uuid4", "urandom"}:
            yield f"{node.func.id} in line {node.lineno}"
        if isinstance(node.func, ast.Attribute):
            now = {"now", "utcnow", "today", "uuid1", "uuid4", "urandom", "generate_private_key"}
            if node.func.attr in now:
                yield f"{node.func.attr} in line {node.lineno}"


def test_pure_rooms_read_no_clock_chance_or_file() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {call}"
        for room in PURE_ROOMS
        for path in (ROOT / room).rglob("*.py")
        for call in clock_or_chance(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


def test_folders_are_the_architecture() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in committed() if path.parent != ROOT}
    assert names <= FOLDERS
    assert set(ROOMS) <= names


def test_every_room_says_what_it_is_for() -> None:
    for room in ROOMS:
        doc = ast.get_docstring(ast.parse((ROOT / room / "__init__.py").read_text("utf-8")))
        assert doc, f"{room}/__init__.py has no docstring"


def test_no_module_outgrows_one_idea() -> None:
    # Tables of texts are data, and what a program wrote nobody reads as a module.
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in committed()
        if path.suffix in CODE_SUFFIXES
        and not path.stem.startswith("texts")
        and path.parent.name != "texts"
        and path != ROOT / "web/shared/wire/api.ts"
        and (lines := len(path.read_text("utf-8").splitlines())) > MAX_LINES
    }
    assert too_long == {}


def test_no_modules_of_the_tablets_core_import_each_other_in_a_circle() -> None:
    core = ROOT / "web" / "tablet" / "core"
    modules = [path for path in sorted(core.glob("*.ts")) if not path.name.endswith(".test.ts")]
    imported = re.compile(r'from "\./([a-z_]+)\.ts"')
    # A type's import is one too: who reads the one has to know the other.
    graph = {path.stem: set(imported.findall(path.read_text("utf-8"))) for path in modules}
    assert len(graph) > 50
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


def test_no_module_is_named_for_its_layer() -> None:
    layer = re.compile(r"(manager|service|repository|utils?|helpers?|misc|common)$", re.IGNORECASE)
    code = [path for path in committed() if path.suffix in CODE_SUFFIXES]
    assert [str(path.relative_to(ROOT)) for path in code if layer.search(path.stem)] == []


def test_core_installs_few_packages() -> None:
    packages = core_packages()
    assert len(packages) <= MAX_CORE_PACKAGES, sorted(packages)


def test_core_packages_have_allowed_licences() -> None:
    licences = {name: licence_of(package) for name, package in core_packages().items()}
    assert {n: licence for n, licence in licences.items() if not licence_allowed(licence)} == {}


@pytest.mark.parametrize("licence", ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "AGPL-3.0-only"])
def test_a_copyleft_or_unnamed_licence_is_refused(licence: str) -> None:
    assert not licence_allowed(licence)


def test_constraints_fix_every_core_package() -> None:
    fixed = {
        re.sub(r"[-_.]+", "-", line.split("==")[0]).lower()
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    }
    assert set(core_packages()) <= fixed


def test_no_committed_file_names_a_machine_or_a_registry_host() -> None:
    # Spelled in pieces, so that this file does not find itself.
    named = re.compile(
        r"/ro" + r"ot/|(?<!server)/ho" + r"me/[a-z]|/wo" + r"rk/(?:main|shared)|/tmp/ch" + r"ot"
        r"|pypi\.o" + r"rg|pythonhost" + r"ed|registry\.npm" + r"js|deb\.deb" + r"ian"
    )
    found = []
    for path in committed():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in named.finditer(text)]
    assert found == []
