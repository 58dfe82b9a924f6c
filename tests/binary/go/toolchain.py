"""Build small real programs, each once a test session."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.binary.go.programs import PROGRAMS


@dataclass
class Toolchain:
    """A Go command and a folder for what it builds; the user's own build cache serves all runs."""

    go: Path
    folder: Path
    built: dict[tuple[object, ...], Path] = field(default_factory=dict)

    def run(self, *arguments: str, cwd: Path | None = None, **env: str) -> str:
        done = subprocess.run(
            [self.go, *arguments],
            cwd=cwd,
            env=os.environ | {
                "GOTOOLCHAIN": "local", "GOPROXY": "off", "GOFLAGS": "-mod=mod", "GOWORK": "off",
            } | env,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def build(
        self, name: str, *flags: str, goos: str = "linux", goarch: str = "amd64", cgo: bool = False
    ) -> Path:
        """The program `name` of programs.py, built with `flags`."""
        key = (name, flags, goos, goarch, cgo)
        if key not in self.built:
            source = self.folder / "src" / name
            source.mkdir(parents=True, exist_ok=True)
            (source / "main.go").write_text(PROGRAMS[name])
            (source / "go.mod").write_text(f"module example.com/{name}\n\ngo 1.21\n")
            output = self.folder / f"{name}-{len(self.built)}"
            self.run(
                "build", *flags, "-o", str(output), ".", cwd=source,
                GOOS=goos, GOARCH=goarch, CGO_ENABLED="1" if cgo else "0",
            )  # fmt: skip
            self.built[key] = output
        return self.built[key]

    def version_m(self, program: Path) -> str:
        """What `go version -m` says, without the file's name."""
        return self.run("version", "-m", str(program)).removeprefix(f"{program}: ")
