"""A server with sessions whose values are known, and a browser that looks at it."""

import contextlib
import datetime
import json
import math
import os
import pathlib
import random
import shutil
import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, urlparse

from checking import Wrong, require
from endtoend.api import API
from playwright.sync_api import sync_playwright
from server_process import PIVOT, ServerProcess
from virtual_environment import CHECKOUT

#: A text that would run if the page took it for markup anywhere.
HOSTILE = "<img src=x onerror=window.pwned=1><script>window.pwned=1</script>"

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def png(width, height, colour):
    """A picture of one colour."""
    rows = b"".join(b"\0" + bytes(colour) * width for _ in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def spoken(value):
    """The value as the API takes it."""
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


class Trainer:
    """A session that this program trains: it holds the lease and reports."""

    def __init__(self, api, body):
        self.api = api
        made = api.call(
            "POST",
            "/training/sessions",
            {
                "config": {
                    "trainer": {"kind": "external"},
                    "train": {
                        "epochs": body.pop("epochs", 10),
                        "checkpoint_monitor": body.pop("monitor", "val_dice"),
                        "checkpoint_mode": "max",
                    },
                },
                "claim": {"lease_seconds": 600},
                **body,
            },
            status=201,
        ).json
        self.id = made["session_id"]
        self.hold(made["claim"])

    def hold(self, claim, first_epoch=1, first_step=1):
        self.token, self.attempt = claim["token"], claim["attempt"]
        self.post(f"/attempts/{self.attempt}/started", {"first_epoch": first_epoch, "first_step": first_step})

    def post(self, path, body):
        return self.api.call(
            "POST",
            f"/training/sessions/{self.id}{path}",
            body,
            status=200,
            headers={"Authorization": f"Lease {self.token}"},
        ).json

    def points(self, name, steps, values):
        """Reports values at steps."""
        self.post(
            "/metrics",
            {
                "attempt": self.attempt,
                "series": [{"name": name, "steps": list(steps), "values": [spoken(value) for value in values]}],
            },
        )

    def epoch(self, epoch, step, **metrics):
        self.post(
            "/epochs",
            {
                "attempt": self.attempt,
                "epoch": epoch,
                "step": step,
                "metrics": {name: spoken(value) for name, value in metrics.items()},
            },
        )

    def log(self, *lines):
        self.post("/logs", {"attempt": self.attempt, "lines": [{"text": line, "source": "stdout"} for line in lines]})

    def host(self, **values):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        self.post(
            "/host-readings",
            {
                "attempt": self.attempt,
                "host": "node-1",
                "readings": [
                    {"time": now, "values": {name.replace("_", ".", 1): value for name, value in values.items()}}
                ],
            },
        )

    def artifact(self, path, data, content_type, **query):
        self.api.call(
            "PUT",
            f"/training/sessions/{self.id}/artifacts/{quote(path)}",
            data,
            status=201,
            query=query,
            headers={"Authorization": f"Lease {self.token}", "Content-Type": content_type},
        )

    def checkpoint(self, epoch, step, data, **metrics):
        self.api.call(
            "POST",
            "/checkpoints",
            data,
            status=201,
            headers={"Authorization": f"Lease {self.token}", "Content-Type": "application/octet-stream"},
            query={
                "session_id": self.id,
                "epoch": epoch,
                "step": step,
                "attempt": self.attempt,
                "filename": "model.bin",
                "metrics": json.dumps(metrics),
            },
        )

    def finish(self, outcome="completed", message=None):
        self.post("/finish", {"attempt": self.attempt, "outcome": outcome, **({"message": message} if message else {})})


class Bed:
    """One server, its sessions, and one browser."""

    def __init__(self, folder, is_full, pictures=None):
        self.folder = pathlib.Path(folder)
        self.pictures = pictures
        self.is_full = is_full
        self.session_count = 10_000 if is_full else 2_000
        self.server = ServerProcess(PIVOT, folder, "--config-root", str(CHECKOUT), "--webhook-network", "127.0.0.0/8")
        self.server.start()
        self.api = API(self.server.port)
        #: What browsers complained of, and whom they asked besides the server.
        self.complaints, self.strangers = [], []
        self._playwright = sync_playwright().start()
        self.browser = self._playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        self.study = [self._member(index) for index in range(12)]
        self.rich = self._rich()

    def end(self):
        self.browser.close()
        self._playwright.stop()
        self.server.end()

    @contextlib.contextmanager
    def page(self, target="", theme="light", viewport=DESKTOP, settled=True, script="", block=""):
        """A page of its own at an address behind the `#`; what it complains of is kept.

        `script` runs before anything of the page; requests that the pattern `block` means fail.
        """
        context = self.browser.new_context(
            viewport=viewport, color_scheme=theme, reduced_motion="reduce", accept_downloads=True
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        if script:
            page.add_init_script(script)
        if block:
            page.route(block, lambda route: route.abort())
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"{error}\n{error.stack}"))
        page.on("request", self._watch)
        page.on("dialog", lambda dialog: (self.complaints.append("a dialog: " + dialog.message), dialog.dismiss()))
        try:
            page.goto(self.server.url + "/" + target)
            if settled:
                page.wait_for_selector(".connection.live")
            yield page
        except Exception as error:
            with contextlib.suppress(Exception):
                shown = page.inner_text("main")[:600]
                error.add_note(f"The page {page.url} showed: {shown}")
            raise
        finally:
            context.close()

    def picture(self, page, name):
        """Keeps a screenshot when somebody asked for them."""
        if self.pictures:
            page.screenshot(path=str(self.pictures / f"{name}.png"))

    def _hear(self, message):
        # A refusal that the page explains, and a server that is restarted, are also told on the console.
        if message.type == "error" and not any(
            word in message.text for word in ("Failed to load resource", "WebSocket connection")
        ):
            self.complaints.append(message.text)

    def _watch(self, request):
        address = urlparse(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != urlparse(self.server.url).netloc:
            self.strangers.append(request.url)

    def session(self, name, **body):
        """A session that is being trained."""
        return Trainer(self.api, {"session_name": name, **body})

    def document(self, identifier, **query):
        return self.api.call("GET", f"/training/sessions/{identifier}", query=query).json

    def _member(self, index):
        """One session of a study: its result depends on the learning rate and the optimizer."""
        rate, optimizer = [1e-4, 1e-3, 1e-2][index % 3], ["adam", "sgd"][index // 3 % 2]
        trainer = self.session(
            f"study-{index:02d}",
            experiment="study",
            group=optimizer,
            tags=["paper"] if index % 2 else ["paper", "odd one"],
            epochs=8,
            params={"lr": rate, "optimizer": optimizer, "model.width": 16 * (1 + index % 4)},
        )
        best = 0.9 - 0.1 * abs(math.log10(rate) + 3) - (0.05 if optimizer == "sgd" else 0) + index / 1000
        for epoch in range(1, 9):
            trainer.points(
                "train/loss", range(10 * epoch - 9, 10 * epoch + 1), [1 / (10 * epoch - 9 + step) for step in range(10)]
            )
            dice = best * (1 - math.exp(-epoch / 2))
            trainer.epoch(epoch, 10 * epoch, val_dice=dice, val_loss=1 - dice)
        trainer.artifact(
            "images/overlay/80.png", png(8, 8, (20 * index, 90, 200)), "image/png", kind="image", key="overlay", step=80
        )
        trainer.finish()
        return trainer

    def _rich(self):
        """A session with everything: two attempts, NaN, pictures, histograms, tables, files, lines and readings."""
        trainer = self.session(
            "rich",
            experiment="rich",
            tags=["everything"],
            notes="# A note\n\nWith **bold** and `code`.",
            epochs=6,
            params={"lr": 0.001},
        )
        for epoch in range(1, 5):
            self._rich_epoch(trainer, epoch, 1.0)
        trainer.finish("stopped")
        claim = self.api.call(
            "POST", f"/training/sessions/{trainer.id}/attempts", {"lease_seconds": 600}, status=201
        ).json
        trainer.hold(claim, first_epoch=3, first_step=201)
        for epoch in range(3, 7):
            self._rich_epoch(trainer, epoch, 0.7)
        trainer.post(
            "/provenance",
            {
                "attempt": trainer.attempt,
                "facts": {
                    "git_commit": "0123456789abcdef",
                    "git_branch": "main",
                    "python": "3.11.7",
                    "package.numpy": "2.4.6",
                },
            },
        )
        diff = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-old line\n+new line\n"
        trainer.artifact("provenance/git.diff", diff.encode(), "text/plain", kind="provenance")
        trainer.artifact(
            "tables/cases.json",
            b'{"format": "pivot.table", "version": 1, "row_count": 2, "columns": [{"name": "case", '
            b'"type": "text", "values": ["b", "a"]}, {"name": "dice", "type": "number", "values": [0.5, 0.75]}]}',
            "application/json",
            kind="table",
            key="cases",
        )
        trainer.finish("failed", "RuntimeError: out of memory")
        return trainer

    def _rich_epoch(self, trainer, epoch, scale):
        first = 100 * epoch - 99
        values = [scale / (first + step) for step in range(100)]
        values[40] = math.nan
        values[60] = math.inf
        trainer.points("train/loss", range(first, first + 100), values)
        trainer.points("train/rate", range(first, first + 100), [10 ** -(first + step) / 200 for step in range(100)])
        trainer.epoch(epoch, 100 * epoch, val_dice=scale * epoch / 10, val_loss=1 - epoch / 10)
        trainer.log(*(f"epoch {epoch}: line {line} of the log" for line in range(50)))
        trainer.host(cpu_percent=10.0 * epoch, memory_used_bytes=1e9 * epoch)
        trainer.artifact(
            f"images/overlay/{100 * epoch}.png",
            png(16, 16, (40 * epoch, 80 * trainer.attempt, 160)),
            "image/png",
            kind="image",
            key="overlay",
            step=100 * epoch,
        )
        edges = [float(edge) for edge in range(5)]
        histogram = {
            "format": "pivot.histogram",
            "version": 1,
            "edges": edges,
            "counts": [epoch, 5, 9, trainer.attempt],
            "total_count": 14 + epoch + trainer.attempt,
            "nan_count": 0,
            "positive_infinity_count": 0,
            "negative_infinity_count": 0,
            "min": 0,
            "max": 4,
            "mean": 2,
        }
        trainer.artifact(
            f"histograms/weights/{100 * epoch}.json",
            json.dumps(histogram).encode(),
            "application/json",
            kind="histogram",
            key="weights",
            step=100 * epoch,
        )
        if epoch % 2 == 0:
            trainer.checkpoint(epoch, 100 * epoch, bytes([trainer.attempt]) * 1000 * epoch, val_dice=scale * epoch / 10)

    def fill(self):
        """Many sessions, each with one point, created by several clients at once."""
        choice = random.Random(5)

        def create(index):
            self.api.call(
                "POST",
                "/training/sessions",
                {
                    "session_name": f"many-{index:05d}",
                    "config": {"trainer": {"kind": "external"}, "train": {"epochs": 3}},
                    "experiment": f"many-{index % 7}",
                    "params": {"lr": choice.choice([0.1, 0.01])},
                    "claim": {"lease_seconds": 3600},
                    "points": [{"name": "val_loss", "step": 1, "value": index / 1000}],
                },
                status=201,
            )

        with ThreadPoolExecutor(8) as pool:
            for _ in pool.map(create, range(self.session_count)):
                pass


def chromium():
    """The path of a Chromium."""
    named = os.environ.get("PIVOT_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found:
        raise Wrong(
            "There is no Chromium. Install it (apt-get install chromium fonts-dejavu-core) or set PIVOT_CHROMIUM."
        )
    return found


def saved(page, click):
    """The bytes of the file that a click saves."""
    with page.expect_download() as waiting:
        click()
    return pathlib.Path(waiting.value.path()).read_bytes()


def number(text):
    """The number that a text shows."""
    return float(text.strip().replace("−", "-").replace(",", ""))


def eventually(page, expression, what, seconds=20):
    """Waits until a JavaScript expression holds, also of what is not there yet. The page's policy forbids to evaluate it there
    again and again."""
    deadline = time.monotonic() + seconds
    patient = f"(() => {{ try {{ return Boolean({expression}); }} catch {{ return false; }} }})()"
    while not page.evaluate(patient):
        if time.monotonic() > deadline:
            raise Wrong(f"{what} did not come; the page shows: {page.inner_text('main')[:400]!r}")
        page.wait_for_timeout(40)


def counts(page, text):
    """Waits until the table's bar tells the count."""
    eventually(page, f"document.querySelector('.toolbar').textContent.includes({text!r})", f"the count {text}")


def same(found, wanted, what):
    require(found == wanted, f"{what} is {found!r}, not {wanted!r}")
