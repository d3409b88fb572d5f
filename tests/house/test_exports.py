"""What the package promises to its users: the exported names, all of which resolve and are documented."""

import inspect

import shopkeeper

PROMISED = {
    "Reply", "Result", "Score", "Shop", "ShopView", "ShopkeeperError", "Table", "__version__", "answer", "parameter",
    "setting", "task",
}  # fmt: skip


def test_exactly_the_promised_names_are_exported():
    assert set(shopkeeper.__all__) == PROMISED


def test_every_exported_name_resolves_and_is_documented():
    for name in PROMISED - {"__version__"}:
        assert inspect.getdoc(getattr(shopkeeper, name)), name
