"""The engines that answer queries over a shop's files."""
