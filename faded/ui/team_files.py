"""Files that managers take from the page Team, and what everybody may take of themselves."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from faded.domain import FadedError
from faded.store import audit, former, person
from faded.store.engine import Store
from faded.ui.auth import NotAllowed, acting, authorise
from faded.ui.cards.audit import as_csv
from faded.ui.downloads import file_name
from faded.ui.policy import Permission

AS_FILE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def routes(store: Store) -> list[Route]:
    """Return their addresses."""

    def audit_log(request: Request) -> Response:
        authorise(request, Permission.SEE_TEAM)
        with store.read() as db:
            entries = audit.newest(db)
        headers = {**AS_FILE, "content-disposition": 'attachment; filename="audit.csv"'}
        return Response(as_csv(entries), headers=headers, media_type="text/csv")

    def my_data(request: Request) -> Response:
        user = authorise(request, Permission.TAKE_OWN_DATA)
        with store.read() as db:
            return _person(person.data_of(db, user.name, time.time()))

    def person_data(request: Request) -> Response:
        user, now = authorise(request, Permission.MANAGE_PEOPLE), time.time()
        with acting(store, user) as db:
            try:
                name = former.known_name(db, request.query_params.get("name", ""))
            except FadedError as error:
                return PlainTextResponse(str(error), 404)
            found = person.data_of(db, name, now)
            audit.write(db, user.name, "data exported", name, now)
        return _person(found)

    return [
        Route("/audit.csv", _in_words(audit_log), methods=["GET"]),
        Route("/my-data.json", _in_words(my_data), methods=["GET"]),
        Route("/person.json", _in_words(person_data), methods=["GET"]),
    ]


def _in_words(work: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """Return a handler that says in words why it gives no file."""

    def answered(request: Request) -> Response:
        try:
            return work(request)
        except NotAllowed as error:
            return PlainTextResponse(str(error), 403)
        except FadedError as error:
            return PlainTextResponse(str(error), 503)

    return answered


def _person(found: dict[str, Any]) -> Response:
    headers = {**AS_FILE, "content-disposition": f'attachment; filename="{file_name(found["name"])}.json"'}
    return Response(json.dumps(found, indent=1), headers=headers, media_type="application/json")
