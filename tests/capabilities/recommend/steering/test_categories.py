"""Categories as spans of ranks and levels."""

from shopkeeper.capabilities.recommend.steering.categories import N_LEVELS, CategoryTree
from shopkeeper.numerics.coding import pack

PATHS = ["home > kitchen", "garden", "home", "home > kitchen > mugs", "home office", "home > kitchenware"]


def below(tree, path):
    low, high = tree.span(path)
    return {tree.paths[code] for code in range(len(tree)) if low <= tree.rank[code] < high}


def test_what_lies_below_a_path_is_one_span():
    tree = CategoryTree({path: code for code, path in enumerate(PATHS)})
    for path in (*PATHS, "home > kitchen > mugs > large", "nowhere"):
        assert below(tree, path) == {other for other in PATHS if other == path or other.startswith(path + " > ")}


def test_a_path_above_all_that_exist():
    tree = CategoryTree({"a > b > c": 0, "a > b > d": 1, "b": 2})
    assert below(tree, "a") == below(tree, "a > b") == {"a > b > c", "a > b > d"}


def test_levels_in_common_have_equal_numbers():
    tree = CategoryTree({path: code for code, path in enumerate(PATHS)})
    kitchen, garden, home, mugs = (tree.level[code].tolist() for code in range(4))
    assert mugs[:2] == kitchen[:2] and kitchen[2] == -1 and mugs[2] >= 0
    assert home[0] == mugs[0] != garden[0]
    assert tree.level[-1].tolist() == [-1, -1, -1]


def test_the_nearest_row_above():
    tree = CategoryTree({"home > kitchen > mugs": 0, "garden": 1, "home": 2})
    assert tree.rows_in(pack(["home", "home > kitchen"])).tolist() == [1, 2, 0, 2]


def test_no_categories_and_very_deep_ones():
    empty = CategoryTree({})
    assert (len(empty), empty.span("home"), empty.level.tolist(), empty.rows_in(pack([])).tolist()) == (0, (0, 0), [[-1]], [0])
    assert CategoryTree({" > ".join("abcdefghijkl"): 0}).level.shape == (2, N_LEVELS)
