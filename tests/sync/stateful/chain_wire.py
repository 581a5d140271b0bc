"""The line between two servers of the stateful test: `UpstreamWire` without its socket.

What `server/relay` sends goes through `Node.post` of the server that the address names, and meets
the faults that were drawn for this round.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Literal
from urllib.parse import urlsplit

from server.relay.wire import UpstreamWire
from tests.sync.stateful.node import Node

Fault = Literal["none", "drop_request", "drop_answer", "twice", "cut_answer"]
FAULTS: tuple[Fault, ...] = ("none", "none", "drop_request", "drop_answer", "twice", "cut_answer")


class Lines:
    """Who can be reached under which address, and what goes wrong on the way."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.faults: Iterator[Fault] = iter(())

    def url(self, name: str) -> str:
        return f"https://{name}"

    def wire(self, name: str) -> UpstreamWire:
        """A fresh connection to a server; it need not be there."""
        return _Line(self.url(name), self)


class _Line(UpstreamWire):
    def __init__(self, url: str, lines: Lines) -> None:
        super().__init__(url)
        self._lines = lines
        self._name = urlsplit(url).hostname or ""

    def _once(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        node = self._lines.nodes.get(self._name)
        fault = next(self._lines.faults, "none")
        if node is None or fault == "drop_request":
            raise ConnectionRefusedError
        asked = {name: text for name, text in headers.items() if name != "Accept-Encoding"}
        said = node.ask(method, f"/api/v1{path}", data, asked)
        if fault == "twice":
            said = node.ask(method, f"/api/v1{path}", data, asked)
        if fault == "drop_answer":
            raise TimeoutError
        raw = said.data[:-9] if fault == "cut_answer" else said.data
        return said.status, raw, http.client.HTTPMessage()
