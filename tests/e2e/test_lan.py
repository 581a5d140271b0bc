"""One scan over `chot serve --lan`: TLS, another machine, a name that is not localhost."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from tests.conftest import CHROMIUM
from tests.e2e import lan, one_scan
from tests.e2e.conftest import Launch, check_log
from tests.e2e.desk import Desk
from tests.e2e.server import chot, free_ports, serving
from tests.e2e.tablet import Tablet


def test_one_scan_over_tls_from_another_machine(browser: Launch, tmp_path: Path) -> None:
    if reason := lan.why_not():
        pytest.skip(reason)
    plate = "85C80001"
    name = f"{socket.gethostname().split('.')[0].lower()}.local"
    data = tmp_path / "data"
    chot("demo", "--data", data, "--days", "0")
    port = free_ports(2)
    with (
        lan.namespace(tmp_path / "home", name) as machine,
        serving(data, "--lan", port=port) as served,
    ):
        url = f"https://{name}:{port}"
        # Before the authority is installed nothing may be trusted.
        with pytest.raises(AssertionError, match="certificate"):
            machine.download(f"{url}/api/v1/health")
        machine.trust(machine.download(f"http://{lan.SERVER_ADDRESS}:{port + 1}/chot-ca.crt"))
        chromium = machine.wrapped(CHROMIUM)

        tablet = Tablet(browser(url, executable=str(chromium)))
        one_scan.begin_shift(tablet, served, url)
        one_scan.cross_offline(tablet, served, url, plate)
        record = one_scan.arrives_once(tablet, served, plate)
        desk = Desk(browser(url, "desk", executable=str(chromium)), url)
        one_scan.reviewed(desk, served, record, plate)
        one_scan.exported(served, record, plate, tmp_path)
        tablet.browser.context.close()
        desk.browser.context.close()
    check_log(served)
    left = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True)
    assert machine.name not in left.stdout
