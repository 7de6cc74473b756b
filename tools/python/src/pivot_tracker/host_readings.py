"""How busy the machine is while a session trains: readings at an interval, from one thread.

| reading | what |
|---|---|
| `cpu.percent` | the share of all processors' time that was used since the reading before, 0 to 100 |
| `memory.used_bytes`, `memory.percent` | memory of the machine that is not available |
| `process.resident_bytes` | memory that this process holds |
| `gpu.<n>.utilization`, `gpu.<n>.memory_percent` | how busy a GPU is, and how full, 0 to 100; `<n>` as nvidia-smi counts |
| `gpu.<n>.memory_used_bytes`, `gpu.<n>.temperature`, `gpu.<n>.power_watts` | degrees are Celsius |

The first four are named as the server's own trainers name them. They come from /proc, or elsewhere from psutil where it is
installed; a reading that cannot be taken is left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

#: The shortest interval between two readings, in seconds.
MINIMUM_INTERVAL = 0.5

# How long nvidia-smi may take, in seconds, and how often it may fail in a row before it is not asked again.
_GPU_SECONDS = 5.0
_GPU_FAILURES = 3
_GPU_FIELDS = "index,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw"

Readings = Dict[str, float]


class HostReadings:
    """Takes readings every `interval` seconds from its making to `stop()`, and once more then.

    `deliver` gets the time, in seconds since 1970, and the readings. What it raises ends nothing: the reading is lost. In a
    program that the server runs, the server's own trainer reads the machine: with `gpus_only`, this reads the rest.
    """

    def __init__(
        self, deliver: Callable[[float, Readings], None], interval: float = 10.0, gpus_only: bool = False
    ) -> None:
        self._deliver = deliver
        self._interval = interval
        self._gpus_only = gpus_only
        self._sampler = HostSampler()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pivot-host", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Takes a last reading, without the GPUs, which take long to ask, and ends the thread."""
        self._stopped.set()
        self._thread.join(_GPU_SECONDS + 1.0)
        if not self._thread.is_alive() and not self._gpus_only:
            self._tell(self._sampler.machine())

    def _run(self) -> None:
        while True:
            readings = {} if self._gpus_only else self._sampler.machine()
            readings.update(self._sampler.gpus())
            self._tell(readings)
            if (self._gpus_only and not self._sampler.has_gpus) or self._stopped.wait(self._interval):
                return

    def _tell(self, readings: Readings) -> None:
        if readings:
            try:
                self._deliver(time.time(), readings)
            except Exception:
                pass  # No reading is worth a training; a full disk is told where the training logs.


class HostSampler:
    """Reads the machine. Used by one thread at a time."""

    def __init__(self) -> None:
        self._last_times: Optional[Tuple[float, float]] = None
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
        times = _processor_times(_text("/proc/stat"))
        last = self._last_times
        if times is not None:
            if last is not None and times[1] > last[1]:
                readings["cpu.percent"] = min(100.0, max(0.0, 100 * (times[0] - last[0]) / (times[1] - last[1])))
            self._last_times = times
        memory = _meminfo(_text("/proc/meminfo"))
        total, available = memory.get("MemTotal"), memory.get("MemAvailable")
        if total and available is not None:
            readings["memory.used_bytes"] = total - available
            readings["memory.percent"] = 100 * (total - available) / total
        pages = _text("/proc/self/statm").split()
        if len(pages) > 1:
            readings["process.resident_bytes"] = float(pages[1]) * os.sysconf("SC_PAGE_SIZE")
        return readings

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


def _processor_times(text: str) -> Optional[Tuple[float, float]]:
    """The time that all processors were busy, and all of their time, in ticks."""
    line = text.partition("\n")[0].split()
    if len(line) < 6 or line[0] != "cpu":
        return None
    times = [float(part) for part in line[1:]]
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
