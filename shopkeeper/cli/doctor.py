"""The command doctor: what runs here, how the shop is, which settings differ, and what is wrong."""
