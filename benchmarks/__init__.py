"""Ratios of PERFORMANCE.md, each measured in the same run as its base."""
