"""Rules from itemsets: how strong they are, and whether chance would have made them in baskets of these sizes."""
