"""Receivers of webhooks and of mail, which answer as a test says."""

import http.server
import json
import threading
import time


class Receiver:
    """An HTTP server that keeps what it is sent and answers with the next of `answers`, or 200 when there is none.

    An answer is a status, a status with headers, or one of the words `hang` and `close`.
    """

    def __init__(self, answers=()):
        self.answers = list(answers)
        self.requests = []
        self._changed = threading.Condition()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with receiver._changed:
                    answer = receiver.answers.pop(0) if receiver.answers else 200
                    receiver.requests.append((dict(self.headers), body, time.monotonic()))
                    receiver._changed.notify_all()
                if answer == "hang":
                    time.sleep(60)
                if answer in ("hang", "close"):
                    self.connection.close()
                    return
                status, headers = answer if isinstance(answer, tuple) else (answer, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait(self, count, seconds=30):
        """The first `count` requests, each as headers, body and time; fails when they do not come."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while len(self.requests) < count:
                rest = deadline - time.monotonic()
                assert rest > 0, f"{len(self.requests)} requests came, not {count}"
                self._changed.wait(rest)
            return self.requests[:count]

    def documents(self, count, seconds=30):
        """The bodies of the first `count` requests, read as JSON."""
        return [json.loads(body) for _, body, _ in self.wait(count, seconds)]

    def end(self):
        """Stops listening."""
        self._server.shutdown()
        self._server.server_close()


class Mailbox:
    """What an SMTP server of aiosmtpd takes."""

    def __init__(self):
        self.mails = []
        self._changed = threading.Condition()

    async def handle_DATA(self, server, session, envelope):
        with self._changed:
            self.mails.append(envelope)
            self._changed.notify_all()
        return "250 OK"

    def wait(self, count, seconds=30):
        """The first `count` mails."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while len(self.mails) < count:
                rest = deadline - time.monotonic()
                assert rest > 0, f"{len(self.mails)} mails came, not {count}"
                self._changed.wait(rest)
            return self.mails[:count]
