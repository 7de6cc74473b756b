"""MetaImages: every type, byte order, compression, place of the voxels, and voxels as text."""

from . import images
from .forms import PLAIN, Altered, ByITK, Case, Form, Right, pair, refused, variants
from .metaimage import KINDS, LENGTH, MetaImage
from .nifti import KINDS as LIBRARY_KINDS
from .report import group

SIZE = ("DimSize", "ElementType")
"""The fields that say how many bytes of voxels there must be: what a refusal of too few names."""
ORDERS = ("BinaryDataByteOrderMSB", "ElementByteOrderMSB")
SUFFIXES = (".mhd", ".mha")
TRUE = ("True", "true", "TRUE", "T", "t", "1")
FALSE = ("False", "false", "F", "f", "0")


@group("MetaImages that SimpleITK writes, of every type, packed or not, with the voxels in their own file or not")
def types(seeded, count):
    return variants(
        Form(f"{kind}{' packed' * packed} {suffix}", ByITK(suffix, kind, packed), ("ElementType",), Right.ALIKE)
        for kind in LIBRARY_KINDS for suffix in SUFFIXES for packed in (False, True))


@group("MetaImages of every element type, in either byte order, packed or not")
def elements(seeded, count):
    words = ("ElementType", "ByteOrderMSB")
    for kind in KINDS:
        for is_big, packing in ((False, None), (True, None), (True, "zlib")):
            name = f"{kind}{' big-endian' * is_big}{' packed' * bool(packing)}"
            yield from variants([Form(name, MetaImage(kind=kind, is_big=is_big, packing=packing), words)])
    for kind in ("MET_USHORT", "MET_UINT", "MET_ULONG_LONG", "MET_INT", "MET_FLOAT"):
        for is_big in (False, True):
            form = Form(kind, MetaImage(kind=kind, is_big=is_big))
            yield pair(f"large {kind}{' big-endian' * is_big}", Case("large"), form, PLAIN, fault="scan", words=words)


@group("MetaImages whose fields say True and False in every way, and both names of the byte order")
def flags(seeded, count):
    def form(name, text, writer):
        return Form(f"{name} = {text}", writer, (name,))

    def forms():
        for name in ORDERS:
            for text in TRUE:
                fields = {ORDERS[0]: None, name: text}
                yield form(name, text, MetaImage(is_big=True, fields=fields))
                yield form(name, text, MetaImage(suffix=".mha", is_big=True, packing="zlib", fields=fields))
            for text in (*FALSE, "no"):
                yield form(name, text, MetaImage(fields={ORDERS[0]: None, name: text}))
        for first, second in (("T", "F"), ("F", "T"), ("T", "T"), ("F", "F")):
            # SimpleITK follows the first of the two.
            yield Form(f"the orders {first} and {second}", MetaImage(
                is_big=first == "T", fields=dict(zip(ORDERS, (first, second)))), ORDERS)
        yield Form("neither order", MetaImage(fields={ORDERS[0]: None}), ORDERS, Right.ALIKE)
        for text in TRUE:
            yield form("BinaryData", text, MetaImage(fields={"BinaryData": text}))
            yield form("CompressedData", text, MetaImage(packing="zlib", fields={"CompressedData": text}))
        for text in FALSE:
            yield form("CompressedData", text, MetaImage(fields={"CompressedData": text}))
            yield form("BinaryData", text, MetaImage(separator=" ", fields={"BinaryData": text}))
        for name, text in (("BinaryData", None), ("CompressedData", None), ("CompressedData", "no")):
            yield form(name, text, MetaImage(fields={name: text}))

    return variants(forms())


@group("MetaImages with bytes before the voxels (HeaderSize) and behind them")
def header_sizes(seeded, count):
    def forms():
        for size, before in (("0", 0), ("128", 128), ("1", 1), ("-1", 100), ("-1", 0)):
            for kind, is_big in (("MET_SHORT", False), ("MET_DOUBLE", True), ("MET_UCHAR", False)):
                yield Form(f"HeaderSize = {size} after {before} bytes, {kind}", MetaImage(
                    kind=kind, is_big=is_big, before=b"\7" * before, fields={"HeaderSize": size}), ("HeaderSize",))
        for size, before in ((LENGTH, 0), ("-1", 0), ("-1", 100), ("0", 0)):
            yield Form(f"HeaderSize = {size} after {before} bytes, LOCAL", MetaImage(
                suffix=".mha", before=b"\7" * before, fields={"HeaderSize": size}), ("HeaderSize",))
        yield Form("HeaderSize = 128, packed", MetaImage(
            packing="zlib", before=b"\7" * 128, fields={"HeaderSize": "128", "CompressedDataSize": None}),
            ("HeaderSize", "CompressedData"), reads="nothing")
        yield Form("HeaderSize = 8, text", MetaImage(
            separator=" ", before=b"1 2 3 4 ", fields={"HeaderSize": "8"}), ("HeaderSize", "BinaryData"))
        for behind in (b"\0" * 10, b"\7" * 999):
            yield Form(f"{len(behind)} bytes behind", MetaImage(behind=behind), SIZE)
            yield Form(f"{len(behind)} bytes behind, packed", MetaImage(behind=behind, packing="zlib"), SIZE)

    yield from variants(forms())
    for text in ("-2", "x", "1e3", "99999999999999999999", "100000"):
        yield refused(f"HeaderSize = {text}", MetaImage(fields={"HeaderSize": text}), "HeaderSize")


@group("MetaImages whose voxels are numbers as text (BinaryData = False)")
def texts(seeded, count):
    words = ("BinaryData", "ElementType")
    separators = {"blanks": " ", "lines": "\n", "CRLF": "\r\n", "tabs": "\t", "two blanks": "  "}

    def forms():
        for name, separator in separators.items():
            for kind in ("MET_SHORT", "MET_UCHAR", "MET_FLOAT", "MET_LONG_LONG"):
                yield Form(f"{kind} between {name}", MetaImage(kind=kind, separator=separator), words)
        yield Form("in .mha", MetaImage(suffix=".mha", separator=" "), words)
        yield Form("numbers behind", MetaImage(separator=" ", behind=b"5 6 7\n"), (*words, "DimSize"))
        yield Form("between commas", MetaImage(separator=", "), (*words, "voxel"))
        # SimpleITK turns the bytes of these numbers.
        yield Form("said to be big-endian", MetaImage(separator=" ", fields={ORDERS[0]: "True"}), (*words, *ORDERS),
                   reads="nothing")

    yield from variants(forms())
    faults = {
        "too few": MetaImage(separator=" ", fields={"DimSize": "20 16 13"}),
        "a word between": MetaImage(separator=" ", before=b"1 2 three "),
        "fractions of an integer type": MetaImage(separator=".5 "),
        "beyond the type": MetaImage(separator=" ", before=b"99999 "),
        "packed": MetaImage(separator=" ", fields={"CompressedData": "True"}),
    }
    for name, writer in faults.items():
        yield refused(name, writer, *words, "CompressedData", "DimSize", "voxel")


@group("MetaImages that name the file of their voxels in every way")
def data_files(seeded, count):
    words = ("ElementDataFile",)
    names = ("with blank.raw", "größe.raw", "a=b.raw", "UPPER.RAW", "LOCAL.raw", "list.raw", "below/scan.raw")

    def forms():
        for suffix in SUFFIXES:
            for text in ("LOCAL", "Local", "local"):
                yield Form(f"{text} in {suffix}", MetaImage(suffix=suffix, fields={"ElementDataFile": text}), words)
        for suffix, name in (*((".mhd", name) for name in names), (".mha", "scan.raw")):
            yield Form(f"{name} of {suffix}", MetaImage(suffix=suffix, fields={"ElementDataFile": name}), words)

    yield from variants(forms())
    for text in ("LIST", "LIST 2D", "slice%02d.raw 1 12 1"):
        form = Form(text, Altered(MetaImage(fields={"ElementDataFile": text}), into_slices))
        yield pair(text, Case(), form, PLAIN, fault="scan", words=words)
    missing = Altered(MetaImage(), lambda path: path.with_suffix(".raw").unlink())
    yield refused("a missing file", missing, *words, "cannot be read", files=["scan.raw"])
    itself = Altered(MetaImage(), lambda path: path.write_bytes(path.read_bytes().replace(b"scan.raw", b"scan.mhd")))
    yield refused("itself", itself, *words, *SIZE)


def into_slices(path):
    """Puts the voxels into a file for each slice, which the header names by a pattern or lists."""
    lines = path.read_text().splitlines()
    whole = path.parent / lines[-1].partition(" = ")[2]
    data = whole.read_bytes()
    whole.unlink()
    size = 2 * images.SIDES[0] * images.SIDES[1]
    names = [f"slice{number + 1:02}.raw" for number in range(images.SIDES[2])]
    for number, name in enumerate(names):
        (path.parent / name).write_bytes(data[number * size:(number + 1) * size])
    if whole.name.startswith("LIST"):
        path.write_text("\n".join([*lines, *names]) + "\n")
