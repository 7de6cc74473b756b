"""The blocks of the READMEs run as they stand, in their order."""

import pathlib
import re

import pytest

import pivot_tracker as pivot
from pivot_tracker import current

HERE = pathlib.Path(__file__).resolve()


READMES = [(HERE.parents[1] / "README.md", 4), (HERE.parents[3] / "README.md", 1)]


@pytest.mark.parametrize("path, count", READMES, ids=["client", "root"])
def test_every_block_runs(server, tmp_path, monkeypatch, path, count):
    monkeypatch.setenv("PIVOT_URL", server.url)
    monkeypatch.setattr(current, "_current", None)
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == count
    names = {"__name__": "__main__"}
    for block in blocks:
        exec(compile(block, str(path), "exec"), names)
    with pivot.PIVOTClient() as client:
        sessions = client.list_sessions()["sessions"]
        assert sessions and all(session["status"] == "completed" for session in sessions)
        assert any(checkpoint["is_best"] for checkpoint in client.get_checkpoints()["checkpoints"])
