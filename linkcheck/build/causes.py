"""From what a failed `go build` printed to one line that says why."""

from __future__ import annotations

import errno
import re

from linkcheck.build.builder import NotBuilt

TAIL_LINES = 30
TAIL_BYTES = 8000
MAX_READ = 1 << 20  # characters at the end of a log that are looked at

NO_COMPILER = "no C compiler (install gcc or pip install linkcheck[zig])"
NO_SUCH_CC = "linkcheck-has-no-c-compiler"  # the name of none, so that none is taken in silence

_MISSING_CC = re.compile(r'C compiler "?(?P<cc>[^"\n]*?)"? not found')
# the look-behind keeps it linear: a match begins where a word does
_TEMPORARY = re.compile(r"(?<![^\s:`'\"])[^\s:`'\"]*/go-(?:link|build)-?\d*/(?:b\d+/)?")
_NOISE = re.compile(r"^(#|go: downloading|go: finding|\s*$|warning:|.*: warning: )")
_TELLING = re.compile(
    r"build constraints exclude all Go files|undefined reference|undefined:|\berror:|"
    r"fatal error|cannot find|no required module|requires go|not found|not supported|"
    r"no space left|signal: killed|cannot allocate memory",
    re.IGNORECASE,
)
_NO_LIBC_A = re.compile(r"cannot find -lc\b|cannot find crt1\.o|cannot find rcrt1\.o")
_UNSUPPORTED = re.compile(
    r"^(?:go: )?(-(?:race|buildmode=\S+) (?:is )?(?:not|only) supported .*)$", re.MULTILINE
)
_PASSING = re.compile(
    r"no space left|signal: killed|cannot allocate|out of memory|dial tcp|no such host|timeout|"
    r"connection refused|TLS handshake|terminal prompts|could not read Username|publickey|"
    r"Too many open files|resource temporarily",
    re.IGNORECASE,
)
# a line of go's log -> what it means and what helps
_EXPLAINED = (
    (
        re.compile(r"no space left on device", re.IGNORECASE),
        "the disk is full",
    ),
    (
        re.compile(
            r"terminal prompts disabled|could not read Username|Permission denied \(publickey"
        ),
        "the module is private: see --private",
    ),
    (
        re.compile(r"dial tcp|no such host|i/o timeout|connection refused|TLS handshake"),
        "a module can't be fetched",
    ),
    (
        re.compile(r"signal: killed|cannot allocate memory|out of memory", re.IGNORECASE),
        "out of memory",
    ),
    (
        re.compile(r'cannot find package "[^"\n]*" in any of|is not in std'),
        "an import is not of the standard library, and there is no go.mod: "
        "run `go mod init NAME && go mod tidy`",
    ),
    (
        re.compile(r"requires go >= (?P<want>\S+) \(running go (?P<have>[^;)\s]+)"),
        "the module asks for a newer Go",
    ),
    (
        re.compile(r"unable to find or create libc|libc of the specified target requires dynamic"),
        "zig has no static glibc: install gcc, or link against musl",
    ),
    (
        # an archive, unlike a shared library, does not bring along what it needs itself
        re.compile(r"undefined reference to `"),
        "the linker misses a C function; if its library is known, name it: --env CGO_LDFLAGS=-l...",
    ),
)


def tail(log: str) -> str:
    """The end of a log, at most 30 lines and 8000 characters, the same for each run.

    Names of temporary folders differ from run to run and tell nothing; they are left out.
    """
    return "\n".join(_TEMPORARY.sub("", log[-MAX_READ:]).strip().splitlines()[-TAIL_LINES:])[
        -TAIL_BYTES:
    ]


def explain_os_error(error: OSError, place: object) -> NotBuilt:
    """The NotBuilt for a file of ours that could not be written or read at `place`."""
    where = f"{error.filename or place}: {error.strerror or error}"
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return NotBuilt("failed", f"the disk is full ({where})" if full else where)


def explain_failure(
    log: str, exit_code: int | None, *, cgo: bool, no_compiler: str = NO_COMPILER
) -> NotBuilt:
    """The NotBuilt for a `go build` that printed `log` and ended with `exit_code`.

    What the recipe wants and is not there (a C compiler, said as `no_compiler`; libc as an archive)
    makes it skipped, not failed, as nothing is wrong with the program.
    """
    log = log[-MAX_READ:]
    lasting = not _PASSING.search(log)
    if missing := _MISSING_CC.search(log):
        usual = missing["cc"] in {"gcc", "clang", "cc", NO_SUCH_CC}
        why = no_compiler if usual else f"no C compiler {missing['cc']}"
        return NotBuilt("skipped", why, tail(log), lasting)
    if unsupported := _UNSUPPORTED.search(log):
        return NotBuilt("skipped", unsupported[1], tail(log), lasting)
    if _NO_LIBC_A.search(log):
        why = "libc is not there to link against (install libc6-dev, glibc-static or musl-dev)"
        return NotBuilt("skipped", why, tail(log), lasting)
    line = _telling_line(log)
    if not line:
        return NotBuilt("failed", f"go build ended with exit code {exit_code}", tail(log))
    for pattern, meaning in _EXPLAINED:
        if pattern.search(log):
            return NotBuilt("failed", f"{meaning} ({line})", tail(log), lasting)
    if not cgo and "build constraints exclude all Go files" in line:
        line += " (it calls C, and cgo is off)"
    return NotBuilt("failed", line, tail(log), lasting)


def _telling_line(log: str) -> str:
    """The line that names the fault: the first that reads like one, else the last of all."""
    lines = [line.strip() for line in log.splitlines() if not _NOISE.match(line)]
    telling = next((line for line in lines if _TELLING.search(line)), "")
    return telling or (lines[-1] if lines else "")
