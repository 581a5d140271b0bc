"""`chot serve`: the server, its projector, and what a newcomer needs to go on."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.data import DATA, now_ms, told
from cli.device import terminal_qr
from cli.upstream import as_relay
from server.config import Config, load_config
from server.enrolment import CODE_RANDOM_BYTES, code_hash, enrolment_link, new_code, valid_ms
from server.keys import KeyRing
from server.packs import publish_packs
from server.serve import serve as serve_http
from server.store.published import AuditEntry
from server.store.registered import Enrolment
from server.store.sqlite import open_store
from server.tls import LanCertificate, lan_addresses, lan_certificate

DEMO_CHECKPOINT = ("nt-ca-na", "o-to")


@click.command()
@DATA
@click.option("--host", default="127.0.0.1", show_default=True, help="Chỉ khi không có --lan.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8000, show_default=True)
@click.option("--lan", is_flag=True, help="HTTPS trong mạng nội bộ, cho máy bảng thật.")
@click.option("--upstream", default="", help="Máy chủ cấp trên: máy này thành trạm trung chuyển.")
@click.option("--upstream-code", default="", help="Mã dùng một lần, chỉ cần ở lần đầu.")
@click.option(
    "--upstream-ca",
    type=click.Path(exists=True, dir_okay=False),
    help="Chứng chỉ gốc (PEM) của máy chủ cấp trên, nếu nó tự ký.",
)
@told
def serve(
    data: Path,
    host: str,
    port: int,
    lan: bool,
    upstream: str,
    upstream_code: str,
    upstream_ca: str | None,
) -> None:
    """Chạy máy chủ / run the server.

    Máy bảng ở máy khác cần HTTPS: dùng --lan. Dừng bằng Ctrl+C.

    Ví dụ: chot serve --data /srv/chot --port 8000
    """
    config = load_config(data)
    keys = KeyRing.load_or_create(data)
    with contextlib.closing(open_store(config, keys)) as store:
        config = as_relay(store, keys, config, upstream, upstream_code, upstream_ca)
        publish_packs(store, keys, now_ms())
    certificate = _certificate(data, keys) if lan else None
    if certificate is None:
        base = f"http://{host}:{port}"
    else:
        host = "0.0.0.0"
        base = f"https://{certificate.addresses[0]}:{port}"
    _free(host, port)
    serve_http(
        config,
        host,
        port,
        certificate,
        on_ready=lambda: _greet(config, keys, config.public_url or base, certificate, port),
    )


def _certificate(data: Path, keys: KeyRing) -> LanCertificate:
    return lan_certificate(data, keys, datetime.now(UTC), lan_addresses(), socket.gethostname())


def _free(host: str, port: int) -> None:
    """One clear line where the port is taken, before anything starts."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Không mở được cổng {port} ({error.strerror}). Thử: chot serve --port {port + 1}"
            ) from None


def _greet(
    config: Config, keys: KeyRing, base: str, certificate: LanCertificate | None, port: int
) -> None:
    """Where to go now: console, and in a demo the log-ins and a link that enrols a tablet."""
    lines = ["", f"  chot · {config.unit}", f"  Bảng điều khiển / console   {base}/console/"]
    if certificate is not None:
        lines.append(f"  Cài chứng chỉ / certificate http://{certificate.addresses[0]}:{port + 1}/")
        lines.append(f"  SHA-256 {certificate.fingerprint}")
    link = ""
    if config.demo:
        notes = json.loads((config.data_dir / "demo.json").read_text("utf-8"))
        for login in notes["logins"]:
            lines.append(f"    {login['role']:<9} {login['login']:<9} {login['password']}")
        link = _link(config, keys, base)
        lines += [
            f"  Mã mẫu / sample codes       {base}/samples",
            f"  PIN của mọi thẻ mẫu         {notes['pin']}",
            f"  Đăng ký máy bảng (một lần)  {link}",
        ]
    else:
        lines.append("  Đăng ký máy bảng: chot device enrol --checkpoint …")
    click.echo("\n".join(lines), err=True)
    if link:
        click.echo(terminal_qr(link), err=True)


def _link(config: Config, keys: KeyRing, base: str) -> str:
    """A fresh one-time link for the demo's tablet."""
    checkpoint, lane = DEMO_CHECKPOINT
    code = new_code(secrets.token_bytes(CODE_RANDOM_BYTES))
    now = now_ms()
    with contextlib.closing(open_store(config, keys)) as store:
        enrolment = Enrolment(checkpoint, lane, "máy diễn tập")
        store.add_enrolment(code_hash(code), enrolment, now + valid_ms(demo=True))
        store.audit(AuditEntry(now, "cli", "device.enrolment", checkpoint, details={"lane": lane}))
    return enrolment_link(base, code)
