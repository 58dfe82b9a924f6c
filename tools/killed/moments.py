"""One run of the matrix, cut off in one way at one moment, and the run after it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.killed.leftovers import (
    containers_of,
    docker,
    files_below,
    images_of,
    until_empty,
    volumes,
)

RECIPES = ("default", "cgo-off", "static-glibc")
WAYS = ("interrupt", "kill", "container")
SETTLE = 15.0  # seconds that the engine may take to remove what a killed process had
PATIENCE = 120.0
_PROJECT = Path(__file__).resolve().parents[2]
_MAIN = """package main

import (
	"fmt"
	"os/user"
)

func main() {
	who, err := user.Current() // through libc, where there is one
	fmt.Println(%d, who, err)
}
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: `said` is what the programs in its output folder print, by recipe."""

    exit_code: int
    seconds: float
    stderr: str
    builds: Sequence[dict[str, object]]
    said: dict[str, str]


class Matrix:
    """A source, an output folder and caches of its own, in which the matrix runs again and again.

    Each run has a new source, so that there is something to build. With `bases` each build is
    started there too.
    """

    def __init__(self, folder: Path, bases: Sequence[str] = ()) -> None:
        self._folder = folder
        self._bases = tuple(bases)
        self.number = ""
        self.out = folder / "out"
        for name in ("source", "cache", "tmp"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "source" / "go.mod").write_text("module example.com/app\n\ngo 1.21\n")

    def edit(self, number: int) -> None:
        """Make the program another one."""
        self.number = str(number)
        (self._folder / "source" / "main.go").write_text(_MAIN % number)

    def start(self) -> subprocess.Popen[str]:
        """`linkcheck matrix`, running."""
        argv = [sys.executable, "-m", "linkcheck", "matrix", str(self._folder / "source")]
        argv += ["--builder", "docker", "--format", "json", "--out", str(self.out)]
        argv += ["--recipe", ",".join(RECIPES)]
        for base in self._bases:
            argv += ["--base", base]
        environment = {
            **os.environ,
            "XDG_CACHE_HOME": str(self._folder / "cache"),
            "TMPDIR": str(self._folder / "tmp"),
            "PYTHONPATH": str(_PROJECT),
        }
        return subprocess.Popen(
            [*argv, *(["--verify"] if self._bases else [])],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def end(self, process: subprocess.Popen[str], began: float) -> Ended:
        """Wait for it. Raises subprocess.TimeoutExpired where it hangs."""
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        said = {path.parent.name: _output(path) for path in self.out.glob("*/*/app")}
        builds = json.loads(stdout)["builds"] if stdout.strip() else []
        return Ended(process.returncode, time.monotonic() - began, stderr, builds, said)

    def run(self) -> Ended:
        """A run that nobody disturbs."""
        began = time.monotonic()
        return self.end(self.start(), began)

    def unfinished(self) -> list[str]:
        """Partial files and scratch folders."""
        scratch = self._folder / "cache" / "linkcheck" / "scratch"
        left = [f"scratch/{path.name}" for path in scratch.glob("*")]
        left += [f"tmp/{path.name}" for path in (self._folder / "tmp").iterdir()]
        return left + files_below(self.out) + files_below(self._folder / "cache")


def cut_off(
    matrix: Matrix, way: str, delay: float, restart: Callable[[int], None] | None = None
) -> tuple[Ended, list[str]]:
    """Run the matrix, and after `delay` seconds do that to it; what was wrong afterwards.

    "engine" calls `restart` with the process's number. A run that ends before is as good as any.
    """
    before = volumes()
    began = time.monotonic()
    process = matrix.start()
    time.sleep(delay)
    if way == "interrupt":
        process.send_signal(signal.SIGINT)
    elif way == "kill":
        process.kill()
    elif way == "container":
        _kill_a_container(process)
    elif restart is not None:
        restart(process.pid)
    ended = matrix.end(process, began)
    # who is killed, or has no engine, can't tidy up there: what it had started to try, and its
    # images, are for the next run to remove
    engine_side = way in {"interrupt", "container"}
    kind = None if engine_side else "build"
    wrong = [
        f"container {name}"
        for name in until_empty(lambda: containers_of(process.pid, kind=kind), SETTLE)
    ]
    if engine_side:
        wrong += [f"image {name}" for name in images_of(process.pid)]
    if way != "kill":
        wrong += [f"file {name}" for name in matrix.unfinished()]
        wrong += _told_wrong(way, ended)
    wrong += [
        f"{recipe} is no program: {said}"
        for recipe, said in ended.said.items()
        if not said.isdecimal()
    ]
    wrong += [f"volume {name}" for name in sorted(volumes() - before)]
    after = matrix.run()
    wrong += [f"still container {name}" for name in containers_of(process.pid)]
    wrong += [f"still image {name}" for name in images_of(process.pid)]
    wrong += [f"still file {name}" for name in matrix.unfinished()]
    return ended, wrong + _not_right(after, matrix.number)


def delays(seed: int, count: int, longest: float) -> list[float]:
    """Random moments of a run, the same for the same seed."""
    moments = random.Random(seed)
    return [moments.uniform(0.1, longest) for _ in range(count)]


def _kill_a_container(process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        if found := containers_of(process.pid, running=True):
            docker("kill", "--signal=KILL", found[0])
            return
        time.sleep(0.05)


def _told_wrong(way: str, ended: Ended) -> list[str]:
    """Whether a run that could still speak told what happened to it."""
    wrong = []
    if "Traceback" in ended.stderr or ended.exit_code == 4:
        wrong.append(f"a bug: {ended.stderr[-500:]}")
    # -2: by the signal itself, which Python leaves to the system once all is written
    allowed = {"interrupt": {0, 130, -signal.SIGINT}}.get(way, {0, 1, 2, 3})
    if ended.exit_code not in allowed:
        wrong.append(f"exit code {ended.exit_code}: {ended.stderr[-300:]}")
    return wrong + [
        f"{build['recipe']}: {build['status']} without a reason"
        for build in ended.builds
        if build["status"] != "ok" and not build["log_tail"]
    ]


def _not_right(after: Ended, number: str) -> list[str]:
    """Whether the next run built everything, and of this source."""
    wrong = [] if after.exit_code == 0 else [f"next run: exit code {after.exit_code}"]
    wrong += [
        f"next run: {build['recipe']}: {build['log_tail']}"
        for build in after.builds
        if build["status"] != "ok"
    ]
    if after.said != dict.fromkeys(RECIPES, number):
        wrong.append(f"next run: its programs say {after.said}, not {number}")
    return wrong


def _output(program: Path) -> str:
    """The first word that it prints; half a program prints none."""
    try:
        done = subprocess.run([program], capture_output=True, text=True, timeout=20, check=False)
    except OSError as error:
        return str(error)
    return done.stdout.split(" ", 1)[0] if done.returncode == 0 else done.stderr[-200:]
