"""A mail server on this machine that keeps what is sent to it."""

import email
import email.policy
import threading
import time

from aiosmtpd.controller import Controller

from server_process import free_port

from .report import Wrong


class Mailbox:
    """Listens on a free port of the loopback interface."""

    def __init__(self):
        self._mails = []
        self._lock = threading.Lock()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()
        self.url = f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  (the name that aiosmtpd calls)
        with self._lock:
            self._mails.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content, policy=email.policy.default)))
        return "250 kept"

    def wait_for(self, recipient, words, seconds=20):
        """The first mail to the recipient whose subject has the words; raises `Wrong` when none comes."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                mails = [mail for recipients, mail in self._mails if recipient in recipients and words in mail["Subject"]]
            if mails:
                return mails[0]
            time.sleep(0.05)
        raise Wrong(f"no mail to {recipient} about {words!r} came within {seconds} s")

    def end(self):
        """Stops listening."""
        self._controller.stop()
