"""Webhooks that arrive: real receivers that fail, hang and redirect, real mail servers, kills between."""

import email
import email.policy
import json
import socket
import ssl
import subprocess
import time
import zlib

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from receiving import Mailbox
from server_process import PIVOT, ServerProcess, free_port
from standardwebhooks import Webhook

import pivot_tracker as pivot


def train(server, name="trained", epochs=2, **options):
    """A session that completes."""
    with pivot.session(name, base_url=server.url, provenance=False, epochs=epochs, **options) as session:
        for epoch in range(1, epochs + 1):
            session.epoch(epoch, {"val_loss": 1 / epoch})
    return session.session_id


def settled(client, webhook, count):
    """The list of deliveries once `count` of them are neither waiting nor being tried: they are recorded after they arrive."""
    for _ in range(100):
        listed = client.list_deliveries(webhook)
        if sum(delivery["status"] in ("delivered", "failed") for delivery in listed["deliveries"]) >= count:
            return listed
        time.sleep(0.1)
    raise AssertionError(f"{count} deliveries should be over: {listed}")


def test_events_arrive_once_in_order_and_signed(hook_server, receivers):
    client = pivot.PIVOTClient(hook_server.url)
    receiver = receivers()
    webhook = client.create_webhook(receiver.url, ["training_*", "epoch_completed"], generate_secret=True)
    assert webhook["signed"] and webhook["secret"].startswith("whsec_") and webhook["status"] == "active"
    assert "secret" not in client.get_webhook(webhook["webhook_id"])
    session = train(hook_server)
    documents = receiver.documents(4)
    assert [document["type"] for document in documents] == ["training_started", "epoch_completed", "epoch_completed", "training_completed"]
    assert {document["session_id"] for document in documents} == {session}
    assert [document["data"]["session"]["current_epoch"] for document in documents] == [0, 1, 2, 2]
    assert documents[1]["data"]["event"]["metrics"] == {"val_loss": 1.0}
    assert documents[3]["links"]["session"] == f"{hook_server.url}/api/v1/training/sessions/{session}"
    for headers, body, _ in receiver.requests:
        assert Webhook(webhook["secret"]).verify(body, headers)["delivery_id"] == headers["webhook-id"]
    deliveries = settled(client, webhook["webhook_id"], 4)
    assert [delivery["status"] for delivery in deliveries["deliveries"]] == ["delivered"] * 4
    assert deliveries["delivered_count"] == 4 and deliveries["deliveries"][0]["event"] == "training_completed"
    first = client.get_delivery(webhook["webhook_id"], documents[0]["delivery_id"])
    assert first["body"].encode() == receiver.requests[0][1] and first["attempts"] == 1
    time.sleep(0.5)
    assert len(receiver.requests) == 4
    # Neither the log nor an answer has the secret.
    lines = json.dumps(list(client.get_events(stream="all"))) if hasattr(client, "get_events") else ""
    assert webhook["secret"] not in lines


def test_a_failure_is_tried_again_and_nothing_overtakes_it(hook_server, receivers):
    client = pivot.PIVOTClient(hook_server.url)
    slow, fast = receivers([500, "close"]), receivers()
    held = client.create_webhook(slow.url, ["epoch_completed"])["webhook_id"]
    client.create_webhook(fast.url, ["epoch_completed"])
    train(hook_server)
    assert len(fast.documents(2, seconds=5)) == 2
    state = client.get_webhook(held)
    assert state["status"] == "failing" and "500" in state["message"] and state["next_attempt_at"]
    documents = slow.documents(4, seconds=60)
    ids = [document["delivery_id"] for document in documents]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    times = [at for _, _, at in slow.requests]
    assert times[1] - times[0] > 3.5 and times[2] - times[1] > 7
    assert slow.requests[0][1] == slow.requests[2][1]
    deliveries = settled(client, held, 2)["deliveries"]
    assert [delivery["attempts"] for delivery in deliveries] == [1, 3]


def test_redirects_are_not_followed_and_gone_is_gone(hook_server, receivers):
    client = pivot.PIVOTClient(hook_server.url)
    elsewhere = receivers()
    receiver = receivers([(302, {"Location": elsewhere.url})])
    webhook = client.create_webhook(receiver.url, ["training_completed"])["webhook_id"]
    train(hook_server)
    receiver.wait(1)
    gone = receivers([410])
    other = client.create_webhook(gone.url, ["training_completed"])["webhook_id"]
    train(hook_server)
    gone.wait(1)
    status = settled(client, other, 1)["deliveries"]
    assert status[0]["status"] == "failed" and status[0]["status_code"] == 410
    assert "redirect" in client.get_webhook(webhook)["message"] or client.list_deliveries(webhook)["deliveries"][-1]["attempts"] > 1
    assert elsewhere.requests == []
    assert client.redeliver(other, status[0]["id"])["status"] == "pending"
    gone.wait(2)
    assert gone.requests[0][0]["webhook-id"] == gone.requests[1][0]["webhook-id"]


def test_retry_after_is_obeyed_and_a_test_is_sent_at_once(hook_server, receivers):
    client = pivot.PIVOTClient(hook_server.url)
    receiver = receivers([(503, {"Retry-After": "12"})])
    webhook = client.create_webhook(receiver.url, ["training_completed"], format="slack")["webhook_id"]
    train(hook_server, name="ä \"quoted\"")
    receiver.wait(1)
    result = client.test_webhook(webhook)
    assert result["success"] and result["status_code"] == 200 and result["response_time_ms"] >= 0
    receiver.wait(3, seconds=30)
    times = [at for _, _, at in receiver.requests]
    assert times[2] - times[0] > 11
    assert json.loads(receiver.requests[0][1])["text"].startswith("*\"ä \"quoted\"\" has completed*")


def test_a_killed_server_loses_none_and_keeps_the_order(hook_server, receivers):
    client = pivot.PIVOTClient(hook_server.url)
    receiver = receivers()
    client.create_webhook(receiver.url, ["epoch_completed"])
    session = client.create_session(config={"trainer": {"kind": "external"}, "train": {"epochs": 30}})["session_id"]
    token = client.claim_attempt(session, lease_seconds=600)["token"]
    client.report_attempt_started(session, 1, token, first_epoch=1, first_step=1)
    for epoch in range(1, 31):
        client.report_epoch(session, token, attempt=1, epoch=epoch, step=epoch, metrics={"loss": epoch})
        if epoch % 6 == 0:
            hook_server.kill()
            hook_server.start()
    # A busy disk may hold up the log, and a delivery that failed is tried again after a while.
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        told = [json.loads(body)["data"]["event"]["epoch"] for _, body, _ in list(receiver.requests)]
        if told and told[-1] == 30:
            break
        time.sleep(0.1)
    assert sorted(set(told)) == list(range(1, 31)) and told == sorted(told)
    ids = {}
    for headers, body, _ in receiver.requests:
        assert ids.setdefault(json.loads(body)["position"], headers["webhook-id"]) == headers["webhook-id"]


def test_what_changes_counts_at_once(hook_server, receivers):
    client = pivot.PIVOTClient(hook_server.url)
    receiver = receivers()
    webhook = client.create_webhook(receiver.url, ["training_completed"], secret="a secret", filter="experiment = told")["webhook_id"]
    train(hook_server, experiment="quiet")
    train(hook_server, experiment="told")
    assert len(receiver.documents(1)) == 1
    changed = client.update_webhook(webhook, enabled=False, generate_secret=True)
    assert changed["status"] == "disabled" and changed["secret"].startswith("whsec_")
    train(hook_server, experiment="told")
    time.sleep(1)
    assert len(receiver.requests) == 1
    client.update_webhook(webhook, enabled=True)
    headers, body, _ = receiver.wait(2)[1]
    assert len(headers["webhook-signature"].split()) == 2
    assert Webhook(changed["secret"]).verify(body, headers)
    assert client.resume_webhooks()["was_paused"] is False
    client.replay_webhook(webhook, after=0)
    receiver.wait(4)
    assert receiver.requests[2][0]["webhook-id"] == receiver.requests[0][0]["webhook-id"]
    client.delete_webhook(webhook)
    train(hook_server, experiment="told")
    time.sleep(1)
    assert len(receiver.requests) == 4


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"])
def test_addresses_that_only_the_server_reaches_are_refused(server, host):
    client = pivot.PIVOTClient(server.url)
    with pytest.raises(pivot.PIVOTError) as refusal:
        client.create_webhook(f"http://{host}:9/hook", ["training_completed"])
    assert refusal.value.status == 422 and "allowed_networks" in str(refusal.value)


def test_a_network_that_is_no_longer_allowed_gets_nothing(tmp_path, receivers):
    (tmp_path / "server").mkdir()
    server = ServerProcess(PIVOT, tmp_path / "server", "--webhook-network", "127.0.0.0/8")
    server.start()
    receiver = receivers()
    client = pivot.PIVOTClient(server.url)
    webhook = client.create_webhook(receiver.url, ["training_completed"])["webhook_id"]
    server.terminate()
    closed = ServerProcess(PIVOT, tmp_path / "server", port=server.port)
    closed.start()
    try:
        train(closed)
        for _ in range(50):
            if client.get_webhook(webhook)["status"] == "failing":
                break
            time.sleep(0.1)
        assert "leads to this machine" in client.get_webhook(webhook)["message"] and receiver.requests == []
    finally:
        closed.end()


def mail_server(mailbox, tmp_path, security, **options):
    """A mail server that wants a password, and the settings of a server of PIVOT that uses it."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate,
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"me", "pass wörd".encode()))

    port = free_port()
    wrapped = {"ssl_context": context} if security == "implicit" else {"tls_context": context, "require_starttls": True}
    controller = Controller(
        mailbox, hostname="localhost", port=port, authenticator=authenticate, auth_required=True,
        auth_require_tls=security == "starttls", server_hostname="localhost", **wrapped, **options)
    controller.start()
    scheme = "smtps" if security == "implicit" else "smtp"
    (tmp_path / "password").write_text("pass wörd\n")
    config = tmp_path / "server.yaml"
    config.write_text(
        f"smtp:\n  url: {scheme}://me@localhost:{port}\n  from: pivot@example.org\n  tls: {security}\n"
        f"  password_file: {tmp_path / 'password'}\n  ca_file: {certificate}\n")
    return controller, config


@pytest.mark.parametrize("security,exclude", [("starttls", []), ("implicit", []), ("starttls", ["PLAIN"])])
def test_mail_arrives(tmp_path, security, exclude):
    mailbox = Mailbox()
    controller, config = mail_server(mailbox, tmp_path, security, auth_exclude_mechanism=exclude)
    (tmp_path / "server").mkdir()
    server = ServerProcess(PIVOT, tmp_path / "server", "--config", str(config))
    try:
        server.start()
        client = pivot.PIVOTClient(server.url)
        webhook = client.create_webhook("mailto:user@example.com", ["training_completed"])
        assert webhook["status"] == "active"
        session = train(server, name="größte Übung")
        sent = mailbox.wait(1)[0]
        mail = email.message_from_bytes(sent.content, policy=email.policy.default)
        assert (sent.mail_from, sent.rcpt_tos) == ("pivot@example.org", ["user@example.com"])
        assert mail["Subject"] == 'PIVOT: "größte Übung" has completed' and mail["To"] == "user@example.com"
        assert mail["Date"].datetime.timestamp() == pytest.approx(time.time(), abs=60)
        text, html = mail.get_body(("plain",)).get_content(), mail.get_body(("html",)).get_content()
        assert session in text and "val_loss: 0.5" in text and "<td>val_loss</td><td>0.5</td>" in html
        picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
        assert f"cid:{picture['Content-ID'].strip('<>')}" in html and "bottom to top 0.5 to 1" in html
        pixels = zlib.decompress(picture.get_content().split(b"IDAT", 1)[1][:-16])
        assert len(pixels) == 240 * 561 and {0, 3} <= set(pixels)
        delivery = settled(client, webhook["webhook_id"], 1)["deliveries"][0]
        assert delivery["status"] == "delivered" and mail["Message-ID"] == f"<{delivery['id']}@example.org>"
    finally:
        server.end()
        controller.stop()


def test_mail_waits_for_a_mail_server(tmp_path, monkeypatch):
    (tmp_path / "server").mkdir()
    server = ServerProcess(PIVOT, tmp_path / "server")
    server.start()
    client = pivot.PIVOTClient(server.url)
    webhook = client.create_webhook("mailto:user@example.com", ["training_completed"])
    assert webhook["status"] == "no_transport" and "PIVOT_SMTP_URL" in webhook["message"]
    train(server, name="early")
    server.terminate()
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    monkeypatch.setenv("PIVOT_SMTP_URL", f"smtp://127.0.0.1:{controller.port}")
    monkeypatch.setenv("PIVOT_SMTP_FROM", "pivot@example.org")
    server.start()
    try:
        assert "early" in mailbox.wait(1)[0].content.decode()
        assert settled(client, webhook["webhook_id"], 1)["delivered_count"] == 1
    finally:
        server.end()
        controller.stop()


def test_a_wrong_mail_setting_ends_the_start_with_its_name(tmp_path):
    for text, name in [
        ("smtp: {url: 'http://localhost'}", "smtp.url"), ("smtp: {url: 'smtp://me@localhost'}", "PIVOT_SMTP_PASSWORD"),
        ("smtp: {url: 'smtps://localhost', tls: none}", "smtp.tls"), ("webhooks: {allowed_networks: ['local']}", "webhooks.allowed_networks"),
    ]:
        config = tmp_path / "server.yaml"
        config.write_text(text + "\n")
        result = subprocess.run(
            [PIVOT, "serve", "--port", "0", "--data-dir", tmp_path / "data", "--config", config], capture_output=True, text=True, timeout=20)
        assert result.returncode != 0 and name in result.stderr, result.stderr
