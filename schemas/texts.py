"""Lists of texts as one JSON array, which is how a run of events is stored and sent.

msgspec (extra `fast`) does it five times as fast as `json`; both write what both read. Texts come
from requests that were checked: each has a UTF-8 form.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

try:
    import msgspec
except ModuleNotFoundError:

    def texts_to_json(texts: Sequence[str | None]) -> bytes:
        """A JSON array in UTF-8 of these texts, null where there is none."""
        return json.dumps(list(texts), ensure_ascii=False, separators=(",", ":")).encode("utf-8")

    def texts_from_json(data: bytes | str, count: int) -> list[Any]:
        """The `count` texts of such an array; ValueError where it is anything else."""
        value = json.loads(data)
        if not isinstance(value, list):
            raise ValueError("not an array of texts")
        if len(value) != count or not all(one is None or isinstance(one, str) for one in value):
            raise ValueError("not an array of so many texts")
        return value

else:
    _encode = msgspec.json.Encoder().encode
    _decode = msgspec.json.Decoder(list[str | None]).decode

    def texts_to_json(texts: Sequence[str | None]) -> bytes:
        """A JSON array in UTF-8 of these texts, null where there is none."""
        return _encode(texts)

    def texts_from_json(data: bytes | str, count: int) -> list[Any]:
        """The `count` texts of such an array; ValueError where it is anything else."""
        value: list[Any] = _decode(data)
        if len(value) != count:
            raise ValueError("not an array of so many texts")
        return value
