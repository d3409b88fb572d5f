"""Who will buy soon, who will not come back, and why: methods compared on later periods, the best one used for everybody."""
