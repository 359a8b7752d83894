"""
A real avahi-daemon, on the loopback alone.

It lives in a mount namespace: its /etc and /run are folders of ours, so the system's own avahi is
neither seen nor disturbed. It has no D-Bus; what it knows of the network is read from the dump
that it writes on SIGUSR1, and it is asked at its own socket, as nss-mdns does.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from typing import Final, Self
from xml.sax.saxutils import escape

from tests.real.counterparts import avahi_daemon, mount_namespace

_START: Final = 20.0  # s
_ANSWER: Final = 10.0  # s; avahi itself gives up after 5
_SETTINGS: Final = """\
[server]
host-name={host}
use-ipv4=yes
use-ipv6=no
allow-interfaces=lo
enable-dbus=no
[wide-area]
enable-wide-area=no
[publish]
publish-hinfo=no
publish-workstation=no
"""
_SERVICE: Final = """\
<?xml version="1.0" standalone='no'?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
<name>{name}</name>
<service><type>{kind}</type><port>{port}</port>{texts}</service>
</service-group>
"""
_MOUNTED: Final = 'mount --bind "$1" /etc && mount --bind "$2" /run && shift 2 && exec "$@"'
_RECORD: Final = re.compile(r"^(\S+)\tIN\t(\w+) (.*) ; ttl=\d+$", re.MULTILINE)
_ESCAPED: Final = re.compile(r"\\(\d{3})")

type Record = tuple[str, str, str]  # name, type, data


class Avahi:
    """One avahi-daemon and its folder."""

    def __init__(self, folder: Path) -> None:
        self.host = f"avahi-{secrets.token_hex(4)}"
        self._etc = folder / "etc"
        self._run = folder / "run"
        self._log = folder / "log"
        (self._etc / "avahi" / "services").mkdir(parents=True)
        self._run.mkdir()
        # It insists on its user; the only one that exists in the namespace is root.
        (self._etc / "passwd").write_text("avahi:x:0:0::/run:/bin/false\n", encoding="utf-8")
        (self._etc / "group").write_text("avahi:x:0:\n", encoding="utf-8")
        if (libraries := Path("/etc/ld.so.cache")).exists():
            shutil.copy(libraries, self._etc)
        settings = self._etc / "avahi" / "avahi-daemon.conf"
        settings.write_text(_SETTINGS.format(host=self.host), encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def made(cls) -> Iterator[Self]:
        """Make one that has not started; its folder has a short name, as sockets need it."""
        with tempfile.TemporaryDirectory(prefix="avahi-") as folder:
            avahi = cls(Path(folder))
            try:
                yield avahi
            finally:
                avahi.kill()

    def publish(self, name: str, kind: str, port: int, texts: Mapping[str, str]) -> None:
        """Put a static service file in its folder."""
        records = "".join(
            f"<txt-record>{escape(f'{key}={value}')}</txt-record>" for key, value in texts.items()
        )
        file = self._etc / "avahi" / "services" / "studio.service"
        file.write_text(
            _SERVICE.format(name=escape(name), kind=kind, port=port, texts=records),
            encoding="utf-8",
        )

    def start(self) -> None:
        """Start it, and wait until it holds its name."""
        command = [*mount_namespace(), "sh", "-c", _MOUNTED, "sh", str(self._etc), str(self._run)]
        command += [str(avahi_daemon()), "--no-drop-root", "--no-chroot", "--no-rlimits"]
        command += ["--no-proc-title"]
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        end = time.monotonic() + _START
        while "Server startup complete" not in self._text():
            assert self._process.poll() is None, self._text()
            assert time.monotonic() < end, self._text()
            time.sleep(0.02)

    def kill(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def resolve(self, host: str) -> str:
        """Return what it says about a host name: from what it heard, or after it has asked."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_ANSWER)
            line.connect(str(self._run / "avahi-daemon" / "socket"))
            line.sendall(f"RESOLVE-HOSTNAME-IPV4 {host}\n".encode())
            with line.makefile(encoding="utf-8") as answer:
                return answer.readline().strip()

    def heard(self) -> list[Record]:
        """Return what it has heard on the network and holds to be true."""
        assert self._process is not None
        seen = len(self._text())
        self._process.send_signal(signal.SIGUSR1)
        end = time.monotonic() + _ANSWER
        while "Got SIGUSR1" not in self._text()[seen:]:
            assert time.monotonic() < end, self._text()
            time.sleep(0.005)
        # It has one thread: when it answers about itself, the dump that it began is written.
        assert self.resolve(f"{self.host}.local").startswith("+"), self._text()
        _, _, cache = self._text()[seen:].partition(";;; CACHE DUMP FOLLOWS ;;;")
        return [(_plain(match[1]), match[2], _plain(match[3])) for match in _RECORD.finditer(cache)]

    def _text(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")


def _plain(escaped: str) -> str:
    """Return a name without the escapes of a zone file."""
    return _ESCAPED.sub(lambda found: chr(int(found[1])), escaped)
