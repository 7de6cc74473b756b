"""Lists of scans and configurations as editors on every system save them."""

import json
import subprocess

from .bed import Outcome
from .forms import PLAIN, Case, Right, Variant, write_pair
from .report import Wrong, group

MARKS = {"utf-8": b"", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-32-le": b"\xff\xfe\0\0"}
ENCODING = ("UTF", "encod")


def saved(text):
    """What an editor may make of a text: names, bytes, and what is right."""
    for end_name, end in (("LF", "\n"), ("CRLF", "\r\n"), ("CR", "\r")):
        data = text.replace("\n", end).encode()
        right = Right.EITHER if end == "\r" else Right.ALIKE
        yield end_name, data, right
        yield f"{end_name} and a mark", b"\xef\xbb\xbf" + data, right
        yield f"{end_name} and no end of the last line", data.removesuffix(end.encode()), right
    for encoding, mark in MARKS.items():
        if encoding != "utf-8":
            for end_name, end in (("LF", "\n"), ("CRLF", "\r\n")):
                data = text.replace("\n", end).encode(encoding)
                yield f"{encoding}, {end_name}", data, Right.REFUSED
                yield f"{encoding}, {end_name} and a mark", mark + data, Right.REFUSED


@group("splits/train.txt and splits/val.txt as every editor saves them")
def lists(seeded, count):
    case = Case()

    def variant(name, list_name, data, right, words):
        def write(folder):
            write_pair(folder, case.scan, case.mask, PLAIN, PLAIN)
            (folder / "splits" / list_name).write_bytes(data)

        return Variant(f"{list_name} {name}", case, write, words, right, files=(list_name,))

    texts = {"train.txt": "scan\n", "val.txt": "\n# größe\n  scan\t# one\n\n   \n"}
    for list_name, text in texts.items():
        for name, data, right in saved(text):
            yield variant(name, list_name, data, right, (*ENCODING, "names no scan", "no file"))
        yield variant("latin-1", list_name, "# größe\nscan\n".encode("latin-1"), Right.EITHER, ENCODING)
        for name, data in (("nothing", b""), ("a mark", b"\xef\xbb\xbf"), ("a comment", b"# scan\r\n"),
                           ("another scan", b"other\r\n")):
            yield variant(f"with {name}", list_name, data, Right.REFUSED, ("names no scan", "no file", "empty"))


def yaml(value, depth=0):
    """A mapping in the block style of YAML."""
    lines = []
    for name, member in value.items():
        if isinstance(member, dict):
            lines += ["  " * depth + f"{name}:", *yaml(member, depth + 1)]
        else:
            lines.append("  " * depth + f"{name}: {json.dumps(member)}   # größe")
    return lines


def by_path(bed, path):
    """Creates a session with `config_path`: its id, or the refusal."""
    answer = bed.api.send("POST", "/training/sessions", {"config_path": f"configs/{path.name}"})
    if answer.status == 201:
        return answer.json["session_id"]
    if answer.status not in (400, 422):
        raise Wrong(f"creating a session answered {answer.status}: {answer.body[:500]!r}")
    return Outcome(message=json.dumps(answer.json, ensure_ascii=False))


def by_command(bed, path):
    """Creates a session with `pivot sessions create`: its id, or the refusal."""
    command = [bed.server.binary, "sessions", "create", str(path), "--url", bed.server.url, "--json"]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if result.returncode == 0:
        return json.loads(result.stdout)["session_id"]
    if result.returncode < 0:
        raise Wrong(f"'{' '.join(command)}' was ended by signal {-result.returncode}: {result.stderr}")
    return Outcome(message=result.stderr)


@group("configurations as every editor saves them, by config_path and by the command line")
def configurations(seeded, count):
    case = Case()
    ways = {"by path": by_path, "by the command line": by_command}
    for suffix in (".yaml", ".json"):
        for way_name, way in ways.items():
            for number, (name, _, right) in enumerate(saved("")):
                file = f"config-{way.__name__}-{number}{suffix}"

                def begin(bed, folder, number=number, file=file, way=way, suffix=suffix):
                    config = case.config(folder)
                    lines = ["# **note**: 2>&1 & *stars*, größe", *yaml(config)]
                    text = "\n".join(lines) if suffix == ".yaml" else json.dumps(config, indent=1)
                    path = bed.server.folder / "configs" / file
                    path.write_bytes(list(saved(text + "\n"))[number][1])
                    return way(bed, path)

                yield Variant(f"{suffix} {way_name}, {name}", case, case.write, ENCODING, right, files=(file,),
                              begin=begin)
