"""What answers tell: never where the server's files are, whatever fails; and what health says once it is mended."""

import http.client
import json
import os
import shutil

from attack import API, Tally, case


def damage(path):
    """Inverts a byte in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 255
    path.chmod(0o600)
    path.write_bytes(data)


def blobs(server):
    """The files of all blobs."""
    return [path for path in (server.data / "blobs" / "objects").rglob("*") if path.is_file()]


def ask(server, *request, **parts):
    """The answer; nothing when the connection is cut, as it is in the middle of a damaged file."""
    try:
        return server.request(*request, **parts)
    except (OSError, http.client.HTTPException):
        return None


def tensors(names, byte_count=1 << 20):
    """A safetensors file whose tensors of one name are the same in every file."""
    header, content = {}, b""
    for name in names:
        header[name] = {"dtype": "U8", "shape": [byte_count], "data_offsets": [len(content), len(content) + byte_count]}
        block = (name.encode() * 64)[:64]
        content += b"".join(bytes(x ^ (i & 255) for x in block) for i in range(byte_count // 64))
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content


@case("no answer names the server's files, whatever of them is missing, damaged or not to be read", starts_servers=True)
def paths(start):
    """Each file and folder of the data directory in turn is damaged, replaced or removed; then everything is asked for."""
    tally = Tally()
    for break_it in (lambda path: damage(path), lambda path: path.unlink(), lambda path: (path.unlink(), path.mkdir()),
                     lambda path: (path.unlink(), path.symlink_to("/proc/self/mem"))):
        with start() as server:
            session = server.create_session()
            base = f"{API}/training/sessions/{session}"
            server.request("PUT", base + "/artifacts/a", os.urandom(300_000))
            checkpoint = server.request(
                "POST", f"{API}/checkpoints?session_id={session}&epoch=1&filename=m", os.urandom(200_000),
                {"Content-Type": "application/octet-stream"}).json["checkpoint_id"]
            for path in blobs(server):
                break_it(path)
            shutil.rmtree(server.data / "blobs" / "temporary", ignore_errors=True)
            requests = [("GET", base + "/artifacts/a"), ("GET", f"{API}/checkpoints/{checkpoint}/download"),
                        ("PUT", base + "/artifacts/b", b"new"), ("GET", API + "/health"), ("GET", API + "/health/detailed"),
                        ("POST", API + "/training/sessions", {"config_path": "configs/none.yaml"}),
                        ("POST", API + "/training/sessions", {"config_path": "../x"}),
                        ("GET", "/assets/../../x"), ("GET", "/assets/none"), ("GET", "/metrics"), ("GET", base)]
            for request in requests:
                answer = ask(server, *request)
                text = answer.body if answer else b""
                for secret in (server.folder, server.data, "/proc/", "/root/", "/home/"):
                    tally.check(str(secret).encode() not in text, f"{request[:2]} tells {secret}: {text[:300]!r}")
    return tally


@case("health is good again once what was damaged has been uploaded again", starts_servers=True)
def health(start):
    """A plain blob, a removed one, and a tensor that two checkpoints share, of which one is uploaded again."""
    tally = Tally()
    for name in ("damaged", "removed", "shared"):
        with start() as server:
            session = server.create_session()
            target = f"{API}/checkpoints?session_id={session}&epoch=1&filename=m.safetensors"
            binary = {"Content-Type": "application/octet-stream"}
            files = [tensors(["a", "b"]), tensors(["a", "c"])] if name == "shared" else [os.urandom(300_000)]
            ids = [server.request("POST", target, data, binary).json["checkpoint_id"] for data in files]
            for path in blobs(server):
                if name == "removed":
                    path.unlink()
                elif path.stat().st_size > 2000:
                    damage(path)
            for checkpoint in ids:
                ask(server, "GET", f"{API}/checkpoints/{checkpoint}/download")
            status = server.request("GET", API + "/health").json["status"]
            tally.check(status == ("healthy" if name == "removed" else "degraded"), f"{name}: health is {status} before")
            for data in files:
                tally.check(server.request("POST", target, data, binary).status == 201, f"{name}: an upload is refused")
            for checkpoint, data in zip(ids, files):
                answer = ask(server, "GET", f"{API}/checkpoints/{checkpoint}/download")
                tally.check(answer and answer.body == data, f"{name}: the download is {answer and answer.status}")
            status = server.request("GET", API + "/health").json["status"]
            tally.check(status == "healthy", f"{name}: health is {status} afterwards")
    return tally
