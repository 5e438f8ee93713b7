"""The way up: the client of an enterprise, the outbox of a platform, and statements that both sides compare."""
