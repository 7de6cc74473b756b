"""How busy the machine is, as a session records it."""

import os
import subprocess
import sys
import time

import pytest

import pivot_tracker as pivot
from pivot_tracker import host_readings
from pivot_tracker.host_readings import HostReadings, HostSampler, gpu_readings

needs_proc = pytest.mark.skipif(not os.path.exists("/proc/stat"), reason="reads /proc")


def begin(server, **options):
    return pivot.session("host", base_url=server.url, provenance=False, capture_output=False, **options)


def series_of(server, session_id):
    with pivot.PIVOTClient(server.url) as client:
        return {series["name"]: series["values"] for series in client.get_host_readings(session_id)["series"]}


@needs_proc
def test_processors_memory_and_the_process_are_read(server, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with begin(server, host_interval=0.5) as session:
        memory = bytearray(64 << 20)
        end = time.monotonic() + 3.2
        while time.monotonic() < end:
            memory[0] = 1
    series = series_of(server, session.session_id)
    assert set(series) == {"cpu.percent", "memory.used_bytes", "memory.percent", "process.resident_bytes"}
    # Seven are due, but a busy machine may be late. The first has no processor time to compare with, and the last may follow
    # the one before it within a tick.
    assert len(series["memory.percent"]) >= 3
    assert len(series["memory.percent"]) - len(series["cpu.percent"]) in (1, 2)
    assert all(0 <= value <= 100 for value in series["cpu.percent"] + series["memory.percent"])
    assert 0 < max(series["cpu.percent"]) and max(series["process.resident_bytes"]) > 64 << 20


@needs_proc
def test_a_short_session_has_readings_too_and_they_can_be_switched_off(server):
    with begin(server) as session:
        time.sleep(0.1)
    assert len(series_of(server, session.session_id)["memory.percent"]) == 2
    with begin(server, host_readings=False) as session:
        pass
    assert series_of(server, session.session_id) == {}


def test_a_wrong_interval_is_named(stopped_server):
    with pytest.raises(ValueError, match="host_interval must be 0.5 seconds or more, not 0"):
        begin(stopped_server, host_interval=0)


def test_gpus_are_read_as_nvidia_smi_tells_them():
    table = "0, 87, 1024, 4096, 61, 250.50\n1, 0, [N/A], 4096, 40, [N/A]\nfailed\n"
    assert gpu_readings(table) == {
        "gpu.0.utilization": 87, "gpu.0.memory_used_bytes": 1 << 30, "gpu.0.memory_percent": 25, "gpu.0.temperature": 61,
        "gpu.0.power_watts": 250.5, "gpu.1.utilization": 0, "gpu.1.temperature": 40,
    }


def fake_nvidia_smi(folder, text):
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)


def test_gpus_are_recorded(server, tmp_path, monkeypatch):
    fake_nvidia_smi(tmp_path, "echo '0, 87, 1024, 4096, 61, 250.50'")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with begin(server) as session:
        pass
    assert series_of(server, session.session_id)["gpu.0.utilization"] == [87]
    with pivot.PIVOTClient(server.url) as client:
        assert client.get_gpu_usage_graph(session.session_id)["series"][0]["y"] == [87]


def write(root, name, text):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def limited(root, quota, used):
    """A machine with four processors and 1,000 KiB, and a control group that may use less."""
    each = "".join(f"cpu{number} 0 0 0 10 0 0 0 0\n" for number in range(4))
    write(root, "proc/stat", "cpu  0 0 0 40 0 0 0 0\n" + each)
    write(root, "proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 250 kB\n")
    write(root, "proc/self/cgroup", "1:cpu:/\n0::/pod/job\n")
    write(root, "proc/self/mountinfo", "31 23 0:28 /pod /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
    write(root, "sys/fs/cgroup/cpu.max", f"{quota} 100000\n")
    write(root, "sys/fs/cgroup/cpu.stat", f"usage_usec {used}\nuser_usec 1\n")
    write(root, "sys/fs/cgroup/job/memory.max", "10000\n")
    write(root, "sys/fs/cgroup/job/memory.current", "9000\n")
    write(root, "sys/fs/cgroup/job/memory.stat", "anon 5\ninactive_file 4000\n")


def test_the_limits_of_a_control_group_are_what_is_used(tmp_path, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(host_readings.time, "monotonic", lambda: clock[0])
    limited(tmp_path, 150_000, 0)
    sampler = HostSampler(str(tmp_path))
    assert sampler.machine() == {"memory.used_bytes": 5000, "memory.percent": 50}
    clock[0] = 104.0
    limited(tmp_path, 150_000, 3_000_000)
    assert sampler.machine()["cpu.percent"] == 50
    limited(tmp_path, 400_000, 9_000_000)
    assert "cpu.percent" not in sampler.machine()
    write(tmp_path, "proc/stat", "cpu  30 0 0 50 0 0 0 0\n" + "cpu0 30 0 0 50 0\n" * 4)
    assert sampler.machine()["cpu.percent"] == 75
    write(tmp_path, "sys/fs/cgroup/job/memory.max", "max\n")
    assert sampler.machine()["memory.percent"] == 75


def test_an_nvidia_smi_that_fails_is_not_asked_for_ever(tmp_path, monkeypatch):
    fake_nvidia_smi(tmp_path, "exec sleep 60")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(host_readings, "_GPU_SECONDS", 0.1)
    sampler = HostSampler()
    for _ in range(3):
        assert sampler.has_gpus and sampler.gpus() == {}
    assert not sampler.has_gpus


def test_what_goes_wrong_with_a_reading_ends_nothing(monkeypatch):
    def refuse(at, found):
        raise RuntimeError("no")

    monkeypatch.setattr(HostSampler, "_of_proc", lambda self: 1 / 0)
    readings = HostReadings(refuse, 0.5)
    time.sleep(0.1)
    readings.stop()


@needs_proc
def test_a_reading_costs_little():
    sampler = HostSampler()
    sampler.machine()
    began = time.thread_time()
    for _ in range(100):
        sampler.machine()
    assert (time.thread_time() - began) / 100 < 0.005


@needs_proc
def test_a_reading_imports_nothing_so_that_forked_processes_never_wait_for_it(tmp_path):
    program = (
        "import sys\n"
        "from pivot_tracker.host_readings import HostSampler\n"
        "sampler = HostSampler()\n"
        "before = set(sys.modules)\n"
        "sampler.machine(); sampler.machine(); sampler.gpus()\n"
        "print(sorted(set(sys.modules) - before))\n"
    )
    fake_nvidia_smi(tmp_path, "echo '0, 87, 1024, 4096, 61, 250.50'")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
