"""What container runtimes say where the kernel refuses the program that they were to start."""

from __future__ import annotations

import re
from typing import Final

from linkcheck.run.observation import Observation, refused_by_kernel

# each is a whole line, but for what the engine says around it
_WORDS: Final = tuple(
    re.compile(words)
    for words in (
        # runc 1.1 and later, in the container itself
        r"exec (?P<path>/\S+): (?P<why>.+)",
        # runc before it starts the container: the file may not be executed
        r'.*\bexec: "(?P<path>[^"]+)": (?:stat [^:]+: )?(?P<why>[^:]+)(?:: unknown)?',
        # runc up to 1.0
        r'standard_init_linux\.go:\d+: exec user process caused:? "?(?P<why>[^"]+)"?',
        # crun and youki
        r".*\bexec container process `?(?P<path>/[^`:]+)`?: (?P<why>[^:]+)(?:: OCI .+)?",
        r".*\bopen executable: (?P<why>[^:]+)(?:: OCI .+)?",
    )
)
_EXIT_CODES: Final = frozenset({1, 126, 127, 128, 255})


def runtime_refusal(program: str, said: str, exit_code: int | None) -> Observation | None:
    """The refusal of `program`, where the one line that was `said` is a runtime's; else None.

    A program may print the like of the programs that it starts itself, so its name, the exit
    code and that nothing else was printed have to fit as well.
    """
    lines = said.strip().splitlines()
    if exit_code not in _EXIT_CODES or len(lines) != 1:
        return None
    for words in _WORDS:
        found = words.fullmatch(lines[0].strip())
        if found and found.groupdict().get("path", program) == program:
            return refused_by_kernel(program, found["why"])
    return None
