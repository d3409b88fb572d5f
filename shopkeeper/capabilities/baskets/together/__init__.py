"""What goes with a product or a cart: complements, told from chance and from what is merely looked at together."""
