"""Tiny root file systems with a real loader in them: the model's word against a real start.

Programs have their own `_start` and need no libc, so that one compiler serves every glibc.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from linkcheck.binary import read_facts
from linkcheck.images.root import DirRoot, NoEntry
from linkcheck.images.root_view import RootView
from linkcheck.loader import LoadOptions, load
from linkcheck.model.verdicts import LoadResult

GLIBC_LOADER = "/lib64/ld-linux-x86-64.so.2"
MUSL_LOADER = "/lib/ld-musl-x86_64.so.1"
GLIBC_FOLDER = "/lib/x86_64-linux-gnu"
START = """
__asm__(".globl _start\\n_start: xor %ebp,%ebp\\nand $-16,%rsp\\ncall run\\n"
        "mov %eax,%edi\\nmov $60,%eax\\nsyscall\\n");
"""
_QUIET = ("-w", "-O1", "-fno-builtin", "-fcf-protection=none", "-Wl,--build-id=none")


@dataclass(frozen=True, slots=True)
class Started:
    """What a real start came to: `code` -1 where exec itself refused with `text`."""

    code: int
    text: str


@dataclass(slots=True)
class World:
    """One root; paths are absolute inside it."""

    root: Path
    interpreter: str
    environment: dict[str, str] = field(default_factory=dict)
    cpu: str | None = None

    def path(self, inside: str) -> Path:
        """Where `inside` lies on this machine; its folder is made."""
        path = self.root / inside.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, inside: str, text: str) -> None:
        """A text file in the root."""
        self.path(inside).write_text(text)

    def link(self, inside: str, target: str) -> None:
        """A symbolic link in the root."""
        self.path(inside).symlink_to(target)

    def library(
        self,
        inside: str,
        source: str,
        *flags: str,
        needs: tuple[str, ...] = (),
        soname: str | None = None,
        versions: str | None = None,
    ) -> None:
        """Build a shared library under `inside`; `versions` is a linker version script."""
        extra = list(flags)
        soname = inside.rpartition("/")[2] if soname is None else soname
        if soname:
            extra.append(f"-Wl,-soname,{soname}")
        if versions is not None:
            script = self.root.parent / f"{self.root.name}.map"
            script.write_text(versions)
            extra.append(f"-Wl,--version-script={script}")
        self._compile(inside, source, ["-shared", "-fPIC", *extra], needs)

    def program(self, source: str, *flags: str, needs: tuple[str, ...] = ()) -> None:
        """Build /app, whose `run` returns its exit status."""
        self._compile(
            "/app", START + source, [f"-Wl,--dynamic-linker={self.interpreter}", *flags], needs
        )

    def _compile(self, inside: str, source: str, flags: list[str], needs: tuple[str, ...]) -> None:
        libraries = [n if n.startswith("-") else str(self.path(n)) for n in needs]
        command = [
            "gcc", *_QUIET, "-nostdlib", "-nostartfiles", "-o", str(self.path(inside)),
            "-x", "c", "-", "-x", "none", "-Wl,--no-as-needed",
            "-Wl,--allow-shlib-undefined", *flags, *libraries,
        ]  # fmt: skip
        done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def returns(self, inside: str, number: int, *, soname: str | None = None) -> None:
        """A library whose `f` returns `number`, so that a start tells which one was taken."""
        self.library(inside, f"int f(void) {{ return {number}; }}", soname=soname)

    def takes(self, number: int) -> LoadResult:
        """`agrees`, and /app, which returns what `f` does, came back with `number`."""
        result = self.agrees()
        assert not result.refusals, result
        assert self.start().code == number, result.trace
        return result

    def ldconfig(self) -> None:
        """Write the root's /etc/ld.so.cache."""
        tool = shutil.which("ldconfig", path="/sbin:/usr/sbin") or pytest.skip("no ldconfig")
        if os.geteuid() != 0:
            pytest.skip("ldconfig -r needs root")
        self.path("/etc/ld.so.conf").touch()
        subprocess.run([tool, "-r", str(self.root)], check=True, capture_output=True)

    def predict(self) -> LoadResult:
        """What the model says of /app in this root."""
        options = LoadOptions(cpu=self.cpu).under(self.environment)
        return load(read_facts(self.path("/app")), RootView(DirRoot(self.root)), options)

    def start(self) -> Started:
        """Really start /app in the root, as root by chroot, else in a bubblewrap."""
        if os.geteuid() == 0:
            try:
                done = subprocess.run(
                    ["/app"],
                    env=self.environment,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=20,
                    preexec_fn=self._enter,
                )
            except OSError as error:
                return Started(-1, os.strerror(error.errno or 0))
        elif shutil.which("bwrap"):
            command = ["bwrap", "--bind", str(self.root), "/", "--clearenv"]
            for name, value in self.environment.items():
                command += ["--setenv", name, value]
            done = subprocess.run(
                [*command, "/app"], capture_output=True, text=True, check=False, timeout=20
            )
            if done.stderr.startswith("bwrap: execvp /app: "):
                return Started(-1, done.stderr.strip().rpartition(": ")[2])
            if done.stderr.startswith("bwrap: "):
                pytest.skip(f"bubblewrap can't start anything here: {done.stderr.strip()}")
        else:
            pytest.skip("a real start in a root needs root or bubblewrap")
        return Started(done.returncode, done.stderr.strip())

    def _enter(self) -> None:
        os.chroot(self.root)
        os.chdir("/")

    def agrees(self) -> LoadResult:
        """The prediction, once a real start came to the same end with the same words."""
        predicted, seen = self.predict(), self.start()
        shown = "\n".join((f"predicted {predicted}", f"seen {seen}", *predicted.trace))
        assert not predicted.doubts, shown
        if predicted.refusals:
            assert seen.code in (1, 127, -1), shown  # 1: versions that are not there
            if seen.code == -1:
                assert (predicted.error_text or "").lower().endswith(seen.text.lower()), shown
            else:
                assert predicted.error_text == seen.text, shown
        elif seen.code == 127:
            texts = [late.error_text or "" for late in predicted.late]
            assert any(seen.text.endswith(text) for text in texts), shown
        else:
            assert 0 <= seen.code < 127, shown
        return predicted


def glibc_world(folder: Path, source: Path, *libraries: str) -> World:
    """A root with loader and libc of the root `source`, and `libraries` of it."""
    world = World(folder, GLIBC_LOADER)
    loader = _inside(source, GLIBC_LOADER)
    shutil.copy(loader, world.path(GLIBC_LOADER))
    for name in ("libc.so.6", *libraries):  # the release of glibc shows in libc
        shutil.copy(_inside(source, f"{GLIBC_FOLDER}/{name}"), world.path(f"{GLIBC_FOLDER}/{name}"))
    return world


def musl_world(folder: Path, source: Path) -> World:
    """A root with nothing but the musl loader of the root `source`."""
    world = World(folder, MUSL_LOADER)
    shutil.copy(_inside(source, MUSL_LOADER), world.path(MUSL_LOADER))
    return world


def _inside(source: Path, path: str) -> Path:
    found = DirRoot(source).entry(path)
    if isinstance(found, NoEntry):
        pytest.skip(f"no {path} in {source}")
    return source / found.path.lstrip("/")
