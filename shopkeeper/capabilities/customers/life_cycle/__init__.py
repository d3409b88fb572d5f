"""Where is each customer in their life with the shop, and who came and went with the months?"""
