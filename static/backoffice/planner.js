// The week planner: a click on a free time opens the page of a new draft, and drafts can be dragged with the mouse.
// Without this script, the "+" of each hall and the page of each draft do the same.
"use strict";
const STEP = 300; // seconds
const week = document.querySelector(".plan-week");
const form = document.getElementById("move-draft");
let drag = null;

function secondsAt(track, x) {
    const box = track.getBoundingClientRect();
    const seconds = (x - box.left) / box.width * track.dataset.hours * 3600;
    return Number(track.dataset.begins) + Math.round(seconds / STEP) * STEP;
}

function trackAt(x, y) {
    return document.elementsFromPoint(x, y).find(each => each.classList.contains("track"));
}

function isNarrow() {
    return matchMedia("(max-width: 767px)").matches;
}

function end() {
    drag.block.classList.remove("moving");
    drag.block.style.transform = "";
    document.querySelector(".track.target")?.classList.remove("target");
    drag = null;
}

week?.addEventListener("click", event => {
    const track = event.target.closest(".track");
    if (week.dataset.add && track && !event.target.closest(".block, a") && !isNarrow()) {
        location.href = `${week.dataset.add}?hall=${track.dataset.hall}&at=${secondsAt(track, event.clientX)}`;
    }
});

week?.addEventListener("pointerdown", event => {
    const block = event.target.closest(".block.movable");
    if (form && block && event.button === 0 && event.pointerType !== "touch" && !isNarrow())
        drag = { block, x: event.clientX, y: event.clientY, grip: event.clientX - block.getBoundingClientRect().left };
});

addEventListener("pointermove", event => {
    if (!drag) return;
    const x = event.clientX - drag.x, y = event.clientY - drag.y;
    if (!drag.block.classList.contains("moving")) {
        if (Math.hypot(x, y) < 6) return; // a click
        drag.block.classList.add("moving");
    }
    drag.block.style.transform = `translate(${x}px, ${y}px)`;
    document.querySelector(".track.target")?.classList.remove("target");
    trackAt(event.clientX, event.clientY)?.classList.add("target");
    event.preventDefault();
});

addEventListener("pointerup", event => {
    if (!drag) return;
    const { block, grip } = drag, moved = block.classList.contains("moving");
    const track = moved && trackAt(event.clientX, event.clientY);
    if (!track) return end();
    // The click that follows must neither open the draft nor add another one.
    addEventListener("click", click => { click.preventDefault(); click.stopPropagation(); }, { capture: true, once: true });
    form.draft.value = block.dataset.draft;
    form.hall.value = track.dataset.hall;
    form.start.value = secondsAt(track, event.clientX - grip);
    drag = null;
    form.submit();
});

addEventListener("keydown", event => { if (drag && event.key === "Escape") end(); });
addEventListener("pointercancel", () => { if (drag) end(); });

// The page opens at the day of the draft: what happened to it is shown there, until it is clicked.
const messages = document.querySelector("ul.flex-col.gap-4.mb-6");
if (location.hash && messages) {
    messages.classList.add("plan-toast");
    messages.addEventListener("click", () => messages.classList.remove("plan-toast"), { once: true });
}
