"""A second network namespace: a tablet's place on the LAN, with its own hosts file and trust store.

Needs root and iproute2. Everything made here is named after this process and removed at the end.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SERVER_ADDRESS, TABLET_ADDRESS = "10.213.77.1", "10.213.77.2"
HOSTS = Path("/etc/netns")
NEEDED = ("ip", "certutil")


def why_not() -> str | None:
    """Why no namespace can be made here, if so."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)} (Debian: iproute2 libnss3-tools)"
    if os.geteuid() != 0:
        return "making a network namespace needs root"
    probe = f"chot-probe-{os.getpid()}"
    made = subprocess.run(
        ["ip", "netns", "add", probe], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        return f"no network namespaces here: {made.stderr.strip()}"
    run("ip", "netns", "delete", probe)
    return None


def run(*words: str | Path) -> str:
    """A command that must succeed; what it printed."""
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


@dataclass(frozen=True, slots=True)
class Namespace:
    """A machine of its own: another network, another home."""

    name: str
    home: Path

    def run(self, *words: str | Path) -> str:
        return run("ip", "netns", "exec", self.name, *words)

    def download(self, url: str) -> bytes:
        """What a plain GET from this machine answers."""
        fetch = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read().hex())"
        return bytes.fromhex(self.run(sys.executable, "-c", fetch, url))

    def wrapped(self, program: str) -> Path:
        """A script that runs this program there: Chromium as Playwright starts it."""
        script = self.home / "in-namespace"
        script.write_text(
            f'#!/bin/sh\nexport HOME="{self.home}"\n'
            f'exec ip netns exec {self.name} "{program}" "$@"\n'
        )
        script.chmod(0o755)
        return script

    def trust(self, certificate: bytes) -> None:
        """Import an authority as people do it in Chromium's settings."""
        file = self.home / "ca.crt"
        file.write_bytes(certificate)
        database = self.home / ".pki" / "nssdb"
        database.mkdir(parents=True)
        run("certutil", "-d", f"sql:{database}", "-N", "--empty-password")
        run("certutil", "-d", f"sql:{database}", "-A", "-t", "C,,", "-n", "chot", "-i", file)


@contextlib.contextmanager
def namespace(home: Path, server_name: str) -> Iterator[Namespace]:
    """A namespace joined to this one by a cable; `server_name` is this end of it."""
    name = f"chot-e2e-{os.getpid()}"
    near, far = f"chot{os.getpid()}a"[-15:], f"chot{os.getpid()}b"[-15:]
    files = HOSTS / name
    home.mkdir()
    try:
        run("ip", "netns", "add", name)
        run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        run("ip", "address", "add", f"{SERVER_ADDRESS}/30", "dev", near)
        run("ip", "link", "set", near, "up")
        inside = Namespace(name, home)
        # A link-local address that appears seconds later is a changed network to Chromium, which
        # then drops what it is loading.
        inside.run("ip", "link", "set", far, "addrgenmode", "none")
        inside.run("ip", "address", "add", f"{TABLET_ADDRESS}/30", "dev", far)
        inside.run("ip", "link", "set", far, "up")
        inside.run("ip", "link", "set", "lo", "up")
        # `ip netns exec` lays this file over /etc/hosts.
        files.mkdir(parents=True)
        (files / "hosts").write_text(f"127.0.0.1 localhost\n{SERVER_ADDRESS} {server_name}\n")
        yield inside
    finally:
        subprocess.run(["ip", "link", "delete", near], capture_output=True, check=False)
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)
        shutil.rmtree(files, ignore_errors=True)
        with contextlib.suppress(OSError):
            HOSTS.rmdir()
