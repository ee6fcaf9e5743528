"""A pose and a choice of muscles as a picture. Nothing here needs the database."""

import re
from itertools import pairwise

import pytest

from anatomy.atlas.colouring import stretch_colour
from anatomy.atlas.fibres import fibres_path
from anatomy.atlas.geometry import BACK, FRONT, SIDE, VIEWS, Box, view
from anatomy.atlas.labels import LEFT, RIGHT, Wanted, lay_out, rows_of
from anatomy.atlas.lines import arrow_path, middle_of, smooth_path
from anatomy.atlas.moving import affine, apply, body_matrices, transform_of
from anatomy.atlas.picture import BY_STRETCH, INSERTIONS, LABELS, LINES, ORIGINS, Cast, _leg, draw
from anatomy.solver import STANDING, Pose, solver

NAMES = {slug: slug.replace("-", " ").capitalize() for slug in solver().muscles}
CAST = Cast(
    names=NAMES,
    groups={"iliacus": "anterior", "gluteus-maximus": "posterior"},
    flexors=frozenset({"iliacus", "psoas-major"}),
    shared={"iliopsoas": ["psoas-major", "iliacus"]},
    shared_names={"iliopsoas": "Iliopsoas"},
)
BENT = Pose(flexion=60, knee=90)
POSES = [BENT, Pose(flexion=-30), Pose(adduction=-40), Pose(rotation=40), Pose(120, 30, -40, 120)]


def picture(name=SIDE, pose=STANDING, muscles=("iliacus",), **options):
    return draw(view(name), pose, muscles, cast=CAST, **options)


def patches(drawn):
    return [
        (group.body, patch.structure, patch.kind) for group in drawn.patch_groups for patch in group.patches
    ]


def numbers(d):
    return [float(number) for number in re.findall(r"-?\d+\.\d", d)]


@pytest.mark.parametrize("name", VIEWS)
def test_nothing_is_moved_in_standing(name):
    drawn = picture(name)
    assert [body.transform for body in drawn.bodies] == ["", "", "", ""]
    assert [group.transform for group in drawn.patch_groups] == [""] * len(drawn.patch_groups)


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("pose", POSES)
def test_the_pelvis_never_moves_and_the_leg_does(name, pose):
    moved = {body.name: bool(body.transform) for body in picture(name, pose).bodies}
    assert moved == {"pelvis": False, "femur": True, "tibia": True, "patella": True}


def test_a_bent_knee_moves_shin_and_kneecap_but_not_the_thigh():
    moved = {body.name: bool(body.transform) for body in picture(SIDE, Pose(knee=90)).bodies}
    assert moved == {"pelvis": False, "femur": False, "tibia": True, "patella": True}


def test_from_the_side_the_thigh_turns_about_the_hip_without_changing_its_length():
    side = view(SIDE)
    matrix = body_matrices(side, solver().bodies(STANDING), solver().bodies(Pose(flexion=90)))["femur"]
    hip = side.project(solver().bodies(STANDING)["femur"].p)
    knee = (hip[0], hip[1] + 480)
    assert apply(matrix, hip) == pytest.approx(hip, abs=0.5)
    u, v = apply(matrix, knee)
    assert (u - hip[0], v - hip[1]) == pytest.approx((480, 0), abs=30)


def test_a_point_of_the_picture_plane_goes_where_the_bone_takes_it():
    front = view(FRONT)
    pose = Pose(adduction=-20, rotation=15)
    standing, posed = solver().bodies(STANDING), solver().bodies(pose)
    a, b, c = front.bodies["tibia"].plane
    y, z = -0.05, 0.02
    point = (a * y + b * z + c, y, z)
    matrix = body_matrices(front, standing, posed)["tibia"]
    there = apply(matrix, front.project(standing["tibia"].place(point)))
    assert there == pytest.approx(front.project(posed["tibia"].place(point)), abs=0.01)


def test_patches_follow_their_bone():
    drawn = picture(SIDE, BENT, ("rectus-femoris",))
    bodies = {body.name: body.transform for body in drawn.bodies}
    assert {group.body: group.transform for group in drawn.patch_groups} == {
        "pelvis": "",
        "patella": bodies["patella"],
        "tibia": bodies["tibia"],
    }


def test_three_points_on_a_line_give_no_map():
    with pytest.raises(ValueError, match="three points"):
        affine([(0, 0), (1, 1), (2, 2)], [(0, 0), (1, 0), (0, 1)])


def test_a_map_that_changes_nothing_has_no_transform():
    assert transform_of((1, 0, 0, 1, 0, 0)) == ""
    assert transform_of((0.5, 0, -0.00001, 1, 2.345, -0.001)) == "matrix(0.5 0 0 1 2.35 0)"


def test_shared_ends_belong_to_each_of_their_muscles():
    both = picture(BACK, muscles=("psoas-major", "iliacus"))
    (ending,) = [
        patch for group in both.patch_groups for patch in group.patches if patch.structure == "iliopsoas"
    ]
    assert (ending.name, ending.panel, ending.muscles, ending.flexor) == (
        "Iliopsoas",
        "psoas-major",
        ["psoas-major", "iliacus"],
        True,
    )
    assert ("femur", "iliopsoas", "insertion") in patches(picture(BACK, muscles=("iliacus",)))
    assert patches(picture(BACK, muscles=("gracilis",), show=(INSERTIONS,))) != []


def test_only_what_is_asked_for_is_shown():
    assert patches(picture(FRONT, show=(ORIGINS,))) == [("pelvis", "iliacus", "origin")]
    assert patches(picture(FRONT, show=(LINES,))) == []
    assert picture(FRONT, show=(ORIGINS,)).pulls == []
    assert picture(FRONT, show=(ORIGINS,)).labels == []
    assert [label.name for label in picture(FRONT, show=(ORIGINS, LABELS)).labels] == ["Iliacus"]


def test_far_patches_are_left_out_where_near_ones_are_and_among_many_muscles():
    def far(drawn):
        return {
            (patch.structure, patch.kind)
            for group in drawn.patch_groups
            for patch in group.patches
            if patch.far
        }

    assert far(picture(SIDE)) == {("iliacus", "origin"), ("iliopsoas", "insertion")}
    assert far(picture(SIDE, muscles=tuple(NAMES))) == set()


def test_a_line_takes_the_focus_only_where_no_patch_does():
    assert [pull.reachable for pull in picture(FRONT).pulls] == [False]
    assert [pull.reachable for pull in picture(FRONT, show=(LINES,)).pulls] == [True]


def test_lines_are_coloured_by_muscle_or_by_stretch():
    by_muscle, by_stretch = picture(pose=BENT).pulls[0], picture(pose=BENT, colouring=BY_STRETCH).pulls[0]
    relative = solver().muscle("iliacus", BENT).relative
    assert by_muscle.colour == by_muscle.own_colour == by_stretch.own_colour
    assert by_stretch.colour == stretch_colour(relative) != by_muscle.colour


def test_stretch_goes_from_red_over_bone_to_blue():
    assert [stretch_colour(share) for share in (-1, -0.25, 0, 0.25, 1)] == [
        "#c0392b",
        "#c0392b",
        "#a2947b",
        "#1f5fb0",
        "#1f5fb0",
    ]


def test_a_cropped_picture_is_as_wide_as_the_view_and_no_higher_than_needed():
    whole, cropped = picture(FRONT), picture(FRONT, cropped=True)
    assert whole.box == Box(0, 0, whole.view.width, whole.view.height)
    assert cropped.box.width == whole.box.width
    assert cropped.box.height < 0.7 * whole.box.height


def test_no_side_is_cut_off_to_which_the_leg_may_come():
    assert not picture(SIDE).is_wide
    assert [
        picture(SIDE, pose).is_wide for pose in (Pose(flexion=90, knee=90), Pose(flexion=-30, knee=60))
    ] == [
        True,
        True,
    ]
    assert picture(SIDE, reach=[Pose(flexion=90)]).is_wide
    assert not picture(FRONT, reach=[Pose(flexion=90, knee=90)]).is_wide


def test_bends_of_a_line_are_rounded():
    assert smooth_path([(0, 0), (100, 0), (100, 100)]) == (
        "M0.0 0.0L86.0 0.0Q100.0 0.0 100.0 14.0L100.0 100.0"
    )
    assert smooth_path([(0, 0), (0.1, 0), (10, 0), (20, 0)]) == (
        "M0.0 0.0L5.0 0.0Q10.0 0.0 15.0 0.0L20.0 0.0"
    )


def test_an_arrow_points_back_along_the_line():
    assert arrow_path([(0, 0), (0, 100)]) == "M0.0 66.0L7.0 81.0L-7.0 81.0Z"
    assert arrow_path([(5, 5), (5, 5)]) == ""


def test_the_middle_of_a_line_is_halfway_along_it():
    assert middle_of([(0, 0), (10, 0), (10, 30)]) == (10, 10)
    assert middle_of([(1, 2), (1, 2)]) == (1, 2)


@pytest.mark.parametrize("pose", [STANDING, *POSES])
@pytest.mark.parametrize("muscle", list(NAMES))
def test_fibres_begin_and_end_on_their_patches(muscle, pose):
    from anatomy.atlas.geometry import strands

    side = view(SIDE)
    bodies = solver().bodies(pose)
    solved = {line: solver().solve(line, pose).points for line in solver().muscles[muscle]["lines"]}
    runs = fibres_path(muscle, solved, bodies, side).split("M")[1:]
    ends = [(numbers(f"M{run}")[:2], numbers(run)[-2:]) for run in runs]
    expected = [
        (
            pytest.approx(side.project(bodies[strand.start_body].place(strand.start)), abs=0.06),
            pytest.approx(side.project(bodies[strand.end_body].place(strand.end)), abs=0.06),
        )
        for strand in strands()[muscle]
    ]
    assert ends == expected


def test_long_names_break_at_the_space_nearest_to_their_middle():
    assert rows_of("Iliacus") == ["Iliacus"]
    assert rows_of("Tensor fasciae latae") == ["Tensor", "fasciae latae"]
    assert rows_of("Sternocleidomastoideus") == ["Sternocleidomastoideus"]


def want(number, point, name="Iliacus"):
    return Wanted(f"muscle-{number}", name, number, point)


BOX = Box(0, 100, 800, 900)


@pytest.mark.parametrize("home", ["", LEFT, RIGHT])
@pytest.mark.parametrize("count", [1, 2, 7, 12, 22])
def test_labels_never_lie_on_one_another_nor_outside(home, count):
    wanted = [want(n, (400 + n % 3, 500 + n % 5), "Biceps femoris, long head") for n in range(count)]
    labels = lay_out(wanted, box=BOX, home=home)
    assert sorted(label.number for label in labels) == list(range(count))
    for side in (LEFT, RIGHT):
        edges = sorted(
            (label.rows[0][1] - 20, label.rows[-1][1] + 7) for label in labels if label.side == side
        )
        assert all(lower[0] >= upper[1] for upper, lower in pairwise(edges))
        assert all(BOX.y <= top and bottom <= BOX.y + BOX.height for top, bottom in edges)


def test_labels_stay_with_the_leg_until_that_side_is_full():
    few = [want(n, (300 + 40 * n, 500)) for n in range(6)]
    assert [label.side for label in lay_out(few, box=BOX, home=LEFT)] == [LEFT] * 6
    assert [label.side for label in lay_out(few, box=BOX, home=RIGHT)] == [RIGHT] * 6
    assert [label.side for label in lay_out(few, box=BOX)] == [LEFT] * 3 + [RIGHT] * 3


@pytest.mark.parametrize("pose", [Pose(flexion=90, knee=90), Pose(flexion=75), Pose(flexion=-30, knee=90)])
def test_names_keep_off_the_bones_of_a_leg_that_comes_to_a_side(pose):
    muscles = ("iliacus", "psoas-major", "rectus-femoris", "sartorius", "semitendinosus", "gluteus-maximus")
    bones = _leg(view(SIDE), pose)
    for drawn in (picture(SIDE, pose, muscles), picture(SIDE, muscles=muscles, reach=[pose])):
        heights = {
            LEFT: [v for u, v in bones if u < 200],
            RIGHT: [v for u, v in bones if u > drawn.box.width - 200],
        }
        assert len(drawn.labels) == 6
        assert [
            label.name
            for label in drawn.labels
            if heights[label.side]
            and min(heights[label.side]) < label.rows[-1][1]
            and label.rows[0][1] - 20 < max(heights[label.side])
        ] == []


def test_leaders_of_neighbours_do_not_cross():
    labels = lay_out([want(1, (700, 500)), want(2, (300, 505))], box=BOX, home=LEFT)
    assert [(label.number, label.y) for label in labels] == sorted(
        ((label.number, label.y) for label in labels), key=lambda pair: pair[1]
    )


def test_without_muscles_there_is_a_picture_of_bones():
    drawn = picture(muscles=())
    assert (len(drawn.bodies), drawn.patch_groups, drawn.pulls, drawn.labels) == (4, [], [], [])
