"""The arithmetic of the bye-laws: values in, frozen values out; standard library only."""
