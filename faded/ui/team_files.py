"""Files that managers take from the page Team, and what everybody may take of themselves."""

from __future__ import annotations

import json
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from faded.domain import FadedError
from faded.store import audit, former, person
from faded.store.engine import Store
from faded.ui.auth import NotAllowed, authorise
from faded.ui.cards.audit import as_csv
from faded.ui.downloads import file_name
from faded.ui.policy import Permission

AS_FILE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def routes(store: Store) -> list[Route]:
    """Return their addresses."""

    def audit_log(request: Request) -> Response:
        try:
            authorise(request, Permission.SEE_TEAM)
        except NotAllowed as error:
            return PlainTextResponse(str(error), 403)
        with store.read() as db:
            entries = audit.newest(db)
        headers = {**AS_FILE, "content-disposition": 'attachment; filename="audit.csv"'}
        return Response(as_csv(entries), headers=headers, media_type="text/csv")

    def my_data(request: Request) -> Response:
        try:
            user = authorise(request, Permission.TAKE_OWN_DATA)
        except NotAllowed as error:
            return PlainTextResponse(str(error), 403)
        with store.read() as db:
            return _person(person.data_of(db, user.name, time.time()))

    def person_data(request: Request) -> Response:
        name, now = request.query_params.get("name", ""), time.time()
        try:
            user = authorise(request, Permission.MANAGE_PEOPLE)
            with store.write() as db:
                found = person.data_of(db, former.known_name(db, name), now)
                audit.write(db, user.name, "data exported", found["name"], now)
        except NotAllowed as error:
            return PlainTextResponse(str(error), 403)
        except FadedError as error:
            return PlainTextResponse(str(error), 404)
        return _person(found)

    return [
        Route("/audit.csv", audit_log, methods=["GET"]),
        Route("/my-data.json", my_data, methods=["GET"]),
        Route("/person.json", person_data, methods=["GET"]),
    ]


def _person(found: dict[str, Any]) -> Response:
    headers = {**AS_FILE, "content-disposition": f'attachment; filename="{file_name(found["name"])}.json"'}
    return Response(json.dumps(found, indent=1), headers=headers, media_type="application/json")
