"""A Dockerfile and a policy -> whether an image may go out.

`reader` and `words` read a Dockerfile as BuildKit does; `stages` resolves its stages, `image`
works out what the final one holds, `verdict` judges a program there, `policy` says yes or no.
"""
