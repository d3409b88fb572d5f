"""What happens in visits: how far they come, where they end, and who left something behind?"""
