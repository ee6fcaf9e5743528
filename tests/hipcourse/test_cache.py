import socket
import time

import pytest

from hipcourse.cache import REST_SECONDS, ForgivingRedisCache

OPTIONS = {"OPTIONS": {"socket_connect_timeout": 0.1, "socket_timeout": 0.2}}


@pytest.fixture
def stopped(tmp_path):
    """A cache whose server is not there."""
    return ForgivingRedisCache(f"unix://{tmp_path / 'nobody-listens'}?db=1", OPTIONS)


def use_all(cache):
    """Call every method once, as if the failure before it were long forgotten."""
    calls = {
        "get": lambda: cache.get("key", "default"),
        "get_many": lambda: cache.get_many(["key", "other"]),
        "set": lambda: cache.set("key", 1),
        "set_many": lambda: cache.set_many({"key": 1}),
        "add": lambda: cache.add("key", 1),
        "touch": lambda: cache.touch("key"),
        "delete": lambda: cache.delete("key"),
        "has_key": lambda: cache.has_key("key"),
        "incr": lambda: cache.incr("key", 3),
        "get_or_set": lambda: cache.get_or_set("key", lambda: "made"),
        "clear": cache.clear,
    }
    answers = {}
    for name, call in calls.items():
        ForgivingRedisCache._away_until = 0.0
        answers[name] = call()
    return answers


def test_a_cache_without_a_server_is_an_empty_cache(stopped):
    assert use_all(stopped) == {
        "get": "default",
        "get_many": {},
        "set": None,
        "set_many": [],
        "add": True,
        "touch": False,
        "delete": False,
        "has_key": False,
        "incr": 3,
        "get_or_set": "made",
        "clear": False,
    }


def test_a_page_waits_once_for_a_server_that_hangs(tmp_path):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent"))
        silent.listen()
        cache = ForgivingRedisCache(f"unix://{tmp_path / 'silent'}?db=1", OPTIONS)
        began = time.monotonic()

        answers = [cache.get(f"key-{number}") for number in range(50)]

    assert answers == [None] * 50
    assert time.monotonic() - began < 1


def test_the_server_is_asked_again_after_a_rest(stopped, monkeypatch):
    from django.core.cache import cache

    cache.set("key", "kept")
    assert stopped.get("key") is None
    assert cache.get("key") is None

    monkeypatch.setattr("time.monotonic", lambda: ForgivingRedisCache._away_until + 0.01)

    assert cache.get("key") == "kept"
    assert REST_SECONDS == 2.0
