"""A client of chot's API: Python's standard library and `cryptography`, nothing else.

    python minimal_client.py STATE.json enrol http://127.0.0.1:8000 CODE
    python minimal_client.py STATE.json crossing 29A12345 in
    python minimal_client.py STATE.json sync

STATE.json is what it must not lose: key, chain, what is not acknowledged, cursor. After a lost
answer the same events go out again and are `duplicate`. H1, B3, … are rules of sync/SPEC.md;
docs/how-to/write-a-client.md explains this file step by step.
"""

import base64, hashlib, json, secrets, sys, time, urllib.error, urllib.request, uuid
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

ES256 = ec.ECDSA(hashes.SHA256())
PEM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def post(state, path, body, token=""):
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    url, data = f"{state['url']}/api/v1{path}", json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:
        return json.load(answer)


def sign(state, text):
    key = serialization.load_pem_private_key(state["key"].encode(), None)
    return b"".join(n.to_bytes(32) for n in utils.decode_dss_signature(key.sign(text, ES256)))


def enrol(url, code):
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256"} | {c: b64(getattr(point, c).to_bytes(32)) for c in "xy"}
    pinned = post({"url": url}, "/devices/enrol", {"code": code, "jwk": jwk})
    genesis = hashlib.sha256(b"chot/1 genesis\n" + pinned["device"].encode()).hexdigest()  # H1
    return {**pinned, "url": url, "key": key.private_bytes(*PEM).decode(), "stamp": 0, "seq": 0,
            "head": genesis, "outbox": [], "seen": 0, "cursor": None, "held_after": None}


def crossing(state, plate, direction):
    at, place = time.time_ns() // 1_000_000, state["checkpoint"]
    state["stamp"] = max(state["stamp"] + 1, at << 16)  # C2
    number = at << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    record = str(uuid.UUID(int=number))  # E2: a UUIDv7
    what = {"lane": place["lane"], "direction": direction, "mode": "checked", "action": "passed",
            "vehicle_class": "car", "headcount": 1,
            "plate": {"read": plate, "normal": plate, "candidates": []}}  # fmt: skip
    body = {"kind": "crossing", "version": 1, "record": record, "home": place["id"], "time": at,
            "stamp": f"{state['stamp']:016x}", "offset": None, "officer": None, "packs": {},
            "set": what}  # fmt: skip
    state["outbox"].append(json.dumps(body, ensure_ascii=False))  # serialised once, never again: E1


def token(state):
    at, nonce, device = int(time.time()), {}, state["device"]
    for _ in range(2):
        claims = {"iss": device, "sub": device, "aud": "chot", "iat": at, "exp": at + 120}
        claims |= {"jti": secrets.token_hex(8), **nonce}
        head = {"alg": "ES256", "typ": "JWT", "kid": device}
        text = ".".join(b64(json.dumps(one).encode()) for one in (head, claims))
        signed = {"assertion": f"{text}.{b64(sign(state, text.encode()))}"}
        try:
            return post(state, "/auth/device-token", signed)["access_token"]
        except urllib.error.HTTPError as error:  # a wrong clock proves itself with a nonce instead
            nonce = {"nonce": json.load(error).get("nonce", "")}
    raise SystemExit("no token: is the device revoked?")


def sync(state):
    """One round trip; whether there is more to fetch."""
    device, outbox, first = state["device"], state["outbox"], state["seq"] + 1
    chain = [bytes.fromhex(state["head"])]
    for body in outbox:
        chain.append(hashlib.sha256(chain[-1] + body.encode() + bytes(32)).digest())  # H3
    last, ends = state["seq"] + len(outbox), (chain[0].hex(), chain[-1].hex())
    text = "\n".join(("chot-batch/1", device, str(first), str(last), *ends))  # B3
    batch = {"device": device, "first": first, "previous": b64(chain[0]),
             "events": [{"body": one} for one in outbox],
             "signature": b64(sign(state, text.encode()))}  # fmt: skip
    asked = {"protocol": 1, "cursor": state["cursor"], "held_after": state["held_after"],
             "feeds": [f"checkpoint:{state['checkpoint']['id']}"], "unsent": len(outbox),
             "batch": batch if outbox else None, "device_time": time.time_ns() // 10**6}
    answer = post(state, "/sync", asked, token(state))
    said, x_y = answer["receipt"], [int.from_bytes(unb64(state["receipt_key"][c])) for c in "xy"]
    names = ("server", "level", "device", "through", "head", "safe_through", "server_time")
    lines = [unb64(said[name]).hex() if name == "head" else str(said[name]) for name in names]
    r_s, key = unb64(said["signature"]), ec.EllipticCurvePublicNumbers(*x_y, ec.SECP256R1())
    r_s = utils.encode_dss_signature(int.from_bytes(r_s[:32]), int.from_bytes(r_s[32:]))
    key.public_key().verify(r_s, "\n".join(("chot-receipt/1", *lines)).encode(), ES256)  # P1
    taken = said["through"] - state["seq"]
    if 0 < taken < len(chain) and unb64(said["head"]) == chain[taken]:  # P2, P3
        state |= {"seq": said["through"], "head": chain[taken].hex(), "outbox": outbox[taken:]}
    for one in answer["results"]:
        print(one["seq"], one["state"], one.get("code", ""))
    state["seen"] += sum(len(run["bodies"]) for run in answer["runs"])
    state |= {name: answer[name] for name in ("cursor", "held_after")}
    return answer["more"]


if __name__ == "__main__":
    path, what, *rest = sys.argv[1:]
    state = enrol(*rest) if what == "enrol" else json.loads(Path(path).read_text("utf-8"))
    crossing(state, *rest) if what == "crossing" else None
    while what == "sync" and sync(state):
        pass
    Path(f"{path}.new").write_text(json.dumps(state), "utf-8")
    Path(f"{path}.new").replace(path)  # all or nothing: a cut leaves the state before
    print(f"unsent {len(state['outbox'])}, seen {state['seen']}")
