"""A photograph of twelve megapixels: every kind of work on it keeps to its memory, and can be stopped all the while."""

from tests.quality.large import HEIGHT, WIDTH, measured


def test_twelve_megapixels_fit_into_a_gigabyte_and_can_be_stopped_within_a_second() -> None:
    """One of each way of working; the others' figures are in `make quality`. CPU time, so that a busy machine cannot fail."""
    costs, peak = measured("enhance", "remove background", "remove object")
    assert peak < 1000, "MB"
    for name, cost in costs.items():
        assert cost.size == (WIDTH, HEIGHT), name
        assert cost.gap < 1.0, name
        assert cost.bytes <= 20 * 1024 * 1024, name
