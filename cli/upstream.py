"""What `chot serve --upstream` does before it serves: this server becomes a relay, once."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import replace
from pathlib import Path

import click

from cli.data import now_ms
from server.config import Config, save_config, server_url
from server.keys import KeyRing
from server.relay.joining import JoinError, join
from server.relay.state import read_upstream
from server.relay.wire import UpstreamWire
from server.store.protocol import Store

WHY_VI = {
    "enrolment.code": "mã sai, đã dùng hoặc hết hạn; cấp mã mới: chot device enrol --relay …",
    "relay.occupied": "máy này đã có chốt hoặc máy bảng riêng; hãy dùng thư mục dữ liệu mới",
    "relay.home": "máy chủ cấp trên thuộc hệ thống khác với lần trước",
    "relay.loop": "máy chủ cấp trên lại nằm dưới máy này (vòng lặp)",
    "upstream.offline": "không liên lạc được",
    "upstream.tls": "chứng chỉ không được tin; dùng --upstream-ca",
    "upstream.timeout": "quá lâu không trả lời",
}


def as_relay(
    store: Store, keys: KeyRing, config: Config, url: str, code: str, ca_file: str | None
) -> Config:
    """The settings to serve with. A code is used up; later an address is enough, or nothing."""
    upstream = read_upstream(store)
    wanted = server_url("--upstream", url) if url else config.upstream
    ca = str(Path(ca_file).resolve()) if ca_file else config.upstream_ca
    if upstream is None and not code:
        if wanted:
            raise click.ClickException(
                "Lần đầu cần thêm --upstream-code (cấp ở máy chủ cấp trên: chot device enrol "
                "--relay --checkpoint …)."
            )
        return config
    if code:
        if not wanted:
            raise click.ClickException("--upstream-code cần --upstream.")
        try:
            name = socket.gethostname()[:64]
            with contextlib.closing(UpstreamWire(wanted, ca)) as wire:
                upstream = join(store, keys, wire, wanted, code, name, now_ms())
        except JoinError as error:
            why = WHY_VI.get(error.code, error.code)
            raise click.ClickException(f"Không đăng ký được với {wanted}: {why}") from None
        click.echo(f"Đã thành trạm trung chuyển của {upstream.server}.", err=True)
    assert upstream is not None
    after = replace(config, upstream=wanted or upstream.url, upstream_ca=ca, level="relay")
    if after != config:
        save_config(after)
    return after
