"""The demo: a real Home Assistant, two sites with simulated rooms, one command."""
