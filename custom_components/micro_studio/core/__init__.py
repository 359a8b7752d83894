"""The pure engine: standard library only, no clock, no logging, no I/O."""
