"""Run one command that must not outlive the supervisor, which started this file as a script.

usage: guard.py PIPE GRACE COMMAND...

PIPE is the reading end of a pipe that the supervisor holds open. A process that is killed with -9 can
tell nobody, but the kernel closes its end: then the command gets SIGTERM and, GRACE seconds later, the
whole process group is killed. The guard leads that group, so grandchildren go with it.
It is plain Python without imports of the project: it starts at once and stays small.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

PR_SET_PDEATHSIG = 1


def _die_with_the_guard() -> None:
    """Ask Linux to kill the command should the guard itself be killed. Others lack the call."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main(pipe: int, grace: float, command: list[str]) -> int:
    child = subprocess.Popen(  # noqa: S603 -- the supervisor's own command
        command, preexec_fn=_die_with_the_guard if sys.platform == "linux" else None
    )

    def pass_on(signum: int, frame: FrameType | None) -> None:
        child.terminate()

    def end_with_the_supervisor() -> None:
        os.read(pipe, 1)
        child.terminate()
        time.sleep(grace)
        os.killpg(0, signal.SIGKILL)

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_with_the_supervisor, daemon=True).start()
    code = child.wait()
    if select.select([pipe], [], [], 0)[0]:  # readable: the other end is closed
        os.killpg(0, signal.SIGKILL)
    return code


if __name__ == "__main__":
    code = main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
    sys.exit(code if code >= 0 else 128 - code)
