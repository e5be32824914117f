"""The outside world: each door out of the program has one module here."""
