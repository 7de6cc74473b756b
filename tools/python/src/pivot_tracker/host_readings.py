"""How busy the machine is while a session trains: readings at an interval, from one thread.

| reading | what |
|---|---|
| `cpu.percent` | the share of all processors' time that was used since the reading before, 0 to 100 |
| `memory.used_bytes`, `memory.percent` | memory of the machine that is not available |
| `process.resident_bytes` | memory that this process holds |
| `gpu.<n>.utilization`, `gpu.<n>.memory_percent` | how busy a GPU is, and how full, 0 to 100; `<n>` as nvidia-smi counts |
| `gpu.<n>.memory_used_bytes`, `gpu.<n>.temperature`, `gpu.<n>.power_watts` | degrees are Celsius |

Where the process's control group has a lower limit than the machine, as in containers, processors and memory are the group's,
of that limit. The server's own trainers name and take these readings in the same way. Processors and memory come from /proc
and /sys/fs/cgroup, or elsewhere from psutil where it is installed; a reading that cannot be taken is left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

#: The shortest interval between two readings, in seconds.
MINIMUM_INTERVAL = 0.5

# How long nvidia-smi may take, in seconds, and how often it may fail in a row before it is not asked again.
_GPU_SECONDS = 5.0
_GPU_FAILURES = 3
_GPU_FIELDS = "index,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw"

_VERSION_1 = "/sys/fs/cgroup/memory"

Readings = Dict[str, float]


class HostReadings:
    """Takes readings every `interval` seconds from its making to `stop()`, and once more then.

    `deliver` gets the time, in seconds since 1970, and the readings. What it raises ends nothing: the reading is lost.
    """

    def __init__(self, deliver: Callable[[float, Readings], None], interval: float = 10.0) -> None:
        self._deliver = deliver
        self._interval = interval
        self._sampler = HostSampler()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pivot-host", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Takes a last reading, without the GPUs, which take long to ask, and ends the thread."""
        self._stopped.set()
        self._thread.join(_GPU_SECONDS + 1.0)
        if not self._thread.is_alive():
            self._tell(self._sampler.machine())

    def _run(self) -> None:
        while True:
            readings = self._sampler.machine()
            readings.update(self._sampler.gpus())
            self._tell(readings)
            if self._stopped.wait(self._interval):
                return

    def _tell(self, readings: Readings) -> None:
        if readings:
            try:
                self._deliver(time.time(), readings)
            except Exception:
                pass  # No reading is worth a training; a full disk is told where the training logs.


class HostSampler:
    """Reads the machine, or the /proc and /sys in the folder `root`. Used by one thread at a time."""

    def __init__(self, root: str = "") -> None:
        self._files = MachineFiles(root)
        self._last_times: Optional[Tuple[float, float]] = None
        self._last_limit: Optional[ProcessorLimit] = None
        self._failures = 0
        self._nvidia_smi = shutil.which("nvidia-smi")
        self._psutil = None if sys.platform.startswith("linux") else _psutil()

    @property
    def has_gpus(self) -> bool:
        """Whether GPUs can be asked."""
        return self._nvidia_smi is not None and self._failures < _GPU_FAILURES

    def machine(self) -> Readings:
        """Processors and memory."""
        try:
            return self._of_psutil(self._psutil) if self._psutil is not None else self._of_proc()
        except Exception:  # of psutil, whatever it may be
            return {}

    def gpus(self) -> Readings:
        """The GPUs that nvidia-smi names; none when it is missing or fails."""
        if not self.has_gpus or self._nvidia_smi is None:
            return {}
        command = [self._nvidia_smi, f"--query-gpu={_GPU_FIELDS}", "--format=csv,noheader,nounits"]
        try:
            told = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=_GPU_SECONDS,
                check=True, env={**os.environ, "LC_ALL": "C"},
            )
        except (OSError, subprocess.SubprocessError):
            self._failures += 1
            return {}
        self._failures = 0
        return gpu_readings(told.stdout.decode(errors="replace"))

    def _of_proc(self) -> Readings:
        readings: Readings = {}
        percent = self._processor_percent()
        if percent is not None:
            readings["cpu.percent"] = min(100.0, max(0.0, percent))
        memory = self._files.memory()
        if memory is not None:
            readings["memory.used_bytes"], total = memory
            readings["memory.percent"] = 100 * readings["memory.used_bytes"] / total
        pages = self._files.text("/proc/self/statm").split()
        if len(pages) > 1:
            readings["process.resident_bytes"] = float(pages[1]) * os.sysconf("SC_PAGE_SIZE")
        return readings

    def _processor_percent(self) -> Optional[float]:
        """The share of the processors, or of the control group's limit, that was used since the call before."""
        lines = self._files.text("/proc/stat").splitlines()
        times = _processor_times(lines[0] if lines else "")
        count = sum(line.startswith("cpu") and line[3:4].isdigit() for line in lines)
        limit = self._files.processor_limit()
        if times is None or (limit is not None and limit.processors >= count):
            limit = None
        last, last_limit = self._last_times, self._last_limit
        self._last_times, self._last_limit = times, limit
        if limit is not None:
            # The use of another group says nothing of this one.
            if last_limit is None or last_limit.group != limit.group or limit.at <= last_limit.at:
                return None
            return 100 * (limit.used_seconds - last_limit.used_seconds) / ((limit.at - last_limit.at) * limit.processors)
        if times is None or last is None or times[1] <= last[1]:
            return None
        return 100 * (times[0] - last[0]) / (times[1] - last[1])

    def _of_psutil(self, psutil: Any) -> Readings:
        readings: Readings = {}
        percent = float(psutil.cpu_percent(None))
        if self._last_times is not None:
            readings["cpu.percent"] = percent
        self._last_times = (0.0, 0.0)
        memory = psutil.virtual_memory()
        readings["memory.used_bytes"] = float(memory.total - memory.available)
        readings["memory.percent"] = 100 * readings["memory.used_bytes"] / memory.total
        readings["process.resident_bytes"] = float(psutil.Process().memory_info().rss)
        return readings


def gpu_readings(table: str) -> Readings:
    """The readings in what nvidia-smi prints; what it calls `[N/A]` is left out."""
    readings: Readings = {}
    for line in table.splitlines():
        cells = [_number(cell) for cell in line.split(",")]
        if len(cells) != len(_GPU_FIELDS.split(",")) or cells[0] is None:
            continue
        place = f"gpu.{int(cells[0])}."
        _, utilization, used, total, temperature, power = cells
        told = {
            "utilization": utilization, "memory_used_bytes": None if used is None else used * (1 << 20),
            "memory_percent": 100 * used / total if used is not None and total else None, "temperature": temperature,
            "power_watts": power,
        }
        readings.update({place + name: value for name, value in told.items() if value is not None})
    return readings


def _number(cell: str) -> Optional[float]:
    try:
        return float(cell)
    except ValueError:
        return None


class ProcessorLimit(NamedTuple):
    """How much processor time a control group may use, and has used."""

    group: str
    processors: float  # 1.5 is one processor and half of another
    used_seconds: float
    at: float  # by the monotonic clock


class MachineFiles:
    """What Linux tells of the machine in /proc and /sys, or in these folders of `root`."""

    def __init__(self, root: str = "") -> None:
        self._root = root

    def text(self, path: str) -> str:
        """The file's text; nothing when it cannot be read."""
        return _text(self._root + path)

    def control_groups(self) -> List[str]:
        """The folders of this process's control group (version 2) and of those above it, from the innermost."""
        own = [line[3:] for line in self.text("/proc/self/cgroup").splitlines() if line.startswith("0::/")]
        names = [name for name in own[0].split("/") if name] if own else [".."]
        for line in self.text("/proc/self/mountinfo").splitlines():
            # The fields before " - " have the root of the mount fourth and its place fifth: proc_pid_mountinfo(5).
            before, _, after = line.partition(" - ")
            fields = before.split()
            if len(fields) < 5 or after.split()[:1] != ["cgroup2"]:
                continue
            root = [name for name in fields[3].split("/") if name]
            if ".." not in names and names[: len(root)] == root:
                inner = names[len(root):]
                return ["/".join([fields[4], *inner[:count]]) for count in range(len(inner), -1, -1)]
        return []

    def processor_limit(self) -> Optional[ProcessorLimit]:
        """The lowest limit of processor time among this process's control group and those above it."""
        limits = []
        for group in self.control_groups():
            # The microseconds of processor time in each period of so many microseconds, or "max".
            quota = self.text(group + "/cpu.max").split()
            used = self._value("usage_usec", group + "/cpu.stat")
            if len(quota) == 2 and quota[0].isdigit() and quota[1].isdigit() and int(quota[1]) and used is not None:
                processors = int(quota[0]) / int(quota[1])
                if processors > 0:
                    limits.append(ProcessorLimit(group, processors, used / 1e6, time.monotonic()))
        return min(limits, key=lambda limit: limit.processors, default=None)

    def memory(self) -> Optional[Tuple[float, float]]:
        """The bytes in use and all bytes, of the machine or of the control group with the lowest limit."""
        machine = _meminfo(self.text("/proc/meminfo"))
        total, available = machine.get("MemTotal"), machine.get("MemAvailable")
        if not total or available is None:
            return None
        found = [(total - available, total)]
        groups = [(group, "memory.max", "memory.current", "inactive_file") for group in self.control_groups()]
        # Version 1, as it lies in a container.
        groups.append((_VERSION_1, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"))
        for group, *names, unused_files in groups:
            limit, used = (self.text(f"{group}/{name}").strip() for name in names)
            if limit.isdigit() and used.isdigit() and 0 < int(limit) < total:
                # Files that nothing uses now count as available, as they do for the whole machine.
                unused = self._value(unused_files, group + "/memory.stat") or 0.0
                found.append((min(max(0.0, int(used) - unused), float(limit)), float(limit)))
        return min(found, key=lambda memory: memory[1])

    def _value(self, key: str, path: str) -> Optional[float]:
        """The number behind `key` in a file with a key and a number on each line."""
        for line in self.text(path).splitlines():
            name, _, number = line.partition(" ")
            if name == key and number.strip().isdigit():
                return float(number)
        return None


def _processor_times(line: str) -> Optional[Tuple[float, float]]:
    """The time that all processors were busy, and all of their time, in ticks."""
    fields = line.split()
    if len(fields) < 6 or fields[0] != "cpu":
        return None
    times = [float(part) for part in fields[1:]]
    total = sum(times[:8])
    return total - times[3] - times[4], total


def _meminfo(text: str) -> Dict[str, float]:
    """The lines of /proc/meminfo, in bytes."""
    values: Dict[str, float] = {}
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        parts: List[str] = rest.split()
        if parts and parts[0].isdigit():
            values[name] = float(parts[0]) * 1024
    return values


def _text(path: str) -> str:
    # A codec that is looked up here is imported by this thread, and a process that is forked meanwhile waits for that import
    # forever. UTF-8 is never looked up.
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""  # no Linux


def _psutil() -> Any:
    try:
        import psutil  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        return None
    return psutil
