"""Which products, categories and brands go together: itemsets and rules as tables, and whether they hold in later baskets."""
