from collections.abc import Callable, Iterator

import pytest
from kombu import pools

from hipcourse.celery import app
from mailings.services import queue
from tests.mailings.sink import Sink


@pytest.fixture(autouse=True)
def _closed_breaker() -> None:
    """Let no test suffer from a broker that another one has lost."""
    queue._rest_until = 0.0


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    """A mail server that all mail of the test goes to."""
    with Sink() as server:
        settings.EMAIL_URL = server.url
        settings.EMAIL_TIMEOUT = 1
        yield server


@pytest.fixture
def use_broker() -> Iterator[Callable[[str], None]]:
    """Return a function that leads Celery to the broker at another address until the test ends."""
    before = app.conf.broker_url

    def lead(url: str) -> None:
        pools.reset()
        app._pool = app.amqp._producer_pool = None
        app.conf.broker_url = url

    yield lead
    lead(before)
