"""How much memory and time a method may take: a shop must never die of either, it gets a smaller method and a sentence why."""

from __future__ import annotations

from pathlib import Path

from shopkeeper.capabilities.recommend.settings import RecommendSettings

SHARE = 0.5  # of what is free: the server and the system need the rest
UNKNOWN_BYTES = 4_000_000_000  # where the system does not say
PROCESS = Path("/proc/meminfo")
GROUP = Path("/sys/fs/cgroup")


def free_bytes(process: Path = PROCESS, group: Path = GROUP) -> int:
    """How many bytes this process may still take: what the system has, or the container's limit where that is less."""
    try:
        lines = dict(line.split(":", 1) for line in process.read_text().splitlines() if ":" in line)
        free = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        free = UNKNOWN_BYTES
    try:
        limit, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
    except (OSError, ValueError):  # no container, or one without a limit ("max")
        return free
    return max(0, min(free, limit - used))


def budget_bytes(settings: RecommendSettings) -> int:
    """How many bytes learning may take: the setting, or half of what is free."""
    return int(settings.memory_gb * 1e9) if settings.memory_gb > 0 else int(SHARE * free_bytes())


def too_large(n_bytes: int, budget: int) -> str:
    """Why it is not tried, in one sentence; "" where it fits."""
    if n_bytes <= budget:
        return ""
    return f"It would take {n_bytes / 1e9:.3g} GB to learn, and {budget / 1e9:.3g} GB are allowed (setting memory_gb)."


def too_long(n_seconds: float, budget: float) -> str:
    """Why it is not tried, in one sentence; "" where there is time."""
    if n_seconds <= budget:
        return ""
    return (
        f"It would take about {n_seconds:.0f} seconds to learn, and its share of the time is {budget:.0f} "
        "(settings evaluate_minutes, tune_minutes)."
    )
