"""`bundle`: a program with what it needs of another root, checked, written, started."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

from linkcheck.errors import (
    MissingToolError,
    UnknownBaseError,
    UsageError,
)
from linkcheck.images.image_base import ImageBase
from linkcheck.images.resolve import resolve_base
from linkcheck.images.root import CopyableRoot
from linkcheck.model.bundle import PROGRAM, Bundle
from linkcheck.model.report import Trial
from linkcheck.pipeline.imageoutput import check_output, is_image, parse_output, write_image
from linkcheck.run.bubblewrap import BubblewrapRunner
from linkcheck.run.runner import SECONDS
from linkcheck.run.trial import put_to_test, settled
from linkcheck.ship import archive, folder
from linkcheck.ship.blobs import new_layer
from linkcheck.ship.image import Image, Settings, assemble, configured, labels_for
from linkcheck.ship.place import check_file, move, whole_file
from linkcheck.ship.plan import Plan, Source, Wanted, plan_bundle

_TIME: Final = re.compile(r"[0-9]{1,10}")
_MAX_TIME: Final = (1 << 33) - 1  # what a tar header holds


class Request(NamedTuple):
    """What `bundle` is asked for. `verify` None: where bubblewrap is there."""

    program: Path
    sources: tuple[str, ...]
    output: str
    wanted: Wanted = Wanted()
    force: bool = False
    verify: bool | None = None
    arguments: tuple[str, ...] = ()
    seconds: float = SECONDS


def bundle(request: Request, environ: Mapping[str, str]) -> Bundle:
    """Make the bundle, and say what is in it.

    It is judged before anything is written, and started before it stands at its place: where it
    does not start, nothing is left there. Raises what `plan_bundle` raises, UsageError for an
    output that can't be written, NotAsPredictedError for a bundle that does not start, and
    MissingToolError for an engine or bubblewrap that was asked for.
    """
    mtime = source_date(environ)
    _check_output(request)
    sources = [Source(ref, root_of(ref)) for ref in request.sources]
    plan = plan_bundle(request.program, sources, request.wanted)
    with closing(plan.shipment):
        trial, untried = _written(request, plan, mtime, environ)
    return Bundle(
        program=str(request.program),
        source=request.sources[0],
        output=request.output,
        pieces=plan.shipment.pieces,
        left_out=plan.left_out,
        licences=plan.licences,
        verdict=plan.verdict,
        trial=trial,
        untried=untried,
    )


def root_of(ref: str) -> CopyableRoot:
    """The files of `ref`: a folder, an image, or a base of the catalog that the engine holds.

    Raises UnknownBaseError, BadRootError, or MissingToolError for a base that is not here.
    """
    base = resolve_base(ref)
    root = getattr(base, "root", None)
    if root is not None:
        return cast(CopyableRoot, root)
    if base.image.name == "scratch":
        raise UnknownBaseError("scratch has no files to take", next_step="name another --from")
    return held(ref, base.image.name).root


def held(ref: str, name: str) -> ImageBase:
    """The base of the catalog under `ref`, there called `name`, as the engine holds it.

    Raises MissingToolError where it does not.
    """
    for known in dict.fromkeys((ref, name)):
        try:
            return ImageBase(ref, source=f"docker:{known}")
        except MissingToolError as error:
            missing = error
    raise MissingToolError(
        f"{ref}: its files are not here: {missing.message}",
        next_step=missing.next_step or f"`docker pull {ref}`, or use dir:PATH",
    )


def source_date(environ: Mapping[str, str]) -> int:
    """SOURCE_DATE_EPOCH, else 0: the same files give the same bytes. Raises UsageError."""
    text = environ.get("SOURCE_DATE_EPOCH", "") or "0"
    if not _TIME.fullmatch(text) or int(text) > _MAX_TIME:
        raise UsageError(
            f"SOURCE_DATE_EPOCH={text} is no time", next_step="set it to seconds since 1970"
        )
    return int(text)


def _check_output(request: Request) -> None:
    if is_image(request.output):
        check_output(parse_output(request.output), force=request.force)
    elif not request.output.endswith(".tar"):
        folder.check_place(Path(request.output), force=request.force)
    else:
        check_file(Path(request.output))


def _written(
    request: Request, plan: Plan, mtime: int, environ: Mapping[str, str]
) -> tuple[Trial | None, str]:
    as_image = is_image(request.output)
    as_folder = not as_image and not request.output.endswith(".tar")
    output = Path(request.output).absolute()
    with ExitStack() as stack:
        trial, untried = None, "it was not asked for"
        if as_folder or request.verify is not False:
            place = output.parent if as_folder else None
            staged = stack.enter_context(folder.unpacked(plan.shipment, mtime, place))
            if request.verify is not False:
                trial, untried = _started(request, plan, staged)
        if as_folder:
            move(staged, output, force=request.force)
        elif as_image:
            place_of_image = parse_output(request.output)
            file = cast(IO[bytes], stack.enter_context(tempfile.TemporaryFile()))
            image = _image(plan, mtime, file, compress=place_of_image.takes_many)
            write_image(image, place_of_image, mtime, environ, force=request.force)
        else:
            with whole_file(output) as out:
                archive.pack(plan.shipment, out, mtime)
    return trial, untried


def _started(request: Request, plan: Plan, staged: Path) -> tuple[Trial | None, str]:
    """Start it in the bundle. Raises NotAsPredictedError where it is refused."""
    try:
        runner = BubblewrapRunner(staged, "the bundle")
    except MissingToolError as error:
        if request.verify:
            raise
        return None, str(error)
    program = staged / PROGRAM.lstrip("/")
    trial = put_to_test(
        plan.verdict, plan.facts, runner, program, request.arguments, request.seconds
    )
    advice = "add what is missing with --also"
    return settled(trial, request.program, "the bundle", advice, insist=request.verify is True)


def _image(plan: Plan, mtime: int, file: IO[bytes], *, compress: bool) -> Image:
    """The image of the bundle alone, its layer in `file`."""
    accounts = plan.accounts
    settings = Settings(
        platform=plan.facts.platform,
        entrypoint=(PROGRAM,),
        user=f"{accounts.uid}:{accounts.gid}",
        labels=labels_for(plan.facts, None),
        created=mtime,
    )
    archive.pack(plan.shipment, file, mtime)
    layer = new_layer(file, compress=compress)
    return assemble((), layer, configured({}, settings), mtime, "linkcheck bundle")
