"""The formulas, over every question and answer that can be made up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizzes.grading import grade_match, grade_multi, grade_single, is_pass, percent
from quizzes.kinds import KINDS, ChoiceText, QuestionText

texts = st.lists(
    st.text("abcdefghij ", min_size=1).filter(str.strip),
    min_size=4,
    max_size=9,
    unique_by=lambda t: " ".join(t.split()),
)


@st.composite
def questions(draw):
    kind = draw(st.sampled_from(sorted(KINDS)))
    answers = draw(texts)
    facts = tuple(draw(st.lists(st.sampled_from(["a.origin.b", "c.action.d"]), unique=True)))
    if kind == "single":
        right = draw(st.integers(0, len(answers) - 1))
        rows = [ChoiceText(text, is_correct=place == right, why="why") for place, text in enumerate(answers)]
    elif kind == "multi":
        right = draw(st.integers(1, len(answers) - 1))
        rows = [ChoiceText(text, is_correct=place < right, why="why") for place, text in enumerate(answers)]
    else:
        pairs = draw(st.integers(2, len(answers) - 2))
        rows = [
            ChoiceText(
                text, prompt=f"prompt {place}" if place < pairs else "", is_correct=place < pairs, why="why"
            )
            for place, text in enumerate(answers)
        ]
    return QuestionText("slug", kind, "Stem?", "Because.", facts, tuple(rows))


@st.composite
def answered(draw):
    question = draw(questions())
    body = KINDS[question.kind].build(question)
    ids = [option["id"] for option in body.public["options"]]
    some = st.sampled_from([*ids, "o99", ""])
    answers = {
        "single": st.fixed_dictionaries({"choice": st.one_of(st.none(), some)}),
        "multi": st.fixed_dictionaries({"choices": st.lists(some)}),
        "match": st.fixed_dictionaries(
            {"pairs": st.dictionaries(st.sampled_from(["s1", "s2", "s3", "s99"]), some)}
        ),
    }
    return body, draw(answers[question.kind])


@given(questions())
def test_a_question_made_by_the_rules_has_no_problems(question):
    assert KINDS[question.kind].problems(question) == []


@given(answered())
def test_every_answer_is_worth_between_0_and_1_with_five_places(body_and_answer):
    body, answer = body_and_answer
    result = KINDS[body.kind].grade(body.key, answer)
    assert 0 <= result.fraction <= 1
    assert result.fraction.as_tuple().exponent == -5
    assert result.parts != []


@given(questions())
def test_the_perfect_answer_is_worth_1_and_every_part_of_it_is_right(question):
    kind = KINDS[question.kind]
    body = kind.build(question)
    result = kind.grade(body.key, kind.perfect(body.key))
    assert result.fraction == 1
    assert all(correct for _fact, correct in result.parts)


@given(questions())
def test_no_answer_is_worth_0_and_no_part_of_it_is_right(question):
    kind = KINDS[question.kind]
    result = kind.grade(kind.build(question).key, {})
    assert result.fraction == 0
    assert not any(correct for _fact, correct in result.parts)


@given(questions().filter(lambda question: question.kind == "multi"))
def test_ticking_everything_is_worth_0(question):
    body = KINDS["multi"].build(question)
    everything = [option["id"] for option in body.public["options"]]
    assert KINDS["multi"].grade(body.key, {"choices": everything}).fraction == 0


@given(answered(), st.randoms())
def test_the_order_in_which_options_arrive_does_not_matter(body_and_answer, random):
    body, answer = body_and_answer
    kind = KINDS[body.kind]
    shuffled = {}
    for name, value in answer.items():
        items = (
            list(value.items())
            if isinstance(value, dict)
            else list(value)
            if isinstance(value, list)
            else value
        )
        if isinstance(items, list):
            random.shuffle(items)
        shuffled[name] = dict(items) if isinstance(value, dict) else items
    assert kind.grade(body.key, shuffled) == kind.grade(body.key, answer)


@given(questions(), st.randoms())
def test_what_may_reach_the_browser_does_not_depend_on_the_key_or_on_the_order_of_writing(question, random):
    if question.kind == "match":
        return
    kind = KINDS[question.kind]
    rows = list(question.choices)
    random.shuffle(rows)
    flags = [row.is_correct for row in rows]
    random.shuffle(flags)
    moved = tuple(
        ChoiceText(row.text, is_correct=flag, why="other") for row, flag in zip(rows, flags, strict=True)
    )
    other = QuestionText(question.slug, question.kind, question.stem, "Other.", question.facts, moved)
    assert kind.build(other).public == kind.build(question).public


@pytest.mark.parametrize(
    ("chosen", "fraction"),
    [
        ([], "0"),
        (["r1"], "0.33333"),
        (["r1", "r2", "r3"], "1"),
        (["r1", "r2", "r3", "w1"], "0"),
        (["r1", "r2", "w1"], "0"),
        (["w1"], "0"),
        (["r1", "r1", "r2"], "0.66667"),
    ],
)
def test_multi_gives_each_right_tick_its_share_and_takes_each_wrong_one_away(chosen, fraction):
    assert grade_multi(["r1", "r2", "r3"], ["w1"], chosen) == Decimal(fraction)


def test_a_question_without_a_right_option_is_worth_nothing():
    assert grade_multi([], ["w1"], ["w1"]) == grade_multi([], [], []) == 0


def test_single_gives_the_weight_of_the_option():
    weights = {"o1": Decimal(1), "o2": Decimal("0.5"), "o3": Decimal(0)}
    grades = [grade_single(weights, chosen) for chosen in ("o1", "o2", "o3", "o4", None)]
    assert grades == [Decimal(1), Decimal("0.5"), 0, 0, 0]


def test_match_gives_the_share_of_right_pairs_and_an_answer_may_be_used_twice():
    pairs = {"s1": "o1", "s2": "o2", "s3": "o1"}
    assert grade_match(pairs, {"s1": "o1", "s2": "o1", "s3": "o1"}) == Decimal("0.66667")
    assert grade_match(pairs, {"s1": "o2", "s2": "o1"}) == 0
    assert grade_match({}, {"s1": "o1"}) == 0


@pytest.mark.parametrize(
    ("points", "total", "shown", "passed"),
    [
        ("4.00000", 5, 80, True),
        ("3.99999", 5, 80, True),  # three thirds of a question, and three whole ones
        ("3.99000", 5, 79, False),
        ("0", 5, 0, False),
        ("5", 5, 100, True),
        ("0", 0, 0, False),
    ],
)
def test_the_shown_percentage_and_the_pass_agree(points, total, shown, passed):
    assert (percent(Decimal(points), total), is_pass(Decimal(points), total, 80)) == (shown, passed)


def test_a_match_feeds_the_fact_of_each_pair_and_then_those_of_the_whole_question():
    question = QuestionText(
        "slug",
        "match",
        "Match.",
        facts=("whole.action.fact", "iliacus.origin.iliac-fossa"),
        choices=(
            ChoiceText("Iliac fossa", prompt="Iliacus", why="w", fact="iliacus.origin.iliac-fossa"),
            ChoiceText("Sacrum", prompt="Piriformis", why="w"),
            ChoiceText("Pubis", why="w"),
            ChoiceText("Fibula", why="w"),
        ),
    )
    kind = KINDS["match"]
    body = kind.build(question)
    given_answer = {**kind.perfect(body.key)["pairs"], "s2": body.key["pairs"]["s1"]}
    result = kind.grade(body.key, {"pairs": given_answer})
    assert result.parts == [("iliacus.origin.iliac-fossa", True), ("", False), ("whole.action.fact", False)]
    assert result.fraction == Decimal("0.5")


def test_a_multi_feeds_the_facts_of_its_right_options():
    question = QuestionText(
        "slug",
        "multi",
        "Which?",
        choices=(
            ChoiceText("A", is_correct=True, why="w", fact="a.action.x"),
            ChoiceText("B", is_correct=True, why="w", fact="b.action.x"),
            ChoiceText("C", why="w", fact="c.action.y"),
        ),
    )
    kind = KINDS["multi"]
    assert kind.grade(kind.build(question).key, {"choices": ["o1"]}).parts == [
        ("a.action.x", True),
        ("b.action.x", False),
    ]


def test_a_question_without_facts_has_one_part_without_a_name():
    question = QuestionText(
        "slug", "single", "Which?", choices=(ChoiceText("A", is_correct=True), ChoiceText("B"))
    )
    kind = KINDS["single"]
    assert kind.grade(kind.build(question).key, {"choice": "o1"}).parts == [("", True)]


R = ChoiceText


@pytest.mark.parametrize(
    ("kind", "rows", "messages"),
    [
        (
            "single",
            [R("a", is_correct=True, why="w")],
            ["A question needs at least two answers to choose from."],
        ),
        ("single", [R("a", why="w"), R("b", why="w")], ["Mark the right answer: exactly one."]),
        (
            "single",
            [R("a", is_correct=True, why="w"), R("b", is_correct=True, why="w")],
            ["Only one answer can be right here. For several, choose the kind “Several right answers”."],
        ),
        ("single", [R("a", is_correct=True, why="w"), R(" A ", why="w")], ["Two answers say the same."]),
        (
            "single",
            [R("a", is_correct=True), R("b", why="w", prompt="p")],
            [
                "Say why: why “a” is right, or why it tempts and what it is true of.",
                "Only a match has prompts: empty this one.",
            ],
        ),
        ("multi", [R("a", why="w"), R("b", why="w")], ["Mark at least one answer as right."]),
        (
            "multi",
            [R("a", is_correct=True, why="w"), R("b", is_correct=True, why="w")],
            ["At least one answer must be wrong, or there is nothing to choose."],
        ),
        (
            "match",
            [R("a", prompt="p", why="w"), R("b", why="w"), R("c", why="w")],
            ["A match needs at least two pairs: rows with a prompt and the answer that belongs to it."],
        ),
        (
            "match",
            [R("a", prompt="p", why="w"), R("b", prompt="q", why="w"), R("c", why="w")],
            [
                "A match needs at least two answers that fit no prompt (rows with an empty prompt), or the last pair is free."
            ],
        ),
        (
            "match",
            [
                R("a", prompt="p", why="w"),
                R("b", prompt="P", why="w"),
                R("A", why="w"),
                R("d", why="w"),
                R("d", why="w"),
            ],
            [
                "Two rows have the same prompt.",
                "This answer belongs to a prompt, so it cannot be an extra one.",
                "Two answers say the same.",
            ],
        ),
        (
            "match",
            [
                R("a" * 301, prompt="p" * 201, why="w"),
                R("b", prompt="q", why="w"),
                R("", why="w"),
                R("d", why="w"),
            ],
            [
                "An answer has at most 300 characters.",
                "A prompt has at most 200 characters.",
                "Every answer needs its text.",
            ],
        ),
    ],
)
def test_what_keeps_a_question_from_being_served_is_said_in_plain_words(kind, rows, messages):
    question = QuestionText("slug", kind, "Stem?", choices=tuple(rows))
    assert [problem.message for problem in KINDS[kind].problems(question)] == messages


def test_a_question_needs_its_words():
    question = QuestionText(
        "slug", "single", "  ", choices=(R("a", is_correct=True, why="w"), R("b", why="w"))
    )
    assert [problem.message for problem in KINDS["single"].problems(question)] == ["Write the question."]
