"""Live feeds across the death of their server."""

import time

from .bed import EPOCHS, synthetic
from .checks_stops import TRAINING_SECONDS
from .feeds import EventStreamReader, WebSocketReader
from .report import check, equal, require


@check("feeds that resume where they broke off report every epoch and checkpoint exactly once, and the end last")
def feeds(bed):
    random = bed.moments("feeds")
    with bed.new_server() as server:
        session_id = server.api.create(synthetic(), session_name="feeds")["session_id"]
        readers = [kind(server.port, session_id) for kind in (EventStreamReader, WebSocketReader)]
        for reader in readers:
            reader.start()
        server.api.start(session_id)
        server.api.wait_for_attempt(session_id, 1)
        for _ in range(2):
            time.sleep(random.uniform(0.1, TRAINING_SECONDS / 4))
            server.kill()
            server.start()
        bed.finish(server.api, session_id)
        for reader in readers:
            kind, frames = type(reader).__name__, reader.result()
            require(reader.connection_count >= 2, f"{kind} connected {reader.connection_count} times")
            epochs = [frame["epoch"] for frame in frames if frame["type"] == "epoch_complete"]
            equal(epochs, list(range(1, EPOCHS + 1)), f"the epochs that {kind} received")
            saved = [frame["epoch"] for frame in frames if frame["type"] == "checkpoint_saved"]
            equal(saved, list(range(1, EPOCHS + 1)), f"the checkpoints that {kind} received")
            equal(frames[-1]["type"], "training_complete", f"the last frame of {kind}")
            records = server.api.get(f"/training/sessions/{session_id}/metrics")["metrics"]
            told = [frame["metrics"] for frame in frames if frame["type"] == "epoch_complete"]
            for record, metrics in zip(records, told):
                shown = {name: value for name, value in record.items() if name not in ("epoch", "timestamp")}
                equal(metrics, shown, f"the metrics of epoch {record['epoch']} as {kind} received them")
