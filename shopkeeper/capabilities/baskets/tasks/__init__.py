"""The verbs of baskets, one file each; importing this declares them."""

__all__: list[str] = []
