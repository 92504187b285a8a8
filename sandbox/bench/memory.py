"""How much memory a process has held."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def megabytes(process_id: int) -> float | None:
    """The most that it has held so far, or where the system does not tell, what it holds now."""
    status = Path(f"/proc/{process_id}/status")
    kibibytes = _peak(status) if status.exists() else _at_present(process_id)
    return None if kibibytes is None else kibibytes * 1024 / 1e6


def _peak(status: Path) -> int | None:
    lines = status.read_text().splitlines()
    peaks = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peaks[0]) if peaks else None


def _at_present(process_id: int) -> int | None:
    ps = shutil.which("ps")
    if ps is None:
        return None
    command = [ps, "-o", "rss=", "-p", str(process_id)]
    said = subprocess.run(command, capture_output=True, text=True).stdout.strip()
    return int(said) if said else None
