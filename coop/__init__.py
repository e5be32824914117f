"""Coop: the program that runs democratic member organisations."""
