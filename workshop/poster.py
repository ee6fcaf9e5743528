"""A still picture of a figure, for places that cannot show SVG. Needs Chromium; without it the old poster stays."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from workshop.config import OUTPUT

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser():
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def make_poster(figure, height=900):
    """Draw a figure at the given height on nothing and save it as WebP."""
    browser = find_browser()
    if browser is None:
        print(f"{figure.name}.webp: skipped, no Chromium found (set CHROMIUM to its path)")
        return
    width = round(height * figure.frame.width / figure.frame.height)
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder, "page.html"), Path(folder, "shot.png")
        source = (OUTPUT / f"{figure.name}.svg").read_text()
        svg = source[source.index("<svg") :].replace("<svg ", f'<svg width="{width}" height="{height}" ', 1)
        page.write_text(f'<!doctype html><meta charset="utf-8"><body style="margin:0">{svg}')
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--default-background-color=00000000", f"--window-size={width},{height + 200}",
            f"--screenshot={shot}", page.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        poster = Image.open(shot).convert("RGBA").crop((0, 0, width, height))
    target = OUTPUT / f"{figure.name}.webp"
    poster.save(target, quality=80, method=6)
    print(f"{target.name}: {target.stat().st_size / 1000:.1f} kB, {width} by {height}")
