"""One method a file, all of one shape: choose settings, fit, score in log odds, say what each feature added."""
