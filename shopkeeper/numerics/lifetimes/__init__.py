"""How long customers stay, how often they order and how much: models of counts whose end is never seen."""
