"""Both muscle solvers: against OpenSim, against each other, and for what a moving picture asks of them."""

import json
import math
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from anatomy.solver import (
    LIMITS,
    STANDING,
    Pose,
    Solver,
    bodies,
    moment_arms,
    muscle,
    solve,
    solver,
    stride_pose,
)
from benchmarks.solver_check import compare, main, read_table, solve_in_python
from frontend.node import find_node

TABLE = Path(__file__).parent / "data" / "moment_arms.csv"
MODULE = settings.BASE_DIR / "static" / "js" / "atlas" / "solver.js"
MODEL = json.loads((settings.BASE_DIR / "static" / "anatomy" / "model.json").read_text())
STRAIGHT = [name for name, line in MODEL["lines"].items() if not line["wraps"]]

unhurried = examples(deadline=None)  # a busy machine must not decide
angles = {name: st.floats(*limits) for name, limits in LIMITS.items()}
poses = st.builds(Pose, **angles)

# Corners of the range, where ends of lines sink into the cylinders that they bend round.
CORNERS = [
    Pose(-30, 30, -40, 60),
    Pose(-30, -40, -20, 0),
    Pose(35, 25, -38, 90),
    Pose(118, 28, 40, 120),
]


def test_lengths_and_moment_arms_agree_with_opensim() -> None:
    rows = [row for row in read_table(TABLE) if not row.is_excluded]

    worst, faults = compare(rows, solve_in_python(rows))

    assert faults == []
    assert len(rows) == 521
    assert len(worst) == 25
    # The table is rounded to a hundredth of a millimetre.
    assert max(error for errors in worst.values() for error in errors) < 0.006


def test_the_table_is_compared_with_its_signs() -> None:
    row = next(row for row in read_table(TABLE) if row.line == "psoas")
    length, flexion, adduction, rotation = row.expected

    _, faults = compare([row], [(length + 0.0011, -flexion, adduction, rotation)])

    assert [fault.name for fault in faults] == ["length", "flexion"]


@pytest.mark.browser
def test_the_module_for_the_browser_gives_the_same(browser) -> None:
    rows = read_table(TABLE)
    page = browser.new_page()

    found = page.evaluate(
        """async ({ source, model, rows, poses, wild, strides }) => {
            const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
            const { createSolver, clampPose, LIMITS } = await import(url);
            const solver = createSolver(model);
            return {
                rows: rows.map(({ line, pose }) => {
                    const arms = solver.momentArms(line, pose);
                    return [solver.solve(line, pose).length, arms.flexion, arms.adduction, arms.rotation];
                }),
                poses: poses.map((pose) => ({
                    lines: solver.solveAll(pose),
                    bodies: solver.bodies(pose),
                    muscles: Object.fromEntries(Object.keys(solver.muscles).map((slug) => [slug, solver.muscle(slug, pose)])),
                })),
                strides: strides.map(([speed, percent]) => solver.stride(speed, percent)),
                clamped: wild.map(clampPose),
                limits: LIMITS,
                unknown: [() => solver.solve("tongue", {}), () => solver.muscle("tongue", {}), () => solver.stride("toString", 0)]
                    .map((call) => { try { call(); return null; } catch (error) { return error.name; } }),
            };
        }""",
        {
            "source": MODULE.read_text(),
            "model": MODEL,
            "rows": [{"line": row.line, "pose": asdict(row.pose)} for row in rows],
            "poses": [asdict(pose) for pose in CORNERS],
            "strides": STRIDES,
            "wild": [asdict(pose) for pose in WILD],
        },
    )
    page.close()

    assert_same(found["rows"], [list(values) for values in solve_in_python(rows)])
    for pose, state in zip(CORNERS, found["poses"], strict=True):
        lines = {}
        for name in solver().lines:
            path, arms = solve(name, pose), moment_arms(name, pose)
            lines[name] = {**path._asdict(), **arms._asdict()}
        assert_same(state["lines"], lines)
        assert_same(state["bodies"], {body: frame._asdict() for body, frame in bodies(pose).items()})
        assert_same(state["muscles"], {slug: muscle(slug, pose)._asdict() for slug in solver().muscles})
    assert_same(found["strides"], [asdict(stride_pose(speed, percent)) for speed, percent in STRIDES])
    assert found["clamped"] == [asdict(pose.clamped()) for pose in WILD]
    assert found["limits"] == {name: list(limits) for name, limits in LIMITS.items()}
    assert found["unknown"] == ["RangeError"] * 3


STRIDES = [("slow", 0), ("slow", 33.3), ("fast", 99.99), ("fast", -12.5), ("fast", 1234.5)]
WILD = [Pose(200, -90, 41, -5), Pose(-31, 31, -41, 121), Pose(10, 10, 10, 10)]


def assert_same(found: object, expected: object) -> None:
    """Compare what came from JavaScript with what Python says, to a millionth (of a metre, or a degree)."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for key, value in expected.items():
            assert_same(found[key], value)
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == pytest.approx(expected, abs=1e-6, rel=0)


@pytest.mark.parametrize("around", [STANDING, *CORNERS], ids=str)
@pytest.mark.parametrize("angle", LIMITS)
def test_no_line_jumps_while_a_joint_turns(around, angle) -> None:
    least, most = LIMITS[angle]
    sweep = [replace(around, **{angle: float(at)}) for at in range(int(least), int(most) + 1)]

    for line in solver().lines:
        lengths = [solve(line, pose).length for pose in sweep]
        assert max(abs(b - a) for a, b in pairwise(lengths)) < 0.0026, line


@unhurried
@given(pose=poses, line=st.sampled_from(STRAIGHT))
def test_a_moment_arm_is_the_shortening_for_a_turn(pose, line) -> None:
    step = 1e-3

    def shortening(angle: str) -> float:
        before, after = (
            solve(line, replace(pose, **{angle: getattr(pose, angle) + side * step})).length
            for side in (-1, 1)
        )
        return (before - after) / math.radians(2 * step)

    arms = moment_arms(line, pose)

    assert [*arms] == pytest.approx(
        [shortening("flexion"), shortening("adduction"), shortening("rotation")], abs=1e-6
    )


@unhurried
@given(pose=poses, line=st.sampled_from(list(MODEL["lines"])))
def test_a_path_is_as_long_as_its_points_are_apart(pose, line) -> None:
    length, points = solve(line, pose)

    drawn = sum(math.dist(a, b) for a, b in pairwise(points))

    assert length - 0.0005 < drawn < length + 1e-9  # the drawing cuts the corners of an arc


@unhurried
@given(pose=poses)
def test_bodies_are_turned_and_not_bent(pose) -> None:
    for frame in bodies(pose).values():
        for i, row in enumerate(frame.R):
            for j, other in enumerate(frame.R):
                product = sum(a * b for a, b in zip(row, other, strict=True))
                assert product == pytest.approx(float(i == j), abs=1e-4)


def test_the_knee_stands_where_the_table_puts_it() -> None:
    hip = MODEL["hip"]
    for row in MODEL["knee"]:
        frames = bodies(Pose(knee=row["knee"]))
        for body in ("tibia", "patella"):
            assert [list(line) for line in frames[body].R] == [
                pytest.approx(line, abs=1e-9) for line in row[body]["R"]
            ]
            assert frames[body].p == pytest.approx([a + b for a, b in zip(hip, row[body]["p"], strict=True)])


def test_a_line_runs_from_its_origin_to_its_insertion() -> None:
    points = solve("glmed1", STANDING).points

    assert points[0] == tuple(MODEL["lines"]["glmed1"]["points"][0][1])
    assert points[-1] == bodies(STANDING)["femur"].place(tuple(MODEL["lines"]["glmed1"]["points"][-1][1]))


def test_a_muscle_is_the_mean_of_its_lines() -> None:
    pose = Pose(flexion=40, adduction=-5, rotation=10, knee=30)
    lines = ["glmed1", "glmed2", "glmed3"]

    state = muscle("gluteus-medius", pose)

    assert solver().muscles["gluteus-medius"]["lines"] == lines
    assert state.length == pytest.approx(sum(solve(line, pose).length for line in lines) / 3)
    assert state.rotation == pytest.approx(sum(moment_arms(line, pose).rotation for line in lines) / 3)
    assert state.relative == pytest.approx(state.length / muscle("gluteus-medius", STANDING).length - 1)


def test_in_standing_every_muscle_has_its_own_length() -> None:
    assert {muscle(slug, STANDING).relative for slug in solver().muscles} == {0}


def test_muscles_and_lines_belong_together() -> None:
    muscles = solver().muscles
    structures = yaml.safe_load((settings.CONTENT_DIR / "anatomy" / "structures.yaml").read_text())
    slugs = {structure["slug"] for structure in structures if structure["kind"] == "muscle"}

    assert set(muscles) <= slugs
    assert sorted(line for entry in muscles.values() for line in entry["lines"]) == sorted(solver().lines)
    assert [slug for slug, entry in muscles.items() if len(entry["lines"]) > 1 and "parts" not in entry] == []
    assert all(list(entry["parts"]) == entry["lines"] for entry in muscles.values() if "parts" in entry)


def test_hip_muscles_pull_the_way_they_are_named_for() -> None:
    assert moment_arms("iliacus", STANDING).flexion > 0.02
    assert moment_arms("glmax2", STANDING).flexion < -0.02
    assert moment_arms("addlong", STANDING).adduction > 0.02
    assert moment_arms("glmed2", STANDING).adduction < -0.02
    assert moment_arms("piri", STANDING).rotation < -0.01
    # Past deep flexion the piriformis turns the thigh in, and the long adductor extends it.
    assert moment_arms("piri", Pose(flexion=100)).rotation > 0.01
    assert moment_arms("addlong", Pose(flexion=100)).flexion < -0.01


def test_an_unknown_name_is_an_error() -> None:
    for call in (
        lambda: solve("tongue", STANDING),
        lambda: muscle("tongue", STANDING),
        lambda: stride_pose("flying", 0),
    ):
        with pytest.raises(KeyError):
            call()


@unhurried
@given(percent=st.floats(-1e6, 1e6), speed=st.sampled_from(["slow", "fast"]))
def test_the_stride_repeats_and_stays_within_the_model(percent, speed) -> None:
    pose = stride_pose(speed, percent)

    assert pose == stride_pose(speed, percent % 100)
    assert pose == pose.clamped()


def test_the_stride_runs_round_without_a_seam() -> None:
    assert stride_pose("fast", 0) == Pose(29.4, 7.2, -0.6, 20.6) == stride_pose("fast", 100)
    assert stride_pose("slow", 0) == Pose(22.4, 0, 0, 13.2) == stride_pose("slow", -100)
    for angle in LIMITS:
        assert getattr(stride_pose("fast", 99.9999999), angle) == pytest.approx(
            getattr(stride_pose("fast", 0), angle), abs=1e-6
        )


def test_between_two_values_of_a_curve_the_stride_goes_straight() -> None:
    assert asdict(stride_pose("fast", 1.5)) == pytest.approx(
        {"flexion": 30.05, "adduction": 8.75, "rotation": -1.0, "knee": 24.55}
    )


def test_a_knee_never_bends_backwards() -> None:
    model = json.loads(json.dumps(MODEL))
    model["stride"]["slow"]["knee"] = [-3.0] * 101

    assert Solver(model).stride_pose("slow", 10).knee == 0


def test_a_pose_is_clamped_to_what_the_model_covers() -> None:
    assert Pose(200, -90, 41, -5).clamped() == Pose(120, -40, 40, 0)
    assert Pose(math.nan, math.inf, -math.inf, 7).clamped() == Pose(0, 0, 0, 7)


def test_the_check_says_what_is_wrong_with_a_table(tmp_path, capsys) -> None:
    table = tmp_path / "table.csv"

    def complaint(text: str) -> str:
        table.write_text(text)
        assert main([str(table)]) == 2
        return capsys.readouterr().err.replace(str(table), "table.csv").strip()

    header, row = TABLE.read_text().splitlines()[:2]
    assert complaint("") == (
        "table.csv lacks the columns muscle, hip_flexion_deg, hip_adduction_deg, hip_rotation_deg, "
        "knee_flexion_deg, length_m, ma_flexion_m, ma_adduction_m, ma_internal_rotation_m."
    )
    assert complaint(header) == "table.csv has no rows."
    assert complaint(f"{header}\n{row.replace('0.12917', 'long')}") == (
        "table.csv, line 2: length_m is 'long', not a number."
    )
    assert complaint(f"{header}\n{row.replace('addmagProx', 'tongue')}") == (
        "table.csv has no row that can be compared."
    )
    assert main([str(tmp_path / "nowhere.csv")]) == 2


@pytest.mark.skipif(find_node() is None, reason="there is no Node")
def test_the_check_passes_or_fails_a_table(tmp_path, capsys) -> None:
    header, *rows = TABLE.read_text().splitlines()
    table = tmp_path / "table.csv"
    strangers = [rows[0].replace("addmagProx", "tongue"), rows[1].replace("Rajagopal2016", "gait2392")]

    table.write_text("\n".join([header, *rows[:30], *strangers]))
    assert main([str(table)]) == 0
    printed = capsys.readouterr().out
    assert "Skipped: 1 rows of tongue, which the solvers do not have." in printed
    assert "Skipped: 1 rows of the model gait2392." in printed

    table.write_text("\n".join([header, rows[0].replace("0.12917", "0.13037")]))
    assert main([str(table)]) == 1
    assert "line 2: addmagProx length is 129.17 mm, the table says 130.37 mm" in capsys.readouterr().out
