"""Make the films: python -m workshop.films.build [film …]

Opens each story in Chromium, takes its frames one by one, and writes into content/media/films/ the film as WebM and
MP4, its captions and its still. With --sheet SECONDS it makes nothing but an overview of frames so far apart, in
workshop/build/films/. Needs Chromium (or its path in CHROMIUM) and the node_modules of frontend/ and workshop/films/.
"""

import argparse
import base64
import contextlib
import functools
import http.server
import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from workshop.poster import find_browser

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "workshop" / "build" / "films"
CONTENT = ROOT / "content"
OUTPUT = CONTENT / "media" / "films"
FILMS = ("pathways", "four-sides", "tug-of-war", "one-stride")
ENDINGS = {"webm": "webm", "mp4": "mp4", "poster": "webp", "captions": "vtt"}
WIDTH, HEIGHT, RATE = 1280, 720, 25
LARGEST = 4_000_000  # bytes a file
# One that draws in software gives the same picture on every machine, and is there on all.
BROWSER_ARGUMENTS = [
    "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--force-color-profile=srgb", "--font-render-hinting=none", "--disable-lcd-text",
]  # fmt: skip
# Screens read films in the colours of BT.709, and what they are drawn in is full-range RGB.
COLOURS = [
    "-vf", "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p,"
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709",
]  # fmt: skip
PLAIN = ["-an", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"]


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def project_served() -> Iterator[str]:
    handler = functools.partial(Handler, directory=str(ROOT))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/workshop/films/film.html"
        server.shutdown()


class Film:
    """A story open in a page, and its frames."""

    def __init__(self, page: Page, address: str, slug: str) -> None:
        self.page = page
        self.slug = slug
        page.goto(f"{address}?film={slug}")
        page.wait_for_function("window.film", timeout=120_000)
        self.story: dict[str, Any] = page.evaluate("film.story")
        self.shutter = page.context.new_cdp_session(page)

    def frame(self, seconds: float) -> bytes:
        """Return the picture at a time, as PNG."""
        self.page.evaluate("seconds => film.draw(seconds)", seconds)
        shot = self.shutter.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True})
        return base64.b64decode(shot["data"])

    def picture(self, seconds: float) -> Image.Image:
        return Image.open(io.BytesIO(self.frame(seconds))).convert("RGB")


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{seconds % 60:06.3f}"


def captions_of(story: dict[str, Any]) -> str:
    cues = [f"{clock(start)} --> {clock(end)}\n{text}\n" for start, end, text in story["captions"]]
    return "\n".join(["WEBVTT\n", *cues])


def take(film: Film, target: Path) -> None:
    """Take every frame into a film without loss."""
    frames = round(film.story["seconds"] * RATE)
    command = [
        FFMPEG, "-v", "error", "-y", "-f", "image2pipe", "-c:v", "png", "-r", str(RATE), "-i", "-",
        "-c:v", "libx264rgb", "-qp", "0", "-preset", "veryfast", str(target),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:  # noqa: S603 -- our own arguments
        assert encoder.stdin is not None
        for number in range(frames):
            encoder.stdin.write(film.frame(number / RATE))
            if number % (4 * RATE) == 0:
                print(f"  {number / RATE:.0f} of {film.story['seconds']} s", flush=True)
    if encoder.returncode:
        raise SystemExit("The frames could not be put together.")


def encode(source: Path, slug: str) -> list[Path]:
    """Make the two files that browsers play, of one picture a key frame every four seconds, for chapters to land on."""
    webm, mp4 = OUTPUT / f"{slug}.webm", OUTPUT / f"{slug}.mp4"
    start = [FFMPEG, "-v", "error", "-y", "-i", str(source), *COLOURS, *PLAIN, "-g", str(4 * RATE)]
    vp9 = [
        "-c:v", "libvpx-vp9", "-crf", "29", "-b:v", "0", "-deadline", "good", "-row-mt", "1", "-tile-columns", "1",
        "-threads", "2", "-auto-alt-ref", "1", "-lag-in-frames", "25", "-passlogfile", str(BUILD / slug),
    ]  # fmt: skip
    run([*start, *vp9, "-cpu-used", "4", "-pass", "1", "-f", "null", "-"])
    run([*start, *vp9, "-cpu-used", "2", "-pass", "2", str(webm)])
    h264 = [
        "-c:v", "libx264", "-crf", "21", "-preset", "slow", "-tune", "animation", "-profile:v", "high", "-threads", "2",
    ]  # fmt: skip
    run([*start, *h264, "-movflags", "+faststart", str(mp4)])
    return [webm, mp4]


def run(command: list[str]) -> None:
    subprocess.run(command, check=True)  # noqa: S603 -- our own arguments


def make(film: Film) -> None:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    master = BUILD / f"{film.slug}.mkv"
    take(film, master)
    captions, still = OUTPUT / f"{film.slug}.vtt", OUTPUT / f"{film.slug}.webp"
    captions.write_text(captions_of(film.story), encoding="utf-8")
    film.picture(film.story["poster"]).save(still, quality=82, method=6)
    for path in [*encode(master, film.slug), captions, still]:
        size = path.stat().st_size
        print(f"{path.relative_to(ROOT)}: {size / 1000:.0f} kB")
        if size > LARGEST:
            raise SystemExit(f"{path.name} is larger than {LARGEST / 1e6:.0f} MB.")
    block = block_of(film.story)
    if not any(block in lesson.read_text(encoding="utf-8") for lesson in CONTENT.glob("part-*/*.yaml")):
        print(f"No lesson has the film with these words:\n{block}")


def block_of(story: dict[str, Any]) -> str:
    """Return the film's files and words as they stand in its block of a lesson file."""
    lines = [f"    {field}: films/{story['slug']}.{ending}" for field, ending in ENDINGS.items()]
    lines += [f"    duration: {story['seconds']}", f"    summary: {story['summary']}"]
    for name in ("chapters", "transcript"):
        lines.append(f"    {name}: |-")
        lines += [f"      {int(at) // 60}:{int(at) % 60:02d} {text}" for at, text in story[name]]
    return "\n".join(lines) + "\n"


def overview(film: Film, step: float) -> None:
    """Save frames `step` seconds apart, three a row, at half their size."""
    times = [i * step for i in range(int(film.story["seconds"] / step) + 1)]
    width, height = WIDTH // 2, HEIGHT // 2
    sheet = Image.new("RGB", (3 * width + 20, -(-len(times) // 3) * (height + 10)), "#888")
    for i, seconds in enumerate(times):
        small = film.picture(seconds).resize((width, height), Image.Resampling.LANCZOS)
        sheet.paste(small, ((i % 3) * (width + 10), (i // 3) * (height + 10)))
    target = BUILD / f"{film.slug}-sheet.png"
    sheet.save(target)
    print(target)


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the films of the course.")
    parser.add_argument("films", nargs="*", metavar="film", help=f"of {', '.join(FILMS)} (default: all)")
    parser.add_argument(
        "--sheet", type=float, metavar="SECONDS", help="only an overview of frames so far apart"
    )
    parser.add_argument("--still", type=float, metavar="SECONDS", help="only the frame at a time, as PNG")
    arguments = parser.parse_args()
    if unknown := set(arguments.films) - set(FILMS):
        parser.error(f"there is no film {', '.join(sorted(unknown))}")
    browser_path = find_browser()
    if browser_path is None:
        raise SystemExit("No Chromium found: install it, or set CHROMIUM to its path.")
    BUILD.mkdir(parents=True, exist_ok=True)
    with project_served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=BROWSER_ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.on("pageerror", lambda error: print(error, file=sys.stderr))
        for slug in arguments.films or FILMS:
            film = Film(page, address, slug)
            if arguments.sheet:
                overview(film, arguments.sheet)
            elif arguments.still is not None:
                (BUILD / f"{slug}.png").write_bytes(film.frame(arguments.still))
            else:
                make(film)
        browser.close()


if __name__ == "__main__":
    main()
