"""MetaImages with headers made by hand, for all that SimpleITK reads but does not write."""

import dataclasses
import gzip
import zlib

KINDS = {
    "MET_CHAR": ("i1", "signed byte"), "MET_UCHAR": ("u1", "byte"), "MET_SHORT": ("i2", "signed"),
    "MET_USHORT": ("u2", "unsigned"), "MET_INT": ("i4", "signed"), "MET_UINT": ("u4", "unsigned"),
    "MET_LONG": ("i4", "signed"), "MET_ULONG": ("u4", "unsigned"), "MET_LONG_LONG": ("i8", "signed"),
    "MET_ULONG_LONG": ("u8", "unsigned"), "MET_FLOAT": ("f4", "signed"), "MET_DOUBLE": ("f8", "signed"),
    "MET_ASCII_CHAR": ("i1", "signed byte"),
}
"""The element types: as numpy calls them, and the range that they hold. MetaIO gives MET_LONG four bytes everywhere."""

LENGTH = "LENGTH"
"""Stands in a header for the number of its bytes."""


@dataclasses.dataclass(frozen=True)
class MetaImage:
    """A MetaImage's form. `fields` replace those of a plain header or, where the text is None, leave them out."""

    suffix: str = ".mhd"
    kind: str = "MET_SHORT"
    is_big: bool = False
    fields: dict = dataclasses.field(default_factory=dict)
    before: bytes = b""
    """Before the voxels, in their file."""
    behind: bytes = b""
    packing: str | None = None
    separator: str | None = None
    """Between the numbers when they are text."""
    line_end: str = "\n"
    equals: str = " = "
    millimetres: float = 1.0
    """The length of the header's unit."""
    places: str = "{stem}.raw"
    """The file of the voxels as the header names it; for .mha they are in the header's own."""
    edit: object = None
    """A function from the lines of the header to others."""

    @property
    def values(self):
        return KINDS[self.kind][1]

    def data(self, image):
        """The voxels as they are stored."""
        if self.separator is not None:
            return self.separator.join(str(value) for value in image.voxels.ravel()).encode() + b"\n"
        stored = image.voxels.astype((">" if self.is_big else "<") + KINDS[self.kind][0]).tobytes()
        packed = {None: bytes, "zlib": zlib.compress, "gzip": gzip.compress}
        return packed[self.packing](stored)

    def header(self, image, stem):
        """The lines of the header."""

        def words(*values):
            return " ".join(repr(float(value)) for value in values)

        unit = self.millimetres
        grid = image.grid
        fields = {
            "ObjectType": "Image", "NDims": "3", "BinaryData": str(self.separator is None),
            "BinaryDataByteOrderMSB": str(self.is_big), "CompressedData": str(self.packing is not None),
            "TransformMatrix": words(*sum(grid.directions, ())),
            "Offset": words(*(value / unit for value in grid.origin)),
            "ElementSpacing": words(*(value / unit for value in grid.spacing)),
            "DimSize": " ".join(map(str, image.sides)), "ElementType": self.kind}
        if self.packing is not None:
            fields["CompressedDataSize"] = str(len(self.data(image)))
        last = self.fields.get("ElementDataFile", "LOCAL" if self.suffix == ".mha" else self.places.format(stem=stem))
        for name, text in self.fields.items():
            if callable(text):
                text = text(fields)
            fields[name] = text
        fields["ElementDataFile"] = fields.pop("ElementDataFile", None) or last
        lines = [f"{name}{self.equals}{text}" for name, text in fields.items() if text is not None]
        return lines if self.edit is None else self.edit(lines)

    def write(self, path, image):
        """Writes the header, and the voxels behind it or into the file that it names."""
        lines = self.header(image, path.name.removesuffix(self.suffix))
        header = "".join(line + self.line_end for line in lines).encode()
        header = header.replace(LENGTH.encode(), f"{len(header):0{len(LENGTH)}}".encode())
        data = self.before + self.data(image) + self.behind
        name = lines[-1].split(self.equals.strip(), 1)[1].strip()
        if name.upper() == "LOCAL":
            path.write_bytes(header + data)
            return
        path.write_bytes(header)
        file = path.parent / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
