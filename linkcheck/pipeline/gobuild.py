"""How a Dockerfile compiles what was compiled once: the image, and the command."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from linkcheck.build.invocation import build_argv, build_call, passed_on
from linkcheck.build.platforms import linux_platform
from linkcheck.build.recipe_tables import Recipe
from linkcheck.build.remote import Remote
from linkcheck.build.source import Source
from linkcheck.errors import UsageError
from linkcheck.images.golang_images import GolangImage, golang_images
from linkcheck.images.resolve import resolve_base
from linkcheck.model.facts import BinaryFacts
from linkcheck.model.provides import BaseImage
from linkcheck.model.report import Subject
from linkcheck.pipeline.compiled import Compiled, Wish
from linkcheck.rules.remedies import is_static
from linkcheck.ship.dockerfile import GoBuild, Stage

_USUAL = "debian:bookworm"  # as `matrix` takes it (build.builder_image)
# settings of the user's own that change a program
_SETTINGS = ("GOFLAGS", "GOEXPERIMENT", "GOAMD64", "GOWORK")
_RELEASE = re.compile(r"go(\d+\.\d+(?:\.\d+)?(?:(?:rc|beta)\d+)?)(?![\w.])")
_ALPINE_C = ("gcc", "musl-dev")


class _Compiler(NamedTuple):
    image: str
    packages: tuple[str, ...]
    why: str


def go_build(wish: Wish, made: Compiled, environ: Mapping[str, str], output: str) -> GoBuild:
    """The build of `made`, to be run in a golang image, which writes the program to `output`.

    Raises UsageError where no golang image fits the final stage, or a flag can't stand in a file.
    """
    recipe, program = made.recipe, made.program
    base = resolve_base(wish.base or _recommended(made.subject)).image
    compiler = _compiler(wish, made.subject, recipe, made.final, base)
    settings = passed_on(environ)
    env = {"GOTOOLCHAIN": "local", **{k: settings[k] for k in _SETTINGS if k in settings}}
    env |= dict(recipe.env)
    local = program if isinstance(program, Source) else None
    return GoBuild(
        context=_context(wish.path, local) if local else None,
        image=compiler.image,
        why_image=compiler.why,
        packages=compiler.packages,
        module=local.module.as_posix() if local else "",
        module_files=_module_files(local) if local else (),
        downloads=local is None or local.needs_modules,
        env={name: _shell(value) for name, value in env.items()},
        command=_command(recipe, program, made.subject, output),
        why_recipe=_why(recipe, made.final.base),
        cross=not recipe.cgo,
    )


def _recommended(subject: Subject) -> str:
    assert subject.recommendation is not None  # without one there is no final stage
    return subject.recommendation.base


def _context(path: str, source: Source) -> str:
    """The folder that a build has to see, from the one that was named, by `..` alone."""
    return PurePosixPath(os.path.relpath(source.tree, Path(path).resolve())).as_posix()


def _module_files(source: Source) -> tuple[str, ...]:
    """go.mod and go.sum, where they suffice to download: no other module lies beside."""
    alone = source.module == Path() and not (source.tree / "go.work").is_file()
    if not alone or not source.needs_modules or source.mod is None or source.mod.local_replaces:
        return ()
    return tuple(n for n in ("go.mod", "go.sum") if (source.tree / n).is_file())


def _command(
    recipe: Recipe, program: Source | Remote, subject: Subject, output: str
) -> tuple[str, ...]:
    if isinstance(program, Source):
        argv = build_argv("go", recipe, program, output)
        return (" ".join(map(_shell, argv)),)
    go = subject.facts.go
    if go is not None and go.main is not None and go.main.version.startswith("v"):
        program = Remote(program.path, go.main.version, program.name)  # latest is no pin
    call = build_call("go", recipe, program, linux_platform(), tree="/src", work="/src")
    # for another platform than its own, go puts it one folder further down
    find = f"find /go/bin -name {_shell(program.name)} -type f -exec cp {{}} {_shell(output)} ';'"
    folder = str(PurePosixPath(output).parent)
    return (f"{' '.join(map(_shell, call.argv))} &&", f"mkdir -p {folder} && {find}")


def _why(recipe: Recipe, base: str) -> str:
    zones = f"; time zones inside, as {base} has none" if "timetzdata" in recipe.tags else ""
    return f"{recipe.name}: {recipe.description}{zones}"


def _compiler(
    wish: Wish, subject: Subject, recipe: Recipe, final: Stage, base: BaseImage
) -> _Compiler:
    release = _release(subject.facts)
    if wish.image is not None:
        return _Compiler(wish.image, (), f"Go {release}, in the image that was asked for")
    images = golang_images(release)
    musl = (recipe.libc or subject.facts.libc.family) == "musl"
    images = tuple(image for image in images if (image.libc == "musl") is musl)
    fitting = _fitting(images, subject, base)
    if not fitting:
        raise _no_image(release, images, final, base)
    image = fitting[-1]
    packages = (*_ALPINE_C, *(("tzdata",) if "tzdata" in final.add else ())) if musl else ()
    return _Compiler(image.ref, packages, f"Go {release}{_why_image(image, subject, base)}")


def _no_image(
    release: str, images: Sequence[GolangImage], final: Stage, base: BaseImage
) -> UsageError:
    if not images:
        return UsageError(
            f"there is no golang image of Go {release}",
            next_step="build with a newer Go, or name an --image with Go in it",
        )
    # compiled in the image that is named, the program may well take no newer symbol
    return UsageError(
        f"no golang:{release} image has a C library as old as {final.base}'s "
        f"({base.provides.libc} {base.provides.libc_version})",
        next_step="name a newer --base, a static --recipe (cgo-off, musl-static), or see whether "
        f"what --image {images[0].ref} compiles runs there",
    )


def _fitting(
    images: Sequence[GolangImage], subject: Subject, base: BaseImage
) -> Sequence[GolangImage]:
    """Those whose C library the base can follow, the best last."""
    has = base.provides.libc_version
    if not is_static(subject.facts):
        fit = [
            i for i in images if isinstance(has, str) and _numbers(i.libc_version) <= _numbers(has)
        ]
        return sorted(fit, key=lambda i: (_numbers(i.libc_version), i.base == base.name))
    if _opens_nss_modules(subject):
        return [image for image in images if image.libc_version == has]
    return sorted(images, key=lambda image: image.base == _USUAL)


def _opens_nss_modules(subject: Subject) -> bool:
    """A static program opens only the modules of the very glibc that is linked in."""
    return any(n.kind == "nss" and n.confidence != "possible" for n in subject.needs)


def _why_image(image: GolangImage, subject: Subject, base: BaseImage) -> str:
    if is_static(subject.facts):
        linked = subject.facts.libc.family in ("glibc", "musl")
        return f" with {image.libc}, which is linked in" if linked else "; it takes no libc along"
    same = image.libc_version == base.provides.libc_version
    than = "the one of" if same else f"older than {base.provides.libc_version} of"
    return f" with {image.libc} {image.libc_version}, {than} the final stage"


def _release(facts: BinaryFacts) -> str:
    version = (facts.go.version if facts.go is not None else None) or ""
    found = _RELEASE.match(version)
    if found is None:
        raise UsageError(
            f"built by {version or 'an unknown Go'}, for which there is no golang image",
            next_step="build with a released Go, or name an --image",
        )
    return found[1]


def _shell(word: str) -> str:
    """`word` for a shell in RUN. Raises UsageError for one that would end the line."""
    if not word.isprintable():
        raise UsageError(f"{word!r} can't stand in a Dockerfile", next_step="use plain text")
    return shlex.quote(word)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))
