from faded.store import trials
from faded.store.trials import CellTally, TrialCounts, TrialRow


def _row(query, **fields):
    given = {"batch": 0, "sample_id": f"s{query}", "stratum": "stop", "cell": 3, "failed": False, "discrepancy": 0.0}
    return TrialRow(query=query, **(given | {"answer": "stop", "control": False, "counted": True} | fields))


def test_a_replayed_batch_does_not_double(store, round_id):
    batch = [_row(q, batch=q // 256) for q in range(512)]
    with store.write() as db:
        assert trials.add_many(db, round_id, batch[:300]) == 300
    with store.write() as db:
        assert trials.add_many(db, round_id, batch) == 212
        assert trials.add_many(db, round_id, []) == 0
    with store.read() as db:
        assert trials.after(db, round_id) == batch
        assert trials.after(db, round_id, 509) == batch[510:]


def test_counts_and_tallies_leave_out_repeated_queries(store, round_id):
    rows = [
        _row(0, failed=True),
        _row(1),
        _row(2, sample_id="s0", failed=True, counted=False),
        _row(3, cell=4, failed=True, control=True),
        _row(4, stratum="yield", cell=4, control=True),
    ]
    with store.write() as db:
        trials.add_many(db, round_id, rows)
    with store.read() as db:
        assert trials.counts(db, round_id) == TrialCounts(5, 2, 4, 2, 1, 4)
        assert trials.tally(db, round_id) == [
            CellTally("stop", 3, 2, 1),
            CellTally("stop", 4, 1, 1),
            CellTally("yield", 4, 1, 0),
        ]
        assert trials.counts(db, round_id + 1) == TrialCounts(0, 0, 0, 0, 0, -1)
