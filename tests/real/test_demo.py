"""The demo: it keeps its promise, and Ctrl-C leaves nothing running."""

import os
from pathlib import Path
import signal
import subprocess
import time

import psutil  # type: ignore[import-untyped]

from tests.real.counterparts import ROOT

DEMO = str(ROOT / "scripts" / "demo")
START = 180.0  # s


def test_the_demo_keeps_its_promise() -> None:
    """Every promised entity exists, is alive, and something moves."""
    done = subprocess.run(  # noqa: S603
        [DEMO, "--check"], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_interrupted_demo_leaves_nothing_running(tmp_path: Path) -> None:
    """Ctrl-C reaches the whole group, as in a terminal."""
    log = tmp_path / "demo.log"
    with log.open("wb") as output:
        demo = subprocess.Popen(  # noqa: S603
            [DEMO], stdout=output, stderr=output, start_new_session=True
        )
    family: set[psutil.Process] = set()
    try:
        end = time.monotonic() + START
        while "Ctrl-C ends everything" not in log.read_text(encoding="utf-8"):
            assert demo.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < end, log.read_text(encoding="utf-8")
            time.sleep(0.2)
        family = {*psutil.Process(demo.pid).children(recursive=True)}
        assert len(family) >= 3  # two nodes and Home Assistant
        os.killpg(demo.pid, signal.SIGINT)
        assert demo.wait(60) == 0
        _, left = psutil.wait_procs(family, timeout=10)
        assert left == []
    finally:
        for process in family:
            if process.is_running():
                process.kill()
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
