"""linkcheck against its peers, measured in one run on the same files: `python -m bench`.

Wall times are taken in turn (A B C A B C ...), so that a machine whose speed drifts treats all
alike, and reported as medians and ratios. Goals are printed beside what was measured.
"""
