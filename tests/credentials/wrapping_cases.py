"""Vectors of what stands around an HC1 signature: prefix, base45, zlib, CBOR, COSE."""

import zlib

from tests.credentials.health_expected import UNKNOWN_HC1, case, passport_seen, refused
from tests.credentials.health_making import (
    DOSE,
    HOLDER,
    KID,
    VACCINATED,
    base45,
    cbor,
    cwt,
    hc1,
    passport,
    sign1,
)


def wrappings() -> None:
    """What stands around the signature."""
    message = sign1(cwt())
    for name, data in (
        ("untagged", message[1:]),
        ("cwt_tag", b"\xd8\x3d" + message),
    ):
        case(f"hc1_{name}", hc1(data), "vn", passport_seen())
    head = cbor({1: -7, 4: KID})
    for name, data, code in (
        ("mac0_tag", b"\xd1" + message[1:], "cose"),
        ("three_items", cbor([head, {}, cwt()]), "cose"),
        ("payload_detached", cbor([head, {}, None, bytes(64)]), "cose"),
        ("number", cbor(1), "cose"),
        ("trailing", message + b"\0", "cbor"),
        ("cut", message[:-1], "cbor"),
        ("huge_array", b"\x9b" + b"\xff" * 8, "cbor"),
        ("deep", b"\x81" * 5000 + b"\0", "cbor"),
        ("deep_indefinite", b"\x9f" * 5000, "cbor"),
        ("reserved_length", b"\x1c", "cbor"),
        ("duplicate_header", cbor([b"", bytearray(b"\xa2\x01\x26\x01\x26"), b"", b""]), "cbor"),
        ("float_key", cbor([b"", bytearray(b"\xa1\xf9\x3c\x00\x00"), b"", b""]), "cbor"),
    ):  # fmt: skip
        case(f"hc1_{name}", hc1(data), "vn", refused(code, None))
    for name, payload in (
        ("payload_number", cbor(1)),
        ("no_certificate", cbor({1: "VN", 4: 1})),
        ("certificate_bytes", cbor({4: 1, -260: {1: b"\xff"}})),
        ("payload_broken", b"\xff"),
        ("payload_trailing", cwt() + b"\0"),
        ("payload_deep", cbor({4: 1, -260: {1: bytearray(b"\x81" * 17 + b"\0")}})),
        ("duplicate_claim", bytes([0xA2]) + cbor(4) + cbor(1) + cbor(4) + cbor(2)),
        ("not_utf8", cbor({4: 1, 1: bytearray(b"\x62\xff\xfe")})),
    ):
        case(f"hc1_{name}", hc1(sign1(payload)), "vn", refused("cbor"))
    indefinite = bytearray(
        b"\xbf" + cbor("fn") + b"\x7f" + cbor("Nguyễn ") + cbor("Thị Mẫu") + b"\xff\xff"
    )
    case("hc1_indefinite", passport(VACCINATED | {"nam": indefinite}), "vn", passport_seen())
    half = bytearray(b"\xf9\x40\x00")
    halves = passport(
        HOLDER | {"v": [DOSE | {"dn": half, "sd": bytearray(b"\xfa\x40\x00\x00\x00")}]}
    )
    case("hc1_half_floats", halves, "vn", passport_seen())
    text = hc1(message)
    for name, odd in (
        ("prefix_only", "HC1:"),
        ("group", "HC1:::"),
        ("code_without_symbols", "HC1:" + base45(b"\x78\x9c\x05" + bytes(11))),
        ("half", text[: len(text) // 2 // 3 * 3 + 1]),
        ("half_at_a_group", text[: 4 + len(text) // 6 * 3]),
        ("last_character_missing", text[: 4 + (len(text) - 5) // 3 * 3]),
    ):
        case(f"hc1_partial_{name}", odd, "vn", UNKNOWN_HC1)
    telex = text[:40] + "Ă" + text[41:]
    case("hc1_through_telex", telex, "vn", UNKNOWN_HC1 | {"warnings": ["input_method"]})
    packed = zlib.compress(message, 9)
    # Of an odd number of bytes the last could be half a group, so a cut.
    even = next(one for level in range(10) if not len(one := zlib.compress(message, level)) % 2)
    for name, odd, code in (
        ("other_context", text.replace("HC1:", "HC2:"), "prefix"),
        ("no_context", text.removeprefix("HC1:"), "prefix"),
        ("lower_case", text[:40] + "a" + text[41:], "base45"),
        ("group_too_large", "HC1::::", "base45"),
        ("not_compressed", "HC1:" + base45(message), "zlib"),
        ("checksum", "HC1:" + base45(even[:-1] + bytes([even[-1] ^ 1])), "zlib"),
        ("bytes_after_the_end", "HC1:" + base45(packed + b"\0\0"), "zlib"),
        ("bomb", "HC1:" + base45(zlib.compress(bytes(2_000_000), 9)), "zlib"),
        ("just_too_large", "HC1:" + base45(zlib.compress(bytes(65_537), 9)), "zlib"),
        ("just_not_too_large", "HC1:" + base45(zlib.compress(bytes(65_536), 9)), "cbor"),
        ("code_without_symbols", "HC1:" + base45(b"\x78\x9c\x05" + bytes(61)), "zlib"),
        ("dictionary", "HC1:" + base45(b"\x78\xbb\0\0\0\0\0"), "zlib"),
        ("stored", "HC1:" + base45(zlib.compress(b"\1", 0)), "cose"),
    ):
        case(f"hc1_{name}", odd, "vn", refused(code, None))
    case("hc1_other_context_cut", text.replace("HC1:", "HL0:")[:150], "vn", UNKNOWN_HC1)
