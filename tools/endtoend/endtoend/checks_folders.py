"""Trainings on folders of real files."""

import gzip
import pathlib
import random
import struct
import tempfile

from .bed import course
from .checks_trainer_kills import kill
from .report import check, equal, require

SIDES = (28, 26, 24)


def nifti(kind, form, values):
    """A gzipped NIfTI-1 file of voxels 1 mm apart; `kind` is the format's data type, `form` its letter for struct."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *SIDES, 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, kind, 8 * struct.calcsize(form))
    struct.pack_into("<8f", header, 76, 1, 1, 1, 1, 1, 1, 1, 1)
    struct.pack_into("<3f", header, 108, 352, 1, 0)
    struct.pack_into("<2h", header, 252, 0, 1)
    for row in range(3):
        struct.pack_into("<4f", header, 280 + 16 * row, *(float(column == row) for column in range(4)))
    header[344:348] = b"n+1\0"
    return gzip.compress(bytes(header) + struct.pack(f"<{len(values)}{form}", *values))


def write_scans(folder):
    """Six scans of a bright ball with a brighter core, two of them to validate on."""
    seeded = random.Random(5)
    (folder / "masks").mkdir()
    (folder / "splits").mkdir()
    for number in range(6):
        center = [seeded.uniform(8, side - 8) for side in SIDES]
        voxels, labels = [], []
        for z in range(SIDES[2]):
            for y in range(SIDES[1]):
                for x in range(SIDES[0]):
                    square = sum((a - b) ** 2 for a, b in zip((x, y, z), center))
                    label = 2 if square < 9 else 1 if square < 36 else 0
                    labels.append(label)
                    voxels.append((-800, 50, 400)[label] + seeded.randrange(-60, 60))
        (folder / f"scan{number}.nii.gz").write_bytes(nifti(4, "h", voxels))
        (folder / "masks" / f"scan{number}.nii.gz").write_bytes(nifti(2, "B", labels))
    (folder / "splits" / "train.txt").write_text("scan0\nscan1\nscan2\nscan3\n")
    (folder / "splits" / "val.txt").write_text("scan4\nscan5\n")


@check("a training on NIfTI files, stopped and killed, gives the undisturbed digests, also when memory holds no scan")
def folder(bed):
    server, moments = bed.server, bed.moments("folder")
    with tempfile.TemporaryDirectory(prefix="pivot-scans-") as name:
        write_scans(pathlib.Path(name))

        def scans(cache_mb=64):
            return {
                "train": {"epochs": 4, "batch_size": 1, "learning_rate": 0.005, "patch_size": [16, 16, 16],
                          "patches_per_volume": 24, "augment": {"rotate_degrees": 15},
                          "model": {"init_features": 4, "depth": 1, "out_channels": 3}, "loss": {"type": "dice_ce"},
                          "checkpoint_save_top_k": -1, "checkpoint_monitor": "val_dice", "seed": 3},
                "data": {"type": "folder", "task": "segmentation", "directory": name, "cache_mb": cache_mb,
                         "classes": ["other", "shell", "core"]},
                "max_restarts": 5,
            }

        truth = bed.truth(scans)
        for record in truth.records:
            equal(record["val_dice"], (record["val_dice/shell"] + record["val_dice/core"]) / 2, "the mean dice")
        session_id = bed.begin(server.api, scans(cache_mb=0), "folder")
        kill(server, session_id, 1, moments.uniform(0.05, 0.4))
        server.api.wait_for_attempt(session_id, 2)
        equal(server.api.stop(session_id)["status"], "stopped", "the status after the stop")
        server.api.start(session_id)
        bed.finish(server.api, session_id, scans)
        attempts = server.api.session(session_id)["attempts"]
        equal([attempt.get("ending") for attempt in attempts], ["lost", "stopped", "completed"], "the attempts' endings")

        artifacts = server.api.get(f"/training/sessions/{session_id}/artifacts")["artifacts"]
        equal([artifact["path"] for artifact in artifacts], [f"overlays/epoch-{n:04}.png" for n in range(1, 5)],
              "the pictures")
        require(all(artifact["kind"] == "image" and artifact["version"] == 1 for artifact in artifacts),
                f"a picture is not an image, or another attempt drew it differently: {artifacts}")

        other = bed.begin(server.api, scans(), "folder again")
        server.api.wait_for_status(other, "completed")
        equal(course(server.api, other).final_digest, truth.final_digest, "the digest of the same training")
        known = server.api.session(other)["provenance"]["data_digest"]
        equal(server.api.session(session_id)["provenance"]["data_digest"], known, "the digest of the same data")
        (pathlib.Path(name) / "splits" / "val.txt").write_text("scan5\n")
        changed = bed.begin(server.api, scans(), "folder changed")
        server.api.wait_for_status(changed, "completed")
        require(server.api.session(changed)["provenance"]["data_digest"] != known, "other data have the same digest")
