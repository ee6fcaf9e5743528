"""The atlas's address: read forgivingly, written in one way; and what a pose does, in words."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from anatomy.atlas.state import AtlasState, read_state
from anatomy.atlas.words import (
    Numbers,
    length_words,
    lever_words,
    muscle_words,
    numbers_of,
    phase_name,
    pose_words,
    rounded,
    sentence,
    short_length,
)
from anatomy.solver import LIMITS, STANDING, MuscleState, Pose, solver

NAMES = {slug: slug for slug in solver().muscles}


def read(query):
    return read_state(QueryDict(query), NAMES)


def test_an_empty_address_shows_the_flexors_from_the_front():
    assert read("") == (AtlasState(), [])


@pytest.mark.parametrize(
    "query",
    [
        "",
        "view=side&flexion=60&knee=90",
        "muscles=iliacus,gluteus-medius&adduction=-12&colour=stretch",
        "view=back&muscles=&show=origins,lines&focus=iliacus",
        "speed=fast&at=35&sweep=stride",
        "compare=iliacus,sartorius",
    ],
)
def test_what_is_written_is_read_again(query):
    state, complaints = read(query)
    assert complaints == []
    assert read(state.query()) == (state, [])


def test_a_form_says_the_same_as_a_link():
    form = "muscles=&muscles=iliacus&muscles=sartorius&show=&show=lines&show=labels&view=side&speed=&at=0"
    link = "muscles=iliacus,sartorius&show=lines,labels&view=side"
    assert read(form) == read(link)


def test_an_unticked_list_is_not_the_first_choice():
    state, _ = read("muscles=&show=")
    assert (state.muscles, state.show) == ((), ())


def test_the_stride_wins_over_the_angles():
    state, _ = read("flexion=90&speed=slow&at=42")
    assert state.pose == solver().stride_pose("slow", 42).clamped()
    assert read("flexion=90&at=42")[0].pose == Pose(flexion=90)


def test_a_muscle_in_focus_is_shown():
    assert read("muscles=sartorius&focus=iliacus")[0].muscles == ("sartorius", "iliacus")


@pytest.mark.parametrize(
    ("query", "field", "value", "complaint"),
    [
        ("flexion=200", "flexion", 120, "“Hip: bend” goes from −30 to 120, so 200 became 120."),
        ("rotation=-1e99", "rotation", -40, "“Hip: turn in” goes from −40 to 40, so -1e99 became −40."),
        ("knee=inf", "knee", 120, "“Knee: bend” goes from 0 to 120, so inf became 120."),
        ("knee=nan", "knee", 0, "“nan” is no number, so “Knee: bend” is 0."),
        ("adduction=far", "adduction", 0, "“far” is no number, so “Hip: across” is 0."),
        ("speed=fast&at=101", "at", 100, "“Point of the stride” goes from 0 to 100, so 101 became 100."),
        ("view=top", "view", "front", "There is no view “top”; this is the front."),
        ("speed=warp", "speed", "", "“warp” is not known here and was left out."),
        ("colour=red", "colouring", "muscle", "“red” is not known here and was left out."),
        ("sweep=x", "sweep", "", "“x” is not known here and was left out."),
        ("show=lines,bones", "show", ("lines",), "“bones” is not known here and was left out."),
        (
            "muscles=iliacus,deltoid-muscle",
            "muscles",
            ("iliacus",),
            "There is no muscle “deltoid muscle” in the atlas.",
        ),
        ("focus=deltoid", "focus", "", "There is no muscle “deltoid” in the atlas."),
        ("compare=iliacus,x", "compare", ("iliacus",), "There is no muscle “x” in the atlas."),
        (f"view={'x' * 99}", "view", "front", f"There is no view “{'x' * 40}…”; this is the front."),
    ],
)
def test_a_bad_value_becomes_the_nearest_good_one_and_is_told(query, field, value, complaint):
    state, complaints = read(query)
    assert (getattr(state, field), complaints) == (value, [complaint])


def test_a_muscle_is_not_compared_with_itself():
    state, complaints = read("compare=iliacus&compare=iliacus")
    assert state.compare == ("iliacus",)
    assert complaints == ["Choose two different muscles to compare them."]


def test_of_many_mistakes_the_first_few_are_told():
    _state, complaints = read("muscles=" + ",".join(f"m{number}" for number in range(500)))
    assert complaints[:6] == [f"There is no muscle “m{number}” in the atlas." for number in range(6)]
    assert complaints[6:] == ["494 things more were left out.", "The hip flexors are shown instead."]


def test_without_a_known_muscle_the_first_ones_are_shown_and_it_is_told():
    assert read("muscles=nope") == (
        AtlasState(),
        ["There is no muscle “nope” in the atlas.", "The hip flexors are shown instead."],
    )
    state, complaints = read("muscles=nope&focus=gracilis")
    assert (state.muscles, complaints) == (("gracilis",), ["There is no muscle “nope” in the atlas."])
    assert read_state(QueryDict("muscles=nope"), {})[1] == ["There is no muscle “nope” in the atlas."]


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "view",
                "muscles",
                "flexion",
                "knee",
                "speed",
                "at",
                "colour",
                "show",
                "focus",
                "compare",
                "sweep",
            ]
        ),
        st.text(max_size=30) | st.floats().map(str),
    )
)
def test_no_address_breaks_anything(fields):
    query = QueryDict(mutable=True)
    query.update(fields)
    state, _ = read_state(query, NAMES)
    assert all(least <= getattr(state, name) <= most for name, (least, most) in LIMITS.items())
    assert read(state.query())[0] == state


def test_the_chart_runs_over_the_stride_only_while_it_runs():
    assert read("sweep=stride")[0].swept == "flexion"
    assert read("speed=slow")[0].swept == "stride"
    assert read("speed=slow&sweep=knee")[0].swept == "knee"


# Words


def numbers(change=0, flexion=0, adduction=0, rotation=0, percent=0):
    return Numbers(change, percent, flexion, adduction, rotation, percent / 100)


def test_numbers_are_whole_millimetres_rounded_half_up():
    state = MuscleState(length=0.2205, relative=0.05, flexion=0.0345, adduction=-0.0005, rotation=-0.0126)
    assert numbers_of(state) == Numbers(11, 5, 35, 0, -13, 0.05)
    assert [rounded(value) for value in (0.5, 1.5, -0.5, -1.5)] == [1, 2, 0, -1]


@pytest.mark.parametrize(
    ("pose", "words"),
    [
        (STANDING, "Standing"),
        (Pose(flexion=60, knee=90), "Hip bent 60°, knee bent 90°"),
        (Pose(flexion=-14.2), "Thigh back 14°"),
        (Pose(adduction=-20, rotation=10), "Thigh out to the side 20°, thigh turned in 10°"),
        (Pose(adduction=20, rotation=-10), "Thigh across 20°, thigh turned out 10°"),
        (Pose(flexion=0.3), "Standing"),
    ],
)
def test_a_pose_in_words(pose, words):
    assert pose_words(pose) == words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (numbers(-38, flexion=42), "iliacus is 38 mm shorter than in standing and flexes with a lever of 42 mm"),
        (numbers(12, flexion=-61, adduction=9), "iliacus is 12 mm longer than in standing and extends with a lever of 61 mm"),
        (numbers(0, adduction=-40), "iliacus is as long as in standing and abducts with a lever of 40 mm"),
        (numbers(3, adduction=40), "iliacus is 3 mm longer than in standing and adducts with a lever of 40 mm"),
        (numbers(-3, rotation=-8), "iliacus is 3 mm shorter than in standing and turns out with a lever of 8 mm"),
        (numbers(-3, rotation=2), "iliacus is 3 mm shorter than in standing and has hardly any lever"),
        (numbers(3, rotation=2), "iliacus is 3 mm longer than in standing and has hardly any lever"),
        (numbers(0, rotation=2), "iliacus is as long as in standing and has hardly any lever"),
    ],
)  # fmt: skip
def test_a_muscle_in_words(given, words):
    assert muscle_words("iliacus", given, standing=False) == words


def test_in_standing_nothing_is_compared_with_standing():
    assert muscle_words("iliacus", numbers(flexion=35), standing=True) == (
        "iliacus flexes with a lever of 35 mm"
    )
    assert muscle_words("iliacus", numbers(rotation=1), standing=True) == "iliacus has hardly any lever"


def test_the_sentence_is_about_the_movement_that_has_begun():
    medius = [("gluteus medius", numbers(-4, flexion=12, adduction=-50))]
    mostly = "gluteus medius is 4 mm shorter than in standing and abducts with a lever of 50 mm."
    bent = Pose(flexion=60)
    assert sentence(bent, medius, moved="flexion") == (
        "Hip bent 60°. Gluteus medius is 4 mm shorter than in standing and flexes with a lever of 12 mm."
    )
    for moved in ("adduction", "knee", "stride", ""):
        assert sentence(bent, medius, moved=moved) == f"Hip bent 60°. {mostly[0].upper()}{mostly[1:]}"
    assert sentence(bent, medius, stride=("fast", 0), moved="flexion").endswith(mostly[1:])
    hardly = sentence(bent, [("gracilis", numbers(flexion=-2, adduction=60))], moved="flexion")
    assert hardly == "Hip bent 60°. Gracilis is as long as in standing and hardly flexes or extends."


def test_the_sentence_names_three_muscles_and_counts_the_others():
    told = [(name, numbers(flexion=30)) for name in ("iliacus", "sartorius", "pectineus", "gracilis", "x")]
    assert sentence(STANDING, told) == (
        "Standing. Iliacus flexes with a lever of 30 mm; sartorius flexes with a lever of 30 mm; "
        "pectineus flexes with a lever of 30 mm; the other 2 are in the list."
    )
    assert sentence(STANDING, told[:4]).endswith("; gracilis flexes with a lever of 30 mm.")
    assert sentence(Pose(knee=90), None) == "Knee bent 90°."
    assert sentence(Pose(knee=90), []) == "Knee bent 90°. No muscle is chosen."


def test_the_sentence_says_where_in_the_stride_the_leg_is():
    assert sentence(Pose(flexion=-15, knee=20), None, stride=("fast", 30)) == (
        "Running at 4.0 m/s, 30 % of the stride: thigh back 15°, knee bent 20°."
    )


def test_numbers_in_words():
    assert length_words(numbers(-38, percent=-14)) == "38 mm shorter than in standing (−14 %)"
    assert length_words(numbers(5, percent=2)) == "5 mm longer than in standing (+2 %)"
    assert length_words(numbers()) == "as long as in standing"
    assert [short_length(numbers(change)) for change in (-3, 0, 4)] == ["−3 mm", "0 mm", "+4 mm"]
    assert [lever_words("flexion", mm) for mm in (42, -42, 2)] == [
        "flexes, lever 42 mm",
        "extends, lever 42 mm",
        "hardly flexes or extends (2 mm)",
    ]


def test_phases_of_the_stride():
    at = [0, 12, 34, 35, 58, 67, 68, 99, 100]
    assert [phase_name(percent, 35) for percent in at] == [
        "early stance",
        "middle of stance",
        "late stance",
        "early swing",
        "early swing",
        "early swing",
        "late swing",
        "late swing",
        "early stance",
    ]
