"""The first call of a kernel compiles it, which is no reason to call a property slow."""

from hypothesis import settings

settings.register_profile("compiled", deadline=None)
settings.load_profile("compiled")
