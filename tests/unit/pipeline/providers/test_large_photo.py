"""A large photograph: every kind of work on it keeps to its memory, and can be stopped all the while."""

from tests.programs.quality.large import measured

SIZE = (1600, 1200)
TWICE = (3200, 2400)  # what an enhanced picture of this size becomes


def test_a_large_photograph_fits_into_memory_and_can_be_stopped_at_many_moments() -> None:
    """One of each way of working. Twelve megapixels, the other tools, and how long one waits for a stop: `make quality`."""
    costs, peak = measured("enhance", "remove background", "remove object", size=SIZE)
    assert peak < 600, "MB, of which the network that finds the subject takes 250"
    for name, cost in costs.items():
        assert cost.size == (TWICE if name == "enhance" else SIZE), name
        assert cost.moments >= 30, name
        assert cost.bytes <= 20 * 1024 * 1024, name
