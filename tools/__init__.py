"""What maintainers run: the demo, and what is generated into docs/. Never in the wheel."""
