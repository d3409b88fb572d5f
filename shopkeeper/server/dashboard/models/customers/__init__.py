"""What the pages of Customers show, worked out without a browser."""
