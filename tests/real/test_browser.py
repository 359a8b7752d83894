"""A real browser opens the demo, logs in, and sees the studios."""

from collections.abc import Iterator
import os
from pathlib import Path
import re
import signal
import subprocess
import time

import pytest

from demo.home_assistant import PASSWORD, USER
from demo.sites import SITES
from tests.real.counterparts import BROWSER, ROOT, chromium, node_js

START = 180.0  # s
ADDRESS = re.compile(r"(http://127\.0\.0\.1:\d+)/(\S+)")


@pytest.fixture
def dashboard(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Run the demo; return its address and the path of its dashboard."""
    log = tmp_path / "demo.log"
    with log.open("wb") as output:
        demo = subprocess.Popen(  # noqa: S603
            [str(ROOT / "scripts" / "demo")], stdout=output, stderr=output, start_new_session=True
        )
    try:
        end = time.monotonic() + START
        while not (found := ADDRESS.search(log.read_text(encoding="utf-8"))):
            assert demo.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < end, log.read_text(encoding="utf-8")
            time.sleep(0.2)
        yield found.group(1), found.group(2)
    finally:
        os.killpg(demo.pid, signal.SIGINT)
        demo.wait(60)


def test_a_person_sees_every_studio(dashboard: tuple[str, str]) -> None:
    """The login page lets them in, and the dashboard names every studio."""
    node, browser = node_js(), chromium()
    url, path = dashboard
    studios = [studio.name for site in SITES for studio in site.studios]
    done = subprocess.run(  # noqa: S603
        [str(node), "sees.mjs", str(browser), url, path, USER, PASSWORD, *studios],
        cwd=BROWSER,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.split("\n")[: len(studios)] == studios
