"""Who must know when the knowledge base changes: upper apps register what they keep drawn from it."""

from collections.abc import Callable

_listeners: list[Callable[[], None]] = []


def on_change(listener: Callable[[], None]) -> None:
    """Have `listener` called after facts, structures or sources have changed."""
    if listener not in _listeners:
        _listeners.append(listener)


def knowledge_changed() -> None:
    for listener in _listeners:
        listener()
