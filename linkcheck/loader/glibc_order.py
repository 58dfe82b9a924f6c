"""The order in which glibc relocates its maps: dependencies first (elf/dl-sort-maps.c).

It decides which of several errors is the one that the user sees. The depth-first sort is the
default since 2.35; before, maps moved behind the last one that needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from linkcheck.loader.link_maps import Loaded

DFS_RELEASE: Final = (2, 35)
MAX_OLD_STEPS: Final = 100_000  # the old sort is quadratic and ends on cycles by counting


def relocation_order(maps: list[Loaded], release: tuple[int, int] | None) -> list[Loaded]:
    """`maps` is in load order, the program first; the result ends with the program."""
    if release is not None and release < DFS_RELEASE:
        sorted_maps = [maps[0], *_original(maps[1:])]
    else:
        sorted_maps = _depth_first(maps)
    return sorted_maps[::-1]


def _depth_first(maps: list[Loaded]) -> list[Loaded]:
    """`_dl_sort_maps_dfs` with force_first; without recursion, as chains may be long."""
    main = maps[0]
    visited: set[int] = set()
    postorder: list[Loaded] = []
    for start in reversed(maps):
        if id(start) in visited:
            continue
        visited.add(id(start))
        # the program's own dependencies are not filled in yet when glibc sorts
        stack = [(start, iter(() if start is main else start.dependencies))]
        while stack:
            current, rest = stack[-1]
            following = next((d for d in rest if id(d) not in visited and d is not main), None)
            if following is None:
                postorder.append(current)
                stack.pop()
            else:
                visited.add(id(following))
                stack.append((following, iter(following.dependencies)))
    order = postorder[::-1]
    order.remove(main)
    return [main, *order]


def _original(maps: list[Loaded]) -> list[Loaded]:
    """`_dl_sort_maps_original`: statement by statement, as its results on cycles matter too."""
    order, count = list(maps), len(maps)
    if count <= 1:
        return order
    needs = {id(m): {id(d) for d in m.dependencies} for m in order}
    seen = [0] * count
    at = 0
    for _ in range(MAX_OLD_STEPS):
        seen[at] += 1
        this = order[at]
        last = next((k for k in range(count - 1, at, -1) if id(this) in needs[id(order[k])]), None)
        if last is not None:
            order.insert(last, order.pop(at))
            if seen[at + 1] > count - at:
                at += 1
            else:
                seen.insert(last, seen.pop(at))
                continue
        else:
            at += 1
            if at == count:
                break
        seen[at:] = [0] * (count - at)
    return order
