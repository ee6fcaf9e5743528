"""/healthz: whether the site can serve, for load balancers and for whoever is called at night.

It says which part is down and nothing else: no host, no version, no error text.
"""

import threading
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

BEAT_KEY = "health:beat"
# The shortest period in the schedule is 3 seconds, so ten missed ticks are no hiccup.
BEAT_LATE_AFTER = 30
DATABASE_TIMEOUT = 1.0

_database_probe = threading.Lock()


def note_beat(**kwargs: Any) -> None:
    """Keep that beat has just handed a task to the broker. Connected in the beat process only."""
    cache.set(BEAT_KEY, time.time(), timeout=24 * 3600)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while pages can be served, 503 when the database is away.

    Broker or beat being down is "degraded": learning goes on, mail waits in the ledger.
    """
    parts = {"database": _database_answers(), "broker": _broker_answers(), "beat": _beat_ticks()}
    status = "ok" if all(parts.values()) else "degraded"
    words = {name: "ok" if fine else "down" for name, fine in parts.items()}
    return JsonResponse({"status": status, **words}, status=200 if parts["database"] else 503)


def _database_answers() -> bool:
    """Ask the database in a thread: a server that hangs would hang the one who asks.

    While an earlier question is still open the answer is no, so threads cannot pile up.
    """
    answered = threading.Event()

    def ask() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            answered.set()
        except DatabaseError:
            pass
        finally:
            connection.close()
            _database_probe.release()

    if not _database_probe.acquire(timeout=0.2):
        return False
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(DATABASE_TIMEOUT)
    return answered.is_set()


def _broker_answers() -> bool:
    client = Redis.from_url(
        str(settings.CACHES["default"]["LOCATION"]),
        socket_connect_timeout=0.3,
        socket_timeout=0.3,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False
    finally:
        client.close()


def _beat_ticks() -> bool:
    seen = cache.get(BEAT_KEY)
    return seen is not None and time.time() - seen < BEAT_LATE_AFTER
