"""What is bought together?"""
