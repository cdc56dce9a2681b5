"""Whether the pages can listen where they are told to. Asked before anything slow is loaded."""

from __future__ import annotations

import errno
import socket

from faded.domain import FadedError
from faded.ui.auth import check_host

HIGHEST_PORT = 65_535


def check_address(host: str, port: int, locked: bool) -> None:
    """Refuse an address that cannot be listened on.

    Args:
        host: The address.
        port: The port.
        locked: Whether there are accounts, so that everybody has to sign in.

    Raises:
        FadedError: the host is not loopback and there are no accounts, the port is out of range, somebody listens
            there, or the system does not allow it.
    """
    check_host(host, locked)
    if not 1 <= port <= HIGHEST_PORT:
        raise FadedError(f"The port is {port}: give a whole number from 1 to {HIGHEST_PORT} with --port.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # an app that has just ended does not count
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise FadedError(taken(host, port)) from error
            raise FadedError(f"Port {port} cannot be used: {error.strerror}. Give another one with --port.") from error


def taken(host: str, port: int) -> str:
    """Return what to say of a port that somebody listens on."""
    other = port + 1 if port < HIGHEST_PORT else port - 1
    return (
        f"Port {port} is in use by another program, perhaps by a Faded that runs already: look at "
        f"http://{host}:{port}/, or give another port, such as with --port {other}."
    )
