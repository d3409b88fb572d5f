"""One folder for one question that a shopkeeper asks. Rooms do not import each other: they meet in tables."""
