"""`manage.py up` for real: on a data folder of its own, with its own broker, worker, beat and web."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from tests.environment import ROOT
from tests.processes import descendants, survivors

pytestmark = pytest.mark.processes

# Two processes each of gunicorn and Celery under a master, under a guard; beat and Valkey under a guard.
PROCESSES = 4 + 4 + 2 + 2


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The environment of a course whose database is ready."""
    folder = tmp_path_factory.mktemp("up")
    set_aside = {
        "REDIS_URL",
        "DATABASE_URL",
        "EMAIL_URL",
        "DJANGO_SETTINGS_MODULE",
        "PORT",
        "SITE_URL",
        "LOG_LEVEL",
    }
    environment = {name: value for name, value in os.environ.items() if name not in set_aside}
    environment |= {
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'course.sqlite3'}",
        "DEBUG": "True",
    }
    # .env of the checkout must not lead these processes elsewhere.
    environment |= {"REDIS_URL": "", "EMAIL_URL": f"file://{folder / 'mail'}"}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
        timeout=60,
    )
    return environment


class Run:
    """A running `manage.py up`."""

    def __init__(self, environment, port):
        self.port = port
        self.lines = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with self.process.stdout:
            self.lines += (line.rstrip("\n") for line in self.process.stdout)

    def wait_for(self, check, within=30):
        deadline = time.monotonic() + within
        while not check():
            assert time.monotonic() < deadline, self.lines
            time.sleep(0.1)

    def wait_until_complete(self):
        self.wait_for(lambda: "Ctrl-C stops everything." in self.lines)
        self.wait_for(lambda: len(self.below()) >= PROCESSES and self.health()["status"] == "ok")

    def health(self):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(client):
            client.request("GET", "/healthz")
            return json.loads(client.getresponse().read())

    def below(self):
        return descendants(self.process.pid)

    def find(self, *words):
        """Return the lowest pid whose command has all `words`, guards left out."""
        return min(
            pid
            for pid, command in self.below().items()
            if "guard.py" not in command and all(word in command for word in words)
        )

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(10)


@pytest.fixture
def up(environment):
    runs = []

    def start(port=None):
        run = Run(environment, port or free_port())
        runs.append(run)
        return run

    yield start
    for run in runs:
        run.end()


def refused(environment, port):
    return subprocess.run(
        [sys.executable, "manage.py", "up", "--port", str(port)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_up_runs_all_four_heals_what_ends_refuses_a_second_run_and_stops_in_order(up, environment, tmp_path):
    run = up()
    run.wait_until_complete()
    said = "\n".join(run.lines)
    assert f"http://127.0.0.1:{run.port}/admin/" in said
    assert f"http://127.0.0.1:{run.port}/dev/mail/" in said
    assert "Nobody can sign in to the admin yet. In another terminal: make admin" in run.lines

    second = refused(environment, free_port())
    assert second.returncode == 1
    assert f"already running on {environment['DATA_DIR']} (process {run.process.pid})" in second.stderr
    elsewhere = refused({**environment, "DATA_DIR": str(tmp_path)}, run.port)
    assert elsewhere.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{run.port}: Address already in use" in elsewhere.stderr

    os.kill(run.find("celery", "beat"), signal.SIGKILL)
    run.wait_for(
        lambda: "beat ended unasked (killed by SIGKILL). Starting it again in 0.5 s, 1 of 5." in run.lines
    )
    run.wait_until_complete()

    below = run.below()
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(30) == 0
    assert survivors(below, within=0) == {}
    own = [line for line in run.lines if " | " not in line]
    assert own[-5:] == ["Stopping.", "web stopped.", "beat stopped.", "worker stopped.", "broker stopped."]


def test_up_leaves_no_survivor_after_kill_9_and_starts_again_at_once(up):
    killed = up()
    killed.wait_until_complete()
    below = killed.below()

    killed.process.kill()
    again = up()

    assert survivors(below, within=15) == {}
    again.wait_until_complete()
    below = again.below()
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(30) == 0
    assert survivors(below, within=0) == {}
