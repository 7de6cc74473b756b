"""A real server for each test that asks, and a spool folder of the test's own."""

import pathlib
import sys

import pytest

CHECKOUT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(CHECKOUT / "tools"), str(CHECKOUT / "tools" / "python" / "src")]

from contract import CONTRACT  # noqa: E402
from pivot_tracker.transport import Transport  # noqa: E402
from receiving import Receiver  # noqa: E402
from server_process import PIVOT, ServerProcess  # noqa: E402


@pytest.fixture
def stopped_server(tmp_path):
    """A server that is not started yet."""
    (tmp_path / "server").mkdir()
    server = ServerProcess(PIVOT, tmp_path / "server")
    yield server
    server.end()


@pytest.fixture
def server(stopped_server):
    """A server that answers."""
    stopped_server.start()
    return stopped_server


@pytest.fixture
def hook_server(tmp_path):
    """A server that may send to this machine."""
    (tmp_path / "server").mkdir()
    server = ServerProcess(PIVOT, tmp_path / "server", "--webhook-network", "127.0.0.0/8")
    server.start()
    yield server
    server.end()


@pytest.fixture
def receivers():
    """Makes receivers that end with the test."""
    made = []

    def make(answers=()):
        made.append(Receiver(answers))
        return made[-1]

    yield make
    for receiver in made:
        receiver.end()


@pytest.fixture(autouse=True)
def spool(tmp_path, monkeypatch):
    """The folder of the test's spools."""
    folder = tmp_path / "spool"
    monkeypatch.setenv("PIVOT_SPOOL_DIR", str(folder))
    for name in ("PIVOT_URL", "PIVOT_SESSION_ID", "PIVOT_LEASE", "PIVOT_ATTEMPT", "PIVOT_SPOOL_LIMIT"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(autouse=True)
def contract(monkeypatch):
    """Every call of a test's client is one that the API's document has, with fields and parameters that it has."""
    unknown = []
    send = Transport.send

    def checked(self, method, path, **call):
        unknown.extend(
            CONTRACT.unknown_parts(method, path, call.get("query"), call.get("json_body"), call.get("outside", False)))
        return send(self, method, path, **call)

    monkeypatch.setattr(Transport, "send", checked)
    yield
    assert unknown == []
