"""A disk that fills up: what is refused leaves nothing, what frees room is accepted, and health tells."""

import contextlib
import os
import subprocess
import tempfile

from attack import API, Tally, case

MEBIBYTE = 1 << 20
RESERVE = 64 * MEBIBYTE


@contextlib.contextmanager
def small_disk(mebibytes):
    """A file system in memory of so many MiB; `None` where none may be mounted."""
    with tempfile.TemporaryDirectory(prefix="pivot-disk-") as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder]
        if subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            yield None
            return
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=False)


def free_bytes(folder):
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def stored_blobs(folder):
    """The names of the objects that the blob store holds."""
    objects = os.path.join(folder, "blobs", "objects")
    return [name for _, _, names in os.walk(objects) for name in names]


def upload(server, session, epoch, data, chunked=False):
    body = iter([data[i:i + MEBIBYTE] for i in range(0, len(data), MEBIBYTE)]) if chunked else data
    return server.request(
        "POST", f"{API}/checkpoints?session_id={session}&epoch={epoch}&filename=w.bin", body,
        {"Content-Type": "application/octet-stream"})


@case("a disk that fills up keeps its reserve, loses what it refuses, and can be freed by the API", starts_servers=True)
def fills_up(start):
    """Uploads of noise until and long after the first refusal, announced and in chunks, then deletions and a stop."""
    tally = Tally()
    with small_disk(RESERVE // MEBIBYTE + 48) as disk:
        if disk is None:
            tally.check(True, "no file system may be mounted here")
            return tally
        with start("--data-dir", disk) as server:
            session = server.create_session()
            other = server.create_session()
            server.request("POST", f"{API}/training/sessions/{other}/start")
            accepted = []
            for number in range(40 if server.quick else 120):
                answer = upload(server, session, number, os.urandom(2 * MEBIBYTE), chunked=number % 2 == 1)
                tally.check(answer.status in (201, 507), f"an upload was answered {answer.status} {answer.body[:200]!r}")
                if answer.status == 201:
                    accepted.append(answer.json["checkpoint_id"])
                else:
                    tally.check(int(answer.headers.get("Retry-After") or 0) >= 1, "507 came without Retry-After")
                tally.check(free_bytes(disk) >= RESERVE - 4 * MEBIBYTE, f"only {free_bytes(disk)} bytes are left free")
            tally.check(0 < len(accepted) < 40, f"{len(accepted)} uploads were accepted")
            blobs = stored_blobs(disk)
            tally.check(len(blobs) == len(accepted), f"{len(blobs)} blobs lie on the disk for {len(accepted)} checkpoints")
            # Somebody else takes most of the reserve.
            with open(os.path.join(disk, "ballast"), "wb") as ballast:
                while free_bytes(disk) > RESERVE // 4:
                    ballast.write(bytes(MEBIBYTE))
                    ballast.flush()
            health = server.request("GET", f"{API}/health/detailed").json
            part = health["components"].get("disk", {})
            tally.check(health["status"] == "degraded" and part.get("reserve_bytes") == RESERVE and part.get("message"),
                        f"health says {health['status']}, {part}")
            answer = server.request("POST", f"{API}/training/sessions", {"config": {"trainer": {"kind": "external"}}})
            tally.check(answer.status == 507 and answer.headers.get("Retry-After"), f"a creation was answered {answer.status}")
            answer = server.request("POST", f"{API}/training/sessions/{other}/stop")
            tally.check(answer.status in (200, 202), f"a stop was answered {answer.status} {answer.body[:200]!r}")
            for checkpoint in accepted:
                answer = server.request("DELETE", f"{API}/checkpoints/{checkpoint}")
                tally.check(answer.status == 200, f"a deletion was answered {answer.status} {answer.body[:200]!r}")
            os.remove(os.path.join(disk, "ballast"))
            answer = upload(server, session, 999, b"small")
            tally.check(answer.status in (201, 507), f"an upload afterwards was answered {answer.status}")
    return tally
