"""Three servers as people run them, one above the other, and the middle one is killed. SPEC U."""

from __future__ import annotations

import contextlib
import json
import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec

from cli.data import now_ms
from cli.main import main
from cli.simulate.process import HOST, ServerProcess
from cli.simulate.tablet import SimTablet
from cli.simulate.wire import Budget, Wire
from credentials.jws import public_key_of_jwk
from server.config import Base, Config, load_config, save_config
from server.enrolment import CODE_RANDOM_BYTES, code_hash, new_code
from server.keys import KeyRing, public_jwk
from server.store.registered import Enrolment
from server.store.sqlite import SqliteStore, open_store
from sync.encoding import uuid7
from tests.server.relay.net import place

HERE = "nt-ca-na"
LIMIT_S = 60.0


@dataclass(slots=True)
class Served:
    """A server process on its data directory."""

    name: str
    data: Path
    process: ServerProcess

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.process.port}"

    def store(self) -> contextlib.closing[SqliteStore]:
        """Its store, opened by this process beside it, as a command does."""
        return contextlib.closing(open_store(load_config(self.data)))

    def held(self, device: str) -> int:
        with self.store() as store:
            return store.held(device)[0]

    def refs(self) -> list[str]:
        """Every accepted event, in the order of the log."""
        with self.store() as store:
            page = store.pull([HERE], 0, 100_000, persons=False)
        return [f"{one.device}:{one.seq}" for one in page.events]


@contextmanager
def serving(folder: Path, name: str) -> Iterator[Served]:
    """A server that asks its upstream every second; started by the caller."""
    data = folder / name
    served = Served(name, data, ServerProcess(data))
    try:
        yield served
    finally:
        with contextlib.suppress(ProcessLookupError):  # it was stopped already
            served.process.kill()


def chot(*arguments: str) -> str:
    """The output of a command."""
    result = CliRunner().invoke(main, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def until(what: Callable[[], object], says: str) -> None:
    """Wait for something that another process brings about."""
    deadline = time.monotonic() + LIMIT_S
    while not what():
        assert time.monotonic() < deadline, says
        time.sleep(0.1)


def prepare(top: Served) -> None:
    """The home server's data: a checkpoint, and itself among the bases."""
    config = Config(top.data)
    with contextlib.closing(open_store(config)) as store:
        store.put_checkpoint(place(HERE))
        key = public_jwk(KeyRing.load_or_create(top.data).signing)
        base = Base(f"http://{HOST}:{top.process.port}", store.server_id, "home", key)
    save_config(replace(config, bases=(base,)))


def join(below: Served, above: Served) -> None:
    """Make `below` a relay of `above`, as the manual says."""
    said = chot(
        *("device", "enrol", "--data", str(above.data), "--relay", "--checkpoint", HERE),
        *("--url", above.url, "--name", below.name),
    )
    command = said.strip().splitlines()[-1].split()
    assert command[:2] == ["chot", "serve"]
    save_config(Config(below.data, upstream_seconds=1))
    below.process.start(*command[2:])

    def has_the_checkpoint() -> bool:
        with below.store() as store:
            return [one.id for one in store.checkpoints()] == [HERE]

    until(has_the_checkpoint, f"{below.name} heard nothing from {above.name}")


def tablet_at(served: Served, wire: Wire) -> SimTablet:
    """A tablet that enrols at this server and gets to know the home server by its pack."""
    code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
    with served.store() as store:
        store.add_enrolment(code_hash(code), Enrolment(HERE, "1", "máy thử"), now_ms() + 600_000)
        pack = store.pack("bases", f"checkpoint:{HERE}")
    key = ec.generate_private_key(ec.SECP256R1())
    tablet = SimTablet.enrol(wire.post, code, HERE, key, set())
    assert pack is not None
    from credentials.jws import parse_jws

    (home,) = json.loads(parse_jws(pack.jws, 1 << 20).payload)["content"]["bases"]
    tablet.replica.meet(home["server"], public_key_of_jwk(home["receipt_key"]))
    return tablet


def cross(tablet: SimTablet, rng: random.Random, count: int) -> None:
    """Write crossings at the tablet."""
    for _ in range(count):
        fields = {
            "lane": "1",
            "direction": "in",
            "mode": "checked",
            "purpose": "goods",
            "verdict": {"outcome": "pass", "reasons": ["ok"]},
            "action": "passed",
            "occurred": now_ms(),
        }
        evidence = {"family": "cccd", "status": "claim", "code": "unsigned"}
        tablet.replica.write(
            now_ms(),
            uuid7(now_ms(), rng.randbytes(10)),
            fields,
            items={"people": {"1": {"role": "driver", "evidence": evidence}}},
            person_items={"people": {"1": {"name": "Phạm Thị Thử"}}},
            salt=rng.randbytes(16),
        )


def synced(tablet: SimTablet) -> bool:
    """One round trip, and whether everything it wrote was answered."""
    return tablet.exchange(now_ms(), True, "fine") and tablet.replica.unsent == 0


def status(served: Served) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["relay", "status", "--data", str(served.data), "--json"])
    found: dict[str, Any] = json.loads(result.output.splitlines()[0])
    return found


@pytest.mark.slow
def test_u2_a_chain_of_servers_survives_kills_in_its_middle(
    tmp_path: Path, rng: random.Random
) -> None:
    with ExitStack() as stack:
        province, district, mini = (
            stack.enter_context(serving(tmp_path, name)) for name in ("tinh", "huyen", "chot")
        )
        prepare(province)
        province.process.start()
        join(district, province)
        join(mini, district)
        until(lambda: "bases" in _packs(mini), "the pack bases did not come down")
        wire = Wire(mini.process, Budget(10_000))
        tablet = tablet_at(mini, wire)
        for _ in range(4):
            cross(tablet, rng, 25)
            while not synced(tablet):
                pass
            district.process.kill()
            cross(tablet, rng, 25)
            while not synced(tablet):
                pass
            time.sleep(rng.random())
            district.process.start()
            time.sleep(rng.random())  # so that the next kill meets it at another point
        device, written = tablet.replica.device, tablet.replica.seq
        assert written == 200
        until(lambda: province.held(device) == written, "not everything reached the top")
        # What somebody decides at the top reaches the tablet at the bottom.
        with province.store() as store:
            decided = store.write(
                *("review", uuid7(now_ms(), rng.randbytes(10)), HERE, "user-duyet"),
                {"subject": uuid7(now_ms(), rng.randbytes(10)), "decision": "seen"},
                None,
                now_ms(),
            )

        def came_down() -> bool:
            synced(tablet)
            return any(one.ref == decided for one in tablet.replica.pulled.values())

        until(came_down, "the review did not come down")

        def is_home() -> bool:
            synced(tablet)
            return bool(tablet.replica.drained["home"] == written)

        until(is_home, "the home server's receipt did not come down")
        until(lambda: status(mini)["events_not_home"] == 0, "the relay lacks receipts")
        # The mini-PC is gone: the tablet turns to the home server, which knows it by then.
        mini.process.kill()
        cross(tablet, rng, 10)
        direct = Wire(province.process, Budget(10_000))
        tablet.post, tablet.token = direct.post, ""
        tablet.replica.turn_to(_server(province))
        written = tablet.replica.seq
        while not synced(tablet):
            pass
        direct.close()
        assert province.held(device) == written
        mini.process.start()
        until(lambda: mini.held(device) == written, "the mini-PC did not hear what it missed")
        logs = [one.refs() for one in (province, district, mini)]
        assert [len(refs) for refs in logs] == [len(set(refs)) for refs in logs]
        assert len({tuple(sorted(refs)) for refs in logs}) == 1
        assert sum(ref.startswith(device) for ref in logs[0]) == written
        wire.close()
        for one in (mini, district, province):
            one.process.stop()
            chot("verify-log", "--data", str(one.data))


def _packs(served: Served) -> set[str]:
    with served.store() as store:
        return set(store.packs([f"checkpoint:{HERE}"]))


def test_u1_served_with_an_upstream_and_later_without_a_word(tmp_path: Path) -> None:
    with ExitStack() as stack:
        top, below = (stack.enter_context(serving(tmp_path, name)) for name in ("tinh", "chot"))
        prepare(top)
        top.process.start()
        refused = CliRunner().invoke(
            main, ["serve", "--data", str(below.data), "--upstream", top.url]
        )
        assert (refused.exit_code, "--upstream-code" in refused.output) == (1, True)
        join(below, top)
        below.process.stop()
        below.process.start()
        until(lambda: status(below)["failure"] == "", "no contact after a start")
        with below.store() as store:
            server = store.server_id
        assert load_config(below.data).level == "relay"
        assert load_config(below.data).upstream == top.url
        listed = chot("device", "list", "--data", str(top.data))
        assert server in listed
        entry = json.loads(
            chot("relay", "base", "--data", str(below.data), "--url", "https://chot.example:8443")
        )
        assert (entry["server"], entry["level"], entry["checkpoints"]) == (server, "relay", [HERE])
        connection_says = _health(below)
        assert (connection_says["upstream"], connection_says["behind"]) == (_server(top), 0)
        chot("device", "revoke", "--data", str(top.data), server, "--yes")
        until(lambda: status(below)["failure"] == "relay.revoked", "the relay did not hear of it")


def _server(served: Served) -> str:
    with served.store() as store:
        return store.server_id


def _health(served: Served) -> Any:
    import urllib.request

    with urllib.request.urlopen(f"{served.url}/api/v1/health", timeout=10) as answer:
        return json.loads(answer.read())
