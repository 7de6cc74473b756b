"""Models and their aliases with a real server: what moves them, what they protect, and what they tell of the past."""

import pytest

import pivot_tracker as pivot


@pytest.fixture
def client(server):
    with pivot.PIVOTClient(server.url) as client:
        yield client


@pytest.fixture
def checkpoints(server, client, tmp_path):
    """The ids of two checkpoints of a session."""
    with pivot.session("trained", base_url=server.url, provenance=False, host_readings=False, capture_output=False,
                       quiet=True) as session:
        session.log_points("loss", [1.0])
    ids = []
    for epoch in (1, 2):
        file = tmp_path / f"{epoch}.bin"
        file.write_bytes(b"weights %d" % epoch)
        ids.append(client.upload_checkpoint(file, session.session_id, epoch)["checkpoint_id"])
    return ids


def test_an_alias_moves_only_from_where_it_is_expected(client, checkpoints):
    first, second = checkpoints
    made = client.set_model_alias("detector", "production", first, "first", by="ana", expected_checkpoint_id=None)
    assert (made["checkpoint_id"], made["by"], made["reason"]) == (first, "ana", "first")
    for expected in (None, second):
        with pytest.raises(pivot.PIVOTError) as refusal:
            client.set_model_alias("detector", "production", second, "second", expected_checkpoint_id=expected)
        assert refusal.value.status == 409 and refusal.value.code == "alias_moved"
        assert refusal.value.details["checkpoint_id"] == first
    moved = client.set_model_alias("detector", "production", second, "second", expected_checkpoint_id=first)
    assert moved["previous_checkpoint_id"] == first
    assert client.get_model_alias("detector", "production", as_of=made["position"])["checkpoint_id"] == first
    assert [change["reason"] for change in client.get_model("detector")["history"]] == ["second", "first"]
    assert client.list_models(as_of=made["position"])["models"][0]["aliases"][0]["checkpoint_id"] == first
    removed = client.remove_model_alias("detector", "production", "withdrawn", expected_checkpoint_id=second)
    assert removed["message"] == "detector@production was removed."
    with pytest.raises(pivot.PIVOTError) as refusal:
        client.get_model_alias("detector", "production")
    assert refusal.value.status == 404


def test_what_is_in_use_cannot_be_deleted(client, checkpoints):
    first, _ = checkpoints
    client.set_model_alias("detector", "production", first, "first")
    with pytest.raises(pivot.PIVOTError) as refusal:
        client.delete_checkpoint(first)
    assert refusal.value.status == 409 and refusal.value.details["aliases"] == ["detector@production"]
    steps = client.get_model_lineage("detector", "production")["steps"]
    assert [step["kind"] for step in steps] == [
        "alias", "checkpoint", "session", "configuration", "code", "data", "parent"]
    assert steps[1]["facts"]["checkpoint_id"] == first
    assert steps[4]["missing"] is True and steps[4]["summary"] == "No commit was recorded."
    client.remove_model_alias("detector", "production", "withdrawn")
    assert client.delete_checkpoint(first)["checkpoint_id"] == first
