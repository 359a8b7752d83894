"""Bookings that other systems send: what they sign, and what their words mean."""
