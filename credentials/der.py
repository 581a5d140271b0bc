"""A bounded walk through DER (X.690), for what a certificate's readers disagree about.

Six of 832 published signer certificates fail strict X.509 parsing; their keys are good. So only the
frames are read here, and of their content only what the caller asks for.
"""

from dataclasses import dataclass

SEQUENCE, SET, INTEGER, BIT_STRING, OCTET_STRING, OID = 0x30, 0x31, 0x02, 0x03, 0x04, 0x06

MAX_CHILDREN = 64


class DerError(ValueError):
    """A frame does not fit into the one around it, or is not the one asked for."""


@dataclass(frozen=True, slots=True)
class Der:
    tag: int
    content: bytes

    def children(self) -> list["Der"]:
        """The frames inside, at most MAX_CHILDREN. Raises DerError."""
        return _frames(self.content)

    def expect(self, tag: int) -> "Der":
        if self.tag != tag:
            raise DerError(f"tag {self.tag} where {tag} belongs")
        return self

    def bits(self) -> bytes:
        """The content of a BIT STRING of whole bytes. Raises DerError."""
        content = self.expect(BIT_STRING).content
        if content[:1] != b"\0":
            raise DerError("not whole bytes")
        return content[1:]


def parse_der(data: bytes) -> Der:
    """The one frame that `data` begins with; what follows it is not looked at. Raises DerError."""
    frames = _frames(data, 1)
    if not frames:
        raise DerError("empty")
    return frames[0]


def _frames(data: bytes, limit: int = MAX_CHILDREN) -> list[Der]:
    frames: list[Der] = []
    at = 0
    while at < len(data) and len(frames) < limit:
        if at + 2 > len(data):
            raise DerError("cut")
        tag, size = data[at], data[at + 1]
        at += 2
        if size >= 0x80:
            octets = size & 0x7F
            if not 1 <= octets <= 3 or at + octets > len(data):
                raise DerError("length")
            size = int.from_bytes(data[at : at + octets], "big")
            at += octets
        if at + size > len(data):
            raise DerError("cut")
        frames.append(Der(tag, data[at : at + size]))
        at += size
    return frames
