"""Mixtures: files that differ from the plain ones in several ways at once."""

from . import images, metaimage, nifti
from .forms import ByITK, Case, Form, pair
from .report import group

UNITS = {"mm": 1.0, "um": 0.001, "cm": 10.0}


class Mixture:
    """Fields of a writer, each there by chance, and the words of which a refusal must name one."""

    def __init__(self, seeded):
        self.fields, self.words = {}, set()
        self._seeded = seeded

    def perhaps(self, share, *words, into=None, **fields):
        """Adds fields with a probability."""
        if self._seeded.random() < share:
            (self.fields if into is None else into).update(fields)
            self.words.update(words)

    def form(self, writer, reads="everything"):
        """The form of the writer that has the fields."""
        shown = ", ".join(f"{name} {f'of {len(value)} bytes' if isinstance(value, bytes) else repr(value)}"
                          for name, value in self.fields.items())
        return Form(f"{type(writer).__name__} {shown}", writer, tuple(sorted(self.words)), reads=reads)


def by_itk(seeded, values):
    """A file of SimpleITK's."""
    mixture = Mixture(seeded)
    kind = seeded.choice([kind for kind, (held, _) in nifti.KINDS.items() if held == values])
    mixture.perhaps(1, "ElementType", "datatype", kind=kind, suffix=seeded.choice((".mhd", ".mha", ".nii", ".nii.gz")))
    mixture.perhaps(0.5, "CompressedData", packed=True)
    return mixture.form(ByITK(**mixture.fields))


def by_nibabel(seeded, values):
    """A NIfTI file with several forms of its header."""
    mixture = Mixture(seeded)
    kind = seeded.choice([kind for kind, (held, _) in nifti.KINDS.items() if held == values])
    suffix = seeded.choice((".nii", ".nii.gz"))
    mixture.perhaps(1, "datatype", kind=kind, suffix=suffix)
    mixture.perhaps(0.5, is_big=True)
    mixture.perhaps(0.5, "xyzt_units", unit=seeded.choice(list(nifti.METRES)),
                    time_unit=seeded.choice((None, "sec", "usec")))
    mixture.perhaps(0.7, codes=seeded.choice(((1, 0), (0, 1), (1, 1), (3, 2))))
    sizes = tuple(seeded.randrange(8, 500) for _ in range(seeded.randrange(1, 4)))
    mixture.perhaps(0.3, "vox_offset", extensions=sizes)
    mixture.perhaps(0.3, "vox_offset", gap=16 * seeded.randrange(1, 9))
    mixture.perhaps(0.3, behind=bytes(seeded.randrange(1, 99)))
    if kind in ("i4", "i8", "f4", "f8"):
        mixture.perhaps(0.5, "scl_slope", "scl_inter", slope=seeded.choice((0.5, 0.25, 1, -1)),
                        intercept=seeded.choice((0, -1024, 7)))
    if suffix == ".nii.gz":
        cuts = tuple(sorted(seeded.random() for _ in range(seeded.randrange(1, 5))))
        mixture.perhaps(0.5, "gzip", cuts=cuts)
        mixture.perhaps(0.5, "gzip", padding=bytes(seeded.randrange(1, 600)))
        mixture.perhaps(0.5, level=seeded.choice((0, 1, 9)), named=True)
    return mixture.form(nifti.NIfTI(**mixture.fields))


def by_hand(seeded, values):
    """A MetaImage with several forms of its header."""
    mixture, header = Mixture(seeded), {}
    # MET_ASCII_CHAR may be refused, and would hide the rest.
    kind = seeded.choice([kind for kind, (_, held) in metaimage.KINDS.items()
                          if held == values and kind != "MET_ASCII_CHAR"])
    suffix = seeded.choice((".mhd", ".mha"))
    mixture.perhaps(1, "ElementType", kind=kind, suffix=suffix)
    mixture.perhaps(0.5, "ByteOrderMSB", is_big=True)
    is_big = "is_big" in mixture.fields
    true = seeded.choice(("T", "true", "1", "True"))
    if is_big:
        mixture.perhaps(0.5, into=header, BinaryDataByteOrderMSB=true)
        mixture.perhaps(0.5, into=header, BinaryDataByteOrderMSB=None, ElementByteOrderMSB=true)
    storage = seeded.choice(("plain", "packed", "text", "HeaderSize"))
    if storage == "packed":
        mixture.perhaps(1, "CompressedData", packing="zlib")
        mixture.perhaps(0.5, into=header, CompressedData=true)
    elif storage == "text" and not is_big:
        # SimpleITK turns the bytes of numbers that were text.
        mixture.perhaps(1, "BinaryData", separator=seeded.choice((" ", "\n", "\t", "\r\n")))
    elif storage == "HeaderSize":
        byte_count = seeded.randrange(1, 300)
        size = "-1" if suffix == ".mha" else seeded.choice(("-1", str(byte_count)))
        mixture.perhaps(1, before=b"\7" * byte_count)
        mixture.perhaps(1, "HeaderSize", into=header, HeaderSize=size)
    unit = seeded.choice(list(UNITS))
    mixture.perhaps(0.5, "DistanceUnits", into=header, DistanceUnits=unit)
    millimetres = UNITS[unit] if "DistanceUnits" in header else 1.0
    for name, other in (("TransformMatrix", "Rotation"), ("Offset", "Position"), ("ElementSpacing", "ElementSize")):
        mixture.perhaps(0.2, name, other, into=header, **{other: lambda known, name=name: known[name], name: None})
    mixture.perhaps(0.3, line_end="\r\n")
    mixture.perhaps(0.3, equals=seeded.choice(("=", "  =  ", "\t= ")))
    if suffix == ".mha":
        mixture.perhaps(0.3, "ElementDataFile", into=header, ElementDataFile=seeded.choice(("LOCAL", "local")))
    else:
        mixture.perhaps(0.3, "ElementDataFile", into=header, ElementDataFile="other name.raw")
    writer = metaimage.MetaImage(**mixture.fields, millimetres=millimetres, fields=header)
    mixture.fields["header"] = {name: text for name, text in header.items() if not callable(text)}
    return mixture.form(writer, reads="everything" if millimetres == 1 else "voxels")


@group("mixtures of types, byte orders, orders and directions of axes, units and headers")
def mixtures(seeded, count):
    writers = (by_itk, by_nibabel, by_nibabel, by_hand, by_hand)
    ranges = [values for values in images.RANGES if values != "large"]
    turns = seeded.sample(images.TURNS, 3)
    for number in range(count):
        values = seeded.choice(("signed", *ranges))
        case = Case(values, seeded.choice((images.Turn(), *turns)))
        scan_form = seeded.choice(writers)(seeded, values)
        mask_form = seeded.choice(writers)(seeded, seeded.choice(ranges))
        degrees = [seeded.choice((0, 0, 90, seeded.uniform(-180, 180))) for _ in range(3)]
        origin = tuple(seeded.uniform(-200, 200) for _ in range(3))
        grid = images.Grid(directions=images.rotation(*degrees), origin=origin)
        turn = seeded.choice((images.Turn(), seeded.choice(images.TURNS)))
        words = {*scan_form.words, *mask_form.words, "srow", "sform", "TransformMatrix", "orientation"}
        yield pair(f"{number}: scan {case.turn} {scan_form.name}; mask {turn} {mask_form.name}", case, scan_form,
                   mask_form, scan=case.scan.on(grid), mask=case.mask.on(grid).turned(turn), words=tuple(sorted(words)))
