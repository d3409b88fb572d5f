"""Where formulas live: arrays in, arrays out. Knows no shop and no store."""
