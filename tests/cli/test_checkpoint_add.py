"""`chot checkpoint add` judges one checkpoint as a file's row is judged, and keeps what it had."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from server.config import load_config
from server.store.registered import Checkpoint
from server.store.sqlite import open_store
from tests.cli.conftest import Chot

WHERE = ("--road", "Quốc lộ 6", "--province", "01", "--district", "268", "--commune", "09556")


def one_of(data: Path, identifier: str) -> Checkpoint:
    with closing(open_store(load_config(data))) as store:
        return next(one for one in store.checkpoints() if one.id == identifier)


def test_what_is_not_said_of_a_known_checkpoint_stays(chot: Chot, demo_data: Path) -> None:
    with closing(open_store(load_config(demo_data))) as store:
        place = replace(one_of(demo_data, "hd-ql6"), state="hibernating", klass="city")
        store.put_checkpoint(place)
    chot("checkpoint", "add", "hd-ql6", "--data", demo_data, "--name", "Chốt Ba La", *WHERE)
    changed = one_of(demo_data, "hd-ql6")
    assert len(changed.lanes) > 1 and changed.hotline
    assert changed == replace(
        place, name="Chốt Ba La", road="Quốc lộ 6", commune="09556", district="268"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--lane", "o-to"), "bỏ làn xe-may khi máy"),
        (("--province", "nt"), "--province: mã này là Thành phố Hà Nội"),
        (("--commune", "99999"), "--commune: không có mã 99999"),
        (("--hotline", "gọi tôi"), "--hotline: phải là số điện thoại"),
    ],
)
def test_what_a_file_may_not_say_is_refused_here_too(
    chot: Chot, demo_data: Path, words: tuple[str, str], said: str
) -> None:
    before = one_of(demo_data, "hd-ql6")
    named = ("hd-ql6", "--data", demo_data, "--name", "Chốt Ba La")
    assert said in chot("checkpoint", "add", *named, *WHERE, *words, exit_code=1).output
    assert one_of(demo_data, "hd-ql6") == before
