"""One tree of errors. Each owns its exit code and the next step it offers.

Exit codes are a promise of the command line (README, "Exit codes"):
1 a policy says no, 2 the call or its input is wrong, 3 something that was
asked for is missing, 4 a bug in linkcheck itself, 130 interrupted.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_POLICY = 1
EXIT_INPUT = 2
EXIT_MISSING = 3
EXIT_BUG = 4
EXIT_INTERRUPTED = 130


class LinkcheckError(Exception):
    """Base of every error that linkcheck raises on purpose.

    `message` is one line that names the thing and the cause; `next_step` says
    what to do about it, in the imperative, or is empty.
    """

    exit_code = EXIT_BUG

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message}: {self.next_step}" if self.next_step else self.message


class InputError(LinkcheckError):
    """What the user passed in can't be used: exit code 2."""

    exit_code = EXIT_INPUT


class UnreadableFileError(InputError):
    """A path that is not there, not a regular file, or may not be read."""


class NotAProgramError(InputError):
    """A readable file that no kernel would start as a program (script, archive, object file)."""


class MalformedBinaryError(InputError):
    """A program file whose headers contradict themselves or point outside the file."""


class UnknownBaseError(InputError):
    """A base REF that neither the catalog nor a source can resolve."""


class BadRootError(InputError):
    """A root file system that is not there or can't be walked."""


class UsageError(InputError):
    """Flags or values that do not go together."""


class NotAsPredictedError(LinkcheckError):
    """What was to start on paper did not when it was started: exit code 1."""

    exit_code = EXIT_POLICY


class MissingToolError(LinkcheckError):
    """An engine, toolchain, image or network that was asked for is missing: exit code 3."""

    exit_code = EXIT_MISSING


class CatalogError(LinkcheckError):
    """The shipped catalog contradicts itself: a bug in linkcheck."""
