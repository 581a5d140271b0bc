"""A receiver after a restore: nothing is missing, and what it has had comes by the same ids."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

import pytest

from cli.simulate.tablet import SimTablet
from server.config import Config
from server.home.look import HomeLook
from server.keys import KeyRing
from server.projector import Projector
from server.restore import restore_backup
from server.store.sqlite import open_store
from server.webhooks.delivery import deliver
from server.webhooks.hooks import Hooks
from server.webhooks.signing import secret_text
from sync.encoding import uuid7
from tests.server.store.conftest import World
from tests.server.store.conftest import world as world
from tests.server.store.tablets import CAR, EVIDENCE, NOON_MS
from tests.server.store.test_backup import WORDS, Served, backed_up, now_ms, sync, walk
from tests.server.store.test_backup import served as served
from tests.server.webhooks.receiver import Receiver, is_signed, receiving

SECRET = secret_text(bytes(range(32)))


def turn_back(tablet: SimTablet, *plates: str) -> None:
    for plate in plates:
        at_ms = now_ms()
        tablet.replica.write(
            at_ms,
            uuid7(at_ms, secrets.token_bytes(10)),
            CAR | {"action": "turned_back", "plate": {"read": plate, "normal": plate}},
            items={"people": {"1": {"role": "driver", "evidence": EVIDENCE}}},
            person_items={"people": {"1": {"name": "Nguyễn Thị Đào Mẫu"}}},
            salt=secrets.token_bytes(16),
        )
    sync(tablet)


def look(config: Config) -> None:
    """Project, and write what follows, until there is no more."""
    keys = KeyRing.load_or_create(config.data_dir)
    with Projector(config, keys) as projector, HomeLook(config, keys) as looker:
        reached = -1
        while reached != (reached := projector.catch_up()) or projector.look(looker):
            projector.look(looker)


def say(config: Config, receiver: Receiver) -> list[str]:
    """Ids of what is handed over now."""
    look(config)
    before, hooks = len(receiver.ids), Hooks(config.data_dir)
    with contextlib.closing(open_store(config)) as store:
        while deliver(hooks, hooks.all()[0], store, now_ms()):
            pass
    return receiver.ids[before:]


def plates(receiver: Receiver) -> list[str]:
    return [one["data"]["fields"]["plate"] for one in receiver.messages]


def test_a_restored_server_says_what_followed_the_backup_again_by_the_same_ids(
    served: Served, tmp_path: Path
) -> None:
    tablet = served.tablet()
    with receiving() as receiver:
        hooks = Hooks(served.config.data_dir)
        hooks.add("ben", receiver.url, ("turn_backs:268",), SECRET, served.context.store.epoch, 0)
        turn_back(tablet, "29A00001", "29A00002", "29A00003")
        assert len(say(served.config, receiver)) == 3
        turn_back(tablet, "29A00004")
        look(served.config)
        assert backed_up(served.config, tmp_path / "chot.bak").verified
        waiting = say(served.config, receiver)
        turn_back(tablet, "29A00005", "29A00006")
        lost = say(served.config, receiver)
        assert (len(waiting), len(lost)) == (1, 2)

        restore_backup(tmp_path / "chot.bak", tmp_path / "new", WORDS, now_ms(), walk, False)
        served.restart(tmp_path / "new")
        # The log has the first of them, and tablets hand in the others again.
        assert say(served.config, receiver) == waiting
        turn_back(tablet, "29A00007")
        again = say(served.config, receiver)
        assert len(again) == 3 and set(lost) < set(again)
        assert say(served.config, receiver) == []
        assert set(plates(receiver)) == {f"29A0000{number}" for number in range(1, 8)}
        assert len(set(receiver.ids)) == 7, "one refusal by two ids"
        assert all(is_signed(SECRET, *one) for one in receiver.taken)
        (hook,) = Hooks(served.config.data_dir).all()
        assert hook.epoch == served.context.store.epoch


def test_a_backup_knows_no_place_beyond_the_end_of_its_log(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Receivers take messages while it is made."""
    from server import backup

    hooks = Hooks(world.config.data_dir)
    hooks.add("ben", "https://ben.example", ("alerts:home",), SECRET, world.sqlite.epoch, 0)
    plain, tablet = backup.copy_log, world.tablet()

    def take_more() -> None:
        tablet.push(world.store, tablet.crossings(5))
        hooks.moved(hooks.all()[0], world.store.projected()[1], "204", NOON_MS)

    def busy(source: Path, target: Path) -> None:
        take_more()
        plain(source, target)
        take_more()

    take_more()
    monkeypatch.setattr(backup, "copy_log", busy)
    assert backed_up(world.config, tmp_path / "chot.bak").verified
    restore_backup(tmp_path / "chot.bak", tmp_path / "new", WORDS, NOON_MS, walk, False)
    with open_store(Config(tmp_path / "new")) as store:
        (restored,) = Hooks(tmp_path / "new").all()
        assert 0 < restored.cursor <= store.projected()[1]
    assert restored.epoch == store.epoch, "clipped before anything new lies in the log"
    assert (tmp_path / "new" / "webhooks.db").stat().st_mode & 0o077 == 0
    assert restored.secret == SECRET
    assert SECRET.encode() not in (tmp_path / "chot.bak").read_bytes()
