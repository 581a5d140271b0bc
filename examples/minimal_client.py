"""A client of chot's API; docs/how-to/write-a-client.md explains it and says what it leaves out.

    python minimal_client.py STATE.json enrol URL CODE | crossing PLATE in|out | sync

STATE.json must be neither lost nor copied. H1, B3, … are rules of sync/SPEC.md.
"""

import base64, hashlib, json, os, secrets, sys, time, urllib.error, urllib.request, uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

ES256, P256 = ec.ECDSA(hashes.SHA256()), ec.SECP256R1()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def keep(path, state):
    with open(f"{path}.new", "w", encoding="utf-8") as file:
        print(json.dumps(state), file=file, flush=True)
        os.fsync(file.fileno())
    os.replace(f"{path}.new", path)  # all or nothing: a cut leaves the state before


def post(state, path, body, token=""):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    url, data = f"{state['url']}/api/v1{path}", json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
        return json.load(answer)


def sign(state, text):
    der = ec.derive_private_key(state["key"], P256).sign(text.encode(), ES256)
    return b"".join(n.to_bytes(32) for n in utils.decode_dss_signature(der))  # r ‖ s


def enrol(state, code):
    point = ec.derive_private_key(state["key"], P256).public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256"} | {c: b64(getattr(point, c).to_bytes(32)) for c in "xy"}
    state |= post(state, "/devices/enrol", {"code": code, "jwk": jwk})
    genesis = hashlib.sha256(b"chot/1 genesis\n" + state["device"].encode()).hexdigest()  # H1
    state |= {"stamp": 0, "base": 0, "head": genesis, "own": [], "through": 0, "seen": 0}


def crossing(state, plate, direction):
    at, place = time.time_ns() // 1_000_000, state["checkpoint"]
    state["stamp"] = max(state["stamp"] + 1, at << 16)  # C2
    number = at << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    what = {"lane": place["lane"], "direction": direction, "mode": "checked", "action": "passed",
            "vehicle_class": "car", "headcount": 1,
            "plate": {"read": plate, "normal": plate, "candidates": []}}
    body = {"kind": "crossing", "version": 1, "record": str(uuid.UUID(int=number)),  # E2
            "home": place["id"], "time": at, "stamp": f"{state['stamp']:016x}", "offset": None,
            "officer": None, "packs": {}, "set": what}
    state["own"].append(json.dumps(body, ensure_ascii=False))  # serialised once, never again: E1


def token(state):
    at, nonce, device = int(time.time()), {}, state["device"]
    for _ in range(2):
        claims = {"iss": device, "sub": device, "aud": "chot", "iat": at, "exp": at + 120}
        claims |= {"jti": secrets.token_hex(8), **nonce}
        head = {"alg": "ES256", "typ": "JWT", "kid": device}
        text = ".".join(b64(json.dumps(one).encode()) for one in (head, claims))
        signed = {"assertion": f"{text}.{b64(sign(state, text))}"}
        try:
            return post(state, "/auth/device-token", signed)["access_token"]
        except urllib.error.HTTPError as error:  # a wrong clock proves itself with a nonce instead
            nonce = {"nonce": json.load(error).get("nonce", "")}
    raise SystemExit("no token: is the device revoked?")


def sync(state):
    device, own, base, first = state["device"], state["own"], state["base"], state["through"] + 1
    chain, at = [bytes.fromhex(state["head"])], first - 1 - base
    for body in own:
        chain.append(hashlib.sha256(chain[-1] + body.encode() + bytes(32)).digest())  # H2, H3
    outbox, ends = own[at:], f"{chain[at].hex()}\n{chain[-1].hex()}"
    text = f"chot-batch/1\n{device}\n{first}\n{base + len(own)}\n{ends}"  # B3
    batch = {"device": device, "first": first, "previous": b64(chain[at]),
             "events": [{"body": one} for one in outbox], "signature": b64(sign(state, text))}
    asked = {"protocol": 1, "cursor": state.get("cursor"), "held_after": state.get("held_after"),
             "feeds": [f"checkpoint:{state['checkpoint']['id']}"], "unsent": len(outbox),
             "batch": batch if outbox else None, "device_time": time.time_ns() // 10**6}
    answer = post(state, "/sync", asked, token(state))
    said, x_y = answer["receipt"], [int.from_bytes(unb64(state["receipt_key"][c])) for c in "xy"]
    names = ("server", "level", "device", "through", "head", "safe_through", "server_time")
    lines = [unb64(said[name]).hex() if name == "head" else str(said[name]) for name in names]
    r_s, key = unb64(said["signature"]), ec.EllipticCurvePublicNumbers(*x_y, P256).public_key()
    r_s = utils.encode_dss_signature(int.from_bytes(r_s[:32]), int.from_bytes(r_s[32:]))
    key.verify(r_s, "\n".join(("chot-receipt/1", *lines)).encode(), ES256)  # P1
    if 0 <= (taken := said["through"] - base) < len(chain) and unb64(said["head"]) == chain[taken]:
        n = max(0, min(taken, said["safe_through"] - base))  # P2, P3; less taken than before: P6
        state |= {"through": base + taken, "base": base + n, "head": chain[n].hex(), "own": own[n:]}
    for one in answer["results"]:
        print(one["seq"], one["state"], one.get("code", ""))
    state["seen"] += sum(len(run["bodies"]) for run in answer["runs"])
    state |= {name: answer[name] for name in ("cursor", "held_after")}
    return answer["more"]


if __name__ == "__main__":
    path, what, *rest = sys.argv[1:]
    state = json.load(open(path, encoding="utf-8")) if os.path.exists(path) else {}
    if what == "enrol":
        assert "device" not in state, "enrolled already; a new device is a new file"
        new = {"key": ec.generate_private_key(P256).private_numbers().private_value}
        state = new | state | {"url": rest.pop(0)}
        keep(path, state)  # before the code is used: after a lost answer both go out again
    {"enrol": enrol, "crossing": crossing}.get(what, lambda *_: None)(state, *rest)
    while what == "sync" and sync(state):
        keep(path, state)
    keep(path, state)
    print(f"unsent {state['base'] + len(state['own']) - state['through']}, seen {state['seen']}")
