"""Start a few processes in order, keep them running, and stop them in reverse: none outlives its supervisor."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

GUARD = Path(__file__).with_name("guard.py")
RESTARTS = 5
RESTARTS_WITHIN = 60.0
ORPHAN_GRACE = 5.0
TICK = 0.1
# One Ctrl-C may arrive twice, from the terminal and from whatever wraps the command; a later one means "now".
SAME_KEYPRESS = 1.0


@dataclass(frozen=True)
class Service:
    """A process to keep running. Times are in seconds.

    `is_ready` holds up the services that start after this one until it returns True.
    """

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    is_ready: Callable[[], bool] | None = None
    ready_within: float = 60
    stop_within: float = 15


@dataclass
class _Run:
    service: Service
    process: subprocess.Popen[str] | None = None
    start_at: float = 0
    deaths: list[float] = field(default_factory=list)
    reader: threading.Thread | None = None


class ServiceError(Exception):
    """A service cannot be kept running; the message says which and why."""


class Supervisor:
    """Runs `services`, which start in the order given and stop in reverse.

    `say(name, line)` prints what a service writes, and with an empty name what the supervisor has
    to tell. `held_open` are file descriptors (of a lock) that stay open until the last service is gone.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        say: Callable[[str, str], None],
        held_open: Sequence[int] = (),
        stop_with_parent: bool = False,
    ) -> None:
        self._runs = [_Run(service) for service in services]
        self._say = say
        self._held_open = held_open
        self._parent = os.getppid() if stop_with_parent else None
        self._stopping = 0.0
        self._impatient = False
        self._pipe, self._lifeline = os.pipe()

    def run(self, *, started: Callable[[], None]) -> None:
        """Start all, call `started`, and keep all running until SIGINT, SIGTERM or SIGHUP; then stop all.

        Raises ServiceError, with everything stopped, when a service does not become ready or keeps ending.
        """
        before = {
            signum: signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        for signum, handler in before.items():
            if signum != signal.SIGHUP or handler != signal.SIG_IGN:  # nohup
                signal.signal(signum, self._on_signal)
        try:
            if all(self._start_and_wait(run) for run in self._runs):
                started()
                while self._look_after_all():
                    pass
            self._say("", "Stopping.")
        finally:
            self._stop_all()
            for signum, handler in before.items():
                signal.signal(signum, handler)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if not self._stopping:
            self._stopping = now
        elif signum == signal.SIGINT and now - self._stopping > SAME_KEYPRESS:
            self._impatient = True

    def _start(self, run: _Run) -> None:
        guarded = [sys.executable, "-I", "-S", str(GUARD), str(self._pipe), str(ORPHAN_GRACE)]
        run.process = subprocess.Popen(  # noqa: S603 -- commands come from our own code
            [*guarded, *run.service.command],
            env={**os.environ, "PYTHONUNBUFFERED": "1", **run.service.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=[self._pipe, *self._held_open],
            start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor only, which stops in order
        )
        run.reader = threading.Thread(
            target=self._pass_on_lines, args=(run.service.name, run.process), daemon=True
        )
        run.reader.start()

    def _pass_on_lines(self, name: str, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        with process.stdout:
            for line in process.stdout:
                self._say(name, line.rstrip("\n"))

    def _start_and_wait(self, run: _Run) -> bool:
        """Start it and return True when it is ready, or False when it is time to stop."""
        self._start(run)
        ready, within = run.service.is_ready, run.service.ready_within
        deadline = time.monotonic() + within
        while ready and not ready():
            if time.monotonic() > deadline:
                raise ServiceError(f"{run.service.name} did not answer within {within:g} seconds.")
            if not self._look_after_all():
                return False
        return True

    def _look_after_all(self) -> bool:
        """Start again what has ended, sleep a moment, and return whether to go on."""
        if self._stopping or (self._parent and os.getppid() != self._parent):
            return False
        now = time.monotonic()
        for run in self._runs:
            if run.process and run.process.poll() is not None:
                self._plan_restart(run, now)
            elif not run.process and run.start_at and run.start_at <= now:
                self._start(run)
        time.sleep(TICK)
        return True

    def _plan_restart(self, run: _Run, now: float) -> None:
        name, code = run.service.name, run.process.returncode if run.process else 0
        self._clear_away(run)
        run.deaths = [death for death in run.deaths if now - death < RESTARTS_WITHIN] + [now]
        count = len(run.deaths)
        if count > RESTARTS:
            raise ServiceError(
                f"{name} ended {count} times within a minute. What it wrote is above; -v 2 shows more."
            )
        pause = min(0.5 * 2 ** (count - 1), 8)
        run.start_at = now + pause
        self._say(
            "",
            f"{name} ended unasked ({_reason(code)}). Starting it again in {pause:g} s, {count} of {RESTARTS}.",
        )

    def _stop_all(self) -> None:
        for run in reversed(self._runs):
            if run.process:
                self._stop(run)
        os.close(self._lifeline)
        os.close(self._pipe)

    def _stop(self, run: _Run) -> None:
        assert run.process
        if run.process.poll() is None:
            run.process.terminate()
            deadline = time.monotonic() + run.service.stop_within
            while run.process.poll() is None and time.monotonic() < deadline and not self._impatient:
                time.sleep(0.02)
        late = run.process.poll() is None
        self._clear_away(run)
        self._say(
            "",
            f"{run.service.name} was killed: it took too long." if late else f"{run.service.name} stopped.",
        )

    def _clear_away(self, run: _Run) -> None:
        """Kill what is left of the service's process group, and read what it wrote last."""
        assert run.process
        assert run.reader
        with contextlib.suppress(
            ProcessLookupError, PermissionError
        ):  # macOS says the latter of a dead group
            os.killpg(run.process.pid, signal.SIGKILL)
        run.process.wait()
        run.reader.join(1)
        run.process = None


def _reason(code: int) -> str:
    """Put an exit code of a guard or of its command into words."""
    signum = -code if code < 0 else code - 128
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(signum).name}"
    return f"exit code {code}"
