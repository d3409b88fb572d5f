"""Groups of customers: RFM segments, clusters with names made from what sets them apart, and their profiles."""
