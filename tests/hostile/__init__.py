"""Hosts that mean harm, on loopback: each test of an attack starts one, so that it stays defended."""
