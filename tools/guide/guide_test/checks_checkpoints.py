"""Blocks 8, 9 and 10: upload, download, and finding the best checkpoint."""

import hashlib
import random

from .checks_training import after
from .program import file_in
from .report import check, equal, require
from .trainer import checkpoint_of, metrics_of

#: The file that block 8 uploads.
MODEL_PATH = "checkpoints/model_epoch_50.pth"


def digest(data):
    """The digest as the API writes it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


@check("a file is uploaded and comes back byte for byte", block=8)
def uploads(bed):
    session_id = bed.new_session(name="guide-uploads")
    data = random.Random(8).randbytes(3_000_001)
    result = bed.run(8, session=session_id, files={MODEL_PATH: data})
    equal(len(result.lines), 1, "the number of printed lines")
    checkpoint_id = after(result.lines[0], "Uploaded checkpoint: ")
    checkpoint = bed.api.get(f"/checkpoints/{checkpoint_id}")
    equal(checkpoint["session_id"], session_id, "the checkpoint's session")
    equal(checkpoint["epoch"], 50, "the checkpoint's epoch")
    equal(checkpoint["metrics"], {"val_loss": 0.234, "val_froc": 0.856}, "the checkpoint's metrics")
    equal(checkpoint["metric_value"], 0.856, "the monitored metric's value")
    equal(checkpoint["digest"], digest(data), "the digest")
    equal(checkpoint["file_size_mb"], len(data) / 1e6, "file_size_mb")
    equal(checkpoint["file_name"], "model_epoch_50.pth", "the file's name")
    session = bed.api.session(session_id)
    equal((session["status"], session["current_epoch"]), ("created", 0), "the session after the upload")
    response = bed.api.call("GET", f"/checkpoints/{checkpoint_id}/download")
    equal(response.content, data, "the downloaded bytes")
    equal(response.headers["ETag"].strip('"'), digest(data), "the ETag")
    require("model_epoch_50.pth" in response.headers["Content-Disposition"],
            f"Content-Disposition is {response.headers['Content-Disposition']!r}")


@check("an empty file and a metric that is not a number are uploaded too", block=8)
def uploads_empty(bed):
    session_id = bed.new_session(name="guide-empty")
    result = bed.run(8, session=session_id, files={MODEL_PATH: b""}, changes=[("0.234", "float('nan')")])
    checkpoint = bed.api.get("/checkpoints/" + after(result.lines[0], "Uploaded checkpoint: "))
    equal(checkpoint["metrics"], {"val_loss": "NaN", "val_froc": 0.856}, "the checkpoint's metrics")
    equal(checkpoint["digest"], digest(b""), "the digest")


@check("a checkpoint is downloaded whole", block=9, real=True)
def downloads(bed):
    session_id = bed.trained()
    for checkpoint in bed.api.checkpoints(session_id):
        result = bed.run(9, checkpoint=checkpoint["checkpoint_id"])
        equal(result.lines, ["Downloaded to downloaded_model.pth"], "the printed lines")
        data = file_in(result, "downloaded_model.pth")
        equal(digest(data), checkpoint["digest"], "the digest of the downloaded file")
        equal(len(data), checkpoint["file_size_bytes"], "the size of the downloaded file")


@check("a range of a checkpoint is the same bytes", block=9)
def downloads_range(bed):
    checkpoint = bed.api.checkpoints(bed.completed())[0]
    data = checkpoint_of(bed.completed(), checkpoint["epoch"])
    path = f"/checkpoints/{checkpoint['checkpoint_id']}/download"
    response = bed.api.call("GET", path, status=206, headers={"Range": "bytes=1000-4999"})
    equal(response.content, data[1000:5000], "the bytes of the range")
    equal(response.headers["Content-Range"], f"bytes 1000-4999/{len(data)}", "Content-Range")
    bed.api.call("GET", path, status=416, headers={"Range": f"bytes={len(data)}-"})


@check("the best checkpoint is found", block=10)
def finds_best(bed):
    result = bed.run(10, session=bed.completed())
    best = next(entry for entry in bed.api.checkpoints(bed.completed()) if entry["epoch"] == 3)
    equal(result.lines, [f"Best checkpoint: {best['checkpoint_id']}", "Epoch: 3",
                         f"val_froc: {metrics_of(3)['val_froc']:.4f}"], "the printed lines")
    equal(best["is_best"], True, "is_best")
    require("best" in best["marks"], f"the marks are {best['marks']}")
    entries = bed.api.checkpoints(bed.completed())
    equal([entry["epoch"] for entry in entries], [1, 2, 3, 4, 5], "the epochs of the list")
    equal([entry["metric_value"] for entry in entries], [metrics_of(epoch)["val_froc"] for epoch in range(1, 6)],
          "the values of the list")


@check("the best checkpoint of a trained session is found", block=10, real=True)
def finds_best_trained(bed):
    session_id = bed.trained()
    entries = bed.api.checkpoints(session_id)
    best = max(entries, key=lambda entry: entry["metric_value"])
    result = bed.run(10, session=session_id)
    equal(result.lines, [f"Best checkpoint: {best['checkpoint_id']}", f"Epoch: {best['epoch']}",
                         f"val_froc: {best['metric_value']:.4f}"], "the printed lines")
    equal(best["is_best"], True, "is_best")


@check("a session without checkpoints prints nothing", block=10)
def finds_nothing(bed):
    equal(bed.run(10, session=bed.new_session(name="guide-bare")).lines, [], "the printed lines")


@check("an uploaded checkpoint is found by its own metric", block=10)
def finds_uploaded(bed):
    session_id = bed.new_session(name="guide-found")
    bed.run(8, session=session_id, files={MODEL_PATH: b"weights"})
    equal(bed.run(10, session=session_id).lines[1:], ["Epoch: 50", "val_froc: 0.8560"], "the printed lines")
