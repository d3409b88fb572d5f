"""What the dashboard's pages show: each model reads the shop and gives dataclasses; nothing here knows a browser."""
