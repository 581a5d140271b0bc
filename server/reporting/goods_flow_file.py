"""The goods flow as a file of any kind: what `chot report goods-flow` and the scheduler write."""

from __future__ import annotations

import json
import os
from pathlib import Path

from server.reporting.goods_flow import GoodsFlow
from server.reporting.goods_flow_said import as_json, csv_bytes, plain, write_xlsx


def as_bytes(flow: GoodsFlow, kind: str) -> bytes:
    """A goods flow of a kind that is text: "text", "json", "csv"."""
    if kind == "csv":
        return csv_bytes(flow)
    if kind == "json":
        return f"{json.dumps(as_json(flow), ensure_ascii=False, indent=2)}\n".encode()
    return "".join(f"{line}\n" for line in plain(flow)).encode()


def write_goods_flow(path: Path, flow: GoodsFlow, kind: str) -> None:
    """Write the file whole or not at all. Raises OSError, and ModuleNotFoundError for "xlsx"."""
    beside = path.with_name(f".{path.name}.part")
    try:
        if kind == "xlsx":
            write_xlsx(beside, flow)
        else:
            beside.write_bytes(as_bytes(flow, kind))
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
