"""NIfTI files by nibabel, with what it does not write put in by hand."""

import dataclasses
import gzip
import struct

import nibabel
import numpy

from .report import require

KINDS = {
    "u1": ("byte", 2), "i2": ("signed", 4), "i4": ("signed", 8), "f4": ("signed", 16), "f8": ("signed", 64),
    "i1": ("signed byte", 256), "u2": ("unsigned", 512), "u4": ("unsigned", 768), "i8": ("signed", 1024),
    "u8": ("unsigned", 1280),
}
"""The data types as numpy calls them: the range of intensities that they hold, and their code."""

METRES = {"meter": 1.0, "mm": 1e-3, "micron": 1e-6, "unknown": 1e-3}


@dataclasses.dataclass(frozen=True)
class NIfTI:
    """A NIfTI-1 file's form. `patches` are written over the header last: offset, letters for `struct`, values."""

    suffix: str = ".nii"
    kind: str = "i2"
    is_big: bool = False
    unit: str = "mm"
    time_unit: str | None = None
    codes: tuple = (2, 0)
    """Those of the s-form and the q-form; a form with 0 is not there."""
    slope: float = float("nan")
    intercept: float = float("nan")
    extensions: tuple = ()
    """The number of bytes of each."""
    gap: int = 0
    """Bytes before the voxels that nothing tells of but vox_offset."""
    patches: tuple = ()
    behind: bytes = b""
    cuts: tuple = ()
    """Where one member of the gzip file ends and the next begins, as shares of the bytes."""
    padding: bytes = b""
    """Behind the last member."""
    level: int = 6
    named: bool = False
    """Whether the gzip header holds a name."""

    @property
    def values(self):
        return KINDS[self.kind][0]

    def write(self, path, image):
        """Writes the file."""
        data = self.file(image)
        path.write_bytes(self.packed(data) if self.suffix == ".nii.gz" else data)

    def file(self, image):
        """The bytes before they are packed."""
        stored, kind = image.voxels.astype(float), numpy.dtype((">" if self.is_big else "<") + self.kind)
        if numpy.isfinite([self.slope, self.intercept]).all() and self.slope != 0:
            stored = (stored - self.intercept) / self.slope
        require((stored.astype(kind) == stored).all(), f"the checks gave {kind} numbers that it does not hold")
        affine = image.grid.affine
        affine[:3] *= 1e-3 / METRES[self.unit]
        header = nibabel.Nifti1Header(endianness=">" if self.is_big else "<")
        written = nibabel.Nifti1Image(stored.astype(kind).transpose(2, 1, 0), affine, header, dtype=kind)
        written.header.set_xyzt_units(self.unit, self.time_unit)
        s_code, q_code = self.codes
        written.set_qform(affine if q_code else None, q_code)
        written.set_sform(affine if s_code else None, s_code)
        if not q_code:
            written.header.set_zooms(numpy.linalg.norm(affine[:3, :3], axis=0))
        for number, byte_count in enumerate(self.extensions):
            text = (f"extension {number} " * byte_count)[:byte_count].encode()
            written.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", text))
        data = bytearray(written.to_bytes())
        order = ">" if self.is_big else "<"
        start = int(struct.unpack_from(order + "f", data, 108)[0])
        data[start:start] = bytes(self.gap)
        for offset, letters, *values in ((108, "f", start + self.gap), (112, "2f", self.slope, self.intercept),
                                         *self.patches):
            struct.pack_into(order + letters, data, offset, *values)
        return bytes(data) + self.behind

    def packed(self, data):
        """The members of the gzip file."""
        places = [0, *(int(share * len(data)) for share in self.cuts), len(data)]
        members = [gzip.compress(data[start:end], self.level, mtime=0) for start, end in zip(places, places[1:])]
        if self.named:
            members[0] = members[0][:3] + bytes([8]) + members[0][4:10] + b"scan.nii\0" + members[0][10:]
        return b"".join(members) + self.padding
