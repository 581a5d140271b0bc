"""The merge-policy table, generated from the record schemas. SPEC R7.

`sync.registers` takes it as a parameter and `web/` imports the same table as JSON, so Python and
TypeScript merge alike: `python -m schemas.policy > docs/policy.json`.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from marshmallow import Schema

from schemas.records import KINDS, item_schemas
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
    groups = item_schemas(schema)
    for name, one in schema.fields.items():
        if name in groups:
            _collect(groups[name], f"{name}/", table)
            continue
        if prefix + name in table:
            raise TypeError(f"{type(schema).__name__}.{name} stands in both parts of its kind")
        try:
            entry: dict[str, Any] = {key: one.metadata[key] for key in POLICY_KEYS}
        except KeyError:
            raise TypeError(f"{type(schema).__name__}.{name} declares no merge policy") from None
        if entry["shows"] == "most_restrictive":
            entry["ranks"] = list(one.metadata.get("ranks", OUTCOMES))
        table[prefix + name] = entry


def policy_json() -> str:
    """The text of docs/policy.json."""
    return json.dumps(policy_tables(), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(policy_json())
