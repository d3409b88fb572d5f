"""Pages about recommending: for one customer or product, the methods compared, the placements and the rules."""
