"""Yes or no about a customer or a visit: methods of one shape, calibrated, examined on later periods, with their reasons."""
