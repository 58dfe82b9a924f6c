"""Results that other machines made, as one report: their programs are judged here."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

from linkcheck.build.builder import BuiltBinary
from linkcheck.build.results import CELL, MAX_BYTES, read_result
from linkcheck.errors import LinkcheckError, UsageError
from linkcheck.model.report import Build, Failure, Report, Subject
from linkcheck.pipeline.matrix import UNSHIPPABLE, reason_of

REPORT = "linkcheck.json"  # what `linkcheck matrix --format json` wrote, beside its programs


def collect(folders: Iterable[Path], analyze: Callable[[Path], Subject]) -> Report:
    """The cells below `folders`: those of `docker buildx bake`, and those of linkcheck.json files.

    Raises UsageError for a folder that is not there, holds no results, or broken ones.
    """
    rows: list[tuple[Build, Path | None]] = []
    for folder in folders:
        found = [*_baked(folder), *_reported(folder)]
        if not found:
            raise UsageError(
                f"{folder} holds no results",
                next_step=f"name folders with a {CELL} or a {REPORT} in or below them",
            )
        rows += found
    builds: list[Build] = []
    subjects: list[Subject] = []
    errors: list[Failure] = []
    for build, program in rows:
        judged = build
        if program is not None:
            try:
                subject = analyze(program)
            except LinkcheckError as error:
                errors.append(Failure(str(program), str(error)))
            else:
                go = subject.facts.go.version if subject.facts.go else None
                judged = build._replace(subject=len(subjects), go=go or build.go)
                subjects.append(subject)
        elif build.status == "ok":
            errors.append(Failure(build.path or build.name, "the program is not in the folder"))
        builds.append(judged)
    return Report(subjects=tuple(subjects), errors=tuple(errors), builds=tuple(builds))


def _baked(folder: Path) -> Iterator[tuple[Build, Path | None]]:
    for file in sorted(folder.rglob(CELL)):
        result = read_result(file.parent)
        outcome = result.outcome
        program = outcome.path if isinstance(outcome, BuiltBinary) else None
        build = Build(
            recipe=result.recipe,
            platform=result.platform,
            go=None,
            status="ok" if isinstance(outcome, BuiltBinary) else outcome.status,
            seconds=result.seconds,
            log_tail=reason_of(outcome),
            path=str(program) if program else None,
            name=result.name,
            notes=() if result.shippable else (UNSHIPPABLE,),
            shippable=result.shippable,
        )
        yield build, program


def _reported(folder: Path) -> Iterator[tuple[Build, Path | None]]:
    for file in sorted(folder.rglob(REPORT)):
        document = _read(file)
        for told in document["builds"]:
            build = _build(file, told)
            program = _program(file.parent, build.path) if build.status == "ok" else None
            yield build._replace(path=str(program) if program else build.path), program


def _read(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            document = json.loads(stream.read(MAX_BYTES * 16))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} can't be read: {error}", next_step="make it again") from error
    if not (
        isinstance(document, dict)
        and document.get("schema_version") == "1"
        and isinstance(document.get("builds"), list)
    ):
        raise UsageError(
            f"{file} is no report of a matrix, version 1",
            next_step="write it with `linkcheck matrix --format json --output`",
        )
    return document


def _build(file: Path, told: object) -> Build:
    """One entry of `builds`, as docs/json.md has it; subjects are judged anew."""
    try:
        if not isinstance(told, dict):
            raise TypeError("no object")
        status = told["status"]
        if status not in ("ok", "failed", "skipped"):
            raise ValueError(f"status {status!r}")
        return Build(
            recipe=str(told["recipe"]),
            platform=str(told["platform"]),
            go=str(told["go"]) if told["go"] is not None else None,
            status=status,
            seconds=float(told["seconds"]),
            log_tail=str(told["log_tail"]),
            path=str(told["path"]) if told["path"] is not None else None,
            name=str(told.get("name", "")),
            notes=tuple(map(str, told.get("notes", ()))),
            shippable=bool(told.get("shippable", True)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{file} has a broken build: {type(error).__name__}: {error}", next_step="make it again"
        ) from error


def _program(folder: Path, path: str | None) -> Path | None:
    """The program of a path of another machine, by the longest end of it that is here."""
    parts = PurePath(path).parts if path else ()
    for start in range(len(parts)):
        if parts[start] in ("/", ".."):
            continue
        candidate = folder.joinpath(*parts[start:])
        if ".." not in parts[start:] and candidate.is_file():
            return candidate
    return None
