"""The threads between a training and the server: queue to spool, spool to server, and the lease."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Deque, List, Optional, Tuple

from .delivery import Delivery, Fatal
from .errors import PIVOTError, SessionClosed, SpoolError
from .log_queue import Entry, cost, encoded
from .spool import SpoolReader, SpoolWriter, State
from .transport import Transport, pause

logger = logging.getLogger("pivot_tracker")

QUEUE_BYTES = 64 << 20
"""The most memory that waits for the spool, by estimate: 300 bytes for a call with one metric, 8 for a point of a batch."""

RENEW_SECONDS = 0.9
GATHER_SECONDS = 0.1
APPEND_BYTES = 4 << 20


class Pipeline:
    """Takes entries, brings them to the spool and on to the server.

    The spooling thread never waits for the network, the delivering one never for the training. What one of them cannot
    do is reported by `failure` (the spool) or `last_error` (the server) and tried again.
    """

    def __init__(self, writer: SpoolWriter, state: State, interval: float) -> None:
        self.writer = writer
        self.state = state
        self.failure: Optional[SpoolError] = None
        self.unreachable = False
        self.fatal: Optional[PIVOTError] = None
        self.last_error: Optional[str] = None
        self.blocked_seconds = 0.0
        self.spooled_entries = 0
        self.put_entries = 0
        self.spooled_records = 0
        self._interval = interval
        # A signal's handler may end the session in the middle of put(). Whoever ends it waits on the condition, not for the
        # threads, since that alone gives the lock to them then.
        self._changed = threading.Condition(threading.RLock())
        self._queue: Deque[Entry] = deque()
        self._queue_bytes = 0
        self._unwritten: List[bytes] = []
        self._synced_entries = 0
        self._synced_position: Tuple[int, int] = writer.position
        self._sync_wanted = 0
        self._is_ending = False
        self._is_spooling_done = False
        self._is_delivery_done = False
        self._delivery_ends = threading.Event()
        self._hurry = threading.Event()
        self._transports: List[Transport] = []
        reader = SpoolReader(writer.folder)
        self.delivery = Delivery(reader, state, self._transport(60.0), file_delivered=writer.file_delivered)
        self._told_refusals = 0
        self._threads = [
            threading.Thread(target=loop, name=f"pivot-{name}", daemon=True)
            for name, loop in (("spool", self._spool), ("delivery", self._deliver), ("lease", self._renew))
        ]
        for thread in self._threads:
            thread.start()

    # For the training

    def put(self, entry: Entry, size: int) -> None:
        """Takes one entry; waits while the queue is full. Raises `SpoolError` when the spool cannot be written."""
        with self._changed:
            if self._queue_bytes > QUEUE_BYTES or self.failure is not None or self._is_ending:
                self._wait_for_room()
            self._queue.append(entry)
            self._queue_bytes += size
            self.put_entries += 1
            if self._queue_bytes > QUEUE_BYTES >> 1:
                self._changed.notify_all()

    def put_all(self, entries: List[Entry]) -> None:
        """Takes entries one after the other."""
        for entry in entries:
            self.put(entry, cost(entry))

    def flush(self, timeout: Optional[float], delivered: bool) -> None:
        """Returns when everything put before is durable in the spool, and `delivered`, acknowledged by the server.

        Raises `SpoolError` when the disk does not confirm it, `TimeoutError` when it takes longer than `timeout` seconds
        and `PIVOTError` when the server refuses the session, or has refused some of it since the last such flush.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            target = self.put_entries
            self._sync_wanted = max(self._sync_wanted, target)
            self._changed.notify_all()
            while self._synced_entries < target:
                if self.failure is not None:
                    raise SpoolError(str(self.failure)) from self.failure
                self._wait(deadline, "The spool did not confirm what was logged")
            position = self._synced_position
            if not delivered:
                return
            self._hurry.set()
            while not self._is_delivered(position):
                if self.fatal is not None:
                    raise self.fatal
                self._wait(deadline, f"The server did not confirm what was logged ({self.last_error or 'no error so far'})")
            refused = self.delivery.report.refused[self._told_refusals :]
            self._told_refusals += len(refused)
            if refused:
                raise PIVOTError(
                    f"The server refused {len(refused)} of the records that were logged. They are kept in "
                    f"{self.writer.folder.parent / 'refused'}. The first one: {refused[0]}", status=422, code="refused",
                )

    @property
    def queue_depth(self) -> int:
        """Entries that are not in the spool yet."""
        return self.put_entries - self.spooled_entries

    @property
    def undelivered_records(self) -> int:
        """Records in the spool that the server has neither acknowledged nor refused."""
        return max(0, self.spooled_records - self.delivery.report.records)

    @property
    def is_delivered(self) -> bool:
        """Whether the server has everything."""
        with self._changed:
            return self.queue_depth == 0 and self._is_delivered(self.writer.position)

    def wait_for_delivery(self, timeout: float) -> bool:
        """Waits until the server has everything; at most `timeout` seconds, and not for an unreachable server."""
        deadline = time.monotonic() + timeout
        away: Optional[float] = None
        self._hurry.set()
        with self._changed:
            while not (self.queue_depth == 0 and self._is_delivered(self.writer.position)):
                now = time.monotonic()
                away = (away or now) if self.unreachable else None
                if now >= deadline or self.fatal is not None or (away is not None and now - away > 2.0):
                    return False
                self._changed.wait(0.05)
        return True

    def wait_for_first_answer(self, timeout: float) -> None:
        """Waits until the session is claimed, or it is known that no server is there or that it refuses."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not self.state.attempt and not self.unreachable and self.fatal is None and time.monotonic() < deadline:
                self._changed.wait(0.05)

    def end(self, timeout: float) -> bool:
        """Spools the rest, delivers within `timeout`, ends the threads; whether the server has everything."""
        with self._changed:
            self._is_ending = True
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_spooling_done, timeout)
        is_delivered = self.wait_for_delivery(timeout)
        self._delivery_ends.set()
        self._hurry.set()
        self._threads[2].join(6.0)
        with self._changed:
            self._changed.wait_for(lambda: self._is_delivery_done, 6.0)
        for transport in self._transports:
            transport.close()
        if not (self._is_spooling_done and self._is_delivery_done) or self._threads[2].is_alive():
            # A request is still under way: the lock stays with it, and ends with the process.
            return False
        failure = self.failure
        self.writer.close()
        if failure is not None:
            raise SpoolError(str(failure)) from failure
        return is_delivered

    # Waiting

    def _wait(self, deadline: Optional[float], what: str) -> None:
        rest = 0.5 if deadline is None else deadline - time.monotonic()
        if rest <= 0:
            raise TimeoutError(f"{what} in time. It is kept and will be tried again; wait longer, or look at the session's stats.")
        self._changed.wait(min(rest, 0.5))

    def _wait_for_room(self) -> None:
        began = time.monotonic()
        while True:
            if self.failure is not None:
                raise SpoolError(str(self.failure)) from self.failure
            if self._is_ending:
                raise SessionClosed("The session has ended.")
            if self._queue_bytes <= QUEUE_BYTES:
                break
            self._changed.notify_all()
            self._changed.wait(0.1)
        self.blocked_seconds += time.monotonic() - began

    def _is_delivered(self, position: Tuple[int, int]) -> bool:
        return (self.state.segment, self.state.offset) >= position

    # Queue to spool

    def _spool(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._is_spooling_due, self._interval)
                entries = list(self._queue)
                self._queue.clear()
                self._queue_bytes = 0
                taken = self.put_entries
                is_ending = self._is_ending
                wants_sync = is_ending or self._sync_wanted > self._synced_entries
                if entries:
                    self._changed.notify_all()
            # What an earlier round could not write stands in front.
            self._unwritten += encoded(entries, self.writer.next_command_id)
            failure: Optional[SpoolError] = None
            try:
                while self._unwritten:
                    count, size = 0, 0
                    for record in self._unwritten:
                        size += len(record)
                        if count and size > APPEND_BYTES:
                            break
                        count += 1
                    self.writer.append(b"".join(self._unwritten[:count]))
                    del self._unwritten[:count]
                    self.spooled_records += count
                if wants_sync:
                    self.writer.sync()
            except SpoolError as error:
                failure = error
            with self._changed:
                if failure is not None and self.failure is None:
                    logger.error("%s", failure)
                self.failure = failure
                if failure is None:
                    self.spooled_entries = taken
                    if wants_sync:
                        self._synced_entries = taken
                        self._synced_position = self.writer.position
                self._changed.notify_all()
                if is_ending and (failure is not None or not self._queue):
                    self._is_spooling_done = True
                    return
            if failure is not None:
                time.sleep(self._interval)

    def _is_spooling_due(self) -> bool:
        return (
            self._is_ending or self._sync_wanted > self._synced_entries or self._queue_bytes > QUEUE_BYTES >> 1
        ) and (self.failure is None or self._is_ending)

    # Spool to server

    def _deliver(self) -> None:
        failures = 0
        while not self._delivery_ends.is_set():
            wait = 0.0
            error: Optional[PIVOTError] = None
            fatal: Optional[PIVOTError] = None
            try:
                is_busy = self.delivery.step()
                failures = 0
                if not is_busy:
                    wait = GATHER_SECONDS
                    if self._hurry.is_set():
                        self._hurry.clear()
                        wait = 0.01
            except Fatal as refused:
                error = refused.error
                wait = 1.0
                # A lease runs out, when its holder is dead: that is waited for.
                fatal = None if error.code == "lease_held" else error
                failures += 1
            except PIVOTError as passing:
                error = passing
                wait = pause(passing, failures)
                failures += 1
            except Exception as unexpected:  # a training continues whatever happens here; last_error reports it
                error = PIVOTError(f"The delivery failed unexpectedly: {unexpected!r}. It will be tried again.", code="broken")
                wait = 1.0
                logger.exception("The delivery of %s failed unexpectedly; it will be tried again.", self.state.session_id)
            with self._changed:
                if error is not None:
                    if failures == 1:
                        logger.warning("%s Meanwhile everything is kept in %s.", error, self.writer.folder)
                    self.last_error = str(error)
                elif self.delivery.report.refused:
                    self.last_error = self.delivery.report.last_error
                self.unreachable = error is not None and fatal is None
                self.fatal = fatal
                self._changed.notify_all()
            if wait:
                self._delivery_ends.wait(wait) if error is not None else self._hurry.wait(wait)
        with self._changed:
            self._is_delivery_done = True
            self._changed.notify_all()

    def _renew(self) -> None:
        transport = self._transport(5.0)
        while not self._delivery_ends.wait(RENEW_SECONDS):
            if not self.unreachable:
                self.delivery.renew(transport)

    def _transport(self, timeout: float) -> Transport:
        transport = Transport(self.state.base_url, timeout=timeout, connect_timeout=3.0)
        self._transports.append(transport)
        return transport
