"""What is shipped: bundles of a program with the files of another root that it needs.

`plan` decides what goes into a bundle; `taking` copies it out of a root into a `shipment`, which is
a snapshot: the loader model judges those very bytes, and they are what is written. `folder`,
`archive` and `image` write it.
"""
