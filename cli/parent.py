"""A child of the supervisor ends with it, even when the supervisor had no time to say so."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

GRACE_SECONDS = 25.0


def stop_with_parent(grace: float = GRACE_SECONDS) -> None:
    """Standard input is a pipe that only the supervisor holds: when it closes, stop; be killed after `grace` s."""
    threading.Thread(target=_watch, args=(grace,), name="parent", daemon=True).start()


def _watch(grace: float) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
