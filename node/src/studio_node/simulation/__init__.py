"""A simulated studio: good enough to develop against and to show; no part of a real room."""

from studio_node.drivers import SIMULATED, register

from .driver import make_rig

register(SIMULATED, make_rig)
