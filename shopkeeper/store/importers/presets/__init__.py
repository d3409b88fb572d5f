"""Forms of files that are known by heart: one TOML file each, data and no code."""
