"""The tokens of leases: who reads everything that a server tells must still not be able to speak for an attempt."""

import json

from attack import API, Tally, case

KEY, SECRET = "spool-17-claim-1", "a secret of the claimer"
BODY = {"lease_seconds": 60, "host": "node-1"}


def told(server, session):
    """All that a server tells readers about a session and the log."""
    base = f"{API}/training/sessions/{session}"
    targets = [API + "/events", base + "/events", base, base + "/status", base + "/logs", API + "/training/sessions"]
    answers = [server.request("GET", target) for target in targets]
    answers += [server.request("GET", target, headers={"Accept": "application/x-protobuf"}) for target in targets[:2]]
    with server.connect(2) as feed:
        feed.sendall(f"GET {API}/sse/training/{session}?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        try:
            frames = b""
            while len(frames) < 1_000_000:
                frames += feed.recv(65_536)
        except TimeoutError:
            pass
    return b"".join(answer.body for answer in answers) + frames


@case("a claim's key and token are not told, and who knows the key and the body gets no token")
def tokens(server):
    """A claim with and without a secret, what is told of it, and claims by others."""
    tally = Tally()
    for secret in (SECRET, None):
        session = server.create_session()
        target = f"{API}/training/sessions/{session}/attempts"
        body = {**BODY, **({"claim_secret": secret} if secret else {})}
        claim = server.request("POST", target, body, {"Idempotency-Key": KEY})
        tally.check(claim.status == 201, f"the claim is {claim.status} {claim.body[:200]!r}")
        token = claim.json["token"]
        everything = told(server, session)
        for name, text in (("key", KEY), ("token", token), ("secret", SECRET)):
            tally.check(text.encode() not in everything, f"the {name} is told to readers")
        again = server.request("POST", target, body, {"Idempotency-Key": KEY})
        wanted = (201, token) if secret else (409, None)
        found = (again.status, again.json.get("token"))
        tally.check(found == wanted, f"the claimer's repetition is {found}, not {wanted}")
        for guess in ({}, {"claim_secret": "0" * 32}, {"claim_secret": SECRET + " "}):
            answer = server.request("POST", target, {**BODY, **guess}, {"Idempotency-Key": KEY})
            tally.check(answer.code == "claim_repeated" and token.encode() not in answer.body,
                        f"a stranger's repetition with {guess} is {answer.status} {answer.body[:200]!r}")
        lease = {"Authorization": f"Lease {token}"}
        renewed = server.request("POST", f"{target}/1/renew", None, lease)
        tally.check(renewed.status == 200, f"the holder's renewal is {renewed.status}: {renewed.body[:200]!r}")
        digest = json.loads(server.request("GET", f"{API}/training/sessions/{session}/events").body.splitlines()[-1])
        for wrong in (digest["data"].get("token_digest", "x"), "", "0" * 64):
            answer = server.request("POST", f"{target}/1/renew", None, {"Authorization": f"Lease {wrong}"})
            tally.check(answer.status == 403, f"the token {wrong!r} renews: {answer.status}")
    return tally
