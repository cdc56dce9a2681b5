"""What an admin may do about a person's data, as HTML."""

from __future__ import annotations

from html import escape
from urllib.parse import quote


def render(name: str) -> str:
    """Return a link to all data of somebody, and a form that deletes them once their name is typed."""
    shown = escape(name, quote=True)
    address = escape(f"person.json?name={quote(name, safe='')}", quote=True)
    return (
        f"<details class='t-person' data-key='person-{shown}'><summary>Data of {shown}</summary>"
        f"<p><a class='f-save' href='{address}' download='{shown}.json'>Save all data as JSON</a></p>"
        f"<form class='t-decide' data-delete='{shown}'><p>Deleting cannot be undone: the account, its sessions and "
        "invitations go. Verdicts stay, given by a former member. Backups, exports and mirrors that were made before "
        f"still hold the name.</p><label>To delete {shown}, type the name <input name='typed' autocomplete='off' "
        f"data-keep='delete-{shown}' required></label><button class='f-save t-deletes'>Delete for good</button>"
        "<p class='o-wrong' role='alert'></p></form></details>"
    )
