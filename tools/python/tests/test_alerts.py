"""Alert rules, alerts and notifications with a real server: what rings, when it is over, and that it rings once."""

import random
import time

import pytest

import pivot_tracker as pivot

NAN = float("nan")


@pytest.fixture
def client(server):
    with pivot.PIVOTClient(server.url) as client:
        yield client


def until(condition, what, seconds=20):
    """The first true value of `condition`; fails when none comes in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)


def begin(server, name="watched", **options):
    """A session that logs what a test says and nothing of its own."""
    return pivot.session(
        name, base_url=server.url, provenance=False, host_readings=False, capture_output=False, quiet=True, **options)


def alerts(client, session, **query):
    """A session's alerts, the oldest first."""
    return client.list_alerts(session_id=session.session_id, **query)["alerts"][::-1]


def evaluated(client, session):
    """Returns once the rules have seen all that the session has reported."""
    session.flush(delivered=True)
    reports = ("telemetry.metrics_reported", "session.epoch_completed")
    last = max(event["position"] for event in client.get_session_events(session.session_id, stream="all", limit=10_000)
               if event["type"] in reports)
    until(lambda: client.get_detailed_health()["components"]["alerts"]["position"] >= last, "the evaluation")


def report(client, session, name, *values, **options):
    """Logs a value at a time, in reports of their own, and waits until the rules have seen them."""
    for value in values:
        session.log_points(name, [value], **options)
        session.flush(delivered=True)
    evaluated(client, session)


def recorded(client, session_id):
    """The alert events of a session in the order of the log, by the alert's id."""
    found = {}
    for event in client.get_events(stream="all", limit=1_000_000):
        if event["type"].startswith("alert.") and event["data"].get("session_id", session_id) == session_id:
            found.setdefault(event["data"]["alert_id"], []).append(event["type"])
    return found


def test_a_loss_that_is_nan_rings_the_shipped_rule_until_it_is_finite_again(server, client):
    with begin(server) as session:
        report(client, session, "train_loss", 0.5)
        assert alerts(client, session) == []
        report(client, session, "train_loss", NAN)
        (alert,) = alerts(client, session)
        assert (alert["status"], alert["severity"], alert["metric"]) == ("active", "high", "train_loss")
        assert alert["rule_name"] == "The loss is not a number" and alert["message"] == "train_loss is NaN"
        report(client, session, "train_loss", NAN, float("inf"))
        assert [one["alert_id"] for one in alerts(client, session)] == [alert["alert_id"]]
        report(client, session, "train_loss", 0.25)
        (alert,) = alerts(client, session)
        assert (alert["status"], alert["resolution"], alert["last_value"]) == ("resolved", "recovered", 0.25)
        listed = client.list_alerts(session_id=session.session_id, status=["active", "acknowledged"])
        assert listed["alerts"] == []
        assert client.get_alert(alert["alert_id"], as_of=alert["position"] + 1)["status"] == "active"


def test_a_threshold_rings_after_so_many_points_in_a_row(server, client):
    rule = client.create_alert_rule("high", "greater_than", "error", 1.0, for_points=3, severity="low")
    assert (rule["for_points"], rule["actions"], rule["cooldown_seconds"]) == (3, ["notify"], 300)
    with begin(server) as session:
        report(client, session, "error", 2, 2, 0.5, 2, 2)
        assert alerts(client, session) == []
        report(client, session, "error", 3)
        (alert,) = alerts(client, session)
        assert (alert["value"], alert["threshold"], alert["severity"], alert["step"]) == (3, 1, "low", 5)
        assert alert["rule_id"] == rule["rule_id"]
        # Points of one report count one by one.
        session.log_points("other.error", [2, 2, 2])
        evaluated(client, session)
        assert len(alerts(client, session)) == 1


def test_hysteresis_and_cooldown(server, client):
    client.create_alert_rule("hot", "greater_than", "heat", 90, resolve_threshold=80, cooldown_seconds=0)
    client.create_alert_rule("hot, and calm", "greater_than", "heat", 90, cooldown_seconds=3600)
    with begin(server) as session:
        report(client, session, "heat", 91, 85)
        by_name = {alert["rule_name"]: alert["status"] for alert in alerts(client, session)}
        assert by_name == {"hot": "active", "hot, and calm": "resolved"}
        report(client, session, "heat", 80)
        assert {alert["status"] for alert in alerts(client, session)} == {"resolved"}
        report(client, session, "heat", 95)
        assert [alert["rule_name"] for alert in alerts(client, session, status="active")] == ["hot"]
        assert len(alerts(client, session)) == 3
        assert client.list_alerts(session_id=session.session_id, limit=1, offset=2)["alerts"][0]["value"] == 91


def test_no_improvement_stops_a_session(client):
    client.create_alert_rule(
        "stuck", "no_improvement", "val_loss", mode="max", window=3, actions=["notify", "stop"], severity="high")
    trainer = {"kind": "synthetic", "steps_per_epoch": 5, "step_milliseconds": 20.0}
    created = client.create_session(name="stuck", config={"trainer": trainer, "train": {"epochs": 200}})
    client.start_training(created["session_id"])
    ended = client.wait_for_completion(created["session_id"], timeout=60)
    assert ended["status"] == "stopped" and 4 <= ended["current_epoch"] < 200
    (alert,) = client.list_alerts(session_id=created["session_id"])["alerts"]
    assert alert["rule_name"] == "stuck" and "has not improved for 3 epochs" in alert["message"]
    until(lambda: client.get_alert(alert["alert_id"]).get("resolution") == "session_ended", "the alert's end")
    kinds = [event["type"] for event in client.get_session_events(created["session_id"])]
    assert kinds.count("session.stop_requested") == 1


def test_the_action_tag_marks_a_session(server, client):
    client.create_alert_rule("odd", "less_than", "accuracy", 0.1, actions=["tag"], tag="suspicious")
    with begin(server, tags=["kept"]) as session:
        report(client, session, "accuracy", 0.05)
        tags = until(
            lambda: [tag for tag in client.get_status(session.session_id)["tags"] if tag != "kept"], "the tag")
        assert tags == ["suspicious"] and "kept" in client.get_status(session.session_id)["tags"]
        # Nobody asked to be told.
        assert client.list_notifications(type="alert", session_id=session.session_id)["notifications"] == []


def test_a_filter_and_a_session_say_what_a_rule_is_about(server, client):
    client.create_alert_rule("filtered", "greater_than", "x", 0, filter="tags = watched")
    with begin(server, tags=["watched"]) as one, begin(server) as other:
        client.create_alert_rule("of one", "greater_than", "x", 0, session_id=other.session_id)
        report(client, one, "x", 1)
        report(client, other, "x", 1)
        assert [alert["rule_name"] for alert in alerts(client, one)] == ["filtered"]
        assert [alert["rule_name"] for alert in alerts(client, other)] == ["of one"]
        client.update_session(other.session_id, tags=["watched"])
        report(client, other, "x", 2)
        assert [alert["rule_name"] for alert in alerts(client, other)] == ["of one", "filtered"]


def test_an_alert_ends_when_its_rule_is_no_longer_about_the_session(server, client):
    client.create_alert_rule("filtered", "greater_than", "x", 0, filter="tags = watched")
    with begin(server, tags=["watched"]) as session:
        report(client, session, "x", 1)
        assert [alert["status"] for alert in alerts(client, session)] == ["active"]
        client.update_session(session.session_id, tags=[])
        report(client, session, "x", 1)
        until(lambda: alerts(client, session)[0]["status"] == "resolved", "the alert's end")


def test_a_configuration_brings_rules_of_its_own(server, client):
    rules = [{"name": "own", "condition": "greater_than", "metric": "x", "threshold": 1, "severity": "critical"}]
    created = client.create_session(name="with rules", config={"trainer": {"kind": "external"}, "alerts": rules})
    client.start_training(created["session_id"])
    with begin(server, resume=created["session_id"]) as session, begin(server, "other") as other:
        report(client, session, "x", 2)
        report(client, other, "x", 2)
        (alert,) = alerts(client, session)
        assert (alert["rule_name"], alert["severity"], alert["session_id"]) == ("own", "critical", session.session_id)
        assert alerts(client, other) == []
    bad = {"trainer": {"kind": "external"}, "alerts": [{"name": "bad", "condition": "greater_than"}]}
    with pytest.raises(pivot.PIVOTError, match="alerts"):
        client.create_session(name="bad", config=bad)


def test_alerts_are_acknowledged_and_resolved_by_hand(server, client):
    client.create_alert_rule("high", "greater_than", "x", 1, cooldown_seconds=0)
    with begin(server) as session:
        report(client, session, "x", 2)
        (alert,) = alerts(client, session)
        before = client.list_alerts()
        seen = client.acknowledge_alert(alert["alert_id"], by="ana", notes="looking")
        assert (seen["status"], seen["acknowledged_by"], seen["notes"]) == ("acknowledged", "ana", "looking")
        assert client.acknowledge_alert(alert["alert_id"], by="ben")["acknowledged_by"] == "ana"
        after = client.list_alerts()
        assert after["active_count"] == before["active_count"] - 1
        assert after["acknowledged_count"] == before["acknowledged_count"] + 1
        over = client.resolve_alert(alert["alert_id"], by="ben", notes="a new data set")
        assert (over["status"], over["resolution"], over["resolved_by"]) == ("resolved", "by_hand", "ben")
        for call in (client.resolve_alert, client.acknowledge_alert):
            with pytest.raises(pivot.PIVOTError) as refusal:
                call(alert["alert_id"])
            assert refusal.value.status == 409
        # It is still wrong, and the next report says so.
        report(client, session, "x", 3)
        assert [one["status"] for one in alerts(client, session)] == ["resolved", "active"]
    with pytest.raises(pivot.PIVOTError) as refusal:
        client.acknowledge_alert("alert_1_0123456789abcdef")
    assert refusal.value.status == 404


def test_rules_are_changed_switched_off_and_deleted(server, client):
    shipped = client.list_alert_rules()["rules"]
    assert {rule["origin"] for rule in shipped} == {"shipped"} and len(shipped) == 4
    rule = client.create_alert_rule("x", "greater_than", "x", 1)["rule_id"]
    with begin(server) as session:
        report(client, session, "x", 2)
        assert client.update_alert_rule(rule, threshold=5)["threshold"] == 5
        until(lambda: alerts(client, session)[0].get("resolution") == "rule_changed", "the alert's end")
        report(client, session, "x", 3)
        assert len(alerts(client, session)) == 1
        report(client, session, "x", 6)
        assert client.update_alert_rule(rule, enabled=False)["enabled"] is False
        until(lambda: alerts(client, session)[-1]["status"] == "resolved", "the alert's end")
        report(client, session, "x", 7)
        assert len(alerts(client, session)) == 2
        assert client.delete_alert_rule(rule)["rule_id"] == rule
        with pytest.raises(pivot.PIVOTError) as refusal:
            client.get_alert_rule(rule)
        assert refusal.value.status == 404 and len(alerts(client, session)) == 2
    for wrong, field in (
        ({"condition": "greater_than", "metric": "x"}, "threshold"),
        ({"condition": "no_report"}, "silence_seconds"),
        ({"condition": "no_improvement", "metric": "x"}, "window"),
        ({"condition": "is_nan", "metric": "x", "actions": ["tag"]}, "tag"),
        ({"condition": "is_nan", "metric": "x", "filter": "metrics.x > 1"}, "filter"),
        ({"condition": "wrong", "metric": "x"}, "condition"),
    ):
        with pytest.raises(pivot.PIVOTError, match=field) as refusal:
            client.create_alert_rule("wrong", **wrong)
        assert refusal.value.status == 422


def test_notifications_are_read_and_cleared(server, client):
    with begin(server, "first") as session:
        report(client, session, "loss", NAN)
    failing = begin(server, "second")
    failing.finish("failed", "out of memory")
    listed = client.list_notifications()
    told = [(one["type"], one["data"]["event"], one["priority"], one["read"]) for one in listed["notifications"]]
    assert told == [
        ("training", "training_failed", "high", False), ("training", "training_completed", "low", False),
        ("alert", "alert_triggered", "high", False),
    ]
    assert (listed["unread_count"], listed["total"]) == (3, 3)
    failed, completed, alert = listed["notifications"]
    assert "second" in failed["message"] and "out of memory" in failed["message"]
    assert client.get_alert(alert["data"]["alert_id"])["session_id"] == session.session_id
    assert client.read_notification(alert["id"])["read"] is True
    assert client.read_notification(alert["id"])["read"] is True
    listed = client.list_notifications(unread=True)
    assert [one["id"] for one in listed["notifications"]] == [failed["id"], completed["id"]]
    assert (listed["unread_count"], listed["total"]) == (2, 3)
    chosen = client.list_notifications(priority="high", type="training")["notifications"]
    assert [one["id"] for one in chosen] == [failed["id"]]
    client.clear_notification(failed["id"])
    with pytest.raises(pivot.PIVOTError) as refusal:
        client.read_notification(failed["id"])
    assert refusal.value.status == 404
    assert client.list_notifications(limit=1)["unread_count"] == 1
    assert client.read_all_notifications() == {"unread_count": 0, "total": 2}
    begin(server, "third").finish()
    assert client.list_notifications()["unread_count"] == 1
    assert client.clear_notifications() == {"unread_count": 0, "total": 0}
    assert client.list_notifications()["notifications"] == []
    server.terminate()
    server.start()
    assert client.list_notifications()["total"] == 0


def test_late_points_ring_nothing(server, client):
    hours = 3 * 3600 * 1_000_000
    with begin(server) as session:
        report(client, session, "loss", NAN, times=[time.time_ns() // 1000 - hours])
        assert alerts(client, session) == []
        history = client.get_metric_history(session.session_id, "loss", axis="step", nonfinite="token")
        assert [value != value for value in history["values"]] == [True]
        report(client, session, "loss", NAN)
        assert len(alerts(client, session)) == 1


def test_a_killed_server_neither_misses_nor_repeats_an_alert(server, client):
    source = random.Random(3)
    with begin(server) as session:
        for number in range(50):
            # Every other round the value is finite again.
            session.log({f"loss.{number // 2}": NAN if number % 2 == 0 else 1.0}, step=number)
            session.flush(delivered=True)
            time.sleep(source.random() * 0.03)
            server.kill()
            server.start()
        evaluated(client, session)
        found = {alert["alert_id"]: alert for alert in alerts(client, session, limit=1000)}
    assert sorted(alert["metric"] for alert in found.values()) == sorted(f"loss.{number}" for number in range(25))
    assert {(alert["status"], alert["resolution"]) for alert in found.values()} == {("resolved", "recovered")}
    events = recorded(client, session.session_id)
    assert events == {alert: ["alert.triggered", "alert.resolved"] for alert in found}
    told = client.list_notifications(type="alert", limit=1000)["notifications"]
    assert sorted(one["data"]["alert_id"] for one in told) == sorted(found)


def test_webhooks_are_told_of_alerts_in_order_and_once(hook_server, receivers):
    receiver = receivers()
    with pivot.PIVOTClient(hook_server.url) as client:
        client.create_webhook(receiver.url, ["alert_*"])
        with begin(hook_server) as session:
            report(client, session, "a_loss", NAN, 1)
            report(client, session, "b_loss", NAN)
        documents = receiver.documents(4)
        assert [(document["type"], document["data"]["event"]["metric"]) for document in documents] == [
            ("alert_triggered", "a_loss"), ("alert_resolved", "a_loss"), ("alert_triggered", "b_loss"),
            ("alert_resolved", "b_loss"),
        ]
        resolutions = [document["data"]["event"].get("resolution") for document in documents]
        assert resolutions == [None, "recovered", None, "session_ended"]
        assert {document["session_id"] for document in documents} == {session.session_id}
        first = documents[0]["data"]["event"]
        assert client.get_alert(first["alert_id"])["rule_id"] == first["rule_id"] and first["severity"] == "high"
        time.sleep(0.5)
        assert len(receiver.requests) == 4


def test_feeds_tell_alerts_and_notifications(server, client):
    head = client.get_health()["position"]
    with begin(server) as session:
        report(client, session, "loss", NAN)
        client.acknowledge_alert(alerts(client, session)[0]["alert_id"], by="ana")
        report(client, session, "loss", 1)
    everything = client.stream_all(types=["alert", "notification"], after=head)
    frames = []
    for frame in everything:
        if frame["type"] in ("alert", "notification"):
            frames.append(frame)
        if len(frames) == 5:
            break
    everything.close()
    assert [(frame["type"], frame.get("status") or frame["event"]) for frame in frames] == [
        ("alert", "active"), ("notification", "alert_triggered"), ("alert", "acknowledged"), ("alert", "resolved"),
        ("notification", "training_completed"),
    ]
    rose, told, seen, over, ended = frames
    assert (rose["rule_name"], rose["severity"], rose["value"]) == ("The loss is not a number", "high", "NaN")
    assert (told["alert_id"], told["notification_type"], told["priority"]) == (rose["alert_id"], "alert", "high")
    assert seen["acknowledged_by"] == "ana" and over["resolution"] == "recovered"
    assert {frame["session_id"] for frame in frames} == {session.session_id}
    assert [one["id"] for one in client.list_notifications()["notifications"]] == [ended["id"], told["id"]]
    # A session's own feed tells its alerts as history, and no notifications.
    own = list(client.stream_metrics(session.session_id, types=["alert", "notification"]))
    assert [frame.get("status") for frame in own if frame["type"] == "alert"] == ["active", "acknowledged", "resolved"]
    assert own[-1]["type"] == "training_complete" and not any(frame["type"] == "notification" for frame in own)
