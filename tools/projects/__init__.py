"""Real Go projects, built in every recipe and started in real bases: `python -m tools.projects`.

The sources are Debian's: a source package and the `golang-*-dev` packages that it is built with
make one module with a vendor folder, which builds without a network. Predictions are compared
with what happened, and docs/projects.md is written from the results.
"""
