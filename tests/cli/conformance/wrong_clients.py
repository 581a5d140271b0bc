"""Clients that are wrong on purpose: an example with one thing changed.

Each of `examples/minimal_client.py` is (name, the rule that it has to fail by, {what stands
there: what stands there instead}).
"""

from __future__ import annotations

WRONG: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        "text made again",
        "E1",
        {'state["own"], state["base"]':
         "[one.replace('\"offset\": null', f'\"offset\": {time.time_ns() // 10**6 % 9999}')"
         ' for one in state["own"]], state["base"]'},
    ),
    ("random record ids", "E2", {"uuid.UUID(int=number)": "uuid.uuid4()"}),
    ("padded base64", "E3", {'.rstrip(b"=").decode()': ".decode()"}),
    ("no stamp", "C1", {'"stamp": f"{state[\'stamp\']:016x}"': '"stamp": str(at)'}),
    (
        "stamps that fall",
        "C2",
        {'max(state["stamp"] + 1, at << 16)': '(state["stamp"] or at << 16) - 1'},
    ),
    ("another genesis", "H1", {'b"chot/1 genesis\\n"': 'b"chot/1 genesis"'}),
    ("no commitment", "H3", {"body.encode() + bytes(32)": "body.encode()"}),
    (
        "signature as DER",
        "B3",
        {'"signature": b64(sign(state, text))': '"signature": b64(ec.derive_private_key('
         'state["key"], P256).sign(text.encode(), ES256))'},
    ),
    ("numbers on the wire", "B4", {'[{"body": one} for one in outbox]':
                                   '[{"body": one, "seq": 1} for one in outbox]'}),
    ("a name in the body", "E7", {'"headcount": 1,': '"headcount": 1, "note": "Nguyễn Văn Thử",'}),
    ("an undeclared word", "E8", {'"mode": "checked"': '"mode": "seen"'}),
    ("another checkpoint", "A10", {'"home": place["id"]': '"home": "hd-ql6"'}),
    ("another's feed", "T1", {"checkpoint:{state['checkpoint']['id']}": "checkpoint:hd-ql6"}),
    ("unsent not counted", "T6", {'"unsent": len(outbox)': '"unsent": 0'}),
    ("another protocol", "T7", {'"protocol": 1': '"protocol": 2'}),
    (
        "drops what failed",
        "T2",
        {'    answer = post(state, "/sync", asked, token(state))\n':
         '    try:\n        answer = post(state, "/sync", asked, token(state))\n'
         "    except urllib.error.HTTPError:\n"
         "        n = base + len(own)\n"
         '        state |= {"through": n, "base": n, "head": chain[-1].hex(), "own": []}\n'
         "        return False\n"},
    ),
    (
        "drops what was sent",
        "P2",
        {'    answer = post(state, "/sync", asked, token(state))\n':
         '    try:\n        answer = post(state, "/sync", asked, token(state))\n'
         "    except urllib.error.HTTPError:\n        raise\n"
         "    except Exception:\n"
         "        n = base + len(own)\n"
         '        state |= {"through": n, "base": n, "head": chain[-1].hex(), "own": []}\n'
         "        return False\n"},
    ),
    (
        "believes any receipt",
        "P1",
        {"    key.verify(r_s": "    (r_s"},
    ),
    ("looks at no head", "P3", {' and unb64(said["head"]) == chain[taken]': ""}),
    (
        "stuck on a refusal",
        "A4",
        {"    if 0 <= (taken": '    if any(one["state"] == "rejected" for one in'
         ' answer["results"]):\n        return False\n    if 0 <= (taken'},
    ),
    (
        "renumbers after a refusal",
        "A6",
        {'    for one in answer["results"]:\n':
         '    if any(one["state"] == "rejected" for one in answer["results"]):\n'
         '        state |= {"through": state["through"] - 1, "own": state["own"][:-1]}\n'
         '    for one in answer["results"]:\n'},
    ),
    (
        "reads only what it knows",
        "T7",
        {'    said, x_y = answer["receipt"]':
         '    assert len(answer) < 13, "unknown names"\n    said, x_y = answer["receipt"]'},
    ),
    ("keeps no cursor", "F4", {'"cursor": state.get("cursor")': '"cursor": None'}),
    (
        "a cursor of its own",
        "F2",
        {'"cursor": state.get("cursor")': '"cursor": state.get("cursor") and'
         " state['cursor'].rpartition('.')[0] + '.0'"},
    ),
    (
        "reset empties the outbox",
        "F3",
        {'    state["seen"] +=': '    if answer["reset"]:\n        n = base + len(own)\n'
         '        state |= {"through": n, "base": n, "head": chain[-1].hex(), "own": []}\n'
         '    state["seen"] +='},
    ),
)  # fmt: skip


WRONG_LATER: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("waits for nothing", "wait", "T3", {"error.retryAfterMs ?? 0, backoffMs": "backoffMs"}),
    ("never waits longer", "double", "T3", {"FIRST_WAIT_MS * 2 ** (failures - 1)": "1000"}),
    ("halves nothing", "413", "B2", {"size = batch.events.length >> 1": "size = BATCH_EVENTS"}),
    ("counts nothing", "digest", "F9", {"hex(digest)}`) !== sum": "hex(digest)}`) < 0n"}),
    ("reads anew for ever", "digest", "F9", {"< READ_ANEW_EVERY_MS) return": "< 0) return"}),
    (
        "checks nothing of a page",
        "chain",
        "F6",
        {"if (!follows)": "if (false)", "hex(digest)}`) !== sum": "hex(digest)}`) < 0n"},
    ),
    (
        "stops at a wrong page",
        "chain",
        "F6",
        {"if (!(error instanceof Untrusted)) throw error;": "throw error;"},
    ),
    (
        "keeps nothing that was sent",
        "restored",
        "P6",
        {"Math.min(safe_through, through)": "through"},
    ),
    ("believes any pack", "packs", "K1", {"if (!genuine)": "if (false)"}),
    (
        "believes what is announced",
        "packs",
        "K2",
        {"state.packs[name] = pack;": "state.packs[name] = { ...pack, version: versions[name] };",
         "if (!(pack.version > (state.packs[name]?.version ?? 0)))": "if (false)"},
    ),
)  # fmt: skip
"""(name, the step, the rule, the changes) of `examples/client.mjs`."""


def spoilt(text: str, changes: dict[str, str]) -> str:
    """The client with these changes, each of which must have something to change."""
    for there, instead in changes.items():
        assert text.count(there) == 1, there
        text = text.replace(there, instead)
    return text
