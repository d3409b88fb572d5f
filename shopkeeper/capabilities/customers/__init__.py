"""Who are the customers, what are they worth, who is leaving?"""
