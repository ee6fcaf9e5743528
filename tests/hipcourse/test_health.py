import json
import socket
import threading
import time

import pytest
from django.db import connection

from hipcourse import health
from hipcourse.health import note_beat


@pytest.mark.django_db
def test_healthz_says_that_all_is_well(client):
    note_beat()

    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "broker": "ok", "beat": "ok"}
    assert "no-store" in response["Cache-Control"]
    assert response.cookies == {}


@pytest.mark.django_db
def test_healthz_is_degraded_when_beat_has_not_ticked_for_a_while(client, time_machine):
    time_machine.move_to("2026-05-01 12:00", tick=False)
    note_beat()
    time_machine.move_to("2026-05-01 12:01", tick=False)

    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "database": "ok", "broker": "ok", "beat": "down"}


@pytest.mark.django_db
def test_healthz_is_degraded_and_quick_when_the_broker_hangs(client, settings, tmp_path):
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "silent"))
        silent.listen()
        location = f"unix://{tmp_path / 'silent'}?db=1"
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}
        began = time.monotonic()

        response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "database": "ok", "broker": "down", "beat": "down"}
    assert time.monotonic() - began < 2


@pytest.mark.django_db(transaction=True)
def test_healthz_is_503_when_the_database_is_away_and_tells_nothing_about_it(client, monkeypatch):
    note_beat()
    # The probe asks on a connection of its own, which this makes impossible for the whole process.
    monkeypatch.setitem(connection.settings_dict, "NAME", "/no-such-folder/secret-name")

    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json() == {"status": "degraded", "database": "down", "broker": "ok", "beat": "ok"}


@pytest.mark.django_db
def test_healthz_answers_503_at_once_while_an_earlier_question_to_the_database_is_open(client):
    with health._database_probe:
        began = time.monotonic()
        response = client.get("/healthz")

    assert response.status_code == 503
    assert json.loads(response.content)["database"] == "down"
    assert time.monotonic() - began < 1
    assert threading.active_count() < 20


def test_healthz_can_only_be_read(client):
    assert client.post("/healthz").status_code == 405
