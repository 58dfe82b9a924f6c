"""A stage worked out: the image that it and the stages it stands on leave, as in BuildKit."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from linkcheck.gate.instructions import StageWorker, line_of
from linkcheck.gate.reader import DockerfileError
from linkcheck.gate.stages import Arguments, origin_of
from linkcheck.model.stageimage import Pinning, StageImage

if TYPE_CHECKING:
    from linkcheck.gate.context import Context
    from linkcheck.model.dockerfile import Dockerfile, Stage
    from linkcheck.model.provides import MaybeUnknown

MAX_STAGES: Final = 200


def work_out(
    dockerfile: Dockerfile,
    stage: Stage,
    args: Arguments,
    context: Context | None,
    has_usual_folders: Callable[[str], bool | MaybeUnknown],
    path_of: Callable[[str], str],
) -> StageImage:
    """The image of `stage` with all that the stages hold that it stands on.

    `has_usual_folders` says of a base whether it has the folders of a distribution, `path_of` what
    its PATH is.
    Raises DockerfileError for a file that BuildKit would refuse.
    """
    if len(dockerfile.stages) > MAX_STAGES:
        raise DockerfileError(
            f"{dockerfile.path}: more than {MAX_STAGES} stages", next_step="split the file"
        )
    chain = [stage]
    origin = origin_of(dockerfile, stage, args)
    while origin.stage is not None:
        chain.append(dockerfile.stages[origin.stage])
        origin = origin_of(dockerfile, chain[-1], args)
    root = chain[-1]
    base = Pinning(
        origin.ref,
        line_of(dockerfile, root.origin),
        origin.platform,
        origin.platform_text,
        origin.missing,
    )
    worker = StageWorker(
        dockerfile,
        args,
        context,
        lambda: has_usual_folders(origin.ref),
        lambda: path_of(origin.ref),
    )
    for one in reversed(chain):
        worker.stage(one)
    return worker.left(stage, base)
