"""The command line of tools/guide/run."""

import argparse
import pathlib
import sys

from server_process import PIVOT

from . import configurations
from .bed import TestBed
from .mailbox import Mailbox
from .report import Wrong, run_all, run_one
from .server import Server

from . import checks_training, checks_monitoring, checks_checkpoints  # noqa: F401  (they register their checks)
from . import checks_streams, checks_integrations, checks_practices  # noqa: F401

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
GUIDE = CHECKOUT / "tools" / "guide" / "api-usage-guide.md"
NOTE_END = "<!-- The guide follows, word for word. -->\n\n"
ORIGINAL = CHECKOUT.parent / "shared" / "spec" / "api-usage-guide.md"


def arguments():
    parser = argparse.ArgumentParser(
        prog="tools/guide/run",
        description="Runs every Python example of the guide against a live server and checks what it prints. The "
        "server is started here, from PIVOT_BINARY or .build/release/pivot, unless its address is given.")
    parser.add_argument("--url", help="a running server, such as http://127.0.0.1:8000; its configs/train.yaml is used")
    parser.add_argument("--limited-url", help="a running server that limits the reads of its local clients")
    parser.add_argument("--real", action="store_true",
                        help="run the examples that train with the checkout's own configs/train.yaml; takes long")
    parser.add_argument("--block", type=int, action="append", help="check only this block; may be repeated")
    return parser.parse_args()


def guide_text():
    """The committed guide without the note at its top; raises `Wrong` when the original is beside the checkout and differs."""
    text = GUIDE.read_text(encoding="utf-8").partition(NOTE_END)[2]
    if ORIGINAL.is_file() and ORIGINAL.read_text(encoding="utf-8") != text:
        raise Wrong(f"{GUIDE} differs from {ORIGINAL}. Copy it again below the note and check what changed.")
    return text


def start(options, servers, mailbox):
    """The addresses of the server to check and of the limited one, which are started here unless they are given."""
    configuration_root = CHECKOUT if options.real else {"train.yaml": configurations.TRAIN_YAML}

    def address(url, settings):
        if url:
            return url.removeprefix("http://").rstrip("/")
        servers.append(Server(PIVOT, configuration_root, settings))
        return servers[-1].address

    # The examples of mails need a mail server, which the checks have.
    limited = None if options.real else address(options.limited_url, configurations.LIMITED_SERVER_YAML)
    return address(options.url, configurations.mail_server_yaml(mailbox.url)), limited


def main():
    options = arguments()
    servers = []
    passed = failed = 0
    try:
        text = guide_text()
        mailbox = Mailbox()
        bed = TestBed(text, *start(options, servers, mailbox), None if options.url else mailbox)
        try:
            passed, failed = run_all(bed, set(options.block or ()), options.real)
        finally:
            bed.end()
            mailbox.end()
        if failed and servers:
            print(f"--- the end of the server's log ---\n{servers[-1].log()}", file=sys.stderr)
    except Wrong as error:
        print(f"FAILED to start: {error}")
        failed += 1
    for number, server in enumerate(servers, start=1):
        if run_one(f"server {number} ends cleanly when it is asked to", server.terminate):
            passed += 1
        else:
            failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
