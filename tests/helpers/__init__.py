"""What several test files share: records by hand, servers that misbehave, runs of the engine."""
