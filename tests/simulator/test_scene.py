"""Each part of the world has its own stream, so that parts do not move each other."""

import numpy as np

from shopkeeper.simulator.scene import PARTS, make_scene, stream
from shopkeeper.simulator.settings import SimulatorSettings


def test_streams_differ_by_part_and_seed():
    firsts = [stream(seed, part).random() for seed in (0, 1) for part in PARTS]
    assert len(set(firsts)) == len(firsts)
    assert stream(0, "catalog").random() == stream(0, "catalog").random()


def test_more_customers_leave_the_catalog_as_it_was():
    few, many = (make_scene(SimulatorSettings(n_customers=n), 5) for n in (10, 1000))
    np.testing.assert_array_equal(few.catalog.price, many.catalog.price)
    np.testing.assert_array_equal(few.calendar.peak, many.calendar.peak)
