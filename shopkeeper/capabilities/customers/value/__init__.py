"""What customers are worth: are they still there, how often will they order, what will they pay."""
