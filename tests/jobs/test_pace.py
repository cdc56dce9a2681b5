from __future__ import annotations

from faded.jobs.pace import Pace


def test_the_time_left_of_a_resumed_job_knows_its_own_pace_only() -> None:
    now = [5000.0]
    pace = Pace(lambda: now[0])
    assert pace.seconds_left(0.6) is None  # resumed here, whenever it was begun
    now[0] += 10
    assert pace.seconds_left(0.6) is None
    assert round(pace.seconds_left(0.7) or 0, 6) == 30  # a tenth took 10 s, three tenths are left
    now[0] += 5
    assert round(pace.seconds_left(0.9) or 0, 6) == 5
    assert pace.seconds_left(1.0) == 0
