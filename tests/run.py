"""Run all tests: python -m tests.run [arguments of pytest].

Most tests run side by side, one process a core. Those that wait for real workers, servers and brokers run
alone afterwards. A test that fails beside others is judged by a second run alone, and said so:
a busy machine must not decide, and a real fault fails both times.
"""

import subprocess
import sys

FAILED, NO_TESTS = 1, 5  # what pytest's exit says
ALONE = "processes"


def main(arguments: list[str]) -> int:
    """Return 0 when both halves pass and at least one of them ran a test."""
    together = _pytest(
        "-n", "auto", "--maxprocesses", "4", "--dist", "worksteal", "-m", f"not {ALONE}", *arguments
    )
    if together == FAILED:
        print("Some failed beside others. They are run once more, alone:", flush=True)  # noqa: T201 -- a report
        together = _pytest(
            "--last-failed", "--last-failed-no-failures", "none", "-m", f"not {ALONE}", *arguments
        )
    alone = _pytest("-m", ALONE, *arguments)
    failed = [code for code in (together, alone) if code not in (0, NO_TESTS)]
    if failed:
        return failed[0]
    return 0 if 0 in (together, alone) else NO_TESTS


def _pytest(*arguments: str) -> int:
    return subprocess.call([sys.executable, "-m", "pytest", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
