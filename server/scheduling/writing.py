"""One scheduled report as files in the folder; each appears under its name when it is whole."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from rules.errors import RuleError
from server.config import Config
from server.reporting.document import Report
from server.reporting.files import MissingExtraError, write_report
from server.reporting.goods_flow import goods_flow
from server.reporting.goods_flow_file import write_goods_flow
from server.reporting.kinds import PAGES
from server.reporting.letterhead import Letterhead, LetterheadError, load_letterhead
from server.reporting.periods import VIETNAM, Period, day_start_ms
from server.reporting.report import make_report
from server.reporting.rolled_up import CountedTwiceError
from server.scheduling.due import Job
from server.scheduling.faults import ScheduleError
from server.scheduling.ledger import Written
from server.scheduling.settings import Schedule
from server.store.protocol import Store

ENDINGS = {"text": "txt"}


def write_job(store: Store, config: Config, schedule: Schedule, job: Job, now_ms: int) -> Written:
    """Count and write. Raises ScheduleError; then some of the files may be there, and are made
    again with the next attempt."""
    known = {one.id for one in store.checkpoints()}
    if unknown := [one for one in schedule.checkpoints if one not in known]:
        raise ScheduleError("checkpoint", f"Không có chốt: {', '.join(unknown)}")
    try:
        report = make_report(store, config, job.at_ms, schedule.checkpoints, now_ms)
    except CountedTwiceError as error:
        checkpoint, one, other = error.args
        why = f"Chốt {checkpoint} có trong cả {one} và {other}: sẽ bị cộng hai lần"
        raise ScheduleError("unit", why) from None
    head = _letterhead(config, schedule, report)
    files: dict[str, str] = {}
    try:
        schedule.folder.mkdir(parents=True, exist_ok=True)
        for kind in schedule.formats:
            path = schedule.folder / file_name(job, ENDINGS.get(kind, kind))
            write_report(path, report, kind, head)
            files[path.name] = sha256_of(path)
        if schedule.goods_flow:
            path = _goods(store, config, schedule, job, report)
            files[path.name] = sha256_of(path)
    except MissingExtraError as error:
        raise ScheduleError("extra", f"Cần: pip install 'chot[{error}]'") from None
    except OSError as error:
        raise ScheduleError("folder", f"{schedule.folder}: {error.strerror}") from None
    found = report.completeness
    mail = schedule.mail
    to_mail = mail is not None and (job.kind == "report" or mail.drafts)
    return Written(job, now_ms, report.n, files, found.complete, found.checkpoints, to_mail)


def file_name(job: Job, ending: str, what: str = "bao-cao") -> str:
    """bao-cao-2021-08-15-06h00.docx; a draft is du-thao-…, so that neither is taken for the other.

    None of them has a number: `chot report issue` gives one.
    """
    at = datetime.fromtimestamp(job.at_ms / 1000, VIETNAM)
    return f"{what if job.kind == 'report' else 'du-thao'}-{at:%Y-%m-%d-%Hh%M}.{ending}"


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _letterhead(config: Config, schedule: Schedule, report: Report) -> Letterhead:
    if not set(PAGES) & set(schedule.formats):
        return Letterhead()
    try:
        return load_letterhead(config.data_dir, report.unit)
    except LetterheadError as error:
        raise ScheduleError("letterhead", str(error)) from None


def _goods(store: Store, config: Config, schedule: Schedule, job: Job, report: Report) -> Path:
    period = Period("day", day_start_ms(job.at_ms), report.until_ms)
    try:
        flow = goods_flow(store, config, period, schedule.checkpoints, report.made_ms, n=report.n)
    except RuleError as error:
        raise ScheduleError("permits", f"Gói permits không đọc được: {error}") from None
    ending = ENDINGS.get(schedule.goods_flow, schedule.goods_flow)
    path = schedule.folder / file_name(job, ending, "hang-hoa").replace(
        "du-thao", "hang-hoa-du-thao"
    )
    try:
        write_goods_flow(path, flow, schedule.goods_flow)
    except ModuleNotFoundError:
        raise MissingExtraError("xlsx") from None
    return path
