"""How fast it is: `make bench` measures and writes RESULTS.md."""
