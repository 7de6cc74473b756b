"""The spool's format: what is whole is read, what is torn is cut, what does not fit is refused."""

import os
import random
import subprocess
import sys

import pytest

from pivot_tracker.errors import SpoolError
from pivot_tracker.spool import MAGIC, Kind, SpoolReader, SpoolWriter, State, encode, read_state, segment_path


def writer(root, **options):
    return SpoolWriter(root, State(session_id="sess_a", spool_id="py-1"), **options)


def test_records_come_back_in_their_order_across_segments(tmp_path, monkeypatch):
    monkeypatch.setattr("pivot_tracker.spool.SEGMENT_BYTES", 4096)
    spool = writer(tmp_path)
    source = random.Random(1)
    sent = [(source.choice(list(Kind)), f"id-{number}", source.randbytes(source.randrange(300))) for number in range(500)]
    for kind, name, payload in sent:
        spool.append(encode(kind, name, payload))
    read = [record[:3] for record in SpoolReader(spool.folder).records(1, len(MAGIC))]
    assert read == sent and spool.position[0] > 10


@pytest.mark.parametrize("size", [0, 1, 40])
def test_a_record_torn_at_any_byte_is_cut_and_those_before_it_stay(tmp_path, size):
    spool = writer(tmp_path)
    whole = encode(Kind.METRICS, "first", b"payload")
    last = encode(Kind.LINES, "second", bytes(range(size)))
    path = segment_path(spool.folder, 1)
    for end in range(len(last)):
        path.write_bytes(MAGIC + whole + last[:end])
        records = list(SpoolReader(spool.folder).records(1, len(MAGIC)))
        assert [record.command_id for record in records] == ["first"], end
    path.write_bytes(MAGIC + whole + last)
    assert [record.command_id for record in SpoolReader(spool.folder).records(1, len(MAGIC))] == ["first", "second"]


def test_a_changed_byte_anywhere_in_a_record_is_noticed(tmp_path):
    spool = writer(tmp_path)
    record = encode(Kind.LINES, "only", b"some payload")
    for at in range(len(record)):
        for bit in range(8):
            changed = bytearray(record)
            changed[at] ^= 1 << bit
            segment_path(spool.folder, 1).write_bytes(MAGIC + bytes(changed))
            assert list(SpoolReader(spool.folder).records(1, len(MAGIC))) == []


def test_damage_in_an_earlier_segment_is_counted_and_passed(tmp_path):
    spool = writer(tmp_path)
    whole, damaged = encode(Kind.LINES, "a", b"1"), bytearray(encode(Kind.LINES, "b", b"2"))
    damaged[-1] ^= 1
    segment_path(spool.folder, 1).write_bytes(MAGIC + whole + bytes(damaged))
    segment_path(spool.folder, 2).write_bytes(MAGIC + encode(Kind.LINES, "c", b"3"))
    reader = SpoolReader(spool.folder)
    assert [record.command_id for record in reader.records(1, len(MAGIC))] == ["a", "c"]
    assert reader.damaged_bytes == len(damaged)


def test_more_than_the_limit_is_refused_and_nothing_of_it_stays(tmp_path):
    spool = writer(tmp_path, limit=1000)
    spool.append(encode(Kind.LINES, "a", bytes(500)))
    with pytest.raises(SpoolError, match="PIVOT_SPOOL_LIMIT"):
        spool.append(encode(Kind.LINES, "b", bytes(500)))
    with pytest.raises(SpoolError, match="PIVOT_SPOOL_LIMIT"):
        spool.add_file(bytes(600))
    assert [record.command_id for record in SpoolReader(spool.folder).records(1, len(MAGIC))] == ["a"]


def test_a_copied_file_does_not_change_with_its_source(tmp_path):
    spool = writer(tmp_path / "root")
    source = tmp_path / "weights"
    source.write_bytes(b"before")
    name, size = spool.add_file(source)
    with open(source, "r+b") as file:
        file.write(b"behind")
    assert ((spool.folder / "files" / name).read_bytes(), size) == (b"before", 6)


def test_the_lock_is_held_until_its_process_ends(tmp_path):
    spool = writer(tmp_path)
    code = (
        "import sys, pathlib; from pivot_tracker.spool import Lock; "
        "sys.exit(0 if Lock(pathlib.Path(sys.argv[1])).try_take() else 3)"
    )
    command = [sys.executable, "-c", code, str(spool.folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run(command, env=environment).returncode == 3
    spool.close()
    assert subprocess.run(command, env=environment).returncode == 0


def test_only_the_owner_can_read_a_spool(tmp_path):
    spool = writer(tmp_path / "root")
    assert spool.folder.stat().st_mode & 0o777 == 0o700
    assert (spool.folder / "state.json").stat().st_mode & 0o777 == 0o600


def test_a_state_that_cannot_be_read_is_told(tmp_path):
    spool = writer(tmp_path)
    (spool.folder / "state.json").write_text("{")
    with pytest.raises(SpoolError, match="state.json"):
        read_state(spool.folder)
