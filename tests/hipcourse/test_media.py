import pytest
from django.http import FileResponse

from hipcourse.media import serve_media

pytestmark = pytest.mark.django_db  # the end of an answer looks after connections to the database


@pytest.fixture
def film(tmp_path):
    (tmp_path / "films").mkdir()
    (tmp_path / "films/stride.webm").write_bytes(b"0123456789")
    return tmp_path


def asked_for(rf, folder, part):
    headers = {"Range": part} if part else {}
    answer = serve_media(rf.get("/media/films/stride.webm", headers=headers), "films/stride.webm", folder)
    content = b"".join(answer.streaming_content) if isinstance(answer, FileResponse) else answer.content
    answer.close()
    return answer.status_code, answer.get("Content-Range"), content


@pytest.mark.parametrize(
    ("part", "answer"),
    [
        ("", (200, None, b"0123456789")),
        ("bytes=0-", (206, "bytes 0-9/10", b"0123456789")),
        ("bytes=2-4", (206, "bytes 2-4/10", b"234")),
        ("bytes=7-99", (206, "bytes 7-9/10", b"789")),
        ("bytes=-3", (206, "bytes 7-9/10", b"789")),
        ("bytes=10-", (416, "bytes */10", b"")),
        ("bytes=-", (200, None, b"0123456789")),
        ("bytes=0-1,4-5", (200, None, b"0123456789")),
        (f"bytes={'9' * 5000}-", (200, None, b"0123456789")),
        ("lines=0-1", (200, None, b"0123456789")),
    ],
)
def test_a_player_gets_the_part_of_a_film_that_it_asks_for(rf, film, part, answer):
    assert asked_for(rf, film, part) == answer


def test_a_part_says_how_long_it_is_and_what_it_is(rf, film):
    answer = serve_media(
        rf.get("/media/films/stride.webm", headers={"Range": "bytes=2-4"}), "films/stride.webm", film
    )
    assert {name: answer[name] for name in ("Content-Type", "Content-Length", "Accept-Ranges")} == {
        "Content-Type": "video/webm",
        "Content-Length": "3",
        "Accept-Ranges": "bytes",
    }
    answer.close()
