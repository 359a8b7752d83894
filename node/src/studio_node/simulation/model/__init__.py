"""The pure part of the simulation: what a room does, as functions of time and commands."""
