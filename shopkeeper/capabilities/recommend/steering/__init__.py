"""A list put in the order that the shop wants: rules, diversity, caps, what is due again, prices, and places as data."""
