"""What the pages of Baskets show, worked out without a browser."""
