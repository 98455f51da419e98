"""The reference made wrong on purpose, or odd but right: what shows that the checks can fail, and are fair.

It is built on the model solution from outside; nothing of the model solution knows of it.
"""
