"""Where the outside becomes facts, and requests become calls."""
