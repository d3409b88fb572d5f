"""Exposure over a sliding window: by hand, bounded, and with many threads."""

import threading

import numpy as np

from shopkeeper.capabilities.recommend.steering.exposure import FEWEST_ANSWERS, PLACES_KEPT, ExposureCounter


def codes(*values):
    return np.array(values, np.int32)


def test_shares_and_what_is_over_the_cap():
    counter = ExposureCounter(100)
    for number in range(100):
        counter.add("home", codes(1, 2) if number % 2 else codes(1, 3), codes(0, 1))
    assert counter.shares("home") == {1: 1.0, 2: 0.5, 3: 0.5}
    assert counter.over("home", codes(1, 2, 9), codes(0, 1, -1), 0.9, 1.0).tolist() == [1, 0, 0]
    assert counter.over("home", codes(1, 2, 9), codes(0, 1, -1), 1.0, 0.4).tolist() == [1, 1, 0]
    assert counter.over("home", codes(1, 2, 9), codes(0, 1, -1), 0.51, 1.0).tolist() == [1, 0, 0]
    assert counter.over("home", codes(1, 2, 9), codes(0, 1, -1), 1.0, 1.0).tolist() == [0, 0, 0]
    assert counter.over("cart", codes(1, 2, 9), codes(0, 1, -1), 0.5, 0.5).tolist() == [0, 0, 0]


def test_the_window_slides():
    counter = ExposureCounter(60)
    for _ in range(60):
        counter.add("home", codes(1), codes(0))
    assert counter.over("home", codes(1), codes(0), 0.5, 1.0).tolist() == [1]
    for _ in range(60):
        counter.add("home", codes(2), codes(-1))
    assert counter.shares("home") == {2: 1.0}
    assert counter.over("home", codes(1, 2), codes(0, 0), 0.5, 0.5).tolist() == [0, 1]


def test_the_first_answers_are_not_starved():
    counter = ExposureCounter(1000)
    allowed = 0
    while not counter.over("home", codes(1), codes(0), 0.1, 1.0)[0]:
        counter.add("home", codes(1), codes(0))
        allowed += 1
    assert allowed == int(0.1 * (FEWEST_ANSWERS + 1))


def test_memory_is_bounded():
    counter = ExposureCounter(10)
    for number in range(500):
        counter.add(f"place {number}", codes(number), codes(0))
        counter.add("busy", codes(number), codes(0))
    assert len(counter._places) == PLACES_KEPT and "busy" in counter._places
    assert len(counter._places["busy"].products) == 10


def test_many_threads_count_everything():
    counter = ExposureCounter(10_000)
    threads = [
        threading.Thread(target=lambda: [counter.add("home", codes(1, n % 3 + 2), codes(0, 1)) for n in range(300)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for _ in range(200):
        counter.over("home", codes(1, 2), codes(0, 1), 0.5, 0.5)
    for thread in threads:
        thread.join()
    assert counter.shares("home")[1] == 1.0
    assert counter._places["home"].n_shown == 2400
