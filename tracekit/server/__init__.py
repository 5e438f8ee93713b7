"""The HTTP face of a platform: async only at the edge, the work in threads."""
