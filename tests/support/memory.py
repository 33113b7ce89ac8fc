"""How much memory this process has had at most."""

from pathlib import Path


def peak_mb() -> float:
    """Resident, in MB. Not `ru_maxrss`: a child begins with what its parent had."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6
