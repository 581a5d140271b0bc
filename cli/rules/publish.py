"""`chot rules publish`: a checked rule file becomes the signed pack of checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cli.data import DATA, Moment, now_ms, opened_home, told
from cli.rules.check import JOURNEYS, LANG, REFUSED
from cli.rules.examine import Examined, examine
from cli.rules.sources import FILE, checkpoint_named
from cli.rules.tables import (
    print_difference,
    print_findings,
    print_journeys,
    vietnamese_time,
)
from rules import PackContent, Rule, RuleError, parse_pack_content, to_iso
from rules.authoring import Side, published_ahead, with_effective_from
from server.keys import KeyRing
from server.packs import checkpoint_scope, content_of, publish
from server.store.protocol import Store
from server.store.published import AuditEntry
from server.store.registered import Checkpoint


@click.command("publish")
@click.argument("file", type=FILE)
@click.option("--checkpoint", "checkpoints", multiple=True, help="Chốt; lặp lại được / where.")
@click.option("--province", help="Mọi chốt của tỉnh này / every checkpoint of this province.")
@click.option(
    "--effective",
    "effective_ms",
    type=Moment(),
    help="Lúc bắt đầu áp dụng; mặc định là bây giờ / when it begins to hold.",
)
@JOURNEYS
@click.option("--yes", is_flag=True, help="Không hỏi lại / do not ask.")
@LANG
@DATA
@told
def publish_rules(
    file: Path,
    checkpoints: tuple[str, ...],
    province: str | None,
    effective_ms: int | None,
    journeys: tuple[Path, ...],
    yes: bool,
    lang: str,
    data: Path,
) -> None:
    """Ban hành tệp quy định cho các chốt / publish a rule file for checkpoints.

    Kiểm tra trước, cho xem điều thay đổi và căn cứ chưa xác nhận, hỏi, rồi ký gói có phiên bản mới.
    Ban hành trước giờ áp dụng thì máy bảng giữ cả hai và tự đổi đúng giờ / tablets hold both and
    change over by themselves.

    \b
    Ví dụ / examples:
      chot rules publish hn.yaml --checkpoint hd-ql6 --effective "23/11/2026 00:00"
      chot rules publish hn.yaml --province 01 --yes
    """
    if not checkpoints and province is None:
        raise click.UsageError("Cần --checkpoint hoặc --province / one of them.")
    now = now_ms()
    examined = examine(file, journeys, now, now if effective_ms is None else effective_ms)
    print_findings(examined, lang)
    if examined.is_refused or examined.pack is None:
        click.echo("Không ban hành: tệp có lỗi." if lang == "vi" else "Not published: refused.")
        raise SystemExit(REFUSED)
    print_journeys(examined, lang)
    with opened_home(data) as store:
        keys = KeyRing.load_or_create(data)
        places = _places(store, checkpoints, province)
        contents = [_content(store, keys, one, examined, effective_ms, now) for one in places]
        for place in places:
            _show(store, keys, place, examined, now, lang)
        _show_time(parse_pack_content(examined.content), effective_ms, now, lang)
        if not yes:
            click.confirm("Ban hành?" if lang == "vi" else "Publish?", abort=True)
        for place, content in zip(places, contents, strict=True):
            pack = publish(store, keys, "rules", checkpoint_scope(place.id), content, now)
            if pack is None:
                click.echo(f"{place.id}: như gói đang dùng / the same as in force.")
                continue
            details = _details(examined, pack.version, effective_ms)
            store.audit(
                AuditEntry(now, "cli", "rules.publish", place.id, "", file.name[:200], details)
            )
            click.echo(f"{place.id}: gói rules phiên bản / version {pack.version}.")


def _places(store: Store, named: Sequence[str], province: str | None) -> list[Checkpoint]:
    places = {one: checkpoint_named(store, one) for one in named}
    if province is not None:
        found = {one.id: one for one in store.checkpoints() if one.province == province}
        if not found:
            raise click.ClickException(f"Tỉnh '{province}' không có chốt / has no checkpoints.")
        places |= found
    return list(places.values())


def _in_force(
    store: Store, keys: KeyRing, place: Checkpoint, now: int
) -> tuple[int, dict[str, Any], PackContent] | None:
    """Version, content and parsed content in force; None where tablets have nothing to lose."""
    pack = store.pack("rules", checkpoint_scope(place.id))
    content = None if pack is None else content_of(pack, keys, now)
    if pack is None or content is None:
        return None
    try:
        return pack.version, dict(content), parse_pack_content(content)
    except RuleError:
        return None


def _content(
    store: Store,
    keys: KeyRing,
    place: Checkpoint,
    examined: Examined,
    effective_ms: int | None,
    now: int,
) -> Any:
    """What is signed: the file, or the file and what holds until it does."""
    found = _in_force(store, keys, place, now)
    if found is None:
        return examined.content
    version, in_force, _ = found
    content = with_effective_from(examined.file.value, examined.when_ms, in_force)
    if effective_ms is None or effective_ms <= now:
        return content
    content = published_ahead(in_force, version, content, effective_ms, now)
    try:
        parse_pack_content(content)
    except RuleError as error:
        raise click.ClickException(
            f"{place.id}: gói cũ và mới không ghép được / old and new do not fit in one pack: "
            f"{error.code} {error.at}"
        ) from None
    return content


def _show(
    store: Store, keys: KeyRing, place: Checkpoint, examined: Examined, now: int, lang: str
) -> None:
    assert examined.pack is not None
    click.echo(f"{place.id} ({place.name}):")
    found = _in_force(store, keys, place, now)
    difference = None if found is None else examined.against(Side(found[2], now))
    if difference is None:
        click.echo("  chưa có gói quy định" if lang == "vi" else "  no rules in force yet")
    else:
        print_difference(difference, lang)
    outside = [rule.id for rule in examined.pack.rules if not _reaches(rule, place)]
    if outside:
        said = "không áp dụng ở đây" if lang == "vi" else "never hold here"
        click.echo(f"  {said}: {', '.join(outside)}")


def _reaches(rule: Rule, place: Checkpoint) -> bool:
    scope = rule.scope
    return any(scope.covers(place.province, place.klass, one) for one in ("in", "out"))


def _show_time(pack: PackContent, effective_ms: int | None, now: int, lang: str) -> None:
    """Rules whose own date is not the one that was asked for are named: their date counts."""
    if effective_ms is None or effective_ms <= now:
        return
    dated = [rule.id for rule in pack.rules if rule.effective_from_ms < effective_ms]
    if dated:
        said = (
            "Ngày ghi trong tệp sớm hơn --effective, giữ nguyên"
            if lang == "vi"
            else "Dates in the file that are before --effective are kept"
        )
        click.echo(f"{said}: {', '.join(dated)}")
    click.echo(f"{'Áp dụng từ' if lang == 'vi' else 'Holds from'} {vietnamese_time(effective_ms)}")


def _details(examined: Examined, version: int, effective_ms: int | None) -> dict[str, Any]:
    unconfirmed = [one.rule for one in examined.findings if one.code == "basis.unconfirmed"]
    return {
        "version": version,
        "rules": 0 if examined.pack is None else len(examined.pack.rules),
        "unconfirmed": unconfirmed,
        "effective": None if effective_ms is None else to_iso(effective_ms),
    }
