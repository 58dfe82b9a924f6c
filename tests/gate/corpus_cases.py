"""The corpus: Dockerfiles of real shapes, each with its program and what the gate must say."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import FIXTURES
from tests.gate.programs import program

FOLDER = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class CorpusCase:
    """One Dockerfile. `findings` as "RULE LEVEL LINE[ STATE]", those about Go builds left out."""

    name: str
    dockerfile: str
    passes: bool
    findings: list[str]
    program: str = ""
    source: str = ""  # the fixture that is the build context of its `go build`
    mode: int = 0o755
    files: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    verdict: str = ""
    seen: str = ""  # what really happened, or "build fails" with words of the builder
    buildkit: bool = False  # no builder but BuildKit reads it

    def lay_out(self, folder: Path, build_fixture: Callable[..., Path]) -> None:
        """Write the build context."""
        (folder / "Dockerfile").write_text(self.dockerfile, encoding="utf-8")
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text + "\n", encoding="utf-8")
        if self.source:
            for path in (FIXTURES / self.source).iterdir():
                if path.is_file():
                    (folder / path.name).write_bytes(path.read_bytes())
        if self.program:
            copy = folder / "app"
            copy.write_bytes(program(self.program, build_fixture).read_bytes())
            os.chmod(copy, self.mode)  # noqa: PTH101 -- Path.chmod follows the umask no more


def cases() -> list[CorpusCase]:
    """All cases, in the order of their files."""
    return [
        CorpusCase(**case)
        for path in sorted(FOLDER.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]
