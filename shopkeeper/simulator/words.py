"""The vocabulary of the simulated catalog: what groups, kinds and brands are called."""

from __future__ import annotations

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Kitchen", ("Mug", "Teapot", "Bowl", "Spoon")),
    ("Garden", ("Planter", "Lantern", "Trowel", "Birdhouse")),
    ("Toys", ("Puzzle", "Kite", "Doll", "Train")),
    ("Stationery", ("Notebook", "Pencil", "Envelope", "Stamp")),
    ("Beauty", ("Soap", "Brush", "Mirror", "Lotion")),
    ("Sports", ("Ball", "Bottle", "Racket", "Glove")),
    ("Bedroom", ("Pillow", "Blanket", "Lamp", "Curtain")),
    ("Fashion", ("Scarf", "Belt", "Hat", "Purse")),
    ("Electronics", ("Charger", "Speaker", "Keyboard", "Cable")),
    ("Pets", ("Leash", "Basket", "Feeder", "Collar")),
    ("Books", ("Novel", "Atlas", "Cookbook", "Diary")),
    ("Crafts", ("Yarn", "Bead", "Ribbon", "Canvas")),
)
"""A name for each latent group and the kinds of product in it; beyond the last one names repeat with a number."""

BRANDS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ivy", "Juniper", "Kapok", "Larch")
LOOKS = ("Red", "Blue", "Green", "White", "Black", "Yellow", "Small", "Large", "Vintage", "Modern", "Striped", "Dotted")
COUNTRIES = ("United Kingdom", "Germany", "France", "Spain", "China")
COUNTRY_SHARES = (0.5, 0.2, 0.15, 0.1, 0.05)
LANGUAGES = ("en", "de", "fr", "es", "zh")
CHANNELS = ("organic", "direct", "email", "cpc", "social")
CHANNEL_SHARES = (0.4, 0.25, 0.15, 0.15, 0.05)
DEVICES = ("mobile", "desktop", "tablet")
DEVICE_SHARES = (0.55, 0.38, 0.07)
PAYMENT_METHODS = ("card", "paypal", "invoice")
N_KINDS = 4
"""Kinds of product in a group: two products of one kind stand in for each other."""
