"""The reference server of the suite: a correct solution of the lesson, and its deliberately broken twins.

Nothing in here imports `conformance`: the suite judges this server by HTTP, like any other.
"""
