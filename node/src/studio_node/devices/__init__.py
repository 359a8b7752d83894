"""Parts that take commands; one file per kind of device."""
