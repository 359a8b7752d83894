"""Plugins that pytest loads early."""
