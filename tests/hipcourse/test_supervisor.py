import os
import signal
import sys
import threading
import time

import pytest

from hipcourse import supervisor
from hipcourse.supervisor import Service, ServiceError, Supervisor
from tests.processes import descendants, survivors

pytestmark = pytest.mark.processes

SLEEP = [sys.executable, "-c", "import os, time; os.write(1, b'up\\n'); time.sleep(60)"]
# Ends neither on SIGTERM nor alone: it has a child, as gunicorn and Celery do.
STUBBORN = [
    sys.executable,
    "-c",
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); os.write(1, b'up\\n'); "
    "time.sleep(60)",
]


class Told:
    """Keeps what a supervisor says, and lets a test wait for a line."""

    def __init__(self):
        self.lines = []

    def __call__(self, name, line):
        self.lines.append((name, line))

    def own(self):
        return [line for name, line in self.lines if not name]


def end_when_up(told, count=1, note=lambda: None):
    """As soon as `count` processes of "second" are up, call `note` and send this process SIGTERM."""

    def wait():
        deadline = time.monotonic() + 20
        while told.lines.count(("second", "up")) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        note()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def test_services_start_in_order_and_stop_in_reverse():
    told = Told()
    ready = []
    services = [
        Service("first", SLEEP, is_ready=lambda: ready.append("first") or ("first", "up") in told.lines),
        Service("second", SLEEP),
    ]
    end_when_up(told)

    Supervisor(services, say=told).run(started=lambda: told("", "Started."))

    assert ready
    assert told.lines.index(("first", "up")) < told.lines.index(("second", "up"))
    assert told.own() == ["Started.", "Stopping.", "second stopped.", "first stopped."]


def test_a_service_that_will_not_stop_is_killed_with_its_children():
    told = Told()
    below = []

    def note():
        below.extend(pid for pid, command in descendants(os.getpid()).items() if "os.fork" in command)

    end_when_up(told, count=2, note=note)

    Supervisor([Service("second", STUBBORN, stop_within=0.5)], say=told).run(started=lambda: None)

    assert told.own() == ["Stopping.", "second was killed: it took too long."]
    assert len(below) == 3  # the guard, the process, its child
    assert survivors(below, within=1) == {}


def test_a_service_that_keeps_ending_is_started_again_and_then_given_up(monkeypatch):
    monkeypatch.setattr(supervisor, "RESTARTS", 1)
    told = Told()
    services = [
        Service("steady", SLEEP),
        Service("second", [sys.executable, "-c", "print('no luck'); raise SystemExit(3)"]),
    ]

    with pytest.raises(ServiceError, match="second ended 2 times within a minute"):
        Supervisor(services, say=told).run(started=lambda: None)

    assert told.own() == [
        "second ended unasked (exit code 3). Starting it again in 0.5 s, 1 of 1.",
        "steady stopped.",
    ]
    assert told.lines.count(("second", "no luck")) == 2


def test_a_service_that_never_gets_ready_is_an_error_that_names_it():
    told = Told()

    with pytest.raises(ServiceError, match=r"second did not answer within 0\.3 seconds"):
        Supervisor([Service("second", SLEEP, is_ready=lambda: False, ready_within=0.3)], say=told).run(
            started=lambda: None
        )

    assert told.own() == ["second stopped."]
