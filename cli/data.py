"""The --data option that every command shares, and how a user's mistake is told."""

from __future__ import annotations

import contextlib
import errno
import functools
import math
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import click

from server.config import ConfigError, load_config
from server.home.look import HomeLook
from server.keys import KeyRing, KeyRingError
from server.packs import RelayPackError
from server.projector import Projector, ProjectorRunningError
from server.store.log.log_file import NewerLogError, StoreKeysError
from server.store.protocol import Store
from server.store.sqlite import open_store

VIETNAM = timezone(timedelta(hours=7))
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
PROJECTOR_WAIT_S = 60.0
FILE_FAULTS = {
    errno.ENOENT: "Không có tệp hay thư mục này",
    errno.EEXIST: "Đã có tệp này, không ghi đè; hãy đặt tên khác",
    errno.EACCES: "Không có quyền: chạy bằng người dùng của chot serve, hoặc chọn thư mục khác",
    errno.EPERM: "Không có quyền: chạy bằng người dùng của chot serve, hoặc chọn thư mục khác",
    errno.ENOSPC: "Ổ đĩa đầy",
    errno.EDQUOT: "Hết dung lượng được cấp",
    errno.EROFS: "Ổ đĩa chỉ đọc",
    errno.EIO: "Ổ đĩa lỗi",
    errno.EISDIR: "Đây là thư mục, không phải tệp",
    errno.ENOTDIR: "Có tệp đứng ở chỗ của thư mục",
    errno.ENAMETOOLONG: "Tên quá dài",
    errno.ENOTEMPTY: "Thư mục không trống",
}
"""What the system says of a path that somebody named, or of the disk."""

DATABASE_FAULTS = {
    "disk is full": "Ổ đĩa đầy; chưa ghi gì. Xem: chot doctor / the disk is full.",
    "readonly database": "Không được ghi vào thư mục dữ liệu: chạy bằng người dùng của chot serve.",
    "unable to open": "Không mở được tệp dữ liệu: kiểm tra quyền của thư mục --data.",
    "database is locked": "Tệp đang bị giữ quá lâu; thử lại, rồi xem chot doctor / try again.",
    "not a database": "Tệp dữ liệu hỏng. Xem: chot doctor / the file is damaged.",
    "malformed": "Tệp dữ liệu hỏng. Xem: chot doctor / the file is damaged.",
    "disk I/O": "Ổ đĩa lỗi. Xem: chot doctor / the disk fails.",
}
"""What SQLite says of the machine, not of us, and what to do."""

F = TypeVar("F", bound=Callable[..., Any])

SEQUENCE = click.IntRange(0, (1 << 63) - 1)
"""A number of the log, as SQLite counts."""

DATA = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="CHOT_DATA",
    default=Path("data"),
    show_default=True,
    help="Thư mục dữ liệu / data directory (CHOT_DATA).",
)


def now_ms() -> int:
    """The wall clock, Unix milliseconds. The CLI is where time enters."""
    return time.time_ns() // 1_000_000


class Moment(click.ParamType[int]):
    """A date or time a person types, in Vietnamese time, as Unix milliseconds.

    Takes 2021-08-15, 15/08/2021, either with HH:MM, ISO 8601 with a zone, `today`, `yesterday`
    and `now`, of the years 1900 to 2199. As an end (`end=True`) a bare day means up to its last
    millisecond.
    """

    name = "time"

    def __init__(self, end: bool = False) -> None:
        self.end = end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        at_ms = self._read(str(value).strip())
        if at_ms is None:
            self.fail(
                f"'{value}' không phải ngày giờ; ví dụ 2021-08-15 hoặc '15/08/2021 06:00'",
                param,
                ctx,
            )
        return at_ms

    def _read(self, text: str) -> int | None:
        now = datetime.fromtimestamp(now_ms() / 1000, VIETNAM)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        words = {"today": today, "yesterday": today - timedelta(days=1)}
        if text == "now":
            return now_ms()
        if text in words:
            return self._day(words[text])
        for layout in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                day = datetime.strptime(text, layout).replace(tzinfo=VIETNAM)
            except ValueError:
                continue
            return self._day(day) if _is_near(day) else None
        for layout in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M:%S"):
            try:
                moment = datetime.strptime(text, layout).replace(tzinfo=VIETNAM)
            except ValueError:
                continue
            return _ms(moment) if _is_near(moment) else None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        if not _is_near(moment):
            return None
        return _ms(moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM))

    def _day(self, day: datetime) -> int:
        return _ms(day + timedelta(days=1)) - 1 if self.end else _ms(day)


class Amount(click.FloatRange):
    """A number within bounds. `nan` is none: it is neither under nor over any."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        found = float(super().convert(value, param, ctx))
        if math.isnan(found):
            self.fail(f"'{value}' không phải số / is no number", param, ctx)
        return found


def no_data(data: Path) -> click.ClickException:
    """What somebody is told who named a directory without data."""
    return click.ClickException(
        f"Chưa có dữ liệu trong '{data}'. Xem lại --data hay CHOT_DATA; máy chủ mới: chot init"
        f" --data {data}, diễn tập: chot demo --data {data}"
    )


@contextlib.contextmanager
def opened(data: Path) -> Iterator[Store]:
    """The store of an existing data directory; a mistyped directory is not made into a new one."""
    if not (data / "log.db").exists():
        raise no_data(data)
    with contextlib.closing(open_store(load_config(data))) as store:
        yield store


@contextlib.contextmanager
def opened_home(data: Path) -> Iterator[Store]:
    """The store of a server that signs packs and documents; a relay's keys are nobody's trust."""
    if load_config(data).level == "relay":
        raise click.ClickException(
            "Trạm trung chuyển không ký gói dữ liệu hay giấy tờ; hãy làm ở máy chủ cấp trên. / "
            "A relay signs no packs or documents; use the server above it."
        )
    with opened(data) as store:
        yield store


@contextlib.contextmanager
def viewed(data: Path) -> Iterator[Store]:
    """The store with a view that holds everything the log held when this was called.

    Where a server runs, its projector is waited for; where none does, this process projects, and
    links what is one passage as a home server does (SPEC L2): figures would count it twice.
    """
    with opened(data) as store:
        _, newest = store.projected()
        config = load_config(data)
        deadline = time.monotonic() + PROJECTOR_WAIT_S
        while not config.view_path.exists() or store.projected()[0] < newest:
            try:
                keys = KeyRing.load_or_create(data)
                with Projector(config, keys) as projector, HomeLook(config, keys) as looker:
                    projector.catch_up()
                    while config.level == "home" and projector.look(looker):
                        projector.catch_up()
                    projector.catch_up()
            except ProjectorRunningError:
                if time.monotonic() > deadline:
                    raise click.ClickException(
                        "Dữ liệu tra cứu chưa theo kịp nhật ký; hãy thử lại sau ít phút."
                    ) from None
                time.sleep(0.05)
        yield store


def text_of(path: Path) -> str:
    """A small text file of a person's. Raises OSError; ClickException where it is no UTF-8."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(f"{path}: không phải UTF-8 / not UTF-8") from None


def told(command: F) -> F:
    """Turn the expected failures of a command into one clear line and exit code 1.

    Anything else is a fault of ours and keeps its traceback.
    """

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except OSError as error:
            fault = FILE_FAULTS.get(error.errno or 0)
            if fault is None:
                raise
            raise click.ClickException(f"{fault} / {error.strerror}{_where(error)}") from None
        except sqlite3.DatabaseError as error:
            hint = next((hint for said, hint in DATABASE_FAULTS.items() if said in str(error)), "")
            if not hint:
                raise
            raise click.ClickException(f"{error}. {hint}") from None
        except ProjectorRunningError:
            raise click.ClickException(
                "Máy chủ đang chạy với dữ liệu này: dừng chot serve ấy trước. / stop it first."
            ) from None
        except NewerLogError as error:
            raise click.ClickException(
                f"Nhật ký này thuộc phiên bản mới hơn ({error}): cài phiên bản ấy. Không mở, không"
                " ghi gì. / the log is of a newer version; nothing was opened."
            ) from None
        except (ConfigError, KeyRingError, RelayPackError, StoreKeysError) as error:
            raise click.ClickException(str(error)) from None

    return run  # type: ignore[return-value]


def _where(error: OSError) -> str:
    """The path that it is about; of a file in a folder that there is not, the folder."""
    if not error.filename:
        return ""
    path = Path(os.fsdecode(error.filename))
    is_folder = error.errno == errno.ENOENT and not path.parent.exists()
    return f": {path.parent if is_folder else path}"


def _is_near(moment: datetime) -> bool:
    """Not a slip of the finger: 15/08/20211 or year 2 can be calculated with by nobody."""
    return EARLIEST_YEAR <= moment.year <= LATEST_YEAR


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
