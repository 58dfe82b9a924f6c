"""Small Go sources of every layout that a Dockerfile has to cope with."""

from __future__ import annotations

from pathlib import Path

_LIBRARY = 'package lib\n\nconst Name = "from the library"\n'
_MAIN = 'package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Name) }\n'
_ALONE = 'package main\n\nfunc main() { println("alone") }\n'


def alone(folder: Path, go: str = "1.21") -> Path:
    """A module without any other."""
    return _write(folder, {"go.mod": f"module example.com/app\n\ngo {go}\n", "main.go": _ALONE})


def replaced(folder: Path) -> Path:
    """A module that takes another one from beside it."""
    _library(folder / "lib")
    mod = (
        "module example.com/app\n\ngo 1.21\n\nrequire example.com/lib v0.0.0\n\n"
        "replace example.com/lib => ../lib\n"
    )
    return _write(folder / "app", {"go.mod": mod, "main.go": _MAIN})


def workspace(folder: Path) -> Path:
    """Two modules that a go.work holds together."""
    _library(folder / "lib")
    _write(folder, {"go.work": "go 1.21\n\nuse (\n\t./app\n\t./lib\n)\n"})
    mod = "module example.com/app\n\ngo 1.21\n"
    return _write(folder / "app", {"go.mod": mod, "main.go": _MAIN})


def vendored(folder: Path) -> Path:
    """A module with its libraries in a vendor folder."""
    mod = "module example.com/app\n\ngo 1.21\n\nrequire example.com/lib v1.0.0\n"
    listed = "# example.com/lib v1.0.0\n## explicit; go 1.21\nexample.com/lib\n"
    files = {
        "go.mod": mod,
        "main.go": _MAIN,
        "vendor/modules.txt": listed,
        "vendor/example.com/lib/lib.go": _LIBRARY,
    }
    return _write(folder, files)


def two_mains(folder: Path) -> Path:
    """A module with two programs, `one` and `two`."""
    files = {"go.mod": "module example.com/app\n\ngo 1.21\n"}
    files |= {f"cmd/{name}/main.go": _ALONE.replace("alone", name) for name in ("one", "two")}
    return _write(folder, files)


def _library(folder: Path) -> None:
    _write(folder, {"go.mod": "module example.com/lib\n\ngo 1.21\n", "lib.go": _LIBRARY})


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder
