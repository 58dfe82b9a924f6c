"""Will this Go binary start in that base image, and what is the smallest that suffices?"""

__version__ = "0.1.0"
