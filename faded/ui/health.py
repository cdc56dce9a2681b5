"""`/healthz`: whether the pages can do their work, for whatever watches over them. It answers everybody."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from faded.domain import FadedError
from faded.store import campaigns, room
from faded.store.engine import Store

PATH = "/healthz"


def health_route(store: Store, has_worker: Callable[[], bool]) -> Route:
    """Return the address.

    Args:
        store: The open store.
        has_worker: Whether a worker runs.
    """

    def health(_request: Request) -> JSONResponse:
        checks = {"store": _can_read(store), "disk": _has_room(store), "worker": has_worker()}
        well = all(checks.values())
        return JSONResponse({"status": "ok" if well else "not ok", **checks}, 200 if well else 503, NO_STORE)

    return Route(PATH, health, methods=["GET"])


NO_STORE = {"cache-control": "no-store"}


def _can_read(store: Store) -> bool:
    try:
        with store.read() as db:
            campaigns.latest_round(db)
    except FadedError:
        return False
    return True


def _has_room(store: Store) -> bool:
    try:
        return not room.look(store.workspace).trouble
    except OSError:
        return False
