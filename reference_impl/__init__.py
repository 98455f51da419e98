"""The reference server of the suite."""
