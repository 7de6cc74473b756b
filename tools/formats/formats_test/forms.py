"""Forms of a file, and the variants of a training that they make."""

import dataclasses
import enum
import functools

import numpy
import SimpleITK

from . import images
from .metaimage import MetaImage
from .nifti import NIfTI
from .report import Wrong, require

SimpleITK.ProcessObject.SetGlobalWarningDisplay(False)


class Right(enum.Enum):
    """What is right for a variant."""

    EITHER = "trained alike, or refused by the name of the file and the field"
    ALIKE = "trained alike"
    REFUSED = "refused by the name of the file and the field"
    OTHER = "trained, and not alike"
    """For what is planted to be noticed."""


@dataclasses.dataclass(frozen=True)
class ByITK:
    """A file as SimpleITK writes it."""

    suffix: str = ".mhd"
    kind: str = "i2"
    packed: bool = False

    @property
    def values(self):
        return NIfTI(kind=self.kind).values

    def write(self, path, image):
        """Writes the file, and the one of the voxels."""
        written = SimpleITK.GetImageFromArray(image.voxels.astype(self.kind))
        written.SetSpacing(image.grid.spacing)
        written.SetOrigin(image.grid.origin)
        written.SetDirection(numpy.array(image.grid.directions, float).T.ravel().tolist())
        SimpleITK.WriteImage(written, str(path), self.packed)


@dataclasses.dataclass(frozen=True)
class Altered:
    """A file of another writer that a function of its path then changes."""

    writer: object
    change: object

    @property
    def suffix(self):
        return self.writer.suffix

    @property
    def values(self):
        return self.writer.values

    def write(self, path, image):
        """Writes the file and changes it."""
        self.writer.write(path, image)
        self.change(path)


@dataclasses.dataclass(frozen=True)
class Form:
    """One way to write an image, by a writer that has a suffix, the range of intensities that it holds, and `write`.

    `words` are those of which a refusal must name one. `reads` says what SimpleITK, reading the file back, must find:
    everything, the voxels alone, or nothing.
    """

    name: str
    writer: object
    words: tuple = ()
    right: Right = Right.EITHER
    reads: str = "everything"
    logged: bool = False
    """Whether the session's log must name the file when it is trained on."""

    def write(self, folder, image):
        """Writes the image as the scan's file of a folder, and reads it back; returns the names of the files."""
        path = folder / f"scan{self.writer.suffix}"
        self.writer.write(path, image)
        if self.reads != "nothing":
            self._read_back(path, image)
        return {file.name for file in folder.iterdir() if file.is_file()}

    def _read_back(self, path, image):
        """Raises when SimpleITK finds something else in the file than was meant, which is a fault of these checks."""
        try:
            read = SimpleITK.ReadImage(str(path))
        except RuntimeError as error:
            raise Wrong(f"the checks wrote {self.name} wrongly: SimpleITK does not read it: {error}") from error
        voxels = SimpleITK.GetArrayFromImage(read)
        require(voxels.shape == image.voxels.shape and (voxels == image.voxels).all(),
                f"the checks wrote {self.name} wrongly: SimpleITK reads other voxels")
        if self.reads == "voxels":
            return
        for corner in numpy.ndindex(2, 2, 2):
            index = [int(end * (side - 1)) for end, side in zip(corner, image.sides)]
            place = image.grid.steps @ index + image.grid.origin
            found = read.TransformIndexToPhysicalPoint(index)
            require(numpy.abs(place - found).max() < 1e-3,
                    f"the checks wrote {self.name} wrongly: SimpleITK finds voxel {index} at {found}, not at {place}")


PLAIN = Form("plain", MetaImage())
PARTNERS = {
    ".mhd": Form("plain", MetaImage(suffix=".mha")), ".mha": PLAIN,
    ".nii": Form("plain", NIfTI(suffix=".nii.gz")), ".nii.gz": Form("plain", NIfTI()),
}
"""The plain file beside another one: it is named otherwise, so that messages tell which of the two is meant."""


@dataclasses.dataclass(frozen=True)
class Case:
    """What is trained on: intensities of a range, and an order of the voxels. Others must equal its plain training."""

    values: str = "signed"
    turn: images.Turn = images.Turn()
    task: str = "segmentation"

    @functools.cached_property
    def scan(self):
        return images.scan(self.values).turned(self.turn)

    @functools.cached_property
    def mask(self):
        return images.mask().turned(self.turn)

    def write(self, folder):
        """Writes the plain files."""
        scan_form = Form("plain", MetaImage(kind="MET_INT")) if self.values == "large" else PLAIN
        write_pair(folder, self.scan, self.mask, scan_form, PLAIN)

    def config(self, folder):
        """The configuration, of one step on all voxels at once."""
        preprocessing = {"target_spacing": list(reversed(self.scan.grid.spacing)),
                         "window_center": 0.0, "window_width": 20_000.0}
        if self.values == "large":
            preprocessing |= {"window": "percentile", "percentiles": [0.0, 100.0]}
        return {
            "train": {"epochs": 1, "batch_size": 1, "learning_rate": 0.01, "patches_per_volume": 1,
                      "patch_size": list(self.scan.voxels.shape), "augment": {"flip": False},
                      "model": {"init_features": 2, "depth": 1, "out_channels": images.LABELS},
                      "optimizer": {"type": "sgd"}, "loss": {"type": "dice_ce"}, "seed": 3,
                      "overlay_every_n_epochs": 0},
            "preprocessing": preprocessing,
            "data": {"type": "folder", "task": self.task, "directory": str(folder)},
            "max_restarts": 1,
        }


@dataclasses.dataclass(frozen=True)
class Variant:
    """One training and what is right for it.

    `write` puts the files into a folder and may return the names of those that a refusal must name one of, which are
    otherwise `files`. Where a refusal names a line, it must be one of `lines`.
    """

    name: str
    case: Case
    write: object
    words: tuple = ()
    right: Right = Right.EITHER
    files: tuple = ()
    lines: object = None
    logged: bool = False
    begin: object = None
    """A function of the bed and the folder that creates the session otherwise than by the case's configuration."""


def write_pair(folder, scan, mask, scan_form, mask_form):
    """Writes a scan, its mask and the lists, and returns the names of the files of both."""
    (folder / "masks").mkdir()
    (folder / "splits").mkdir()
    for name in ("train.txt", "val.txt"):
        (folder / "splits" / name).write_text("scan\n")
    return scan_form.write(folder, scan), mask_form.write(folder / "masks", mask)


def pair(name, case, scan_form, mask_form, scan=None, mask=None, fault="both", **fields):
    """The variant of a scan and a mask by two forms; `fault` is which of the two a refusal must name."""

    def write(folder):
        scan_files, mask_files = write_pair(folder, scan or case.scan, mask or case.mask, scan_form, mask_form)
        return {"scan": scan_files, "mask": mask_files, "both": scan_files | mask_files}[fault]

    return Variant(name, case, write, **fields)


def variants(forms):
    """A variant for each form, in which the scan and the mask have it; refusals may name either."""
    for form in forms:
        yield pair(form.name, Case(form.writer.values), form, form, words=form.words, right=form.right,
                   logged=form.logged)


def refused(name, writer, *words, files=()):
    """The variant of a scan that must be refused by one of the words; `files` may be named besides its own."""
    form = Form(name, writer, reads="nothing")
    variant = pair(name, Case(writer.values), form, PARTNERS[writer.suffix], fault="scan")
    return Variant(name, variant.case, lambda folder: variant.write(folder) | set(files), words, Right.REFUSED)
