"""What an office does: the one way in, filing, quality, chains, monitoring."""
