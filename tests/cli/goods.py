"""Crossings with goods and places, written by a tablet of the tests."""

from __future__ import annotations

import json
from typing import Any

from sync.batch import WireEvent, plain_event
from sync.encoding import to_base64url
from tests.server.store.tablets import CAR, EVIDENCE, NAME, Tablet


def lorry(
    tablet: Tablet,
    *lines: dict[str, Any],
    descriptions: tuple[str, ...] = (),
    person: dict[str, Any] | None = None,
    **fields: Any,
) -> WireEvent:
    """A crossing with these goods lines; their descriptions are in the person part."""
    goods = {str(number): one for number, one in enumerate(lines, 1)}
    people = {"1": {"role": "driver", "evidence": EVIDENCE}}
    body = tablet.body(
        tablet.new_record(),
        fields=CAR | {"vehicle_class": "truck", "purpose": "goods"} | fields,
        items={"people": people} | ({"goods": goods} if goods else {}),
    )
    items: dict[str, Any] = {"people": {"1": person or {"name": NAME}}}
    if descriptions:
        items["goods"] = {
            str(number): {"description": one} for number, one in enumerate(descriptions, 1)
        }
    salt = to_base64url(tablet.rng.randbytes(16))
    text = json.dumps(
        {"salt": salt, "set": {}, "items": items}, ensure_ascii=False, separators=(",", ":")
    )
    return plain_event(body, text)


def place(code: str, dataset: str = "2021") -> dict[str, str]:
    return {"dataset": dataset, "code": code}
