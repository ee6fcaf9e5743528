"""What a pose costs the muscle solvers: every line of pull with its points and its three moment arms.

    python -m benchmarks.solver_speed [--poses 2000]

Random poses within the model's limits, after warming up, in milliseconds a pose: the middle one and the slowest in a
hundred. The ES module runs in Node and in Chromium (whichever is there), and must stay within 4 ms a pose.
Ends with 1 when it does not.
"""

import argparse
import functools
import http.server
import json
import random
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from anatomy.solver import LIMITS, Pose, Solver  # noqa: E402 -- the path comes first
from frontend.node import find_node  # noqa: E402

BUDGET_MS = 4.0
STATIC = ROOT / "static"

MEASURE = """
const measure = (createSolver, model, poses) => {
  const solver = createSolver(model);
  for (const pose of poses.slice(0, 200)) solver.solveAll(pose);
  return poses.map((pose) => {
    const before = performance.now();
    for (let i = 0; i < 5; i++) solver.solveAll(pose);  // a browser's clock is coarse
    return (performance.now() - before) / 5;
  });
};
"""


def in_node(node: str, poses: list[dict[str, float]]) -> list[float]:
    """Return the milliseconds of each pose in Node."""
    script = (
        MEASURE
        + """
        import { readFileSync } from "node:fs";
        const [module, model] = process.argv.slice(1);
        const { createSolver } = await import(module);
        const times = measure(createSolver, JSON.parse(readFileSync(model, "utf8")), JSON.parse(readFileSync(0, "utf8")));
        process.stdout.write(JSON.stringify(times));
    """
    )
    files = [(STATIC / "js" / "atlas" / "solver.js").as_uri(), str(STATIC / "anatomy" / "model.json")]
    done = subprocess.run(
        [node, "--input-type=module", "--eval", script, "--", *files],
        input=json.dumps(poses),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def in_chromium(chromium: str, poses: list[dict[str, float]]) -> list[float]:
    """Return the milliseconds of each pose in Chromium, which gets the files from 127.0.0.1."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- needed for Chromium only

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=str(STATIC))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/anatomy/model.json")
        times = page.evaluate(
            f"""async (poses) => {{
                {MEASURE}
                const {{ createSolver }} = await import("/js/atlas/solver.js");
                return measure(createSolver, await (await fetch("/anatomy/model.json")).json(), poses);
            }}""",
            poses,
        )
        browser.close()
    server.shutdown()
    return times


def in_python(poses: list[dict[str, float]]) -> list[float]:
    """Return the milliseconds of each pose in Python, each line on its own as a page asks for it."""
    solver = Solver(json.loads((STATIC / "anatomy" / "model.json").read_text()))
    times = []
    for angles in poses:
        pose = Pose(**angles)
        before = time.perf_counter()
        for line in solver.lines:
            solver.solve(line, pose)
            solver.moment_arms(line, pose)
        times.append((time.perf_counter() - before) * 1000)
    return times


def main() -> int:
    """Print the times and return the exit status."""
    parser = argparse.ArgumentParser(description="What a pose costs the muscle solvers.")
    parser.add_argument("--poses", type=int, default=2000)
    count = parser.parse_args().poses
    chance = random.Random(1)
    poses = [{name: chance.uniform(*limits) for name, limits in LIMITS.items()} for _ in range(count)]
    node = find_node()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if node is None and chromium is None:
        print("Neither Node nor Chromium is here to run solver.js.", file=sys.stderr)
        return 2
    slow = False
    if node:
        slow |= report("solver.js in Node", in_node(node.node, poses)) > BUDGET_MS
    if chromium:
        slow |= report("solver.js in Chromium", in_chromium(chromium, poses)) > BUDGET_MS
    report("solver.py", in_python(poses[: count // 4]))
    return 1 if slow else 0


def report(title: str, times: list[float]) -> float:
    """Print the middle and the 99th percentile, and return the latter."""
    ordered = sorted(times)
    middle, slowest = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    print(f"{title:<24} {middle:8.3f} ms a pose, 99 of 100 within {slowest:.3f} ms")
    return slowest


if __name__ == "__main__":
    sys.exit(main())
