"""The matrix against what one did by hand: `docker run --rm golang go build`, once a recipe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from linkcheck.build.invocation import build_argv, build_env
from linkcheck.build.platforms import linux_platform
from linkcheck.build.recipes import select_recipes
from linkcheck.build.source import locate

RNG = Path(__file__).resolve().parents[1] / "fixtures" / "rng"
IMAGE = "golang:bookworm"
# what that image can build; musl needs another compiler than it has
RECIPES = (
    "default", "netgo", "netgo-only", "osusergo", "cgo-off", "stripped", "static-glibc", "pie",
)  # fmt: skip
VOLUMES = ("linkcheck-bench-build", "linkcheck-bench-mod", "linkcheck-bench-zig")
GOAL, GOAL_AGAIN = 0.4, 3.0

# the command itself, on caches of its own: those of the machine are warm, and others use them
_COLD = """
import sys
from linkcheck.build import docker
names = sys.argv.pop(1).split(",")
docker.VOLUMES = tuple((name, place) for name, (_, place) in zip(names, docker.VOLUMES))
from linkcheck.__main__ import main
main()
"""


def measure_matrix() -> None:
    """Print the wall times of both ways, from cold, and of a second run with nothing changed."""
    print(f"Matrix of fixtures/rng, {len(RECIPES)} recipes, {IMAGE}, nothing cached")
    half = len(RECIPES) // 2  # around the matrix, as the machine's speed drifts
    plain = {name: _plain(name) for name in RECIPES[:half]}
    _remove_volumes()
    try:
        with tempfile.TemporaryDirectory() as caches, tempfile.TemporaryDirectory() as other:
            one, _ = _matrix(RECIPES[:1], other)
            _remove_volumes()
            cold, rows = _matrix(RECIPES, caches)
            again, unchanged = _matrix(RECIPES, caches)
            warm, _ = _matrix(RECIPES, caches, "--fresh")
    finally:
        _remove_volumes()
    plain |= {name: _plain(name) for name in RECIPES[half:]}
    total = sum(plain.values())
    print(f"  {'recipe':14}{'by hand':>10}{'in the matrix':>16}")
    for name in RECIPES:
        print(f"  {name:14}{plain[name]:8.1f} s{rows[name]:14.1f} s")
    print(f"  {'wall time':14}{total:8.1f} s{cold:14.1f} s")
    print(f"  {cold / total:.2f} of by hand ({_judged(cold / total, GOAL)} {GOAL})")
    print(
        f"  one recipe alone {one:.1f} s, each further one {(cold - one) / (len(rows) - 1):.1f} s"
    )
    print(f"  {again:.2f} s the second time ({_judged(again, GOAL_AGAIN)} {GOAL_AGAIN} s)")
    print(f"  {warm:.1f} s with --fresh and Go's own caches filled")
    if unchanged != rows:
        print("  ! the second run was to take all builds from the first, and did not")


def _matrix(recipes: Sequence[str], caches: str, *flags: str) -> tuple[float, dict[str, float]]:
    """Wall seconds of `linkcheck matrix`, and those of each recipe as it tells them."""
    argv = [sys.executable, "-c", _COLD, ",".join(VOLUMES), "matrix", str(RNG), "--format", "json"]
    argv += ["--builder", "docker", "--image", IMAGE, "--recipe", ",".join(recipes), *flags]
    began = time.perf_counter()
    done = _run(argv, {**os.environ, "XDG_CACHE_HOME": caches})
    seconds = time.perf_counter() - began
    return seconds, {b["recipe"]: b["seconds"] for b in json.loads(done)["builds"]}


def _plain(name: str) -> float:
    """The same `go build` in a container with no cache, by hand."""
    source = locate(RNG)
    (recipe,) = select_recipes([name])
    settings = build_env(recipe, source, linux_platform())
    env = [word for pair in settings.items() for word in ("--env", "=".join(pair))]
    argv = ["docker", "run", "--rm", "-v", f"{source.tree}:/src:ro", "-w", "/src", *env, IMAGE]
    began = time.perf_counter()
    _run([*argv, *build_argv("go", recipe, source, "/tmp/program")], dict(os.environ))
    return time.perf_counter() - began


def _run(argv: Sequence[str], env: dict[str, str]) -> str:
    done = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(argv[:4])}: exit code {done.returncode}: {done.stderr}")
    return done.stdout


def _remove_volumes() -> None:
    subprocess.run(
        ["docker", "volume", "rm", "--force", *VOLUMES], capture_output=True, check=False
    )


def _judged(value: float, goal: float) -> str:
    return "goal met: at most" if value <= goal else "goal MISSED: at most"
