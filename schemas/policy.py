"""The merge-policy table, generated from the record schemas. SPEC R7.

`sync.registers` takes it as a parameter and `web/` imports the same table as JSON
(`docs/policy.json`), so Python and TypeScript merge alike.
"""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from schemas.records import KINDS
from schemas.shapes import OUTCOMES

POLICY_KEYS = ("shows", "closes")


def policy_table(kind: str, version: int) -> dict[str, dict[str, Any]]:
    """{"field" or "group/field": {shows, closes, ranks?}} of one kind, body and person part."""
    shape = KINDS[kind, version]
    table: dict[str, dict[str, Any]] = {}
    for schema in (shape.body, shape.person):
        _collect(schema, "", table)
    return dict(sorted(table.items()))


def policy_tables() -> dict[str, dict[str, dict[str, Any]]]:
    """All tables, by "kind/version"."""
    return {f"{kind}/{version}": policy_table(kind, version) for kind, version in sorted(KINDS)}


def _collect(schema: Schema, prefix: str, table: dict[str, dict[str, Any]]) -> None:
    for name, one in schema.fields.items():
        if isinstance(one, fields.Dict) and isinstance(one.value_field, fields.Nested):
            _collect(one.value_field.schema, f"{name}/", table)
            continue
        try:
            entry: dict[str, Any] = {key: one.metadata[key] for key in POLICY_KEYS}
        except KeyError:
            raise TypeError(f"{type(schema).__name__}.{name} declares no merge policy") from None
        if entry["shows"] == "most_restrictive":
            entry["ranks"] = list(one.metadata.get("ranks", OUTCOMES))
        table[prefix + name] = entry
