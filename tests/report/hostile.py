"""A report in which every string that a program or a folder can choose is an attack."""

from __future__ import annotations

from linkcheck.model.needs import Need
from linkcheck.model.report import Build, Failure, Report, Subject, Trial
from linkcheck.model.verdicts import Finding, Recommendation, Verdict
from tests.report.samples import facts

SCRIPT = "<script>window.pwned=1</script>"
ATTACKS = (
    f"{SCRIPT}<img src=x onerror=window.pwned=2>",
    '"\' autofocus onfocus=window.pwned=3 x="',
    "](https://evil.example) [x](javascript:alert(1)) ![x](https://evil.example/x.png)",
    "``` | `a` | **b** _c_ ~~d~~ $e$ </details></pre></code>",
    "@octocat #1 owner/repo#2 https://evil.example www.evil.example",
    "line\none\r\n\n# heading\n| - | - |\n\x1b[2J\u202e",
)
ALL = " ".join(ATTACKS)


def hostile_subject(text: str = ALL) -> Subject:
    known = facts(text)
    assert known.elf is not None
    assert known.go is not None
    return Subject(
        facts=known._replace(
            elf=known.elf._replace(interpreter=text, needed=(text,)),
            go=known.go._replace(version=text, path=text, main=None),
            packer=text,
            gaps=(text,),
        ),
        needs=(Need("library", text, "load", "certain", (text,)),),
        findings=(Finding("LC102", "error", text, (text,), text),),
        verdicts=(
            Verdict(f"dir:{text}", "fails", (), text, text, text, (text,)),
            Verdict("scratch", "unknown", (), text),
        ),
        recommendation=Recommendation(text, (text,), (text,), (text,)),
        sha256=text,
    )


def hostile_matrix(text: str = ALL) -> Report:
    trial = Trial(f"dir:{text}", "started", 1, text, False)
    built = Build(text, text, text, "ok", 1.0, text, text, 5, 0, (trial,), text, (text,))
    return Report(
        (hostile_subject(text),),
        (Failure(text, "no"),),
        (built, built._replace(status="failed", subject=None, image_size=None)),
        (text,),
    )
