"""Parts that only report; one file per kind of measurement."""
