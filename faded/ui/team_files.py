"""Files that managers take from the page Team."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from faded.domain import Role
from faded.store import audit
from faded.store.engine import Store
from faded.ui.auth import NotAllowed, authorise
from faded.ui.cards.audit import as_csv

AS_FILE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


def routes(store: Store) -> list[Route]:
    """Return their addresses."""

    def audit_log(request: Request) -> Response:
        try:
            authorise(request, Role.MANAGER)
        except NotAllowed as error:
            return PlainTextResponse(str(error), 403)
        with store.read() as db:
            entries = audit.newest(db)
        headers = {**AS_FILE, "content-disposition": 'attachment; filename="audit.csv"'}
        return Response(as_csv(entries), headers=headers, media_type="text/csv")

    return [Route("/audit.csv", audit_log, methods=["GET"])]
