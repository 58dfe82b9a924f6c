"""What the last runs built, to be taken again where nothing that it was made from changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from linkcheck import __version__
from linkcheck.build.builder import Builder, BuiltBinary, NotBuilt, Outcome, Program
from linkcheck.build.digest import tree_digest
from linkcheck.build.platforms import Platform
from linkcheck.build.recipe_tables import Recipe
from linkcheck.build.source import Source
from linkcheck.engine.folders import cache_home, deliver, whole

LIMIT = 4 << 30  # bytes kept; those that were not used for longest go first
FORM = 1  # to be raised where entries change their meaning


@dataclass(frozen=True, slots=True)
class Reused:
    """An outcome of an earlier run, and the seconds that it took then."""

    outcome: Outcome
    seconds: float


class Store:
    """Finished builds in the user's cache: for each a KEY.json, and KEY.bin where it is a program.

    Whatever is wrong with the folder makes it forgetful, and is no error.
    """

    def __init__(self, environ: Mapping[str, str], limit: int = LIMIT) -> None:
        self._folder = cache_home(environ) / "cells"
        self._limit = limit

    def key(
        self,
        builder: Builder,
        program: Program,
        tree: str | None,
        recipe: Recipe,
        platform: Platform,
    ) -> str | None:
        """The name under which this build is kept; None where its inputs can't be told."""
        inputs = builder.inputs(recipe, platform)
        if tree is None or inputs is None or any("-buildvcs=true" in f for f in recipe.flags):
            return None
        where = [str(program.module), str(program.package)] if isinstance(program, Source) else []
        told = asdict(recipe) | {"needs": sorted(recipe.needs)}
        parts = [FORM, __version__, inputs, tree, where, program.name, told, str(platform)]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def find(self, key: str, target: Path) -> Reused | None:
        """The build of that key, its program put at `target`; None where there is none."""
        entry = self._folder / f"{key}.json"
        try:
            told = json.loads(entry.read_text("utf-8"))
            seconds, log = float(told["seconds"]), str(told["log_tail"])
            if told["status"] != "ok":
                status: Literal["failed", "skipped"] = (
                    "skipped" if told["status"] == "skipped" else "failed"
                )
                return Reused(NotBuilt(status, str(told["cause"]), log, lasting=True), seconds)
            program = entry.with_suffix(".bin")
            if _digest(program) != told["sha256"]:
                return None
            os.utime(entry)
            os.utime(program)
            deliver(program, target)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return Reused(BuiltBinary(target, log), seconds)

    def keep(self, key: str, outcome: Outcome, seconds: float) -> None:
        """Remember a program, or a failure that would come again."""
        told: dict[str, object] = {"seconds": seconds, "log_tail": outcome.log_tail}
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            if isinstance(outcome, BuiltBinary):
                told |= {"status": "ok", "sha256": _digest(outcome.path)}
                self._write(f"{key}.bin", outcome.path)
            elif outcome.lasting:
                told |= {"status": outcome.status, "cause": outcome.cause}
            else:
                return
            self._write(f"{key}.json", json.dumps(told).encode())

    def prune(self) -> None:
        """Forget what was not used for longest, down to the limit."""
        with contextlib.suppress(OSError):
            entries = [(file.stat(), file) for file in self._folder.iterdir()]
            total = sum(status.st_size for status, _ in entries)
            for status, file in sorted(entries, key=lambda entry: entry[0].st_mtime):
                if total <= self._limit:
                    return
                file.unlink(missing_ok=True)
                total -= status.st_size

    def _write(self, name: str, content: Path | bytes) -> None:
        with whole(self._folder / name) as partial:
            if isinstance(content, bytes):
                partial.write_bytes(content)
            else:
                shutil.copyfile(content, partial)


def program_digest(program: Program, without: Path | None) -> str | None:
    """What stands for the source of `program`; None where it may change unseen."""
    if isinstance(program, Source):
        return tree_digest(program.tree, without)
    return program.argument if program.pinned else None


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
