"""The guide's Python blocks, and the few changes under which they run here."""

import re
import sys

from .report import Wrong

#: What the guide writes for the addresses and ids that differ here.
GUIDE_ADDRESS = "localhost:8000"
GUIDE_SESSION = "sess_abc123"
GUIDE_CHECKPOINT = "ckpt_abc123"
GUIDE_SLACK = "https://hooks.slack.com/..."

#: How many Python blocks the guide has.
COUNT = 21

#: Seconds between two polls instead of the guide's 5, 10 or 60.
POLL_SECONDS = 0.1

_NESTED_QUOTES = "f'{BASE_URL}/training/sessions/{session['session_id']}/start'"
_PLAIN_QUOTES = "f'{BASE_URL}/training/sessions/{session[\"session_id\"]}/start'"


def extract(text):
    """The sources of the guide's ```python blocks, by number from 1; raises `Wrong` when there are not 21."""
    found = re.findall(r"^```python\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    if len(found) != COUNT:
        raise Wrong(f"the guide has {len(found)} Python blocks, not {COUNT}")
    return dict(enumerate(found, start=1))


def _replace(source, old, new, number):
    """Replaces every occurrence; raises `Wrong` when there is none, since then the guide is not what this expects."""
    if old not in source:
        raise Wrong(f"block {number} does not contain {old!r}")
    return source.replace(old, new)


class Guide:
    """The blocks of one guide, made to speak to one server.

    Only the address, the ids and the lengths of sleeps are changed, and what cannot work as printed: block 3's nested
    quotes below Python 3.12, torch's writer in block 14, and the Slack address in block 15.
    """

    def __init__(self, text, address):
        """`address` is host and port of the server, as in a URL."""
        self._blocks = extract(text)
        self._address = address

    def at(self, address):
        """The same guide, speaking to another server."""
        other = Guide.__new__(Guide)
        other._blocks, other._address = self._blocks, address
        return other

    def program(self, number, session=None, checkpoint=None, slack=None, changes=(), epilogue=""):
        """The whole program that runs one block: the prelude, the block, and what is asked of its names afterwards.

        `session`, `checkpoint` and `slack` stand for the guide's own; `changes` are further pairs of old and new text.
        """
        source = self._blocks[number]
        if GUIDE_ADDRESS in source:
            source = _replace(source, GUIDE_ADDRESS, self._address, number)
        if GUIDE_SESSION in source:
            source = _replace(source, GUIDE_SESSION, session, number)
        if GUIDE_CHECKPOINT in source:
            source = _replace(source, GUIDE_CHECKPOINT, checkpoint, number)
        if number == 3 and sys.version_info < (3, 12):
            source = _replace(source, _NESTED_QUOTES, _PLAIN_QUOTES, number)
        if number == 14:
            source = _replace(source, "torch.utils.tensorboard", "tensorboardX", number)
        if number == 15:
            source = _replace(source, GUIDE_SLACK, slack, number)
        for old, new in changes:
            source = _replace(source, old, new, number)
        return self._prelude(session) + shorten_sleeps(source) + "\n" + epilogue

    def _prelude(self, session):
        """What the guide's reader has typed before: imports, the base URL, a session and a valid request."""
        return (
            "import json, time, requests\n"
            f"BASE_URL = 'http://{self._address}/api/v1'\n"
            f"session_id = {session!r}\n"
            "data = {'config_path': 'configs/train.yaml', 'session_name': 'guide'}\n"
        )


def shorten_sleeps(source):
    """The same source with shorter waits between polls and retries; what a server asks to wait is still waited."""
    source = re.sub(r"time\.sleep\(\d+\)", f"time.sleep({POLL_SECONDS})", source)
    source = re.sub(r"interval=\d+", f"interval={POLL_SECONDS}", source)
    return re.sub(r"(?<!time\.)sleep\(wait_time\)", "sleep(wait_time * 0.02)", source)
