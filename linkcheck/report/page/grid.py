"""The picture: a line a build or program, a column a base, and behind each cell its why."""

from __future__ import annotations

from linkcheck.advise.verdict import bare_reason
from linkcheck.model.report import Trial
from linkcheck.model.verdicts import Verdict
from linkcheck.report.page.icons import chip, icon
from linkcheck.report.page.markup import Markup, block, breakable, element, held, join
from linkcheck.report.sheet import Line, Sheet, kind
from linkcheck.report.text import human_size, short_base

BEST = "the smallest base that suffices"


def grid(sheet: Sheet) -> Markup:
    """The table, in a box that scrolls sideways where the window is narrow."""
    heads = [element("th", sheet.head, scope="col", class_="corner")]
    heads += [
        element("th", element("span", breakable(short_base(base)), title=base), scope="col")
        for base in sheet.bases
    ]
    rows = [_row(number, line, sheet.bases) for number, line in enumerate(sheet.lines)]
    table = element(
        "table",
        element("caption", held(f"Choose a cell to read why. Framed: {BEST}.")),
        element("thead", element("tr", *heads)),
        element("tbody", join(rows)),
        class_="grid",
    )
    return element(
        "div", table, class_="scroll", tabindex=0, role="region", aria_label="Verdicts, scrollable"
    )


def popovers(sheet: Sheet) -> Markup:
    """What each cell opens to. Native popovers: Escape and a click elsewhere close them."""
    opened = [
        _popover(_id(row, column), line, verdict, line.trial(base))
        for row, line in enumerate(sheet.lines)
        for column, base in enumerate(sheet.bases)
        if (verdict := line.verdict(base)) is not None
    ]
    return join(opened)


def _id(row: int, column: int) -> str:
    return f"cell-{row}-{column}"


def _row(number: int, line: Line, bases: tuple[str, ...]) -> Markup:
    about = kind(line.subject) if line.subject else ""
    unfit = line.build is not None and not line.build.shippable
    head = element(
        "th",
        element("span", breakable(line.name), class_="name"),
        element("span", about, class_="kind") if about else "",
        element("span", "for tests only", class_="kind") if unfit else "",
        scope="row",
    )
    if line.subject is None:
        status = line.build.status if line.build else "not judged"
        why = held(element("strong", status), ": ", line.cause)
        return element("tr", head, element("td", why, colspan=len(bases), class_="none"))
    cells = [
        _cell(_id(number, column), line, base, line.verdict(base), line.trial(base))
        for column, base in enumerate(bases)
    ]
    return element("tr", head, *cells)


def _cell(name: str, line: Line, base: str, verdict: Verdict | None, trial: Trial | None) -> Markup:
    if verdict is None:
        return element("td", element("span", "not judged", class_="hidden"))
    seen = line.seen(base)
    if trial is not None and trial.agrees is False:
        seen = f"but {seen}"
    best = line.recommends(base)
    told = [f"{line.name} on {short_base(base)}: {verdict.answer}", seen, BEST if best else ""]
    marks = " wrong" if trial is not None and trial.agrees is False else ""
    marks += " best" if best else ""
    button = element(
        "button",
        icon(verdict.answer),
        element("span", verdict.answer, class_="word"),
        element("span", seen, class_="seen") if seen else "",
        type="button",
        class_=f"cell {verdict.answer}{marks}",
        popovertarget=name,
        aria_haspopup="dialog",
        aria_label=", ".join(filter(None, told)),
    )
    return element("td", button)


def _popover(name: str, line: Line, verdict: Verdict, trial: Trial | None) -> Markup:
    parts = [
        element("h2", f"{line.name} on {verdict.base}", id=f"{name}-title"),
        element("p", chip(verdict.answer)),
        element("p", bare_reason(verdict)),
    ]
    if verdict.error_text:
        parts += [element("h3", "What you would see"), block(verdict.error_text)]
    if verdict.fix:
        parts += [element("h3", "Fix"), element("p", verdict.fix)]
    if line.recommends(verdict.base) and line.subject and line.subject.recommendation:
        added = line.subject.recommendation.add
        more = f", once {' and '.join(added)} {'is' if len(added) == 1 else 'are'} added"
        parts.append(element("p", f"It is {BEST}{more if added else ''}."))
    size = line.image_on(verdict.base)
    if size is not None:
        parts.append(element("p", f"An image on it has {human_size(size)} (measured)."))
    parts += _observed(trial, line.seen(verdict.base))
    close = element(
        "button",
        "Close",
        type="button",
        class_="close",
        popovertarget=name,
        popovertargetaction="hide",
        autofocus=True,
    )
    return element(
        "div",
        *parts,
        close,
        id=name,
        popover="auto",
        role="dialog",
        aria_labelledby=f"{name}-title",
        class_="why",
    )


def _observed(trial: Trial | None, seen: str) -> list[Markup]:
    if trial is None:
        return []
    ended = "" if trial.exit_code is None else f", exit code {trial.exit_code}"
    agreed = {True: ", as predicted", False: ": NOT as predicted", None: ""}[trial.agrees]
    parts = [
        element("h3", "When it was really started"),
        element("p", f"{seen}{ended}{agreed}"),
    ]
    return [*parts, block(trial.output_tail)] if trial.output_tail.strip() else parts
