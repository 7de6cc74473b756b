"""Whole sessions that are handed from one server to another."""

import hashlib
import json
import pathlib
import random
import shutil
import subprocess
import tarfile
import time
from urllib.parse import quote

from checking import Wrong, require
from server_process import PIVOT

from .bed import METRICS, PNG, Bed

#: What documents of the same session on two servers differ in.
DIFFERENT = {"position", "imported"}


class Other(Bed):
    """Another server."""

    def __init__(self, bed, name):
        folder = bed.folder / name
        folder.mkdir()
        super().__init__(folder)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.end()


def _trained(bed, name, count=300):
    """A session with checkpoints, files in several versions and under difficult names, lines, and points of every kind."""
    session = bed.fill(name, count)
    lease = {"Authorization": f"Lease {session.token}"}
    random_bytes = random.Random(11).randbytes
    for step, data in ((10, random_bytes(3_000_000)), (20, random_bytes(10))):
        query = {"session_id": session.id, "epoch": 1, "step": step, "attempt": session.attempt,
                 "filename": "modell größe.pth", "metrics": json.dumps({"val/ü": 0.5})}
        bed.api.call("POST", "/checkpoints", data, status=201, query=query,
                     headers={**lease, "Content-Type": "application/octet-stream"})
    for path, versions in (("bilder/größe ✓.png", [PNG, PNG + b"1"]), ("a", [b"a"]), ("a/b", [b"b"]), ("leer", [b""]),
                           ("x" * 240, [b"long"])):
        for data in versions:
            bed.artifact(session, path, data, "image", "probe", 4, "image/png")
    lines = [{"text": "Zeile\teins ✓"}, {"text": "", "level": "error"}]
    bed.post(session, "/logs", {"attempt": session.attempt, "lines": lines})
    readings = [{"values": {"cpu.percent": 12.5}}]
    bed.post(session, "/host-readings", {"attempt": session.attempt, "readings": readings})
    bed.api.call("POST", f"/training/sessions/{session.id}/results", {"name": "dice", "value": 0.75, "source": "test"})
    return session


def _plain(document):
    """The document without what differs between servers, however deep it stands."""
    if isinstance(document, list):
        return [_plain(one) for one in document]
    if isinstance(document, dict):
        return {key: _plain(value) for key, value in document.items() if key not in DIFFERENT}
    return document


def _require_same(bed, other, session):
    """Compares every document, every point and every byte of a session on two servers."""
    base = f"/training/sessions/{session}"
    questions = [
        (base, {}), (f"{base}/metrics", {"attempts": "all"}), (f"/epochs/{session}", {}), (f"{base}/metric-names", {}),
        (f"{base}/logs", {"limit": 1000}), (f"{base}/host-readings", {}), (f"/metrics/{session}/latest", {}),
        (f"/status/{session}", {}), (f"{base}/artifacts", {"attempts": "all"}),
        ("/checkpoints", {"session_id": session, "attempts": "all"}), ("/training/sessions", {"archived": "include"}),
        *((f"/metrics/{session}/history", {"metric_name": metric, "axis": axis})
          for metric in METRICS for axis in ("step", "time")),
    ]
    for path, query in questions:
        here, there = (one.api.call("GET", path, query=query).json for one in (bed, other))
        if path == "/training/sessions":
            here, there = ([one for one in answer["sessions"] if one["session_id"] == session]
                           for answer in (here, there))
        here, there = _plain(here), _plain(there)
        require(here == there, f"{path} {query} differs: {_difference(here, there)}")
    for form in ("csv", "jsonl", "parquet"):
        query = {"format": form, "attempts": "all"}
        here, there = (one.api.call("GET", f"{base}/export", query=query).body for one in (bed, other))
        require(here == there, f"the {form} of the points differs")
    query = {"session_id": session, "attempts": "all"}
    paths = [f"/checkpoints/{one['checkpoint_id']}/download"
             for one in bed.api.call("GET", "/checkpoints", query=query).json["checkpoints"]]
    for artifact in bed.api.call("GET", f"{base}/artifacts").json["artifacts"]:
        for version in [artifact, *artifact.get("versions", [])]:
            paths.append(f"{base}/artifacts/{quote(artifact['path'])}?digest={version['digest']}")
    for path in paths:
        require(bed.api.call("GET", path).body == other.api.call("GET", path).body, f"the bytes of {path} differ")
    return len(paths)


def _difference(here, there, place=""):
    """Where two documents differ first."""
    if isinstance(here, dict) and isinstance(there, dict):
        for key in sorted(here.keys() | there.keys()):
            if here.get(key) != there.get(key):
                return _difference(here.get(key), there.get(key), f"{place}.{key}")
    if isinstance(here, list) and isinstance(there, list) and len(here) == len(there):
        for number, (one, another) in enumerate(zip(here, there)):
            if one != another:
                return _difference(one, another, f"{place}[{number}]")
    return f"{place} is {str(here)[:200]} and {str(there)[:200]}"


def _import(other, path, status=0):
    text = other.pivot("import", "session", path, "--json", status=status)
    return json.loads(text) if status == 0 else text


def handed_over(bed):
    session = _trained(bed, "übergeben ✓")
    bed.finish(session)
    folder, archive = bed.folder / "handed", bed.folder / "handed.tar"
    bed.pivot("export", "session", session.id, "--output", folder)
    bed.pivot("export", "session", session.id, "--output", archive)
    left = sorted(one.name for one in bed.folder.glob("handed*"))
    require(left == ["handed", "handed.tar"], f"the exports left {left}")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for file in manifest["files"]:
        data = (folder / file["path"]).read_bytes()
        require(len(data) == file["size_bytes"], f"{file['path']} has another size than the manifest says")
        require("sha256:" + hashlib.sha256(data).hexdigest() == file["digest"], f"{file['path']} has another digest")
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    require(found == {file["path"] for file in manifest["files"]} | {"manifest.json"}, f"the folder has {found}")
    require((folder / "artifacts/bilder/größe ✓.png").read_bytes() == PNG + b"1", "an artifact is not under its name")
    require("Zeile\teins ✓" in (folder / "logs.txt").read_text(), "the lines are not in logs.txt")
    require(json.loads((folder / "session.json").read_bytes())["session_id"] == session.id, "session.json is another's")
    with tarfile.open(archive) as tar:
        require(tar.getnames()[0] == "manifest.json", "the manifest does not come first")
        require(set(tar.getnames()) == found, "the archive has other files than the folder")
    counts = []
    for path in (folder, archive):
        with Other(bed, f"from-{path.name}") as other:
            done = _import(other, path)
            require(done["state"] == "imported" and done["files_sent"] > 8, f"the import did {done}")
            counts.append(_require_same(bed, other, session.id))
            head = other.api.call("GET", "/health").json["position"]
            again = _import(other, path)
            require(again["state"] == "present" and again["files_sent"] == 0, f"the second import did {again}")
            require(other.api.call("GET", "/health").json["position"] == head, "the second import wrote something")
            text = other.pivot("import", "session", path)
            require("nothing new" in text, f"the second import says {text}")
            back = bed.folder / f"back-{path.name}"
            other.pivot("export", "session", session.id, "--output", back)
            require(_import(bed, back)["state"] == "present", "handed on and back it is another session")
            other.api.call("POST", f"/training/sessions/{session.id}/start", status=409)
    return f"{counts[0]} files"


def refused(bed):
    session = _trained(bed, "geändert")
    bed.finish(session)
    folder = bed.folder / "refused"
    bed.pivot("export", "session", session.id, "--output", folder)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    with Other(bed, "refusing") as other:
        for name in ("events/telemetry.pb", "events/session.pb", "artifacts/a", "metrics.csv", "session.json"):
            path = folder / name
            data = path.read_bytes()
            path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
            text = _import(other, folder, status=1)
            require(name in text and "was changed" in text, f"a changed {name} is refused with {text}")
            path.write_bytes(data[:-1])
            require(name in _import(other, folder, status=1), f"a shorter {name} is refused without its name")
            path.unlink()
            require(name in _import(other, folder, status=1), f"a missing {name} is refused without its name")
            path.write_bytes(data)
        # A changed manifest as well: the server compares what comes with what is promised.
        lying = bed.folder / "lying"
        shutil.copytree(folder, lying)
        (lying / "manifest.json").write_text(json.dumps({**manifest, "content_digest": "sha256:" + "0" * 64}))
        _import(other, lying, status=1)
        require(other.api.call("GET", "/training/sessions").json["total"] == 0, "something of a refused archive is shown")
        _import(other, folder)
        other.api.call("PATCH", f"/training/sessions/{session.id}", {"notes": "hier geändert"})
        text = _import(other, folder, status=1)
        require(manifest["content_digest"] in text and text.count("sha256:") == 2, f"the conflict says {text}")
    for name in ("refused.tar.gz", "refused.zip"):
        bed.pivot("export", "session", session.id, "--output", bed.folder / name, status=2)


def still_running(bed):
    session = _trained(bed, "läuft noch")
    folder = bed.folder / "running"
    bed.pivot("export", "session", session.id, "--output", folder)
    with Other(bed, "stopping") as other:
        require(_import(other, folder)["status"] == "stopped", "a session that still trained is not stopped")
        document = other.api.call("GET", f"/training/sessions/{session.id}").json
        require(document["imported"]["interrupted_status"] == "running", f"it says {document['imported']}")
        require(_import(other, folder)["state"] == "present", "it is not recognised when it comes again")
    bed.finish(session)


def killed(bed):
    """Servers are killed while they import; what they show before and after is nothing, or the whole session."""
    session = _trained(bed, "groß", 40_000)
    bed.finish(session)
    archive = bed.folder / "killed.tar"
    bed.pivot("export", "session", session.id, "--output", archive)
    broken = 0
    with Other(bed, "killed") as other:
        with Other(bed, "measured") as measured:
            began = time.monotonic()
            _import(measured, archive)
            seconds = time.monotonic() - began
        for number in range(8):
            process = subprocess.Popen(
                [str(PIVOT), "import", "session", str(archive), "--url", other.server.url],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(seconds * (number + 1) / 10)
            other.server.kill()
            process.kill()
            process.wait()
            other.server.start()
            total = other.api.call("GET", "/training/sessions").json["total"]
            if total:
                break
            other.api.call("GET", f"/training/sessions/{session.id}", status=404)
            broken += 1
        require(broken, "no import was broken off")
        require(_import(other, archive)["state"] in ("imported", "present"), "the import does not go on")
        _require_same(bed, other, session.id)
    return f"{broken} broken off"


class TableFollower:
    """The program that keeps a table up with the log."""

    def __init__(self, bed, session, path, form):
        self.path = pathlib.Path(path)
        self.process = subprocess.Popen(
            [str(PIVOT), "export", form, session.id, "--output", str(path), "--follow", "--url", bed.server.url],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def wait_for(self, count, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Wrong(f"the program ended: {self.process.stderr.read().decode()}")
            if self.path.exists() and self.path.read_bytes().count(b"\n") >= count:
                return
            time.sleep(0.05)
        raise Wrong(f"{self.path} has not {count} lines within {seconds} s")

    def kill(self):
        self.process.kill()
        self.process.wait()


def followed(bed):
    for form, heading in (("csv", 1), ("jsonl", 0)):
        session = bed.start(f"verfolgt als {form}")
        path = bed.folder / f"followed.{form}"
        count = 0
        for number in range(6):
            follower = TableFollower(bed, session, path, form)
            try:
                follower.wait_for(count + heading)
                for _ in range(4):
                    places = range(count, count + 40)
                    bed.report(session, "loss", [place + 1 for place in places], [place / 7 for place in places])
                    count += 40
                    # Some that it may or may not have written when it is killed.
                    time.sleep(0.15 * (number % 3))
            finally:
                follower.kill()
            if number % 2:
                with open(path, "ab") as file:
                    file.write(b'{"torn' if form == "jsonl" else b"sess_torn,lo")
        bed.complete(session, 1, count, {"val": 0.5})
        follower = TableFollower(bed, session, path, form)
        try:
            follower.wait_for(count + 1 + heading)
        finally:
            follower.kill()
        whole = bed.folder / f"whole.{form}"
        bed.pivot("export", form, session.id, "--output", whole)
        lines, wanted = (sorted(one.read_bytes().splitlines()) for one in (path, whole))
        found = f"{len(lines)} lines, {len(set(lines))} of them different"
        require(lines == wanted, f"the followed {form} has {found}, not {len(wanted)}")
        bed.pivot("export", form, session.id, "--output", whole, "--follow", status=2)
        bed.finish(session)


CHECKS = [
    ("a session is the same on the server that imports it: documents, points and bytes", handed_over),
    ("a changed archive and another content are refused, and nothing of them is shown", refused),
    ("a session that still trains is stopped by its import", still_running),
    ("an import whose server is killed shows nothing, and goes on", killed),
    ("a followed table misses and repeats no row when the program is killed", followed),
]
