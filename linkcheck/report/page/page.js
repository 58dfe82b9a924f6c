"use strict";
// Arrow keys, Home and End walk through the cells; without this script Tab does.
const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest(".grid td");
  if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
  const line = [...cell.parentElement.querySelectorAll("button")];
  let next;
  if (event.key === "Home") next = line[0];
  if (event.key === "End") next = line.at(-1);
  const step = steps[event.key];
  if (step && step[1]) next = line[line.indexOf(event.target) + step[1]];
  if (step && step[0]) {
    let row = cell.parentElement;
    do {
      row = step[0] < 0 ? row.previousElementSibling : row.nextElementSibling;
      next = row?.cells[cell.cellIndex]?.querySelector("button");
    } while (row && !next);
  }
  if (!step && !next) return;
  event.preventDefault();
  next?.focus();
});

// Paper can't be unfolded.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const part of folded) part.open = true;
});
addEventListener("afterprint", () => {
  for (const part of folded) part.open = false;
});
