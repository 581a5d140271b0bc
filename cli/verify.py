"""`chot verify`: what a code proves, offline, for a person or line by line for a program."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from typing import Any

import click

from cli.data import Moment, now_ms, told
from cli.lines import Line, answer_lines, text_of
from cli.picture import codes_in, picture_named
from credentials import (
    NO_TRUST,
    Conditions,
    Evidence,
    Trust,
    TrustError,
    evidence_to_json,
    import_certificate,
    import_revocations,
    import_trust,
    parse_trust,
    read,
)
from credentials.dates import epoch_ms_of_loose

MAX_TRUST_BYTES = 64 * 1024 * 1024
EXPORTED = "exported_ms"
"""When `chot keys publish --out` wrote the file; readers of trust packs leave it alone."""


@click.command()
@click.argument("text", required=False, metavar="TEXT|IMAGE")
@click.option(
    "--trust",
    "trust_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Khóa được tin: nội dung gói trust, danh sách DSC hoặc JWKS / trusted keys (JSON).",
)
@click.option(
    "--revoked",
    "revoked_files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Danh sách thu hồi (EU hoặc SMART Health Cards, JSON) / revocation lists.",
)
@click.option("--issuer", help="Địa chỉ của bên công bố JWKS / whose JWKS it is.")
@click.option("--at", "at_ms", type=Moment(), help="Thời điểm xét; mặc định là bây giờ / when.")
@click.option(
    "--batch",
    is_flag=True,
    help="Đọc các dòng JSON {id, payload, certificate?, now?} / JSON lines on standard input.",
)
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@told
def verify(
    text: str | None,
    trust_file: Path | None,
    revoked_files: tuple[Path, ...],
    issuer: str | None,
    at_ms: int | None,
    batch: bool,
    lang: str,
) -> None:
    """Kiểm tra một mã khi không có mạng / what a code proves, offline.

    TEXT là nội dung mã, hoặc tên tệp ảnh .png .jpg .webp chụp mã / the code's text, or a picture.
    Dưới mỗi mã là những điều cần biết (!), tiếng Việt rồi tiếng Anh: sắp hết hạn, thu hồi, khóa
    chưa được tin, danh sách khóa cũ. Remarks (!) are in both languages.
    Với --batch, mỗi dòng trả {id, family, status, code, identity}; certificate là chứng thư (DER,
    base64) của bên ký duy nhất được tin cho dòng đó.

    \b
    Ví dụ / examples:
      chot verify --trust dsc.json "HC1:NCF..."
      chot verify --at "22/11/2021 08:00" --lang en "shc:/5676..."
      chot verify --trust dsc.json anh-chup.jpg
      chot verify --batch < codes.jsonl
    """
    if batch == (text is not None):
        raise click.UsageError("Cần một mã hoặc --batch / a code or --batch.")
    if revoked_files and trust_file is None:
        raise click.UsageError("--revoked cần --trust / needs --trust.")
    trust = NO_TRUST if trust_file is None else _trust(trust_file, issuer, revoked_files)
    now = now_ms() if at_ms is None else at_ms
    if text is None:
        answer_lines(lambda line: _answer(line, trust, now))
        return
    picture = picture_named(text)
    aged = Conditions(confirmed_ms=None if trust_file is None else _confirmed_ms(trust_file))
    for code in [text] if picture is None else codes_in(picture):
        _say(read(code, trust, now, conditions=aged), now, lang)


def _answer(line: Line, trust: Trust, now: int) -> Line:
    if line.get("now") is not None:
        given_ms = epoch_ms_of_loose(text_of(line, "now"))
        if given_ms is None:
            raise click.ClickException(f"'now' không phải ISO 8601 (id {line.get('id')})")
        now = given_ms
    if line.get("certificate") is not None:
        trust = _trust_one(text_of(line, "certificate"))
    found = evidence_to_json(read(text_of(line, "payload"), trust, now))
    return {"id": line.get("id")} | {
        name: found[name] for name in ("family", "status", "code", "identity")
    }


def _trust_one(certificate: str) -> Trust:
    """Trust in one signer; a certificate that cannot be read trusts nobody."""
    try:
        return parse_trust(import_certificate(base64.b64decode(certificate)).content())
    except (ValueError, binascii.Error):
        return NO_TRUST


def _trust(path: Path, issuer: str | None, revoked: tuple[Path, ...]) -> Trust:
    document = json_of(path)
    try:
        if isinstance(document, dict) and "revoked" in document:
            content = document
        else:
            found = import_trust(document, issuer)
            click.echo(
                f"{path}: {len(found.keys)} khóa / keys, {len(found.unusable)} không dùng được / "
                f"refused, {len(found.skipped)} không đọc được / unread",
                err=True,
            )
            content = found.content()
        for path in revoked:
            withdrawn = import_revocations(json_of(path))
            lists = [*(content.get("revocations") or []), *withdrawn.revocations]
            content = content | {"revocations": lists}
            count = sum(len(one["fingerprints"]) for one in withdrawn.revocations)
            told = f"{count} thu hồi / revoked, {withdrawn.skipped} không đọc được / unread"
            click.echo(f"{path}: {told}", err=True)
        return parse_trust(content)
    except TrustError as error:
        raise click.ClickException(f"{path}: {error}") from None


def _confirmed_ms(path: Path) -> int:
    """When the list in this file was the newest: by its own word, else when it was written."""
    document = json_of(path)
    said = document.get(EXPORTED) if isinstance(document, dict) else None
    return said if type(said) is int else path.stat().st_mtime_ns // 1_000_000


def json_of(path: Path) -> Any:
    """What a published list holds. Raises ClickException for a file too large or no JSON."""
    if path.stat().st_size > MAX_TRUST_BYTES:
        raise click.ClickException(f"{path}: quá lớn / too large")
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise click.ClickException(f"{path}: không phải JSON / not JSON") from None


def _say(evidence: Evidence, now: int, lang: str) -> None:
    # Here, because the console's texts take half a second to import and a batch needs none.
    from cli.remarks import remarks
    from server.console.words import Words

    words = Words("en" if lang == "en" else "vi")
    found = evidence_to_json(evidence)
    click.echo(words.evidence(found))
    for name, value in (found["identity"] or {}).items():
        if value is not None:
            click.echo(f"  {words.path(name)}: {words.value(name, value)}")
    for fact in words.facts(found["facts"]):
        click.echo(f"  {fact}")
    for vi, en in remarks(evidence, now):
        click.echo(f"  ! {vi}\n    {en}")
