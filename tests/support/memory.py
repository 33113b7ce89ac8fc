"""The highest memory use of this process."""

from pathlib import Path


def peak_mb() -> float:
    """Resident, in MB. Not `ru_maxrss`, which a child process inherits from its parent."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6
