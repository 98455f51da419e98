"""The version of the program, and nothing else: the build reads it from here, and so does who tells it."""

__version__ = "0.1.0"
