from collections.abc import Iterator

import pytest

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
