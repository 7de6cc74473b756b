"""Kills: at random moments, and before and after each kind of operation on the disk, again and again on one data directory."""

import json
import pathlib
import random
import tempfile
import time

from checking import Wrong, require

from .checks import CLIENT_ACTORS, check_order, check_server, read_log
from .load import Load, Unreachable
from .power import quick_folder
from .preload import (
    CREATE, FOLDER, KILL_AFTER, KILL_BEFORE, REMOVE, RENAME, SYNC, TRUNCATE, WRITE, Control)
from .server import FaultServer

KILLS_OF_A_FOLDER = 50
KILLS_BETWEEN_FULL_CHECKS = 25
MOMENT_SECONDS = 0.25
#: How long a server may take to get to the operation at which it is to die; then it is killed where it is.
POINT_SECONDS = 0.4
#: Where a kill at an operation may be: the kind, a part of the path, and how many of them may pass before it.
POINTS = (
    (WRITE, "log/journal", 30), (SYNC, "log/journal", 30), (WRITE, "log/data.mdb", 40), (SYNC, "log/data.mdb", 4),
    (WRITE, "read-models/", 200), (SYNC, "read-models/", 10), (WRITE, "blobs/", 30), (SYNC, "blobs/", 20), (CREATE, "blobs/", 8),
    (RENAME, "blobs/", 8), (REMOVE, "blobs/", 4), (WRITE | SYNC | RENAME | CREATE | REMOVE | TRUNCATE | FOLDER, "", 400))


class Follower:
    """What the log of one data directory held at the last look, to see that nothing of it changes."""

    OVERLAP = 50

    def __init__(self):
        self.lines = []
        self._checked = {}

    def look(self, connection, clients):
        """Reads what is new, and checks it against what was there and what the clients were told."""
        kept = max(0, len(self.lines) - self.OVERLAP)
        lines = read_log(connection, kept)
        require(lines[:len(self.lines) - kept] == self.lines[kept:], f"the log has changed before position {len(self.lines)}")
        self.lines[kept:] = lines
        for client in clients:
            first = self._checked.get(client, 0)
            commands = client.acknowledged[first:]
            self._checked[client] = first + len(commands)
            for command in commands:
                self._check(command)

    def _check(self, command):
        position = command.answer.position
        require(position <= len(self.lines),
                f"{command.method} {command.path} was acknowledged at position {position}; the log ends at {len(self.lines)}")
        if position == 0 or command.answer.status >= 400 or command.is_repeated:
            return
        if command.method == "PUT" and command.answer.status == 200:
            # The file was there already: nothing has changed, and the position is another event's.
            return
        event = json.loads(self.lines[position - 1])
        require(event["actor"] in CLIENT_ACTORS and (event["actor"] != "api" or event["causation"] == command.key),
                f"position {position}, acknowledged to {command.method} {command.path} ({command.key}) by {command.answer.status}, "
                f"holds {self.lines[position - 1][:300]}")


class KilledServer:
    """One data directory on which server after server is killed."""

    def __init__(self, folder, seed):
        folder = pathlib.Path(folder)
        (folder / "data").mkdir()
        self._random = random.Random(f"kills/{seed}")
        self._control = Control(folder, folder / "data")
        self._server = FaultServer(folder, self._control)
        self._load = Load(self._server.port, seed, name="kills", sequence=lambda: self._control.sequence, refusals=(503,),
                          waits=True)
        self._load.suspend()
        self._follower = Follower()
        self._count = 0

    def begin(self):
        """Starts the clients, which wait for a server."""
        self._load.start()

    def kill_once(self):
        """Starts a server, looks at what the last one left, lets the clients go on, and kills it. Figures of a full check, if
        there was one."""
        generator = self._random
        is_armed = generator.random() < 0.6
        if is_armed and generator.random() < 0.3:
            # While it starts.
            self._arm()
            self._launch(may_die=True)
            self._control.disarm()
        self._launch()
        connection = self._server.connection()
        try:
            self._follower.look(connection, self._load.clients)
        except Unreachable as error:
            raise Wrong(f"the server did not answer: {error}; exit code {self._server.exit_code}") from error
        finally:
            connection.close()
        self._count += 1
        figures = self._full_check() if self._count % KILLS_BETWEEN_FULL_CHECKS == 0 else {}
        if generator.random() < 0.1:
            self._rebuild()
        if is_armed:
            self._arm()
        self._load.resume()
        if is_armed:
            self._server.wait(POINT_SECONDS)
        else:
            time.sleep(generator.uniform(0, MOMENT_SECONDS))
        self._load.suspend()
        self._control.disarm()
        code = self._server.exit_code
        if code is None:
            self._server.kill()
        else:
            require(code == -9, f"the server ended with {code} by itself:\n{self._server.log()}")
        self._load.check()
        return figures

    def _rebuild(self):
        """Lets the server build its rows again; it dies meanwhile, or a little later."""
        connection = self._server.connection()
        connection.send("POST", "/maintenance/rebuild")
        connection.close()

    def _launch(self, may_die=False):
        try:
            self._server.start()
        except Wrong:
            if may_die and self._server.exit_code == -9:
                return
            raise
        if may_die and self._server.is_running:
            self._server.kill()

    def _arm(self):
        kinds, match, most = self._random.choice(POINTS)
        action = self._random.choice((KILL_BEFORE, KILL_AFTER))
        self._control.arm(kinds, action, after=self._random.randrange(most), times=1, match=match)

    def _full_check(self):
        check_order([json.loads(line) for line in self._follower.lines])
        commands = [command for command in self._load.acknowledged if command.method != "DELETE"]
        return check_server(self._server, self._follower.lines, commands, self._random)

    def finish(self):
        """Ends the clients, and makes all checks a last time."""
        self._control.disarm()
        self._load.is_over = True
        self._launch()
        self._load.finish()
        connection = self._server.connection()
        self._follower.look(connection, self._load.clients)
        connection.close()
        figures = self._full_check()
        self._server.terminate()
        return {**figures, "events": len(self._follower.lines), "acknowledged": len(self._load.acknowledged)}

    def end(self):
        """Ends what still runs."""
        self._load.is_over = True
        self._load.resume()
        self._server.end()

    def log(self):
        """The end of what the servers printed."""
        return self._server.log(1500)


def run_kills(seed, count, tally, bar):
    """Kills servers so often, on a new data directory now and then. Ends at the first folder's failure, and goes on with the
    next."""
    number = 0
    while count > 0:
        part = min(count, KILLS_OF_A_FOLDER)
        with tempfile.TemporaryDirectory(prefix="pivot-faults-", dir=quick_folder()) as folder:
            killed = KilledServer(folder, f"{seed}/{number}")
            try:
                killed.begin()
                for index in range(part):
                    figures = killed.kill_once()
                    tally.add({name: value for name, value in figures.items() if name != "events"})
                    bar.step()
                tally.add(killed.finish())
                tally.tried -= 1
            except Wrong as error:
                tally.fail(f"folder {number} of seed {seed}, kill {index}: {error}\n{killed.log()}")
                bar.step(part - index)
            finally:
                killed.end()
        count -= part
        number += 1
