from __future__ import annotations

import secrets

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak-seed", type=int, help="seed of the moments at which processes are killed (default: drawn)")
    parser.addoption("--soak-kills", type=int, default=30, help="kills in all")


@pytest.fixture
def soak_seed(request: pytest.FixtureRequest) -> int:
    given = request.config.getoption("--soak-seed")
    return secrets.randbelow(10**6) if given is None else int(given)
