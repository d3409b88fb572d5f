from __future__ import annotations

import numpy as np
import pytest

from shopkeeper.core.errors import NotLearned, StoreDamaged, UnknownName


def test_a_model_comes_back_mapped_into_memory(store):
    version = store.models.save("a.learn", {"weights": np.arange(6.0).reshape(2, 3), "names": np.array(["x", "掌柜"])}, {"n": 2})
    assert store.models.current("a.learn") is None
    store.models.promote("a.learn", version)
    found = store.models.current("a.learn")
    assert (found.version, found.card, found.names) == (version, {"n": 2}, ["names", "weights"])
    assert isinstance(found.array("weights"), np.memmap)
    assert not isinstance(found.array("weights", mmap=False), np.memmap)
    assert found.array("weights").tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found.array("names").tolist() == ["x", "掌柜"]
    with pytest.raises(StoreDamaged, match="learn it again"):
        found.array("nothing")


def test_objects_are_never_pickled(store):
    with pytest.raises(ValueError, match="pickle"):
        store.models.save("a.learn", {"bad": np.array([object()])}, {})
    assert store.models.versions("a.learn") == []
    assert not [path for path in store.folder.models("a.learn").iterdir() if not path.name.startswith("incoming-")]


def test_the_previous_model_can_be_restored_and_back(store):
    first, second = (store.models.save("a.learn", {}, {"k": k}) for k in range(2))
    with pytest.raises(NotLearned, match="no previous"):
        store.models.restore_previous("a.learn")
    store.models.promote("a.learn", first)
    store.models.promote("a.learn", second)
    store.models.promote("a.learn", second)
    assert store.models.previous("a.learn").version == first
    assert store.models.restore_previous("a.learn") == first
    assert store.models.current("a.learn").card == {"k": 0}
    assert store.models.restore_previous("a.learn") == second
    assert store.models.versions("a.learn") == [second, first]
    with pytest.raises(UnknownName):
        store.models.promote("a.learn", "v9")


def test_a_card_that_is_gone_is_told(store):
    version = store.models.save("a.learn", {}, {})
    (store.folder.models("a.learn") / version / "card.json").unlink()
    with pytest.raises(StoreDamaged, match=r"card\.json"):
        store.models.get("a.learn", version)
