"""CPU a signed-in page costs, beside a bare Django page of its size, in the same run.

    python -m benchmarks.lesson_page [--requests 300] [--rounds 3]

Starts gunicorn (2 workers x 4 threads, production settings, SQLite in a temporary folder) and counts
the CPU time of its processes over the same number of requests for each page. Talks to 127.0.0.1 only.
"""

import argparse
import http.client
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
PAGES = {
    "lesson, signed in": "/lessons/muscle-pathways/",
    "map, signed in": "/lessons/",
    "home, signed in": "/",
    "quiz question": "/lessons/muscle-pathways/quiz/",
}
SESSION = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts.models import User
from lessons.models import Lesson
from quizzes.services import start_attempt
user = User.objects.first()
start_attempt(learner=user.learner, quiz=Lesson.objects.get(slug="muscle-pathways").quiz)
store = SessionStore()
store[SESSION_KEY] = str(user.pk)
store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
store[HASH_SESSION_KEY] = user.get_session_auth_hash()
store.save()
print(store.session_key)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_seconds(parent: int) -> float:
    """Return user and system seconds of a process and its living children."""
    total = 0.0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(entry.name) == parent or int(fields[1]) == parent:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


class Server:
    def __init__(self, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "hipcourse.wsgi:application",
                "--bind",
                f"127.0.0.1:{self.port}",
                "--workers",
                "2",
                "--threads",
                "4",
                "--log-level",
                "warning",
            ],
            cwd=ROOT,
            env=environment,
        )
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("gunicorn did not start")

    def measure(self, path: str, session: str, requests: int) -> tuple[float, float, int]:
        """Return CPU ms and wall ms a request, and the bytes of one answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": f"session={session}"}

        def get() -> int:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            return len(body)

        for _ in range(20):
            size = get()
        before, start = cpu_seconds(self.process.pid), time.perf_counter()
        for _ in range(requests):
            get()
        wall = time.perf_counter() - start
        return (cpu_seconds(self.process.pid) - before) / requests * 1000, wall / requests * 1000, size

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DATA_DIR": folder,
            "DEBUG": "False",
            "SECRET_KEY": secrets.token_hex(32),
            "ALLOWED_HOSTS": "127.0.0.1",
            "SITE_URL": "http://127.0.0.1",
        }

        def manage(*words: str) -> str:
            command = [sys.executable, "manage.py", *words]
            return subprocess.run(
                command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
            ).stdout

        manage("migrate", "--verbosity", "0")
        manage("collectstatic", "--noinput", "--verbosity", "0")
        manage("load_course")
        manage("demo", "--learners", "60", "--subscribers", "0")
        session = manage("shell", "--no-imports", "-c", SESSION).strip().splitlines()[-1]
        course = Server(environment)
        bare = Server({**environment, "DJANGO_SETTINGS_MODULE": "benchmarks.bare_settings"})
        figures: dict[str, list[tuple[float, float, int]]] = {}
        try:
            for _ in range(options.rounds):
                figures.setdefault("bare Django page", []).append(
                    bare.measure("/", session, options.requests)
                )
                for name, path in PAGES.items():
                    figures.setdefault(name, []).append(course.measure(path, session, options.requests))
        finally:
            course.stop()
            bare.stop()
    print(f"{'page':22} {'CPU ms':>8} {'wall ms':>8} {'bytes':>8}   medians of {options.rounds} rounds")
    for name, rows in figures.items():
        cpu, wall, size = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"{name:22} {cpu:8.2f} {wall:8.2f} {size:8.0f}")


if __name__ == "__main__":
    main()
