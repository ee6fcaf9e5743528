"""Run the tests on PostgreSQL: python -m tests.postgres [arguments of pytest].

With DATABASE_URL (or TEST_DATABASE_URL) that server is used; the tests make a database of their own there.
Otherwise a server is started in a temporary folder, on a unix socket only, and removed afterwards.
"""

import contextlib
import getpass
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

STARTS_WITHIN = 60  # seconds


def _programs() -> Path | None:
    """Return the newest folder that holds PostgreSQL's server programs, which Debian keeps off the PATH."""
    found = shutil.which("initdb")
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True
    )
    folders = [Path(found).parent] if found else []
    folders += [*debian, Path("/usr/local/bin"), Path("/usr/local/pgsql/bin"), Path("/opt/homebrew/bin")]
    return next(
        (folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()),
        None,
    )


def _who_runs_it() -> str | None:
    """Return the account to run the server as: PostgreSQL refuses root. None stands for the current one."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextlib.contextmanager
def _server(programs: Path) -> Iterator[str]:
    """Run a server that forgets everything (no fsync) and yield its URL."""
    folder = Path(tempfile.mkdtemp(prefix="hipcourse-pg-", dir="/tmp"))  # a socket's path must be short
    account = _who_runs_it()
    options: dict = {"cwd": folder, "stdin": subprocess.DEVNULL}
    if account:
        entry = pwd.getpwnam(account)
        shutil.chown(folder, entry.pw_uid, entry.pw_gid)
        options |= {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        options["env"] = {**os.environ, "HOME": str(folder)}
    data = folder / "data"
    log = folder / "log"
    server = None
    try:
        with log.open("w") as output:
            options |= {"stdout": output, "stderr": subprocess.STDOUT}
            initdb = [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "hipcourse",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
            ]
            subprocess.run([*initdb, "--no-sync"], check=True, **options)
            settings = {
                "listen_addresses": "", "unix_socket_directories": folder, "fsync": "off",
                "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 100,
            }  # fmt: skip
            flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *flags], start_new_session=True, **options
            )
        deadline = time.monotonic() + STARTS_WITHIN
        while not _is_ready(data):
            if server.poll() is not None or time.monotonic() > deadline:
                raise subprocess.CalledProcessError(server.poll() or 1, "postgres")
            time.sleep(0.05)
        yield f"postgres://hipcourse@{quote(str(folder), safe='')}/hipcourse"
    except subprocess.CalledProcessError as error:
        sys.exit(f"PostgreSQL did not start ({error}). It wrote:\n{log.read_text()}")
    finally:
        if server:
            server.send_signal(signal.SIGINT)  # "fast shutdown"
            server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _is_ready(data: Path) -> bool:
    """The last line of the server's pid file is its state, from "starting" to "ready"."""
    with contextlib.suppress(OSError, IndexError):
        return (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    return False


def _pytest(url: str, arguments: list[str]) -> int:
    environment = {**os.environ, "TEST_DATABASE_URL": url}
    return subprocess.call([sys.executable, "-m", "tests.run", *arguments], env=environment)


def main(arguments: list[str]) -> int:
    url = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        print("Running the tests on the PostgreSQL server of DATABASE_URL.", flush=True)
        return _pytest(url, arguments)
    programs = _programs()
    if not programs:
        print(
            "PostgreSQL is not installed (no initdb found). Install its server (apt install postgresql, "
            "brew install postgresql), or set DATABASE_URL to a server whose user may create databases.",
            file=sys.stderr,
        )
        return 1
    print(
        f"Running the tests on a PostgreSQL of their own, from {programs}, as {_who_runs_it() or getpass.getuser()}.",
        flush=True,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with _server(programs) as url:
        return _pytest(url, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
