"""TensorBoard over a test's server, in the test's process, and the questions that TensorBoard's pages ask."""

import contextlib
import threading
import time

import requests

from pivot_tracker.tensorboard_pages import serving
from pivot_tracker.tensorboard_pages.reading import Reader
from pivot_tracker.tensorboard_pages.sessions import Sessions
from pivot_tracker.transport import base_url


class Board:
    """A TensorBoard that answers."""

    def __init__(self, address):
        self.address = address.rstrip("/")

    def ask(self, path, status=200, **query):
        """The answer to a question, which must have this status."""
        answer = requests.get(f"{self.address}/data/{path}", params=query, timeout=60)
        assert answer.status_code == status, answer.text
        return answer

    def json(self, path, **query):
        return self.ask(path, **query).json()

    def scalars(self, run, tag):
        """[[wall time, step, value], …]; NaN and the infinities are texts, as TensorBoard sends them."""
        return self.json("plugin/scalars/scalars", run=run, tag=tag)

    def hparams(self, what, **request):
        """The answer of the HParams plugin to a message of its api.proto."""
        answer = requests.post(f"{self.address}/data/plugin/hparams/{what}", json=request, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def when(self, question, is_there, seconds=5):
        """The first answer for which `is_there` is true; fails when none comes within some seconds."""
        deadline = time.monotonic() + seconds
        while True:
            answer = question()
            if is_there(answer):
                return answer
            assert time.monotonic() < deadline, answer


@contextlib.contextmanager
def board_of(server, max_points=1000, **choice):
    """TensorBoard over a server's sessions."""
    reader = Reader(base_url(server.url))
    pages = serving.server(Sessions(reader, **choice), None, 0, max_points)
    thread = threading.Thread(target=pages.serve_forever, daemon=True)
    thread.start()
    try:
        yield Board(pages.get_url())
    finally:
        pages.shutdown()
        thread.join()
        pages.server_close()
        reader.close()
