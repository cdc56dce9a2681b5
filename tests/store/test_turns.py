"""Turns go to whoever has waited longest, and none is lost."""

from __future__ import annotations

import threading
import time

import pytest

from faded.store.turns import OutOfTime, Turns


def waiting(turns: Turns, n: int) -> None:
    """Wait until so many threads wait."""
    until = time.monotonic() + 10
    while len(turns._waiting) != n:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    turns, came = Turns(), []

    def go(i: int) -> None:
        with turns.turn(10):
            came.append(i)

    threads = [threading.Thread(target=go, args=(i,)) for i in range(20)]
    with turns.turn(10):
        for i, thread in enumerate(threads, 1):
            thread.start()
            waiting(turns, i)
    for thread in threads:
        thread.join()
    assert came == list(range(20))


def test_a_turn_that_does_not_come_in_time_is_given_up_and_the_next_one_comes() -> None:
    turns, came = Turns(), []

    def go() -> None:
        with turns.turn(10):
            came.append(True)

    behind = threading.Thread(target=go)

    def give_up() -> None:
        with pytest.raises(OutOfTime), turns.turn(0.05):
            came.append(False)

    with turns.turn(1):
        impatient = threading.Thread(target=give_up)
        impatient.start()
        waiting(turns, 1)
        behind.start()
        impatient.join()
        waiting(turns, 1)
    behind.join()
    with turns.turn(0.1):
        assert came == [True]


def test_a_turn_is_passed_on_after_a_fault() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="fault"), turns.turn(1):
        raise ValueError("fault")
    with turns.turn(0.1):
        pass
