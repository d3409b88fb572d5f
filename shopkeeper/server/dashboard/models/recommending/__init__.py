"""What the pages under Recommend show: lists with their reasons, methods compared, placements, rules, and tries of both."""
