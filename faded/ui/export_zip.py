"""A round's verdicts, proposals and pairs as one zip file to take away: its address, and the link to it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from typing import IO

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from faded.domain import FadedError
from faded.publish.dataset import write_dataset_zip
from faded.publish.lines import write_zip
from faded.publish.round_tables import read_round
from faded.store import audit, campaigns
from faded.store.engine import Store
from faded.ui.auth import NotAllowed, acting, authorise
from faded.ui.downloads import file_name
from faded.ui.facts import Facts
from faded.ui.page import whole_number
from faded.ui.policy import Permission

PIECE = 1 << 16
"""Bytes that are sent at once."""
IN_MEMORY = 1 << 23
"""Bytes of a file that is not put on the disk; larger ones are, without a name."""


def render_data(facts: Facts | None) -> str:
    """Return the link, as HTML; empty before there are proposals."""
    if facts is None or not facts.proposals:
        return ""
    name = file_name(f"{facts.campaign.name}-round-{facts.round.number}")
    return (
        "<h2>Take the data away</h2><p class='f-quiet'>Every verdict, skip and flag, the proposals with their "
        f"{facts.evidence.many}, and the pairs that a repair learns from, as JSON lines. "
        "<code>python -m faded export</code> writes the same as a dataset.</p>"
        f"<div class='f-saves'><a class='f-save' href='export/{facts.round.id}.zip' download='{name}.zip'>"
        "Save as zip</a></div>"
    )


def render_forms(facts: Facts | None) -> str:
    """Return the links to every form of a round's tables, as HTML."""
    if facts is None or not facts.proposals:
        return ""
    stem = file_name(f"{facts.campaign.name}-round-{facts.round.number}")
    forms = (
        ("JSON lines", "", (False, False)),
        ("Dataset (Parquet)", "?form=dataset", (True, False)),
        ("JSON lines, without names", "?names=no", (False, True)),
        ("Dataset, without names", "?form=dataset&amp;names=no", (True, True)),
    )
    return "".join(
        f"<a class='f-save' href='export/{facts.round.id}.zip{asked}' download='{stem}{_ending(*what)}.zip'>{name}</a>"
        for name, asked, what in forms
    )


def _ending(dataset: bool, anonymous: bool) -> str:
    return f"{'-dataset' if dataset else ''}{'-without-names' if anonymous else ''}"


def export_route(store: Store) -> Route:
    """Return the address of the files: `export/ROUND.zip`.

    With `?form=dataset` it is a dataset's folder with Parquet, with `?names=no` annotators go by numbers.
    """

    def export(request: Request) -> Response:
        try:
            user = authorise(request, Permission.REPORT)
        except NotAllowed as error:
            return PlainTextResponse(str(error), 403)
        asked, round_id = request.query_params, whole_number(request.path_params["round_id"]) or 0
        anonymous, dataset = asked.get("names") == "no", asked.get("form") == "dataset"
        what = {"names": not anonymous, "form": "dataset" if dataset else "JSON lines"}
        try:
            with acting(store, user) as db:
                if request.method == "GET" and campaigns.find_round(db, round_id) is not None:
                    audit.write(db, user.name, "round exported", f"round {round_id}", time.time(), what)
        except FadedError as error:
            return PlainTextResponse(str(error), 503)
        file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed once it is sent
        try:
            found = read_round(store, round_id, anonymous)
            (write_dataset_zip if dataset else write_zip)(found, store.workspace, file)
        except FadedError as error:
            file.close()
            return PlainTextResponse(str(error), 404)
        size = file.tell()
        file.seek(0)
        name = file_name(f"{found.campaign}-round-{found.number}{_ending(dataset, anonymous)}")
        headers = {
            "content-disposition": f'attachment; filename="{name}.zip"',
            "content-length": str(size),
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        }
        return StreamingResponse(_pieces(file), 200, headers, "application/zip", BackgroundTask(file.close))

    return Route("/export/{round_id}.zip", export, methods=["GET"])


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
