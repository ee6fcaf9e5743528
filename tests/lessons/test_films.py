import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.films import EmbeddedFilm, Passage, coverage, merge_intervals, parse_film_url, read_passages

ID = "dQw4w9WgXcQ"


@pytest.mark.parametrize(
    ("url", "film"),
    [
        (f"https://www.youtube.com/watch?v={ID}&t=30", EmbeddedFilm("youtube", ID)),
        (f"https://youtu.be/{ID}?si=abc", EmbeddedFilm("youtube", ID)),
        (f"https://m.youtube.com/shorts/{ID}", EmbeddedFilm("youtube", ID)),
        (f"https://www.youtube.com/live/{ID}", EmbeddedFilm("youtube", ID)),
        (f"https://www.youtube-nocookie.com/embed/{ID}", EmbeddedFilm("youtube", ID)),
        ("https://vimeo.com/76979871", EmbeddedFilm("vimeo", "76979871")),
        ("https://vimeo.com/76979871/abcdef12", EmbeddedFilm("vimeo", "76979871", "abcdef12")),
        ("https://player.vimeo.com/video/76979871?h=abcdef12", EmbeddedFilm("vimeo", "76979871", "abcdef12")),
    ],
)
def test_addresses_of_films_are_read_in_every_form_their_pages_give(url, film):
    assert parse_film_url(url) == film


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        f"http://www.youtube.com/watch?v={ID}",
        f"https://www.youtube.com.evil.invalid/watch?v={ID}",
        f"https://www.youtube-nocookie.com@evil.invalid/embed/{ID}",
        f"//www.youtube.com/watch?v={ID}",
        f"https://user:pw@www.youtube.com/watch?v={ID}",
        f"https://www.youtube.com:8443/watch?v={ID}",
        'https://youtu.be/"onload=x12',
        "https://youtu.be/short",
        f"https://youtu.be/{ID}/more",
        "https://vimeo.com/abc",
        "https://vimeo.com/76979871/<script>",
        "https://[::1",
        "https://www.youtube.com/watch?v=" + "a" * 500,
    ],
)
def test_anything_else_is_no_film(url):
    assert parse_film_url(url) is None


def test_embeds_use_the_addresses_that_track_least():
    assert EmbeddedFilm("youtube", ID).embed_url == (
        f"https://www.youtube-nocookie.com/embed/{ID}?autoplay=1&rel=0"
    )
    assert EmbeddedFilm("vimeo", "76979871", "abcdef12").embed_url == (
        "https://player.vimeo.com/video/76979871?autoplay=1&dnt=1&h=abcdef12"
    )


def test_passages_are_lines_that_begin_with_their_time():
    passages = read_passages("0:00 Foot down\n\n 1:05  Swing: drive \n12:30 End", duration=800)
    assert passages == [Passage(0, "Foot down"), Passage(65, "Swing: drive"), Passage(750, "End")]
    assert [passage.clock for passage in passages] == ["0:00", "1:05", "12:30"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("0:00 Foot down\nSwing", "Swing"),
        ("0:00", "0:00"),
        ("0:75 Swing", "0:75 Swing"),
        ("0:10 Swing\n0:10 Stance", "0:10 Stance"),
        ("0:10 Swing\n0:04 Stance", "0:04 Stance"),
        ("0:40 Behind the end", "0:40 Behind the end"),
    ],
)
def test_a_line_that_is_no_passage_is_named(text, line):
    with pytest.raises(ValueError, match=line):
        read_passages(text, duration=40)


def test_passages_of_a_film_of_unknown_length_may_begin_at_any_time():
    assert read_passages("99:59 Late", duration=0) == [Passage(5999, "Late")]


def test_intervals_merge_by_union_not_by_sum():
    assert merge_intervals([[0, 10], [5, 12]], [[30, 31], [12.4, 20]], [[3, 3]]) == [[0, 20], [30, 31]]


@pytest.mark.parametrize(
    ("intervals", "duration", "share"),
    [
        ([], 40, 0.0),
        ([[0, 40]], 40, 1.0),
        ([[0, 20], [0, 20]], 40, 0.5),
        ([[30, 90]], 40, 0.25),
        ([[0, 9]], 0, 0.0),
    ],
)
def test_coverage_is_the_share_of_the_film_that_was_seen(intervals, duration, share):
    assert coverage(intervals, duration) == share


moments = st.floats(min_value=0, max_value=600, allow_nan=False)
intervals = st.lists(st.tuples(moments, moments).map(lambda pair: sorted(pair)), max_size=12)


@given(intervals, intervals)
def test_merging_never_loses_what_was_seen_and_does_not_care_about_the_order(first, second):
    together = merge_intervals(first, second)
    assert together == merge_intervals(second, first) == merge_intervals(together)
    for start, end in [*first, *second]:
        if end > start:
            assert any(left <= start and end <= right for left, right in together)
    assert all(left[1] < right[0] for left, right in itertools.pairwise(together))
