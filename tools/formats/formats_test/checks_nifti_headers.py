"""NIfTI files: what else their headers may hold, and what cannot be read."""

import struct

import nibabel
import numpy

from .checks_nifti import SUFFIXES, changed
from .forms import PARTNERS, Altered, Case, Form, Right, pair, refused, variants
from .nifti import NIfTI
from .report import group


@group("NIfTI files with extensions, other headers, and bytes before and behind the voxels")
def headers(seeded, count):
    neutral = {
        "4 dimensions": ("dim", (40, "h", 4)), "7 dimensions": ("dim", (40, "h", 7)),
        "zeros for further dimensions": ("dim", (48, "4h", 0, 0, 0, 0)),
        "numbers for further dimensions": ("dim", (48, "4h", 9, 8, 7, 6)), "another bitpix": ("bitpix", (72, "h", 8)),
        "the intent of a label": ("intent_code", (68, "h", 1002)),
        "cal_max and cal_min": ("cal_max", (124, "2f", 500, -500)),
        "texts": ("descrip", (148, "80s24s", b"a description", b"aux.nii"), (328, "16s", b"intent")),
        "slices": ("slice_code", (39, "B", 57), (74, "h", 3), (120, "hBB", 11, 3, 10)),
        "times": ("toffset", (132, "2f", 0.5, 3)),
        "fields of Analyze": ("glmax", (4, "10s18sih2s", b"dsr", b"db", 16384, 7, b"r\0"), (140, "2i", 32767, -5)),
    }

    def forms():
        for suffix in SUFFIXES:
            for extensions in ((), (8,), (1000,), (24, 1, 300)):
                for gap in (0, 16, 160):
                    writer = NIfTI(suffix=suffix, extensions=extensions, gap=gap, is_big=gap == 160)
                    yield Form(f"extensions of {extensions} bytes and a gap of {gap} {suffix}", writer,
                               ("vox_offset",), Right.ALIKE)
            yield Form(f"40 bytes behind {suffix}", NIfTI(suffix=suffix, behind=b"1234" * 10), ("vox_offset",))
        for name, (word, *patches) in neutral.items():
            for is_big in (False, True):
                yield Form(f"{name}{' big-endian' * is_big}", NIfTI(is_big=is_big, patches=tuple(patches)), (word,))

    return variants(forms())


@group("NIfTI files that cannot be read are refused")
def unreadable(seeded, count):
    nan = float("nan")
    wrong = {
        "dim": [(40, "4h", *sides) for sides in (
            (2, 20, 16, 12), (0, 20, 16, 12), (8, 20, 16, 12), (-3, 20, 16, 12), (3, 20, 16, 0), (3, -20, 16, 12),
            (3, 20, 16, 13), (3, 32767, 32767, 32767))],
        "datatype": [(70, "h", code) for code in (0, 1, 32, 128, 1536, 1792, 2048, 2304, 3, 255, -1)],
        "vox_offset": [(108, "f", place) for place in (0.0, 100.0, 347.0, -352.0, 1e9, nan, float("inf"), 353.0)],
        "magic": [(344, "4s", text) for text in (b"ni1\0", b"n+2\0", b"\0\0\0\0", b"n+1 ")],
        "sizeof_hdr": [(0, "i", size) for size in (540, 0, 349)],
        "srow": [(280, "12f", *[0] * 12), (280, "f", nan), (280, "12f", 1, 0, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0)],
    }
    for word, patches in wrong.items():
        for patch in patches:
            yield refused(f"{word} of {patch[2:]}", NIfTI(patches=(patch,)), word)
    for patch in ((80, "3f", 1, 0, 1), (256, "f", nan), (268, "f", float("inf"))):
        yield refused(f"q-form of {patch}", NIfTI(codes=(0, 1), patches=(patch,)), "quatern", "pixdim", "qoffset")
    yield refused("two volumes", NIfTI(patches=((40, "h", 4), (48, "h", 2)), behind=bytes(7680)), "dim")
    cuts = {"empty": 0, "cut in its header": 300, "cut before its voxels": 352, "cut in its voxels": -1}
    for name, end in cuts.items():
        writer = changed(".nii", lambda data, end=end: data[:end])
        yield refused(f"a file that is {name}", writer, "header", "empty", "vox_offset")
    yield refused("NIfTI-2", Altered(NIfTI(), as_second_version), "sizeof_hdr", "NIfTI-2")
    for kind, value in (("i8", 2**60 + 1), ("u8", 2**53 + 1), ("i4", 2**24 + 1)):
        writer = Altered(NIfTI(kind=kind), with_last_voxel(kind, value))
        yield refused(f"{kind} with {value}", writer, "datatype", "voxel")
    for kind in ("f4", "f8"):
        for value in (nan, float("inf")):
            writer = Altered(NIfTI(kind=kind), with_last_voxel(kind, value))
            yield refused(f"{kind} with {value}", writer, "finite", "not a number")
    case = Case()
    for number in (3, -1, 256):
        mask = case.mask.with_voxel(number, 3, 4, 5)
        yield pair(f"label {number}", case, PARTNERS[".nii"], PARTNERS[".nii.gz"], mask=mask, fault="mask",
                   words=("label",), right=Right.REFUSED)
    odd = Form("mask", NIfTI(patches=((70, "h", 32),)), reads="nothing")
    yield pair("a mask of complex numbers", case, PARTNERS[".nii"], odd, fault="mask", words=("datatype",),
               right=Right.REFUSED)


def with_last_voxel(kind, value):
    """A function that puts a value into a file's last voxel."""
    letter = {"i8": "q", "u8": "Q", "i4": "i", "f4": "f", "f8": "d"}[kind]

    def change(path):
        packed = struct.pack("<" + letter, value)
        path.write_bytes(path.read_bytes()[:-len(packed)] + packed)

    return change


def as_second_version(path):
    """Writes the file anew as NIfTI-2."""
    image = nibabel.load(path, mmap=False)
    nibabel.Nifti2Image(numpy.asarray(image.dataobj), image.affine).to_filename(path)
