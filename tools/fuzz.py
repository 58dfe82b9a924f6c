"""Feed damaged programs to the reader for a bounded time: `python -m tools.fuzz --seconds N`.

Needs atheris (the `dev` extra). Starts from the heads of real programs of this machine and from
hand-made ones; a file that makes another exception than linkcheck's own leave the reader is
written to --crashes, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS = 120
MAX_BYTES = 16 << 10  # atheris slows down with the length; all headers and small tables fit
MEMORY_MB = 1024
INPUT_SECONDS = 10
_SEEDS = ("true", "env", "ls", "python3", "ld", "go")


def main() -> int:
    """Run the fuzzer in a process of its own, as libFuzzer ends its process itself."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=int, default=SECONDS, help="how long (default: 120)")
    parser.add_argument("--crashes", type=Path, default=Path("fuzz-crashes"))
    parser.add_argument("--corpus", type=Path, help="a folder to keep what was learnt")
    options = parser.parse_args()
    try:
        import atheris  # noqa: F401, PLC0415 -- only this tool needs it
    except ImportError:
        print("tools.fuzz needs atheris: pip install 'linkcheck[dev]' on Linux", file=sys.stderr)
        return 3
    with tempfile.TemporaryDirectory() as scratch:
        corpus = options.corpus or Path(scratch)
        corpus.mkdir(parents=True, exist_ok=True)
        _write_seeds(corpus)
        options.crashes.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-c",
            "from tools.fuzz import target; target()",
            f"-max_total_time={options.seconds}",
            f"-max_len={MAX_BYTES}",
            f"-rss_limit_mb={MEMORY_MB}",
            f"-timeout={INPUT_SECONDS}",
            f"-artifact_prefix={options.crashes}/",
            "-print_final_stats=1",
            str(corpus),
        ]
        done = subprocess.run(
            command, check=False, cwd=Path(__file__).parent.parent, env=dict(os.environ)
        )
    found = sorted(p.name for p in options.crashes.iterdir())
    if not found:
        options.crashes.rmdir()
    if done.returncode or found:
        print(f"tools.fuzz: {', '.join(found) or 'the fuzzer stopped'}: see above", file=sys.stderr)
        return 1
    print(f"tools.fuzz: {options.seconds} s, only linkcheck's own errors")
    return 0


def target() -> None:
    """What the fuzzer's process does: libFuzzer's options come from its command line."""
    import atheris  # noqa: PLC0415 -- only this tool needs it

    with atheris.instrument_imports(include=["linkcheck", "elftools"]):
        from linkcheck.binary.elf.shared import read_shared_object  # noqa: PLC0415 -- to be instrumented
        from linkcheck.binary.read import read_bytes  # noqa: PLC0415
        from linkcheck.errors import LinkcheckError  # noqa: PLC0415

    def one(data: bytes) -> None:
        try:
            read_bytes("input", data, len(data))
        except LinkcheckError as error:
            # the reader's last line of defence hides what should be said by name
            if error.__cause__ is not None and "can't be read (" in error.message:
                _complain(error)
        with contextlib.suppress(LinkcheckError):
            read_shared_object("/input", data, len(data))

    def _complain(error: LinkcheckError) -> None:
        if not error.message.startswith("input: the ELF header"):
            raise RuntimeError(error.message) from error

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


def _write_seeds(corpus: Path) -> None:
    from tests.elfbuilder import samples  # noqa: PLC0415 -- needs the checkout

    for name, data in samples().items():
        (corpus / f"made-{name}").write_bytes(data)
    for name in _SEEDS:
        for folder in map(Path, os.environ.get("PATH", "").split(os.pathsep)):
            if (folder / name).is_file():
                with (folder / name).open("rb") as file:
                    (corpus / f"real-{name}").write_bytes(file.read(MAX_BYTES))
                break


if __name__ == "__main__":
    sys.exit(main())
