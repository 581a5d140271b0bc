"""SPEC E: exact texts, one header, nothing ambiguous."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.records import KINDS
from sync.errors import SyncError
from sync.events import Body, body_to_text, parse_body, parse_text, ref

RECORD = "017b47f7-6200-7bfd-8970-571b44bd0e3b"
BODY = Body(
    kind="crossing",
    version=1,
    record=RECORD,
    home="hd-ql6",
    stamp=0x017B47F762000000,
    time_ms=1_629_000_000_000,
    offset_ms=-1200,
    officer="hd-an",
    packs={"rules": 3},
    fields={"direction": "in"},
    items={"goods": {"1": {"group": "food"}}},
    over={"goods/1/group": ("a:7",)},
)


def test_e1_a_text_is_read_as_it_was_written() -> None:
    assert parse_body(body_to_text(BODY)) == BODY


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "event.json"),
        ("[]", "event.json"),
        ("nul", "event.json"),
        ('{"a":NaN}', "event.json"),
        ('{"a":1,"a":2}', "event.duplicate_name"),
        ('{"a":{"b":1,"b":1}}', "event.duplicate_name"),
        ('{"a":' * 8 + "{}" + "}" * 8, "event.depth"),
        ("[" * 4000, "event.depth"),
    ],
)
def test_e1_a_text_that_readers_could_take_two_ways_is_refused(text: str, code: str) -> None:
    with pytest.raises(SyncError) as caught:
        parse_text(text)
    assert caught.value.code == code


def test_e1_brackets_inside_strings_are_not_depth() -> None:
    assert parse_text('{"note":"[[[[[[[[[[{{{{ \\" [["}')["note"].startswith("[[")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "Crossing"),
        ("version", 0),
        ("version", "1"),
        ("record", "017b47f7-6200-4bfd-8970-571b44bd0e3b"),
        ("record", RECORD.upper()),
        ("home", "../etc"),
        ("stamp", "0x0"),
        ("time", -1),
        ("time", 1.5),
        ("offset", 1 << 60),
        ("officer", "Nguyễn Văn A"),
        ("packs", {"rules": "3"}),
        ("set", []),
        ("items", {"people": []}),
        ("items", {"people": {"0": {}}}),
        ("over", {"plate": ["nobody"]}),
        ("over", {"Plate": []}),
    ],
)
def test_e4_a_wrong_header_field_is_named(name: str, value: Any) -> None:
    data = json.loads(body_to_text(BODY))
    data[name] = value
    with pytest.raises(SyncError) as caught:
        parse_body(json.dumps(data))
    assert caught.value.code == "event.field"
    assert str(caught.value.at).split("/")[0] == name


def test_e4_unknown_names_are_kept_out_of_the_way() -> None:
    data = json.loads(body_to_text(BODY)) | {"weather": "mưa"}
    assert parse_body(json.dumps(data)) == BODY


def test_e5_items_are_named_by_number_or_by_the_event_that_added_them() -> None:
    data = json.loads(body_to_text(BODY))
    data["items"] = {"people": {"1": {}, f"{RECORD}:17:2": {}}}
    assert set(parse_body(json.dumps(data)).items["people"]) == {"1", f"{RECORD}:17:2"}


def test_e6_an_event_is_referred_to_by_device_and_number() -> None:
    assert (
        ref("01a201ec-6ba8-772c-b0b7-590e9253ebbe", 7) == "01a201ec-6ba8-772c-b0b7-590e9253ebbe:7"
    )


def test_e8_this_room_knows_no_field_of_any_kind() -> None:
    """A field's name in quotes would be a rule about it: policies are parameters."""
    room = Path(__file__).resolve().parents[2] / "sync"
    source = "".join(path.read_text("utf-8") for path in sorted(room.glob("*.py")))
    names = {
        name for kind in KINDS.values() for part in (kind.body, kind.person) for name in part.fields
    }
    # Words of the protocol itself, which some kinds use for fields of their own as well.
    ours = {"events", "person", "persons", "device", "checkpoint", "packs", "state"}
    ours |= {"previous", "crossing"}
    assert len(names) > 30
    assert {name for name in names - ours if f'"{name}"' in source} == set()
