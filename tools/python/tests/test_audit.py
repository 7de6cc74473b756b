"""The tree over the log with a real server: what the client gets is checked with nothing but hashlib."""

import base64
import hashlib
import time

import pytest

import pivot_tracker as pivot


@pytest.fixture
def client(server):
    with pivot.PIVOTClient(server.url) as client:
        yield client


@pytest.fixture
def session(server, client):
    """A session all of whose events are in the tree head, which is signed at most once a second."""
    with pivot.session(
        "proven", base_url=server.url, provenance=False, host_readings=False, capture_output=False, quiet=True
    ) as session:
        session.log({"loss": 0.5}, step=1)
    last = client.get_status(session.session_id)["position"]
    deadline = time.monotonic() + 20
    while client.get_tree_head()["size"] < last:
        assert time.monotonic() < deadline, "no tree head has the session's events"
        time.sleep(0.1)
    return session.session_id


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaf, index, size, hashes):
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    place, last, current = index, size - 1, leaf
    for sibling in map(bytes.fromhex, hashes):
        if place & 1 or place == last:
            current = node(sibling, current)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            current = node(current, sibling)
        place, last = place >> 1, last >> 1
    assert last == 0
    return current


def test_every_record_of_a_session_is_in_the_tree_head(client, session):
    first = client.get_session_proofs(session, stream="all", payloads=True, limit=2)
    head = first["tree_head"]
    page, events = first, list(first["events"])
    while "next_after" in page:
        page = client.get_session_proofs(
            session, stream="all", payloads=True, limit=2, after=page["next_after"], size=first["size"])
        assert "tree_head" not in page
        events += page["events"]
    assert [event["position"] for event in events] == sorted({event["position"] for event in events})
    assert len(events) > 3
    for event in events:
        header = base64.b64decode(event["header"])
        leaf = hashlib.sha256(b"\0" + header).digest()
        inclusion = event["inclusion"]
        assert inclusion["leaf_index"] == event["position"] - 1
        assert root_of(leaf, inclusion["leaf_index"], head["size"], inclusion["hashes"]).hex() == head["root_hash"]
        hashed = base64.b64decode(event["salt"]) + base64.b64decode(event["payload"])
        assert hashlib.sha256(hashed).hexdigest() == event["payload_digest"]
        single = client.get_inclusion_proof(event["position"], head["size"])
        assert single["hashes"] == inclusion["hashes"] and single["leaf_hash"] == leaf.hex()


def test_the_log_is_read_from_its_tiles(client, session):
    size = int(client.get_log_checkpoint().split("\n")[1])
    width = min(size, 256)
    path = "000" if width == 256 else f"000.p/{width}"
    hashes, bundle = client.get_log_tile(f"0/{path}"), client.get_log_tile(f"entries/{path}")
    for index in range(width):
        length = int.from_bytes(bundle[:2], "big")
        assert hashlib.sha256(b"\0" + bundle[2:2 + length]).digest() == hashes[32 * index:32 * index + 32]
        bundle = bundle[2 + length:]
    assert bundle == b""


def test_a_later_tree_continues_an_earlier_one(client, session):
    head = client.get_tree_head()
    assert client.get_consistency_proof(head["size"], head["size"])["hashes"] == []
    assert client.get_consistency_proof(1)["to"] >= head["size"]
    with pytest.raises(pivot.PIVOTError) as refused:
        client.get_consistency_proof(1, 10**12)
    assert refused.value.status == 422


def test_the_key_is_rotated(client):
    before = client.get_public_keys()
    after = client.rotate_log_key(overlap_days=1)
    assert after["origin"] == before["origin"]
    assert [key["verifier_key"] for key in after["keys"][1:]] == [key["verifier_key"] for key in before["keys"]]
    assert after["keys"][0]["status"] == after["keys"][1]["status"] == "signing"
    assert after["keys"][1]["signs_until"] > before["keys"][0].get("signs_until", "")
