"""MetaImages: the layout of the header, the placement of the voxels, and what cannot be read."""

from . import images
from .checks_metaimage import SIZE, SUFFIXES
from .forms import PARTNERS, Altered, Case, Form, Right, pair, refused, variants
from .metaimage import MetaImage
from .report import group


def between_numbers(separator):
    """A function that puts other blanks between the words of each line."""

    def edit(lines):
        parts = [line.partition(" = ") for line in lines]
        return [name + " = " + text.replace(" ", separator) for name, _, text in parts]

    return edit


@group("MetaImages whose headers are laid out in every way")
def layouts(seeded, count):
    def reordered(lines):
        # SimpleITK wants the first two where they are.
        middle = lines[2:-1]
        seeded.shuffle(middle)
        return [*lines[:2], *middle, lines[-1]]

    layouts = {
        "CRLF": {"line_end": "\r\n"}, "no blanks": {"equals": "="}, "many blanks": {"equals": "   =  "},
        "tabs": {"equals": "\t=\t"}, "colons": {"equals": " : "}, "trailing blanks": {"line_end": "  \n"},
        "a byte order mark": {"edit": lambda lines: ["\ufeff" + lines[0], *lines[1:]]},
        "a comment": {"edit": lambda lines: ["# written by hand", *lines]},
        "another order": {"edit": reordered},
        "tabs between numbers": {"edit": between_numbers("\t")},
        "blanks between numbers": {"edit": between_numbers("   ")},
        "no ObjectType": {"fields": {"ObjectType": None}},
    }
    neutral = {
        "Comment": "a = b", "AnatomicalOrientation": "RAS", "CenterOfRotation": "5 6 7", "Name": "größe",
        "Modality": "MET_MOD_CT", "ID": "3", "ParentID": "-1", "Color": "1 0 0 1", "SequenceID": "0 0 0",
        "TransformType": "Rigid", "CompressedDataSize": "100", "ElementNumberOfChannels": "1",
        "ElementToIntensityFunctionSlope": "1", "ElementToIntensityFunctionOffset": "0", "ElementMin": "5",
        "ElementMax": "7", "0008|0060": "CT", "AcquisitionDate": "2026:01:05"}
    words = ("header", "ElementType")

    def forms():
        for name, fields in layouts.items():
            for suffix in SUFFIXES:
                yield Form(f"{name} {suffix}", MetaImage(suffix=suffix, **fields), words)
        yield Form("empty lines", MetaImage(line_end="\n\n"), words)
        yield Form("a field twice", MetaImage(edit=lambda lines: [lines[0], "ElementType = MET_UCHAR", *lines[1:]]),
                   words, reads="nothing")
        yield Form("a line without =", MetaImage(edit=lambda lines: [lines[0], "written by hand", *lines[1:]]),
                   words, reads="nothing")
        yield Form("no line end behind", Altered(MetaImage(), lambda path: path.write_bytes(path.read_bytes()[:-1])),
                   (*words, "ElementDataFile"))
        # SimpleITK reads the slope and the offset, and does not apply them.
        others = [*neutral.items(), ("ElementToIntensityFunctionSlope", "2"),
                  ("ElementToIntensityFunctionOffset", "-1024")]
        for name, text in others:
            yield Form(f"{name} = {text}", MetaImage(fields={name: text}), (name,))
        for suffix in SUFFIXES:
            for text in (None, "100", "99999"):
                yield Form(f"CompressedDataSize = {text} {suffix}", MetaImage(
                    suffix=suffix, packing="zlib", fields={"CompressedDataSize": text}), ("CompressedData",),
                    reads="nothing")
        yield Form("packed by gzip", MetaImage(packing="gzip"), ("CompressedData", "packed"))

    return variants(forms())


@group("MetaImages with spacing, origin and directions by every name and in every unit")
def placements(seeded, count):
    grid = images.Grid(directions=images.rotation(20, -35, 50))
    case = Case()

    def placed(name, writer, *words, right=Right.EITHER, reads="everything"):
        """The variants of the scan and of the mask: the other is plain and must be found in the same place."""
        form = Form(name, writer, reads=reads)
        for fault in ("scan", "mask"):
            forms = (form, PARTNERS[writer.suffix]) if fault == "scan" else (PARTNERS[writer.suffix], form)
            yield pair(f"{fault} with {name}", case, *forms, scan=case.scan.on(grid), mask=case.mask.on(grid),
                       fault=fault, words=words, right=right)

    def each(name, change):
        """A field whose numbers a function changes."""
        return {name: lambda known: " ".join(change(float(number)) for number in known[name].split())}

    aliases = {"Rotation": "TransformMatrix", "Orientation": "TransformMatrix", "Position": "Offset",
               "Origin": "Offset", "ElementSize": "ElementSpacing"}
    for alias, name in aliases.items():
        fields = {alias: lambda known, name=name: known[name], name: None}
        yield from placed(f"{alias} for {name}", MetaImage(fields=fields), alias, name)
    yield from placed("ElementSize that differs from ElementSpacing", MetaImage(fields={"ElementSize": "3 2 1"}),
                      "ElementSize")
    mirrored = {**each("TransformMatrix", lambda number: str(-number)),
                **each("ElementSpacing", lambda number: str(-number))}
    yield from placed("negative ElementSpacing", MetaImage(fields=mirrored), "ElementSpacing")
    exponents = {}
    for name in ("TransformMatrix", "Offset", "ElementSpacing"):
        exponents |= each(name, "{:.17e}".format)
    yield from placed("exponents", MetaImage(fields=exponents), *exponents)
    for unit, millimetres in (("mm", 1.0), ("?", 1.0), ("MM", 1.0), ("um", 0.001), ("cm", 10.0), ("m", 1000.0)):
        # SimpleITK takes every number for millimetres.
        yield from placed(f"DistanceUnits = {unit}", MetaImage(millimetres=millimetres, fields={"DistanceUnits": unit}),
                          "DistanceUnits", reads="everything" if millimetres == 1 else "voxels",
                          right=Right.ALIKE if unit == "mm" else Right.EITHER)
    for suffix in SUFFIXES:
        yield from placed(f"4 dimensions in {suffix}", MetaImage(suffix=suffix, fields={
            "NDims": "4", "DimSize": "20 16 12 1", "ElementSpacing": lambda known: known["ElementSpacing"] + " 1",
            "Offset": lambda known: known["Offset"] + " 0", "TransformMatrix": with_fourth_axis}), "NDims",
            reads="nothing")


def with_fourth_axis(known):
    """The directions with those of a fourth axis."""
    numbers = known["TransformMatrix"].split()
    return " ".join([*numbers[:3], "0", *numbers[3:6], "0", *numbers[6:], "0", "0 0 0 1"])


@group("MetaImages that cannot be read are refused")
def unreadable(seeded, count):
    wrong = {
        "ElementType": ("MET_OTHER", "MET_NONE", "MET_STRING", "MET_SHORT_ARRAY", "short", "", None),
        "ElementNumberOfChannels": ("2", "3", "0", "x"), "NDims": ("2", "0", "x", "", None),
        "DimSize": ("20 16", "20 16 12 1", "20 16 0", "20 16 -12", "20 16 12.5", "20 16 x", "20 16 13", "", None,
                    "999999 999999 999999", "9223372036854775807 2 2"),
        "ElementSpacing": ("1 1", "1 0 1", "1 nan 1", "1,5 1 1"), "Offset": ("1 2", "0 0 inf"),
        "TransformMatrix": ("1 0 0 0 1 0 0 0", "1 0 0 0 1 0 0 1 0"),
    }
    for name, texts in wrong.items():
        for text in texts:
            behind = bytes(20_000) if name == "ElementNumberOfChannels" else b""
            yield refused(f"{name} = {text}", MetaImage(fields={name: text}, behind=behind), name)
    yield refused("CompressedData = True, not packed", MetaImage(fields={"CompressedData": "True"}), "CompressedData",
                  "packed")
    yield refused("a cut header", Altered(MetaImage(), lambda path: path.write_bytes(
        path.read_bytes().partition(b"ElementDataFile")[0])), "ElementDataFile")
    yield refused("an empty file", Altered(MetaImage(), lambda path: path.write_bytes(b"")), "ElementDataFile", "empty")
    for suffix, data in ((".mhd", ".raw"), (".mha", ".mha")):
        def cut(path, data=data):
            file = path.with_suffix(data)
            file.write_bytes(file.read_bytes()[:-1])

        for packing in (None, "zlib"):
            writer = Altered(MetaImage(suffix=suffix, packing=packing), cut)
            yield refused(f"cut voxels in {data}{' packed' * bool(packing)}", writer, *SIZE, "packed")
    for kind, value in (("MET_LONG_LONG", 2**60 + 1), ("MET_ULONG_LONG", 2**53 + 1), ("MET_INT", 2**24 + 1)):
        yield odd_voxel(kind, value, "ElementType", "voxel")
    for kind in ("MET_FLOAT", "MET_DOUBLE"):
        for text in ("nan", "inf", "-inf"):
            yield odd_voxel(kind, float(text), "finite", "not a number")
    case = Case()
    form = PARTNERS[".mha"]
    for value in (images.LABELS, -1, 256):
        yield pair(f"label {value}", case, PARTNERS[".mhd"], form, mask=case.mask.with_voxel(value, 3, 4, 5),
                   fault="mask", words=("label",), right=Right.REFUSED)


def odd_voxel(kind, value, *words):
    """The variant of a scan with one voxel that must be refused."""
    writer = MetaImage(kind=kind)
    case = Case(writer.values)
    scan = images.Image(case.scan.voxels.astype(type(value)), case.scan.grid).with_voxel(value, 3, 4, 5)
    form = Form(kind, writer, reads="nothing")
    return pair(f"{kind} with {value}", case, form, PARTNERS[writer.suffix], scan=scan, fault="scan", words=words,
                right=Right.REFUSED)
