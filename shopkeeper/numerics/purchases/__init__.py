"""What a history of purchases says of each customer: baskets, favorites, rhythm; whole numbers in, whole numbers out."""
