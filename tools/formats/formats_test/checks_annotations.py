"""Tables of nodules in every dialect of CSV that Python's csv module writes."""

import csv
import dataclasses
import functools
import io
import itertools
import re

import numpy

from . import images
from .forms import Case, Right, Variant
from .metaimage import MetaImage
from .nifti import NIfTI
from .report import group

FILE = "annotations.csv"
COLUMNS = ["scan_id", "note", "coord_x", "coord_y", "coord_z", "diameter_mm"]
PLACES = [("first", -62.5, 36.25, 105.0, 6.0), ("first", -58.0, 44.0, 114.5, 8.5),
          ("second", -60.25, 41.5, 109.75, 7.25), ("elsewhere", 0.0, 0.0, 0.0, 5.0),
          ("first", -56.5, 35.125, 119.0, 5.5)]
PLAIN_NOTES = ["none", "round", "", "old", "new"]
NOTES = ["plain", "with, commas; semicolons\tand tabs", 'called "large", "very large"', "in two\nlines", " 'blanks' "]
DELIMITERS = ",;\t"
WORDS = ("line", "column", "quot")


@dataclasses.dataclass(frozen=True)
class Detection(Case):
    """Two scans without masks, and the plain table."""

    task: str = "detection"

    @functools.cached_property
    def scan(self):
        # Distances that are powers of two, so that no place is rounded, by whatever arithmetic it is found.
        return images.Image(images.scan().voxels, images.Grid(spacing=(0.5, 1.0, 2.0)))

    def write(self, folder):
        write_scans(folder)
        (folder / FILE).write_bytes(table(PLAIN_NOTES))

    def config(self, folder):
        config = super().config(folder)
        config["train"] |= {"model": {"init_features": 2, "depth": 1}, "loss": {"type": "bce"}}
        return config


CASE = Detection()


def write_scans(folder, writer=MetaImage(), scan=CASE.scan):
    """Writes the scans and the lists: one is trained on, the other validated."""
    (folder / "splits").mkdir()
    for name, list_name in (("first", "train.txt"), ("second", "val.txt")):
        writer.write(folder / f"{name}{writer.suffix}", scan)
        (folder / "splits" / list_name).write_text(name + "\n")


def table(notes, columns=COLUMNS, encoding="utf-8", edit=None, **dialect):
    """The bytes of the table in a dialect; `edit` changes its rows, which are lists, before they are written."""
    rows = [columns]
    for note, (scan, *numbers) in zip(notes, PLACES):
        values = dict(zip(COLUMNS, [scan, note, *numbers]))
        rows.append([values[name] for name in columns])
    text = io.StringIO(newline="")
    dialect = {"lineterminator": "\n", **dialect}
    csv.writer(text, **dialect).writerows(rows if edit is None else edit(rows))
    return text.getvalue().encode(encoding)


def reads_back(data, notes, **dialect):
    """Whether Python itself reads the bytes of a table as they were meant: some dialects do not hold every note."""
    dialect.pop("lineterminator", None)
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), **dialect))
    return [row[:2] for row in rows] == [COLUMNS[:2], *([place[0], note] for place, note in zip(PLACES, notes))]


def variant(name, data, right=Right.EITHER, lines=None, words=WORDS):
    """The training with the bytes of a table."""

    def write(folder):
        write_scans(folder)
        (folder / FILE).write_bytes(data)

    return Variant(name, CASE, write, words, right, files=(FILE,), lines=lines)


def line_count(data):
    """The number of lines as an editor counts them."""
    return len(re.split("\r\n|\r|\n", data.decode(errors="replace").rstrip("\r\n")))


def dialects():
    """Every delimiter, way to quote, line end and way to write a quote: a name and the arguments of csv.writer."""
    delimiters = {"commas": ",", "semicolons": ";", "tabs": "\t"}
    quotings = {name.removeprefix("QUOTE_"): value for name, value in vars(csv).items() if name.startswith("QUOTE_")}
    ends = {"LF": "\n", "CRLF": "\r\n", "CR": "\r"}
    quotes = {"doubled quotes": {}, "escaped quotes": {"doublequote": False, "escapechar": "\\"},
              "single quotes": {"quotechar": "'"}}
    for parts in itertools.product(delimiters.items(), quotings.items(), ends.items(), quotes.items()):
        names = ", ".join(name for name, _ in parts)
        delimiter, quoting, end, quote = (value for _, value in parts)
        if quoting == csv.QUOTE_NONE:
            quote = {"escapechar": "\\", **quote}
        yield names, {"delimiter": delimiter, "quoting": quoting, "lineterminator": end, **quote}


@group("annotations.csv in every dialect, with and without a byte order mark, with commas, quotes and lines in fields")
def every_dialect(seeded, count):
    marks = [("", "utf-8"), (", with a mark", "utf-8-sig")]
    for name, dialect in dialects():
        is_usual = "doubled" in name and dialect["quoting"] != csv.QUOTE_NONE and dialect["lineterminator"] != "\r"
        right = Right.ALIKE if is_usual else Right.EITHER
        for mark, encoding in marks if is_usual else [seeded.choice(marks)]:
            data = table(NOTES, encoding=encoding, **dialect)
            if reads_back(data, NOTES, **dialect):
                yield variant(name + mark, data, right, range(1, line_count(data) + 1))


@group("annotations.csv with every kind of note in an extra column")
def notes(seeded, count):
    kinds = ["a,b", "a;b", "a\tb", 'a"b', '"', '""', "a\nb", "a\r\nb", "a\rb", "\n", "größe µm", " ", "'", "\\", "#",
             "a,,,b", "=1+1", "0", "\u2028", "\x85", "\v", "\f", "\x1c", "x" * 5000]
    for delimiter in DELIMITERS:
        for note in kinds:
            data = table([note] * 5, delimiter=delimiter)
            if reads_back(data, [note] * 5, delimiter=delimiter):
                yield variant(f"note {note!r:.20} between {delimiter!r}", data, Right.ALIKE)


@group("annotations.csv with columns, rows and blanks laid out in every way")
def layouts(seeded, count):
    for first in range(len(COLUMNS)):
        columns = [*COLUMNS[first:], *COLUMNS[:first]]
        yield variant(f"{columns[0]} first", table(NOTES, columns), Right.ALIKE)
    headings = {
        "as in LUNA16": ["seriesuid", "note", "coordX", "coordY", "coordZ", "diameter_mm"],
        "in capitals": ["SCAN_ID", "Note", "COORD_X", "Coord_Y", "coord_z", "DIAMETER_MM"],
        "with a comma": ["scan_id", "größe, µ", "coord_x", "coord_y", "coord_z", "diameter"],
        "with a line break": ["scan_id", "two\nlines", "coord_x", "coord_y", "coord_z", "diameter_mm"]}
    for name, columns in headings.items():
        for delimiter in DELIMITERS:
            data = table(PLAIN_NOTES, edit=lambda rows, columns=columns: [columns, *rows[1:]], delimiter=delimiter)
            yield variant(f"columns {name} between {delimiter!r}", data, Right.ALIKE)
    yield variant("no notes", table(PLAIN_NOTES, [name for name in COLUMNS if name != "note"]), Right.ALIKE)

    def spread(rows):
        return [*rows[:2], [], [], *rows[2:], []]

    for delimiter, end in itertools.product(DELIMITERS, ("\n", "\r\n")):
        dialect = {"delimiter": delimiter, "lineterminator": end}
        plain = table(NOTES, **dialect)
        ending = end.encode()
        shapes = {
            "empty rows": (table(NOTES, edit=spread, **dialect), Right.ALIKE),
            "an empty row first": (ending + plain, Right.EITHER),
            "no line end behind": (plain[:-len(end)], Right.ALIKE),
            "blanks behind": (plain + b"   ", Right.ALIKE),
            "a line of blanks behind": (plain + b"  \t " + ending, Right.ALIKE),
            "empty fields behind": (plain + delimiter.encode() * 5 + ending, Right.EITHER)}
        for name, (data, right) in shapes.items():
            yield variant(f"{name}, {delimiter!r}, {end!r}", data, right, [line_count(plain) + 1])
    others = {
        "blanks before fields": table(PLAIN_NOTES).replace(b",", b", "),
        "blanks behind fields": table(PLAIN_NOTES).replace(b",", b" ,"),
        "blanks behind lines": table(PLAIN_NOTES).replace(b"\n", b"  \n"),
        "tabs behind lines": table(PLAIN_NOTES).replace(b"\n", b"\t\n"),
        "quotes after blanks": table(PLAIN_NOTES).replace(b",round", b', "round"'),
        "sep= before the header": b"sep=,\n" + table(NOTES), "a comment": b"# nodules\n" + table(NOTES),
        "bars": table(PLAIN_NOTES, delimiter="|"), "blanks for commas": table(["x"] * 5, delimiter=" ")}
    for name, data in others.items():
        yield variant(name, data)


@group("annotations.csv with numbers written in every way")
def numbers(seeded, count):
    def written(form):
        return lambda rows: [rows[0], *([*row[:2], *map(form, row[2:])] for row in rows[1:])]

    forms = {"exponents": "{:e}", "capital exponents": "{:E}", "plus signs": "{:+}", "blanks around": " {} ",
             "many digits": "{:.20f}"}
    for name, form in forms.items():
        yield variant(name, table(PLAIN_NOTES, edit=written(form.format)), Right.ALIKE)
    for delimiter in DELIMITERS:
        data = table(PLAIN_NOTES, edit=written(lambda value: str(value).replace(".", ",")), delimiter=delimiter)
        yield variant(f"decimal commas between {delimiter!r}", data, lines=[2])
    for name, form in (("hexadecimal", lambda value: float(value).hex()), ("units", "{} mm".format),
                       ("thousands", lambda value: f"{value + 1000:,.3f}"), ("underscores", "1_0{}".format)):
        yield variant(name, table(PLAIN_NOTES, edit=written(form)), lines=[2])


@group("annotations.csv in other encodings")
def encodings(seeded, count):
    words = ("UTF", "encod")
    for encoding, delimiter, end in itertools.product(
            ("utf-16", "utf-16-le", "utf-16-be", "utf-32"), ",\t", ("\n", "\r\n")):
        data = table(NOTES, encoding=encoding, delimiter=delimiter, lineterminator=end)
        yield variant(f"{encoding}, {delimiter!r}, {end!r}", data, Right.REFUSED, words=words)
    big = "\ufeff".encode("utf-16-be") + table(NOTES, encoding="utf-16-be")
    yield variant("utf-16-be with a mark", big, Right.REFUSED, words=words)
    for encoding in ("latin-1", "cp1252"):
        yield variant(encoding, table(["größe", *NOTES[1:]], encoding=encoding), lines=[2], words=words)


@group("annotations.csv with a faulty row is refused by the row's line, as an editor counts it")
def faulty_rows(seeded, count):
    faults = {
        "a word for a number": "first,note,x,1,2,3", "no number": "first,note,,1,2,3", "nan": "first,note,nan,1,2,3",
        "an infinite number": "first,note,1,inf,2,3", "a diameter of 0": "first,note,1,2,3,0",
        "a negative diameter": "first,note,1,2,3,-4", "too few fields": "first,note,1,2,3",
        "too many fields": "first,note,1,2,3,4,5", "a unit": "first,note,1,2,3,4 mm", "no scan": ",note,1,2,3,4"}
    before = {"plain notes": PLAIN_NOTES, "line breaks in notes": NOTES,
              "CRLF in notes": ["a\r\nb\r\nc", "", "\r\n", "", ""],
              "other separators in notes": ["a\u2028b", "a\x85b", "a\vb\fc", "a\tb\x1c", "\u2029"]}
    for (fault, row), (name, notes), delimiter in itertools.product(faults.items(), before.items(), DELIMITERS):
        if delimiter != "," and seeded.random() > 0.3:
            continue
        place, empty = seeded.randrange(1, 6), seeded.randrange(3)
        end, encoding = seeded.choice(("\n", "\r\n")), seeded.choice(("utf-8", "utf-8-sig"))
        dialect = {"delimiter": delimiter, "lineterminator": end, "encoding": encoding}
        front = table(notes, edit=lambda rows: [*rows[:place], *[[]] * empty], **dialect)
        fields = row.split(",")
        data = table(notes, edit=lambda rows: [*rows[:place], *[[]] * empty, fields, *rows[place:]], **dialect)
        yield variant(f"{fault} after {place - 1} rows with {name} and {empty} empty ones, {delimiter!r}, {end!r}",
                      data, Right.REFUSED, [line_count(front + b"x")], ("line",))
    plain = table(NOTES)
    for name, text, right in (("an open quote", b'first,"open,1,2,3,4\nfirst,,1,2,3,4\n', Right.REFUSED),
                              ("text behind quotes", b'first,"a"b,1,2,3,4\n', Right.EITHER)):
        yield variant(name, plain + text, right, range(line_count(plain) + 1, line_count(plain + text) + 1))
    for missing in ("scan_id", "coord_x", "coord_y", "coord_z", "diameter_mm"):
        columns = [name for name in COLUMNS if name != missing]
        yield variant(f"no column {missing}", table(PLAIN_NOTES, columns), Right.REFUSED, words=(missing,))
    for name, data in (("nothing", b""), ("line ends", b"\n\n"), ("a mark", b"\xef\xbb\xbf")):
        yield variant(f"{name} alone", data, Right.REFUSED, words=("empty", "column"))


@group("nodules are where the table says, in the scan's own world: LPS for MetaImages, RAS for NIfTI files")
def worlds(seeded, count):
    flips = [turn for turn in images.TURNS if turn.axes == (0, 1, 2)]
    for turn in flips + seeded.sample([turn for turn in images.TURNS if turn not in flips], 8):
        # The voxels go elsewhere, and each nodule with its voxel.
        scan = CASE.scan.on(CASE.scan.turned(turn).grid)
        for writer in (MetaImage(), NIfTI(suffix=seeded.choice((".nii", ".nii.gz")), is_big=seeded.random() < 0.5)):
            world = [-1, -1, 1] if isinstance(writer, NIfTI) else [1, 1, 1]

            def moved(rows, scan=scan, world=world):
                yield rows[0]
                for name, note, *place, diameter in rows[1:]:
                    voxel = (numpy.array(place) - CASE.scan.grid.origin) / CASE.scan.grid.spacing
                    yield [name, note, *(world * (scan.grid.steps @ voxel + scan.grid.origin)).tolist(), diameter]

            def write(folder, writer=writer, scan=scan, moved=moved):
                write_scans(folder, writer, scan)
                (folder / FILE).write_bytes(table(PLAIN_NOTES, edit=moved))

            yield Variant(f"{turn} {writer.suffix}", CASE, write, right=Right.ALIKE)


@group("a coordinate or a diameter that is another, and a row that is missing or of another scan, are noticed")
def planted(seeded, count):
    def with_value(row, column, value):
        def edit(rows):
            rows[row][column] = value
            return rows

        return table(PLAIN_NOTES, edit=edit)

    for row in (1, 2, 3, 5):
        for column in range(2, 6):
            value = PLACES[row - 1][column - 1] + 0.125
            yield variant(f"row {row}: {COLUMNS[column]} {value}", with_value(row, column, value), Right.OTHER)
        yield variant(f"row {row} of another scan", with_value(row, 0, "elsewhere"), Right.OTHER)
        yield variant(f"row {row} missing", table(PLAIN_NOTES, edit=lambda rows, row=row: rows[:row] + rows[row + 1:]),
                      Right.OTHER)
