"""A server that is stopped and goes on later, as when a laptop sleeps or a machine is swapped out."""

import os
import signal
import threading
import time

from attack import API, Tally, case

LEASE_SECONDS = 2


@case("a server that stood still for longer than a lease takes no trainer's attempt", starts_servers=True)
def stopped_process(start):
    """Trainers that renew all the time, and a server that does nothing for two leases."""
    tally = Tally()
    with start() as server:
        holders = []
        for _ in range(3 if server.quick else 20):
            session = server.create_session()
            claim = server.request(
                "POST", f"{API}/training/sessions/{session}/attempts", {"lease_seconds": LEASE_SECONDS})
            holders.append((session, {"Authorization": f"Lease {claim.json['token']}"}))
        over = threading.Event()
        refused = []

        def renew(session, lease):
            while not over.wait(0.3):
                answer = server.request("POST", f"{API}/training/sessions/{session}/attempts/1/renew", {}, lease)
                if answer.status != 200:
                    refused.append(f"{session}: {answer.status} {answer.code}")

        threads = [threading.Thread(target=renew, args=holder) for holder in holders]
        for thread in threads:
            thread.start()
        for _ in range(1 if server.quick else 3):
            time.sleep(1)
            os.kill(server.pid, signal.SIGSTOP)
            time.sleep(2 * LEASE_SECONDS)
            os.kill(server.pid, signal.SIGCONT)
        time.sleep(1.5 * LEASE_SECONDS)
        over.set()
        for thread in threads:
            thread.join()
        for session, _ in holders:
            answer = server.request("GET", f"{API}/training/sessions/{session}")
            status = answer.json["status"]
            tally.check(status == "running", f"{session} is {status} after the standstill")
        tally.check(not refused, f"renewals were refused: {refused[:3]}")
        # A trainer that is really gone still loses its attempt.
        time.sleep(1.5 * LEASE_SECONDS)
        status = server.request("GET", f"{API}/training/sessions/{holders[0][0]}").json["status"]
        tally.check(status != "running", f"a silent trainer's session is {status}")
    return tally
