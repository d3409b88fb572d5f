from shopkeeper.capabilities.recommend.judging.memory import UNKNOWN_BYTES, budget_bytes, free_bytes, too_large
from shopkeeper.capabilities.recommend.settings import RecommendSettings


def machine(folder, available="MemAvailable:    1000 kB", limit="max", used="0"):
    (folder / "meminfo").write_text(f"MemTotal:  9000 kB\n{available}\n")
    (folder / "memory.max").write_text(limit + "\n")
    (folder / "memory.current").write_text(used + "\n")
    return free_bytes(folder / "meminfo", folder)


def test_what_the_system_has(tmp_path):
    assert machine(tmp_path) == 1_024_000


def test_a_container_may_have_less(tmp_path):
    assert machine(tmp_path, limit="600000", used="100000") == 500_000
    assert machine(tmp_path, limit="600000", used="700000") == 0


def test_a_system_that_does_not_say(tmp_path):
    assert free_bytes(tmp_path / "none", tmp_path) == UNKNOWN_BYTES
    assert machine(tmp_path, available="") == UNKNOWN_BYTES


def test_the_setting_or_half_of_what_is_free():
    assert budget_bytes(RecommendSettings(memory_gb=1.5)) == 1_500_000_000
    assert 0 < budget_bytes(RecommendSettings()) <= free_bytes()


def test_it_says_why():
    assert too_large(10, 10) == ""
    assert too_large(13_000_000_000, 4_000_000_000) == ("It would take 13 GB to learn, and 4 GB are allowed (setting memory_gb).")
