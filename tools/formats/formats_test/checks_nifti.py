"""NIfTI files: every type, byte order, scaling, placement, unit and gzip file."""

import gzip
import struct

import nibabel
import numpy

from . import images
from .forms import PARTNERS, Altered, ByITK, Case, Form, Right, pair, variants
from .nifti import KINDS, METRES, NIfTI
from .report import group

SUFFIXES = (".nii", ".nii.gz")
PLACEMENT = ("srow", "sform", "quatern", "qform", "pixdim")
GZIP = ("gzip", "packed")


def changed(suffix, change):
    """A writer whose bytes, packed or not, a function changes."""
    return Altered(NIfTI(suffix=suffix), lambda path: path.write_bytes(change(path.read_bytes())))


@group("NIfTI files of every type that nibabel and SimpleITK write, in either byte order, packed or not")
def types(seeded, count):
    words = ("datatype",)

    def forms():
        for kind in KINDS:
            for suffix in SUFFIXES:
                for is_big in (False, True):
                    name = f"{kind}{' big-endian' * is_big} {suffix}"
                    yield Form(name, NIfTI(suffix=suffix, kind=kind, is_big=is_big), words, Right.ALIKE)
                yield Form(f"{kind} by SimpleITK {suffix}", ByITK(suffix, kind), words, Right.ALIKE)

    yield from variants(forms())
    for kind in ("u2", "u4", "u8", "i4", "f4"):
        for is_big in (False, True):
            form = Form(kind, NIfTI(kind=kind, is_big=is_big))
            yield pair(f"large {kind}{' big-endian' * is_big}", Case("large"), form, PARTNERS[".nii"], fault="scan",
                       words=words, right=Right.ALIKE)


@group("NIfTI files whose intensities are scaled (scl_slope and scl_inter)")
def scalings(seeded, count):
    words = ("scl_slope", "scl_inter")
    nan, infinite = float("nan"), float("inf")
    usual = [(1, 0, "i2"), (0, 0, "i2"), (nan, nan, "i2"), (1, -1024, "i2"), (1, -1024, "u2"), (0.5, -1024, "i2"),
             (0.25, 0, "i4"), (2, 10, "f4"), (0.125, 64, "f8"), (0.5, -1024, "i8"), (3, 0, "f8")]
    odd = [(-1, 0, "i2"), (-1, 5000, "u2"), (1, nan, "i2"), (nan, 0, "i2"), (infinite, 0, "i2"), (0, 5, "i2")]

    def forms():
        for slope, intercept, kind in usual + odd:
            for is_big in (False, True):
                # SimpleITK adds an intercept to a slope of 0, which by the format's definition means no scaling.
                reads = "nothing" if (slope, intercept) == (0, 5) else "everything"
                right = Right.ALIKE if (slope, intercept, kind) in usual else Right.EITHER
                yield Form(f"{slope} and {intercept}, {kind}{' big-endian' * is_big}", NIfTI(
                    kind=kind, is_big=is_big, slope=slope, intercept=intercept), words, right, reads)

    yield from variants(forms())
    labels = Form("labels", Altered(NIfTI(), scaled_by_nibabel), reads="nothing")
    yield pair("labels with a slope of nibabel's choice", Case(), PARTNERS[".nii"], labels, fault="mask",
               words=("scl_slope", "label"))


def scaled_by_nibabel(path):
    """Stores the numbers as 16-bit integers with the slope and intercept of nibabel's choice."""
    image = nibabel.load(path, mmap=False)
    header = image.header.copy()
    header.set_data_dtype(numpy.int16)
    header.set_slope_inter(None, None)
    nibabel.Nifti1Image(image.get_fdata(), image.affine, header).to_filename(path)


@group("NIfTI files with the s-form, the q-form, both or neither, in every unit and direction")
def placements(seeded, count):
    case = Case()
    words = ("xyzt_units", *PLACEMENT)
    sizes = tuple(-size for size in images.SPACING)
    grids = {"straight": images.Grid(), "oblique": images.Grid(directions=images.rotation(20, -35, 50)),
             "left-handed": images.Grid(directions=((1, 0, 0), (0, 0, 1), (0, 1, 0)))}

    def placed(name, writer, grid, fault, right):
        """The variant of the scan or the mask: the other is plain and must be found in the same place."""
        form = Form(name, writer)
        forms = (form, PARTNERS[".nii"]) if fault == "scan" else (PARTNERS[".nii"], form)
        return pair(f"{fault} {name}", case, *forms, scan=case.scan.on(grid), mask=case.mask.on(grid), fault=fault,
                    words=words, right=right)

    for unit in METRES:
        for s_code, q_code in ((2, 0), (0, 1), (1, 1), (1, 2), (4, 0), (3, 3), (0, 4)):
            right = Right.ALIKE if unit == "mm" else Right.EITHER
            for fault in ("scan", "mask"):
                name = seeded.choice(list(grids))
                writer = NIfTI(unit=unit, codes=(s_code, q_code), is_big=seeded.random() < 0.3)
                yield placed(f"{name}, {unit}, s-form {s_code}, q-form {q_code}", writer, grids[name], fault, right)

    def forms():
        yield Form("mm and seconds", NIfTI(time_unit="sec"), words, Right.ALIKE)
        yield Form("m and milliseconds", NIfTI(unit="meter", time_unit="msec"), words)
        for code in (4, 5, 7, 0x82):
            yield Form(f"xyzt_units {code}", NIfTI(patches=((123, "B", code),)), words)
        yield Form("q-form with pixdim[0] = 0", NIfTI(codes=(0, 1), patches=((76, "f", 0),)), words)
        yield Form("s-form with pixdim[0] = -1", NIfTI(patches=((76, "f", -1),)), words)
        # SimpleITK takes the distances from pixdim and the directions from the form.
        yield Form("s-form with another pixdim", NIfTI(patches=((80, "3f", 1, 1, 1),)), words, reads="voxels")
        for codes in ((2, 0), (0, 1)):
            yield Form(f"negative pixdim, s-form {codes[0]}, q-form {codes[1]}", NIfTI(
                codes=codes, patches=((80, "3f", *sizes),)), words, reads="voxels")
        yield Form("s-form with another q-form", NIfTI(codes=(1, 1), patches=((268, "3f", 9, 8, 7),)), words)
        yield Form("q-form with another s-form of code 0", NIfTI(
            codes=(0, 1), patches=((280, "12f", *range(12)),)), words)
        for unit in ("mm", "meter", "micron"):
            right = Right.ALIKE if unit == "mm" else Right.EITHER
            yield Form(f"neither form, {unit}", NIfTI(codes=(0, 0), unit=unit), words, right, reads="voxels")

    yield from variants(forms())


@group("NIfTI files packed in several members, with zeros or other bytes behind them")
def members(seeded, count):
    many = tuple(sorted(seeded.random() for _ in range(30)))

    def packed(name, right=Right.ALIKE, **fields):
        return Form(name, NIfTI(suffix=".nii.gz", **fields), GZIP, right)

    def forms():
        for cuts in ((0.5,), (352 / 8032,), (348 / 8032, 0.2, 0.2, 0.9), (0.0,), (1.0,), (0.001,), many):
            for padding in (0, 100):
                yield packed(f"{len(cuts) + 1} members, the first of {cuts[0]:.3f}, {padding} zeros behind", cuts=cuts,
                             padding=bytes(padding))
        for byte_count in (1, 7, 512, 70_000):
            yield packed(f"{byte_count} zeros behind", padding=bytes(byte_count))
        for padding in (b"junk", b"\0\0junk", b"\x1f\x8b", b"\x1f\x8b\x08junk junk junk", b"\n"):
            yield Form(f"{padding} behind", NIfTI(suffix=".nii.gz", padding=padding), (*GZIP, "behind", "after"),
                       logged=True, reads="nothing")
        for level in (0, 1, 9):
            yield packed(f"level {level}", level=level)
        yield packed("a name in the header", named=True)
        yield Form("all fields of the header", changed(".nii.gz", with_all_fields), GZIP)
        header = (*GZIP, "header", "sizeof_hdr")
        yield Form("not packed", changed(".nii.gz", gzip.decompress), header, reads="nothing")
        yield Form("packed twice", changed(".nii.gz", gzip.compress), header, reads="nothing")
        yield Form("packed as .nii", changed(".nii", gzip.compress), header, reads="nothing")

    yield from variants(forms())

    def with_changed_byte(data):
        middle = len(data) // 2
        return data[:middle] + bytes([data[middle] ^ 16]) + data[middle + 1:]

    damages = {
        "a wrong checksum": lambda data: data[:-8] + b"\1\2\3\4" + data[-4:],
        "a wrong size": lambda data: data[:-4] + b"\1\2\3\4", "no end": lambda data: data[:-8],
        "half of its bytes": lambda data: data[:len(data) // 2], "a changed byte": with_changed_byte,
        "a cut member behind": lambda data: data + gzip.compress(b"more")[:-3], "nothing": lambda data: b"",
        "two bytes": lambda data: data[:2],
    }
    for name, change in damages.items():
        # What is behind the voxels need not be whole.
        right = Right.EITHER if name == "a cut member behind" else Right.REFUSED
        form = Form(name, changed(".nii.gz", change), reads="nothing")
        yield pair(f"a file with {name}", Case(), form, PARTNERS[".nii.gz"], fault="scan", words=(*GZIP, "header"),
                   right=right)


def with_all_fields(data):
    """The gzip file with everything that its header may hold."""
    fields = struct.pack("<H", 6) + b"AB\2\0xy" + b"scan.nii\0" + b"a comment\0"
    return data[:3] + bytes([4 | 8 | 16]) + data[4:10] + fields + data[10:]
