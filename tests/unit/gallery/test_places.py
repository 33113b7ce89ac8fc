"""Who holds how much of what there is not much of."""

from concurrent.futures import ThreadPoolExecutor

from gallery.places import Places


def test_each_has_so_much_and_all_together_no_more() -> None:
    places = Places(each=2, total=3)
    first = places.take("a")
    assert first and places.take("a")
    assert places.take("a") is None
    assert places.take("b")
    assert places.take("b") is None  # of its own it has one left, but there is none
    first()
    assert places.take("b")


def test_what_is_given_back_twice_is_given_back_once() -> None:
    places = Places(each=1)
    give_back = places.take("a")
    assert give_back
    give_back()
    other = places.take("a")
    give_back()
    assert other and places.take("a") is None


def test_amounts_count_and_one_that_is_too_large_takes_nothing() -> None:
    places = Places(each=10)
    assert places.take("a", 11) is None
    assert places.take("a", 6)
    assert places.take("a", 5) is None
    assert places.take("a", 4)


def test_nobody_is_remembered_who_holds_nothing() -> None:
    places = Places(each=5)
    for who in range(100):
        give_back = places.take(who, 5)
        assert give_back
        give_back()
    assert places._held == {}


def test_many_threads_take_no_more_than_there_is() -> None:
    places = Places(each=50)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: places.take("a"), range(200)))
    assert sum(one is not None for one in taken) == 50
