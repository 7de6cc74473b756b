"""Losses of power: a server is watched while it works, and started on what a disk may hold after every operation."""

import json
import pathlib
import pickle
import random
import shutil
import tempfile
import time

from checking import Wrong
from virtual_environment import CHECKOUT

from .checks import check_server, settled_log
from .image import Disk, operations
from .load import Load
from .preload import Control
from .server import FaultServer

LOAD_SECONDS = 2.0
SECRETS = ("lease-secret", "webhook-secret", "owner-secret")
KEPT = CHECKOUT / ".build" / "faults" / "failures"


class Course:
    """What one watched server did: its trace, its log in the end, and what it acknowledged when."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.base = self.folder / "base"

    def record(self, seed, is_used, is_planted=False, seconds=LOAD_SECONDS):
        """Runs the server; with `is_used` on a data directory that another one has used and left."""
        disk = self.folder / "disk"
        disk.mkdir(parents=True)
        data = disk / "data"
        if is_used:
            server = FaultServer(self.folder, data=data)
            server.start()
            load = Load(server.port, seed, name="before")
            load.start()
            time.sleep(0.3)
            load.finish()
            server.terminate()
            shutil.copytree(disk, self.base)
            # The files of the trace are known by their numbers, which a copy does not keep.
            self.inodes = {str(path.relative_to(disk)): path.stat().st_ino for path in disk.rglob("*")}
        control = Control(self.folder, disk, traces=True)
        control.delay_syncs(200)
        if is_planted:
            control.skip_syncs()
        server = FaultServer(self.folder, control, data)
        try:
            server.start()
            load = Load(server.port, seed, sequence=lambda: control.sequence)
            load.start()
            time.sleep(seconds / 2)
            connection = server.connection()
            # New rows take the place of the present ones, by renames.
            connection.send("POST", "/maintenance/rebuild")
            time.sleep(seconds / 2)
            load.finish()
            self.sent = settled_log(connection)
            connection.close()
            self.commands = load.acknowledged
            self.secrets = {name: (data / name).read_bytes() for name in SECRETS}
            self.last = control.sequence
            server.terminate()
        finally:
            server.end()
        self.is_used = is_used

    def save(self):
        """Keeps all but the trace and the base, which are files already."""
        parts = {name: getattr(self, name) for name in ("sent", "secrets", "last", "is_used")}
        for command in self.commands:
            command.answer.headers = dict(command.answer.headers.items())
        parts["commands"] = self.commands
        parts["inodes"] = getattr(self, "inodes", None)
        (self.folder / "course.pickle").write_bytes(pickle.dumps(parts))

    def load(self):
        """Takes up what `save` kept."""
        for name, value in pickle.loads((self.folder / "course.pickle").read_bytes()).items():
            setattr(self, name, value)

    def disk(self):
        """The disk as it was when the server started."""
        return Disk(self.base, self.inodes) if self.is_used else Disk()

    def cuts(self, count, generator):
        """So many numbers of operations after which the power goes, in order: any, and those right after an answer."""
        answered = [command.sequence for command in self.commands]
        return sorted(generator.choice(answered) if answered and generator.random() < 0.3 else generator.randint(1, self.last)
                      for _ in range(count))

    def check_cut(self, disk, cut, image_seed):
        """Makes the image of a cut, starts a server on it and makes the five checks. Returns a line about it; raises
        `Wrong`."""
        generator = random.Random(image_seed)
        folder = self.folder / "image"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        words = disk.write_image(folder / "disk", generator)
        commands = [command for command in self.commands if command.sequence <= cut]
        server = FaultServer(folder, data=folder / "disk" / "data")
        try:
            server.start()
            if generator.random() < 0.3:
                # What a start mends must also be mended when that start is cut off.
                server.kill()
                server.start()
            figures = check_server(server, self.sent, commands, generator, self.secrets)
            server.terminate()
            return words, figures
        except Wrong as error:
            raise Wrong(f"operation {cut} of {self.last}, {words}: {error}\n{server.log(1500)}") from error
        finally:
            server.end()


def run_course(seed, number, cut_count, tally, bar, is_planted=False, seconds=LOAD_SECONDS):
    """Watches one server and cuts its power so often. A course in which something is wrong is kept."""
    generator = random.Random(f"power/{seed}/{number}")
    with tempfile.TemporaryDirectory(prefix="pivot-faults-", dir=quick_folder()) as folder:
        course = Course(folder)
        course.record(f"{seed}/{number}", is_used=number % 2 == 1, is_planted=is_planted, seconds=seconds)
        cuts = course.cuts(cut_count, generator)
        disk = course.disk()
        waiting = iter(operations(course.folder / "trace"))
        reached, kept = 0, None
        for index, cut in enumerate(cuts):
            while reached < cut:
                operation = next(waiting)
                disk.apply(operation)
                reached = operation.sequence
            image_seed = f"{seed}/{number}/{index}"
            try:
                _, figures = course.check_cut(disk, cut, image_seed)
                tally.add(figures)
            except Wrong as error:
                if kept is None and not is_planted:
                    kept = keep(course, seed, number)
                hint = f"\nto try it again: tools/faults/run --again {kept} --cut {cut} --image-seed {image_seed}" if kept else ""
                tally.fail(f"{error}{hint}")
            bar.step()


def keep(course, seed, number):
    """Copies a course to where it can be tried again. Returns the folder."""
    course.save()
    target = KEPT / f"power-{seed}-{number}-{int(time.time())}"
    target.mkdir(parents=True)
    for name in ("trace", "course.pickle"):
        shutil.copy(course.folder / name, target / name)
    if course.base.exists():
        shutil.copytree(course.base, target / "base")
    return target


def again(folder, cut, image_seed):
    """Tries one cut of a kept course again; its line, raises `Wrong`."""
    with tempfile.TemporaryDirectory(prefix="pivot-faults-", dir=quick_folder()) as scratch:
        course = Course(folder)
        course.load()
        disk = course.disk()
        for operation in operations(course.folder / "trace"):
            if operation.sequence > cut:
                break
            disk.apply(operation)
        course.folder = pathlib.Path(scratch)
        return course.check_cut(disk, cut, image_seed)


def quick_folder():
    """The folder for short-lived data: in memory, where there is one."""
    memory = pathlib.Path("/dev/shm")
    return str(memory) if memory.is_dir() else None
