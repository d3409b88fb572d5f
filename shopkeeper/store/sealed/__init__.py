"""Sealed files: made from the tail or imported, indexed beside, looked up in."""
