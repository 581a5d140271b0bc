"""Writes the second half of `docs/packs.md` from the packs: `python -m tests.rules.packs_page`.

The page is for who publishes a pack: what it stands on, and what nobody has confirmed.
"""

from __future__ import annotations

from typing import Any

from tests.rules.journeys import PACK_NAMES, ROOT, pack_content, sample

PAGE = ROOT / "docs" / "packs.md"
FROM_HERE = "## From the packs\n"


def page(before: str) -> str:
    """The page as it should be, given the page as it is; its first half is written by people."""
    head, _, _ = before.partition(FROM_HERE)
    return "\n".join([head + FROM_HERE, *(section(name) for name in PACK_NAMES)])


def section(name: str) -> str:
    """One pack: what it is, what it stands on, what is unconfirmed."""
    content = pack_content(name)
    rules = content["rules"]
    unconfirmed = [rule for rule in rules if rule["basis"].get("unconfirmed")]
    journeys = len(sample(name)["cases"])
    return "\n".join(
        [
            f"### `{name}`",
            "",
            f"{content['title']['en']}. {content['title']['vi']}.",
            "",
            *([content["about"], ""] if "about" in content else []),
            f"{period(rules)} {len(rules)} rules, {journeys} sample journeys; "
            f"{len(unconfirmed)} rules unconfirmed. Stands on:",
            "",
            *(f"- {one}" for one in documents(rules)),
            "",
            "| unconfirmed rules | outcome | clause it is read from | document | about |",
            "|---|---|---|---|---|",
            *rows(unconfirmed),
            "",
        ]
    )


def period(rules: list[dict[str, Any]]) -> str:
    """Since when and until when the pack holds, as dates of Vietnam."""
    ends = {rule["effective_to"] for rule in rules}
    since = min(rule["effective_from"] for rule in rules)
    until = None if None in ends else max(ends)
    end = f"until {said(until)}" if until else "with no end that is known"
    return f"Holds from {said(since)} {end}."


def said(instant: str) -> str:
    """2021-10-26T18:00:00+07:00 as a person reads it."""
    day, time = instant[:10], instant[11:16]
    return day if time == "00:00" else f"{day} {time}"


def documents(rules: list[dict[str, Any]]) -> list[str]:
    """Each document once, with how many rules rest on it."""
    counts: dict[str, int] = {}
    for rule in rules:
        basis = rule["basis"]
        known = f"{basis['document']}, {basis['date']}, {basis['issuer']}"
        counts[known] = counts.get(known, 0) + 1
    return [f"{known}: {number}" for known, number in counts.items()]


def rows(rules: list[dict[str, Any]]) -> list[str]:
    """Lines of the table; rules that rest on the same words share one."""
    lines: dict[str, list[str]] = {}
    for rule in rules:
        basis = rule["basis"]
        about = basis.get("about", "")
        words = f"{rule['outcome']} | {basis['clause']} | {basis['document']} | {about} |"
        lines.setdefault(words, []).append(rule["id"])
    return [f"| {', '.join(ids)} | {words}" for words, ids in lines.items()]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
