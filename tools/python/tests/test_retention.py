"""Retention rules with a real server: what they take away, and what they leave."""

import pytest

import pivot_tracker as pivot


@pytest.fixture
def client(server):
    with pivot.PIVOTClient(server.url) as client:
        yield client


@pytest.fixture
def ended(server, client):
    """A session that has ended, and has notes."""
    with pivot.session("kept for a while", base_url=server.url, provenance=False, host_readings=False, capture_output=False,
                       quiet=True) as session:
        session.log_points("loss", [1.0])
    client.update_session(session.session_id, notes="a secret")
    return session.session_id


def test_a_rule_takes_away_what_it_previews_and_then_nothing_more(client, ended):
    rule = {"redact": ["notes"], "filter": f'session_id = "{ended}"'}
    made = client.set_retention_rule("old-notes", "ended", 0, **rule)
    assert (made["name"], made["status"], made["redact"]) == ("old-notes", "ended", ["notes"])
    assert client.set_retention_rule("old-notes", "ended", 0, **rule)["position"] == made["position"]
    planned = client.preview_retention(limit=10)
    assert planned["dry_run"] and [one["session_id"] for one in planned["sessions"]] == [ended]
    assert client.get_status(ended)["notes"] == "a secret"
    done = client.run_retention()
    assert done["record_count"] == planned["record_count"] == 1
    assert "notes" not in client.get_status(ended)
    assert client.run_retention()["sessions"] == []
    assert client.delete_retention_rule("old-notes")["name"] == "old-notes"
    assert client.list_retention_rules()["rules"] == []
    assert [one["name"] for one in client.list_retention_rules(as_of=made["position"])["rules"]] == ["old-notes"]


def test_the_days_of_an_archived_session_begin_when_it_is_archived(client, ended):
    client.set_retention_rule("archived", "archived", 0, redact=["notes"])
    assert client.preview_retention()["sessions"] == []
    client.archive_session(ended)
    assert [one["session_id"] for one in client.preview_retention()["sessions"]] == [ended]
    client.set_retention_rule("archived", "archived", 1, redact=["notes"])
    assert client.preview_retention()["sessions"] == []


def test_what_is_no_rule_is_refused_by_the_name_of_the_field(client):
    wrong = [
        ("status", "running", 1, {"redact": ["logs"]}), ("after_days", "ended", -1, {"redact": ["logs"]}),
        ("redact", "ended", 1, {}), ("filter", "ended", 1, {"redact": ["logs"], "filter": "status ="}),
        ("keep_best_checkpoints", "ended", 1, {"keep_best_checkpoints": 0}),
    ]
    for field, status, days, choices in wrong:
        with pytest.raises(pivot.PIVOTError) as refusal:
            client.set_retention_rule("wrong", status, days, **choices)
        assert refusal.value.status == 422 and refusal.value.details["field"] == field
    with pytest.raises(pivot.PIVOTError) as refusal:
        client.delete_retention_rule("unknown")
    assert refusal.value.status == 404
