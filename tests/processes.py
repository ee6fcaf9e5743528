"""What the operating system says about processes, for tests that start and kill real ones."""

import subprocess
import time
from pathlib import Path


def _all() -> dict[int, tuple[int, str]]:
    """Return {pid: (parent's pid, command line)} of all that live; a zombie does not."""
    found = {}
    if Path("/proc/self/stat").exists():
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                command = (
                    (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                )
            except OSError:
                continue
            if state != "Z":
                found[int(folder.name)] = (int(parent), command)
        return found
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat=,command="], capture_output=True, text=True, check=True
    )
    for line in listing.stdout.splitlines():
        pid, parent, state, command = line.split(None, 3)
        if not state.startswith("Z"):
            found[int(pid)] = (int(parent), command)
    return found


def descendants(pid: int) -> dict[int, str]:
    """Return {pid: command line} of all processes below `pid`."""
    processes = _all()
    below, new = {}, {pid}
    while new:
        new = {child for child, (parent, _) in processes.items() if parent in new}
        below |= {child: processes[child][1] for child in new}
    return below


def survivors(pids, *, within: float) -> dict[int, str]:
    """Wait up to `within` seconds for `pids` to end, and return {pid: command line} of those that did not."""
    deadline = time.monotonic() + within
    while True:
        processes = _all()
        alive = {pid: processes[pid][1] for pid in pids if pid in processes}
        if not alive or time.monotonic() > deadline:
            return alive
        time.sleep(0.1)
