"""Frames per second of the 3D view while a stride plays, and what it leaves behind when it is closed.

    python -m benchmarks.scene3d [--seconds 10] [--mounts 20]

Headless Chromium draws the view in software (SwiftShader) at 800 x 600, with the bones, fibres and script of this
checkout, served to it on 127.0.0.1. Needs `make bundle`. Ends with 1 if the stride plays below 30 frames per second
or if a closed view leaves something behind.
"""

import argparse
import contextlib
import http.server
import os
import shutil
import statistics
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "static", ROOT / "frontend" / "dist")
LEAST_FRAMES = 30
WARM_UP = 10  # views opened and closed before the heap is measured: compiled code stays in it
HEAP_SLACK = 1_000_000  # bytes that a browser may keep for itself
OPEN_AND_CLOSE = """open3d().then(() => {
  scene.setPose({ flexion: 60, knee: 40 });
  scene.render();
  scene.dispose();
})"""
SOFTWARE_GL = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>The hip in 3D</title>
<link rel="stylesheet" href="/harness.css"><div id="view"></div><script type="module" src="/harness.js"></script>"""
STYLE = b"body { margin: 0; background: #fbf8f1; color: #221c17 } #view { width: 800px; height: 600px }"
SCRIPT = b"""
import { mount } from "/js/atlas-scene.js";
import { createSolver } from "/js/atlas/solver.js";

const json = async (address) => (await fetch(address)).json();
const [model, strands] = await Promise.all([json("/anatomy/model.json"), json("/anatomy/strands.json")]);
const solver = createSolver(model);
const hues = [...Object.keys(model.muscles)].map((_, i) => `hsl(${(i * 47) % 360}, 55%, 48%)`);
const muscles = Object.entries(model.muscles).map(([slug, { lines }], i) => ({ slug, lines, colour: hues[i] }));
const view = document.getElementById("view");

window.open3d = async (options = {}) => {
  window.scene = await mount(view, { glb: "/anatomy/hip.glb", strands, solver, muscles, ...options });
};
window.muscles = muscles;
// Plays as the page does: one pose a frame. Gives the times between frames, and what a pose took, in milliseconds.
window.play = (seconds) => new Promise((done) => {
  const frames = [];
  const work = [];
  const began = performance.now();
  let last = began;
  const next = (now) => {
    frames.push(now - last);
    last = now;
    if (now - began > 1000 * seconds) return done({ frames: frames.slice(2), work });
    const start = performance.now();
    scene.setPose(solver.stride("fast", ((now - began) / 700) * 100));
    scene.render();
    work.push(performance.now() - start);
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
});
view.dataset.ready = "";
"""
HARNESS = {
    "/": ("text/html", PAGE),
    "/harness.css": ("text/css", STYLE),
    "/harness.js": ("text/javascript", SCRIPT),
}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the harness, then whatever lies in FOLDERS."""

    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".glb": "model/gltf-binary"}

    def do_GET(self) -> None:
        if self.path not in HARNESS:
            super().do_GET()
            return
        kind, body = HARNESS[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def translate_path(self, path: str) -> str:
        name = path.partition("?")[0].lstrip("/")
        return str(
            next((folder / name for folder in FOLDERS if (folder / name).is_file()), FOLDERS[0] / "none")
        )

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Serve the harness on 127.0.0.1 for a while; gives its address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def heap(page: Page) -> int:
    """Return the bytes of JavaScript's heap after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return int(used)


def speed(page: Page, seconds: float) -> float:
    """Print and return frames per second with every muscle shown."""
    page.evaluate("open3d()")
    page.evaluate("play(2)")
    played = page.evaluate("seconds => play(seconds)", seconds)
    frames = sorted(played["frames"])
    rate = 1000 * len(frames) / sum(frames)
    slow = frames[int(0.95 * len(frames))]
    print(f"stride, all {page.evaluate('muscles.length')} muscles: {rate:.1f} frames per second", end="")
    print(f" (95 % within {slow:.0f} ms; script {statistics.median(played['work']):.1f} ms a frame)")
    print(
        f"drawn: {page.evaluate('scene.stats()')}, load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    page.evaluate("scene.dispose()")
    return rate


def leaves_nothing(page: Page, mounts: int) -> bool:
    """Open and close the view again and again; print and tell whether all came back."""
    for _ in range(WARM_UP):
        page.evaluate(OPEN_AND_CLOSE)
    before = heap(page)
    for _ in range(mounts):
        page.evaluate(OPEN_AND_CLOSE)
    after = heap(page)
    left = page.evaluate("scene.stats()")
    page.evaluate("scene = null")
    print(
        f"after {mounts} times opened and closed: {left}, heap {before / 1e6:.2f} -> {after / 1e6:.2f} MB",
        end="",
    )
    print(f", {page.evaluate('view.childElementCount')} elements in the container")
    kept = {name: left[name] for name in ("geometries", "textures", "programs") if left[name]}
    return not kept and after - before < HEAP_SLACK


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--mounts", type=int, default=20)
    arguments = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None or not (FOLDERS[1] / "js" / "atlas-scene.js").exists():
        print("Needs Chromium, and frontend/dist from `make bundle`.", file=sys.stderr)
        return 2
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=SOFTWARE_GL)
        page = browser.new_page(viewport={"width": 800, "height": 600})
        page.on("pageerror", lambda error: print(f"script error: {error}", file=sys.stderr))
        page.goto(address)
        page.wait_for_selector("#view[data-ready]", state="attached")
        rate = speed(page, arguments.seconds)
        is_clean = leaves_nothing(page, arguments.mounts)
        browser.close()
    return 0 if rate >= LEAST_FRAMES and is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
