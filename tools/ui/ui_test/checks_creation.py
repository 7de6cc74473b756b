"""Sessions that the page creates, and the plain pages."""

import http.server
import threading

from checking import require

from .bed import eventually, number, same

CONFIGURATION = """trainer:
  kind: synthetic
  step_milliseconds: 10
train:
  epochs: 4
  seed: 3
"""


def faults(bed):
    with bed.page("#/create") as page:
        page.fill("[aria-label='Configuration']", CONFIGURATION.replace("epochs: 4", "epochs: many"))
        page.wait_for_selector("#problems >> text=line 5")
        require(
            "train.epochs must be an integer" in page.inner_text("#problems"),
            f"the message is {page.inner_text('#problems')!r}",
        )
        page.fill("[aria-label='Configuration']", CONFIGURATION + "  epochs: 3\nfoo\n")
        eventually(
            page,
            "/line 7.*stands twice[^]*line 8.*not a key/.test(document.querySelector('#problems').textContent)",
            "the faults of the text",
        )
        # Problems that only the server can know are shown before anything is created.
        page.fill("[aria-label='Configuration']", "trainer:\n  kind: command\n  command: [/no/such/program]\n")
        page.wait_for_selector("#problems >> text=line 3")
        page.fill("[aria-label='Configuration']", CONFIGURATION + "unknown_key: 1\n")
        page.click("button:has-text('Create and start')")
        page.wait_for_selector("#problems >> text=line 7")
        require("nothing reads this key" in page.inner_text("#problems"), "the server's message is not at its line")


def helped(bed):
    with bed.page("#/create") as page:
        page.fill("[aria-label='Configuration']", CONFIGURATION)
        page.click("[aria-label='Configuration']")
        page.keyboard.press("Control+Home")
        for _ in range(4):
            page.keyboard.press("ArrowDown")
        page.wait_for_selector("aside h3:has-text('train.epochs')")
        require("an integer from 1 to 100000" in page.inner_text("aside"), "what is allowed is not told")
        page.click("aside button:has-text('learning_rate')")
        require("learning_rate:" in page.input_value("[aria-label='Configuration']"), "the key was not inserted")
        bed.picture(page, "create-light")


def created(bed):
    with bed.page("#/create") as page:
        page.fill("[aria-label='Configuration']", CONFIGURATION)
        page.fill("label:has-text('Name') input", "made on the page")
        page.fill("label:has-text('Tags') input", "page, made")
        page.click("button:has-text('Create and start')")
        page.wait_for_selector("h1:has-text('made on the page')")
        page.wait_for_selector(".badge.completed", timeout=60_000)
        eventually(page, "document.querySelector('.figures').textContent.includes('4 of 4')", "the last epoch")
        eventually(page, "document.querySelectorAll('.chart canvas').length > 2", "the charts that came meanwhile")
        page.click("text=Clone")
        page.wait_for_selector("h1:has-text('A session like another one')")
        eventually(
            page,
            "document.querySelector('textarea[aria-label=Configuration]').value.includes('epochs: 4')",
            "the configuration of the original",
        )
        text = page.input_value("[aria-label='Configuration']")
        page.fill("[aria-label='Configuration']", text.replace("epochs: 4", "epochs: 2"))
        page.wait_for_selector("tr:has-text('train.epochs')")
        page.click("button:has-text('Create and start')")
        page.wait_for_selector("h1:has-text('made on the page copy')")
        page.wait_for_selector(".badge.completed", timeout=60_000)
        page.click("button:has-text('Reproduce…')")
        page.click("dialog button:has-text('Reproduce')")
        page.wait_for_selector(".badge.completed", timeout=60_000)
        page.click(".tabs >> text=Overview")
        page.wait_for_selector("text=Bit-identical")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Accepts what webhooks send."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_arguments):
        pass


def webhooks(bed):
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    try:
        with bed.page("#/webhooks") as page:
            page.click("text=New webhook")
            page.fill("dialog label:has-text('Address') input", f"http://127.0.0.1:{receiver.server_port}/hook")
            page.click("dialog button:has-text('Create')")
            page.wait_for_selector("text=The secret that signs its requests")
            page.click("button:has-text('Test')")
            page.wait_for_selector("text=The test arrived: 204")
            bed.session("told").finish()
            page.wait_for_selector("td:has-text('training_completed') >> nth=-1")
            page.wait_for_selector(".badge:has-text('delivered')")
            page.locator("text=what is sent").first.click()
            page.wait_for_selector("pre:has-text('training_completed')")
            bed.picture(page, "webhooks-light")
            page.click("button:has-text('Pause')")
            page.wait_for_selector(".badge:has-text('disabled')")
            page.click("button:has-text('Delete…')")
            page.click("dialog button:has-text('Delete')")
            page.wait_for_selector("text=None yet")
    finally:
        receiver.shutdown()
        receiver.server_close()


def server(bed):
    with bed.page("#/server", theme="dark") as page:
        page.wait_for_selector(".badge:has-text('healthy')")
        page.fill("[aria-label='Find telemetry']", "pivot_log_position")
        page.wait_for_selector("th:has-text('pivot_log_position')")
        told = number(page.inner_text("tr:has-text('pivot_log_position') td.num"))
        require(0 < told <= bed.api.get("/health")["position"], f"the position is told as {told}")
        page.click("text=Look")
        page.wait_for_selector("text=pruning checkpoints would free")
        page.fill("[aria-label='Find telemetry']", "")
        bed.picture(page, "server-dark")
    with bed.page("#/nothing") as page:
        page.wait_for_selector("text=There is no view called nothing")
        same(page.title(), "PIVOT", "the title")


CHECKS = [
    ("faults of a configuration are told at their lines", faults),
    ("the schema helps at each key", helped),
    ("a session is created, followed, cloned and reproduced", created),
    ("webhooks are created, tested, and their deliveries shown", webhooks),
    ("the server's health and telemetry are shown", server),
]
