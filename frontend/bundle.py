"""Build frontend/dist, the 3D view's script: python -m frontend.bundle

Takes Node and npm from PATH, or installs Node's wheel into this Python, at the version and hashes of
requirements-node.txt. What npm installs is what package-lock.json says, by hash. Prints one line, and leaves the site
as it is when something is missing: the atlas then stays flat.
"""

import importlib
import os
import subprocess
import sys
from pathlib import Path

from frontend.node import Node, find_node

HERE = Path(__file__).resolve().parent
BUNDLE = HERE / "dist" / "js" / "atlas-scene.js"
WITHOUT = "The site runs without the 3D view; `make bundle` tries again."
AS_BEFORE = "The one that was built before stays; `make bundle` tries again."
NPM_CI = (
    "ci",
    "--no-progress",
    "--loglevel",
    "error",
    "--fetch-retries",
    "1",
    "--fetch-retry-mintimeout",
    "1000",
    "--fetch-timeout",  # npm's own patience with a network that swallows everything is ten minutes
    "60000",
)


class BundleError(Exception):
    """The bundle could not be built, for the reason in the message."""


def main() -> int:
    """Return 0 when the bundle is there and of today."""
    try:
        build()
    except BundleError as error:
        outcome = ("No new 3D view", AS_BEFORE) if BUNDLE.exists() else ("No 3D view", WITHOUT)
        print(f"{outcome[0]}: {error} {outcome[1]}", file=sys.stderr)
        return 1
    return 0


def build() -> None:
    """Install what is missing and write BUNDLE. Raises BundleError."""
    node = find_node()
    if node is None or node.npm is None:
        print("Installing Node for the 3D view (requirements-node.txt).", flush=True)
        node = _node_from_wheel()
    print("Building the 3D view (frontend/).", flush=True)
    # What npm starts looks for node by itself, and must not find an older one.
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(node.node).parent), os.environ.get("PATH", "")]),
    }
    assert node.npm is not None
    _run([*node.npm, *NPM_CI], environment, "three.js could not be fetched")
    _run([node.node, "build.mjs"], environment, "it could not be built")


def _node_from_wheel() -> Node:
    command = [
        sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--retries", "1", "--timeout", "15",
        "--require-hashes", "-r", str(HERE.parent / "requirements-node.txt"),
    ]  # fmt: skip
    _run(command, dict(os.environ), "Node 18 or later is not here and could not be fetched")
    importlib.invalidate_caches()
    node = find_node()
    if node is None or node.npm is None:
        raise BundleError("Node's wheel does not run on this system.")
    return node


def _run(command: list[str], environment: dict[str, str], failure: str) -> None:
    try:
        done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BundleError(f"{failure} ({error}).") from error
    if done.returncode:
        said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        reason = next(
            (line for line in said if "error" in line.lower()), said[0] if said else done.returncode
        )
        raise BundleError(f"{failure} ({reason}).")


if __name__ == "__main__":
    sys.exit(main())
