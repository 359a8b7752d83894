"""The integration, in the place where Home Assistant looks for it."""
