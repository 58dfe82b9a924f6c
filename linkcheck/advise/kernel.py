"""What the kernel refuses before any loader is asked."""

from __future__ import annotations

from linkcheck.model.facts import BinaryFacts
from linkcheck.model.provides import BaseImage
from linkcheck.model.verdicts import LoadResult, Refusal

_FORMAT_ERROR = "exec /app: exec format error"  # ENOEXEC in the words of runc


def kernel_refusal(facts: BinaryFacts, base: BaseImage, load: LoadResult) -> Refusal | None:
    """The refusal of a program for another system, or a machine that the base does not come for.

    None where there is none, or where the loader model has found it already.
    """
    system, _, machine = facts.platform.partition("/")
    if facts.format != "elf" or system not in ("linux", "unknown"):
        # an ELF of another system is started, and dies of its first system call
        text = None if facts.format == "elf" else _FORMAT_ERROR
        reason = f"{facts.platform}: no Linux image runs it"
        return Refusal("platform", facts.platform, reason, text)
    if any(refusal.kind == "platform" for refusal in load.refusals):
        return None
    published = base.provides.platforms
    if not isinstance(published, tuple) or not published or system == "unknown":
        return None
    if _comes_for(machine, published):
        return None
    reason = f"there is no {facts.platform} in it, only {', '.join(published)}"
    return Refusal("platform", facts.platform, reason, _FORMAT_ERROR)


def _comes_for(machine: str, published: tuple[str, ...]) -> bool:
    """Variants aside; an amd64 kernel starts 386 programs too (CONFIG_IA32_EMULATION)."""
    arch = machine.partition("/")[0]
    archs = {platform.split("/")[1] for platform in published if "/" in platform}
    return arch in archs or (arch == "386" and "amd64" in archs)
