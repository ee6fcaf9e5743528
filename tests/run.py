"""Run all tests: python -m tests.run [arguments of pytest].

Most tests run side by side, one process a core. Those that start real workers and servers, and kill them,
run alone afterwards: a busy machine must not make them fail.
"""

import subprocess
import sys

NO_TESTS = 5  # what pytest says when nothing was selected
ALONE = "processes"


def main(arguments: list[str]) -> int:
    """Return 0 when both halves pass and at least one of them ran a test."""
    together = ["-n", "auto", "--maxprocesses", "4", "--dist", "worksteal", "-m", f"not {ALONE}"]
    codes = [
        subprocess.call([sys.executable, "-m", "pytest", *half, *arguments])
        for half in (together, ["-m", ALONE])
    ]
    failed = [code for code in codes if code not in (0, NO_TESTS)]
    if failed:
        return failed[0]
    return 0 if 0 in codes else NO_TESTS


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
