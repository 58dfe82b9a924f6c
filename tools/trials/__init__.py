"""Predicted against observed: many real programs started in many real base images.

`python -m tools.trials` builds the fixtures in every recipe and libc, takes the real programs of
the testbed, starts each in each root, and compares with what linkcheck predicted from the very
root (`dir:`) and from the catalog. It prints the agreement, and fails on a disagreement on start.
"""
