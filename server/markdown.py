"""The Markdown of our own documents as HTML: headings, paragraphs, lists, tables, code, links.

No more than they use: one level of lists, tables with a head, fences. All text is escaped first,
so a document can bring no markup of its own. A library would be the core's 26th package of the 25
that it may have (docs/adr/0006-few-packages.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from markupsafe import Markup, escape

Inline = Callable[[str], str]
"""(what stands in back quotes, or the target of a link) → an address, or "" for none."""

_FENCE = "```"
_HEADING = re.compile(r"(#{1,4}) (.+)")
_ITEM = re.compile(r"- (.+)")
_RULE_ITEM = re.compile(r"\*\*([A-Z]\d{1,2})\*\* ")
_TABLE_LINE = re.compile(r"\|[-:| ]+\|")
_INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\[(?P<text>[^\]]+)\]\((?P<to>[^)\s]+)\)|\*\*(?P<strong>[^*]+)\*\*"
    r"|\*(?P<em>[^*\s][^*]*)\*|\b(?P<rule>[A-Z]\d{1,2})\b"
)
_NO_SLUG = re.compile(r"[^\w\- ]")


def to_html(text: str, link: Inline) -> Markup:
    """The document as HTML. `link` says where a target, a rule ("F9") or a file name leads."""
    return Markup("\n".join(_blocks(text.splitlines(), link)))


def headings(text: str) -> list[tuple[str, str]]:
    """(anchor, words) of each second-level heading, in order."""
    found = []
    fenced = False
    for line in text.splitlines():
        if line.startswith(_FENCE):
            fenced = not fenced
        if not fenced and line.startswith("## "):
            found.append((slug(line[3:]), line[3:]))
    return found


def slug(heading: str) -> str:
    """The anchor of a heading, as code hosts make it."""
    return _NO_SLUG.sub("", heading.lower()).strip().replace(" ", "-")


def inline(text: str, link: Inline) -> str:
    """One line of text with its code, links, stress and rules."""
    said: list[str] = []
    at = 0
    for found in _INLINE.finditer(text):
        said += (str(escape(text[at : found.start()])), _marked(found, link))
        at = found.end()
    return "".join((*said, str(escape(text[at:]))))


def _marked(found: re.Match[str], link: Inline) -> str:
    kind, words = next((name, value) for name, value in found.groupdict().items() if value)
    if kind == "strong":
        return f"<strong>{inline(words, link)}</strong>"
    if kind == "em":
        return f"<em>{inline(words, link)}</em>"
    shown = f"<code>{escape(words)}</code>" if kind == "code" else str(escape(words))
    target = link(found["to"] if kind == "text" else words)
    return f'<a href="{escape(target)}">{shown}</a>' if target else shown


def _blocks(lines: list[str], link: Inline) -> Iterator[str]:
    at = 0
    while at < len(lines):
        line = lines[at]
        end = at + 1
        if line.startswith(_FENCE):
            end = next((n for n in range(end, len(lines)) if lines[n] == _FENCE), len(lines))
            yield f"<pre>{escape(chr(10).join(lines[at + 1 : end]))}</pre>"
            end += 1
        elif heading := _HEADING.fullmatch(line):
            level, words = len(heading[1]), heading[2]
            yield f'<h{level} id="{slug(words)}">{inline(words, link)}</h{level}>'
        elif line.startswith("|"):
            end = _end(lines, at, lambda one: one.startswith("|"))
            yield _table(lines[at:end], link)
        elif _ITEM.fullmatch(line):
            end = _end(lines, at, lambda one: _ITEM.fullmatch(one) is not None)
            yield _list(lines[at:end], link)
        elif line.strip():
            end = _end(lines, at, _is_text)
            yield f"<p>{inline(' '.join(lines[at:end]), link)}</p>"
        at = end


def _end(lines: list[str], start: int, goes_on: Callable[[str], bool]) -> int:
    return next((n for n in range(start + 1, len(lines)) if not goes_on(lines[n])), len(lines))


def _is_text(line: str) -> bool:
    return bool(line.strip()) and not line.startswith((_FENCE, "|", "#", "- "))


def _list(lines: Iterable[str], link: Inline) -> str:
    items = []
    for line in lines:
        words = line[2:]
        rule = _RULE_ITEM.match(words)
        # A rule is its own anchor and no link to itself.
        start = f"<strong>{rule[1]}</strong> " if rule else ""
        rest = inline(words[rule.end() :] if rule else words, link)
        items.append(f"<li{f' id={chr(34)}{rule[1]}{chr(34)}' if rule else ''}>{start}{rest}</li>")
    return f"<ul>\n{chr(10).join(items)}\n</ul>"


def _table(lines: list[str], link: Inline) -> str:
    rows = []
    for at, line in enumerate(lines):
        if at == 1 and _TABLE_LINE.fullmatch(line):
            continue
        kind = "th" if at == 0 else "td"
        cells = line.strip().strip("|").split("|")
        told = "".join(f"<{kind}>{inline(one.strip(), link)}</{kind}>" for one in cells)
        rows.append(f"<tr>{told}</tr>")
    return f"<table>\n{chr(10).join(rows)}\n</table>"
