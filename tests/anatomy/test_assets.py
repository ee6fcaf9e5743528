"""The workshop's results as they are committed: what pages, solver and 3D view take for granted."""

import gzip
import json
import re
import struct
from pathlib import Path

import pytest
import yaml

from hipcourse.settings import BASE_DIR

ANATOMY = Path(BASE_DIR) / "static" / "anatomy"
VIEWS = ("front", "side", "back")
BODIES = {"pelvis", "femur", "tibia", "patella"}
FIGURES = {"hip-front": 70_000, "hip-side": 25_000, "hip-back": 70_000, "hip-front-plain": 45_000}
SHARED_INSERTION = {"psoas-major": "iliopsoas", "iliacus": "iliopsoas"}


def load(name):
    return json.loads((ANATOMY / name).read_text(encoding="utf-8"))


def packed_size(path):
    return len(gzip.compress(path.read_bytes(), 9))


def muscles():
    return set(load("model.json")["muscles"])


def wanted_patches():
    """Where each muscle of the model starts and ends."""
    origins = {(muscle, "origin") for muscle in muscles()}
    return origins | {(SHARED_INSERTION.get(muscle, muscle), "insertion") for muscle in muscles()}


def glb():
    data = (ANATOMY / "hip.glb").read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20 : 20 + length])


def structures():
    path = Path(BASE_DIR) / "content" / "anatomy" / "structures.yaml"
    return {entry["slug"] for entry in _entries(yaml.safe_load(path.read_text(encoding="utf-8")))}


def _entries(data):
    return data["structures"] if isinstance(data, dict) else data


@pytest.mark.parametrize(("name", "budget"), FIGURES.items())
def test_figures_keep_their_budget_and_the_content_security_policy(name, budget):
    path = ANATOMY / f"{name}.svg"
    assert packed_size(path) <= budget
    forbidden = r"<style|<script|\sstyle=|\son\w+=|href=\"(?!#)"
    assert re.findall(forbidden, path.read_text(encoding="utf-8"), re.IGNORECASE) == []


@pytest.mark.parametrize("name", [name for name in FIGURES if name != "hip-front-plain"])
def test_every_patch_of_a_figure_can_be_focused_and_says_its_name(name):
    text = (ANATOMY / f"{name}.svg").read_text(encoding="utf-8")
    patches = re.findall(r'<path class="patch"[^>]*>(?:<title>[^<]+</title>)?', text)
    assert patches
    for patch in patches:
        assert 'tabindex="0" role="img"' in patch
        assert "<title>" in patch


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_draws_every_attachment_on_one_of_its_bodies(name):
    view = load(f"views/{name}.json")
    assert set(view["bodies"]) == set(view["order"]) == BODIES
    patches = {(patch["structure"], patch["kind"]) for patch in view["patches"]}
    assert wanted_patches() - patches == set()
    assert {patch["body"] for patch in view["patches"]} <= BODIES
    assert {patch["structure"] for patch in view["patches"]} <= structures()


@pytest.mark.parametrize("name", VIEWS)
def test_the_bodies_of_a_view_are_as_large_as_the_view_and_small_in_bytes(name):
    view = load(f"views/{name}.json")
    paths = [ANATOMY.parent / body["image"] for body in view["bodies"].values()]
    for path in paths:
        assert f'viewBox="0 0 {view["width"]} {view["height"]}"' in path.read_text(encoding="utf-8")
    assert sum(packed_size(path) for path in paths) <= 40_000


def test_the_3d_model_has_the_bodies_and_every_attachment():
    nodes = glb()["nodes"]
    assert {node["name"] for node in nodes if node["name"].startswith("body_")} == {
        f"body_{body}" for body in BODIES
    }
    patches = {
        (node["extras"]["structure"], node["extras"]["kind"])
        for node in nodes
        if "structure" in node.get("extras", {})
    }
    assert patches == wanted_patches()


def test_the_3d_model_needs_no_decoder_and_keeps_its_budget():
    path = ANATOMY / "hip.glb"
    assert glb()["extensionsRequired"] == ["KHR_mesh_quantization"]
    assert path.stat().st_size <= 500_000
    assert packed_size(path) <= 270_000


def test_strands_follow_lines_of_their_muscle_from_body_to_body():
    model = load("model.json")
    strands = load("strands.json")
    assert set(strands) == muscles()
    for muscle, rows in strands.items():
        assert {row["line"] for row in rows} == set(model["muscles"][muscle]["lines"])
        for row in rows:
            points = model["lines"][row["line"]]["points"]
            assert (row["from"][0], row["to"][0]) == (points[0][0], points[-1][0])


def test_places_name_known_structures_and_every_attachment():
    places = load("places.json")
    assert {(patch["structure"], patch["kind"]) for patch in places["patches"]} == wanted_patches()
    assert set(places["landmarks"]) <= structures()
    for landmark in places["landmarks"].values():
        assert landmark["body"] in BODIES
        assert 0 < landmark["reach"] <= landmark["radius"] < 0.15
