"""What people see when an image does not start, and what it means."""

from linkcheck.explain.search import Found, explain_text
from linkcheck.explain.texts import ErrorText, error_texts

__all__ = ["ErrorText", "Found", "error_texts", "explain_text"]
