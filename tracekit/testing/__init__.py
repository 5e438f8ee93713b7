"""The kit for authors of plugins and adapters: the generator, standard suites, vectors."""
