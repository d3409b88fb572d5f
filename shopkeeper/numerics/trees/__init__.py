"""Trees that were learned elsewhere, as plain arrays that are evaluated without the library that learned them."""
