// The map of seats works as plain check boxes; this adds arrow keys, a sum, two fingers, and keeps it true while it is looked at.
(() => {
  "use strict";
  const form = document.querySelector("form.choose");
  const plan = document.getElementById("plan");
  if (!form || !plan) return;
  const said = document.getElementById("chosen");
  const total = document.getElementById("sum");
  const words = form.dataset;
  const most = Number(words.most);
  const rows = [...plan.querySelectorAll(".row")].map((row) => [...row.querySelectorAll("input")]);
  const boxes = rows.flat();
  const mine = new Set(boxes.filter((box) => box.checked).map((box) => box.value));

  // A grid to assistive technology: one stop for Tab, arrows within it; what is taken can be read, not chosen.
  // It is made outside of the page, so that hundreds of changes are styled once.
  const hall = plan.parentElement;
  plan.remove();
  plan.setAttribute("role", "grid");
  rows.forEach((seats) => {
    const row = seats[0].closest(".row");
    row.setAttribute("role", "row");
    const [name, ...facts] = row.getAttribute("aria-label").split(", ");
    seats.forEach((box) => cell(box, name, facts));
  });
  hall.append(plan);

  // A seat is named in full, and its label becomes a cell, which a label may not be. The name of the row tells what its
  // seats are; those that are not have a name of their own.
  function cell(box, row, facts) {
    const label = box.parentElement;
    const parts = [row, box.getAttribute("aria-label") || [`${words.seat} ${label.textContent}`, ...facts].join(", ")];
    if (box.disabled) parts.push(words.taken);
    const place = document.createElement("div");
    place.className = label.className;
    place.setAttribute("role", "gridcell");
    const number = document.createElement("span");
    number.setAttribute("aria-hidden", "true");
    number.textContent = label.textContent;
    label.replaceWith(place);
    place.append(box, number);
    box.setAttribute("aria-label", parts.join(", "));
    box.tabIndex = -1;
    if (box.disabled) lock(box);
  }

  let stop = boxes.find((box) => box.checked) || boxes.find((box) => !locked(box)) || boxes[0];
  stop.tabIndex = 0;

  requestAnimationFrame(toMiddle);  // on a phone the middle of the hall is in view first; with the layout made once

  function toMiddle() {
    hall.scrollTo((hall.scrollWidth - hall.clientWidth) / 2, (hall.scrollHeight - hall.clientHeight) / 2);
  }

  // On a phone the whole hall is seen at first, with seats smaller than a finger: the first press makes them larger.
  const larger = document.getElementById("larger");
  let touched = false;
  plan.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch"; });
  plan.addEventListener("click", (event) => {
    const seat = event.target.closest(".seat");
    if (!seat || !touched || seat.offsetWidth >= 24) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    larger.checked = true;
    const at = seat.getBoundingClientRect(), box = hall.getBoundingClientRect();
    hall.scrollBy(at.left + at.width / 2 - box.left - box.width / 2, at.top + at.height / 2 - box.top - box.height / 2);
    seat.scrollIntoView({ block: "nearest", inline: "nearest" });  // where the page scrolls and not the hall
  }, true);
  larger.addEventListener("change", () => {
    plan.style.removeProperty("--zoom");
    toMiddle();
  });

  let pinch = null;  // how far apart two fingers were, how large the seats, and what was between them
  hall.classList.add("pinched");
  hall.addEventListener("touchmove", (event) => {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const [one, other] = event.touches;
    const apart = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const box = hall.getBoundingClientRect();
    const across = (one.clientX + other.clientX) / 2 - box.left, down = (one.clientY + other.clientY) / 2 - box.top;
    if (!pinch) {
      pinch = { apart, zoom: Number(plan.style.getPropertyValue("--zoom")) || 1, at: (hall.scrollLeft + across) / hall.scrollWidth, below: (hall.scrollTop + down) / hall.scrollHeight };
      if (larger.checked) {
        const wide = boxes[0].offsetWidth;
        larger.checked = false;
        plan.style.setProperty("--zoom", pinch.zoom = pinch.zoom * wide / boxes[0].offsetWidth);
      }
      return;
    }
    plan.style.setProperty("--zoom", Math.min(4, Math.max(1, pinch.zoom * apart / pinch.apart)));
    hall.scrollLeft = pinch.at * hall.scrollWidth - across;
    hall.scrollTop = pinch.below * hall.scrollHeight - down;
  }, { passive: false });
  hall.addEventListener("touchend", () => { pinch = null; });

  function locked(box) { return box.getAttribute("aria-disabled") === "true"; }

  function lock(box) {
    box.disabled = false;  // so that the arrows reach it and it is read out
    box.checked = false;
    box.setAttribute("aria-disabled", "true");
    box.parentElement.classList.add("gone");
  }

  function go(box) {
    if (!box) return;
    stop.tabIndex = -1;
    stop = box;
    stop.tabIndex = 0;
    stop.focus();
    stop.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function middle(box) {
    const place = box.getBoundingClientRect();
    return place.left + place.width / 2;
  }

  function beside(row, box) {
    if (!row) return null;
    return row.reduce((near, each) => Math.abs(middle(each) - middle(box)) < Math.abs(middle(near) - middle(box)) ? each : near);
  }

  plan.addEventListener("keydown", (event) => {
    const at = rows.findIndex((row) => row.includes(event.target));
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const row = rows[at];
    const place = row.indexOf(event.target);
    const to = {
      ArrowLeft: () => row[place - 1], ArrowRight: () => row[place + 1],
      ArrowUp: () => beside(rows[at - 1], event.target), ArrowDown: () => beside(rows[at + 1], event.target),
      Home: () => row[0], End: () => row[row.length - 1],
    }[event.key];
    if (to) {
      event.preventDefault();
      go(to());
    } else if (event.key === "Enter" && !event.target.checked) {
      event.preventDefault();  // Enter chooses a seat, and goes nowhere from one that is taken; the button at the end goes on
      if (!locked(event.target)) event.target.click();
    }
  });
  plan.addEventListener("focusin", (event) => {
    if (boxes.includes(event.target) && event.target !== stop) {
      stop.tabIndex = -1;
      stop = event.target;
      stop.tabIndex = 0;
    }
  });
  plan.addEventListener("click", (event) => {
    if (boxes.includes(event.target) && locked(event.target)) event.preventDefault();
  });
  plan.addEventListener("change", (event) => {
    if (locked(event.target)) event.target.checked = false;
    pair(event.target);
    if (boxes.filter((box) => box.checked).length > most) {
      event.target.checked = false;
      pair(event.target);
      said.textContent = words.none;
      return;
    }
    sum();
  });

  function pair(box) {  // a love seat is sold whole
    const seat = box.parentElement, { classList } = seat;
    const half = classList.contains("start") ? seat.nextElementSibling : classList.contains("end") ? seat.previousElementSibling : null;
    const other = half && half.querySelector("input");
    if (other && !locked(other)) other.checked = box.checked;
  }

  function name(box) { return box.getAttribute("aria-label").split(", ").slice(0, 2).join(", "); }

  const prices = JSON.parse(words.prices);
  const language = document.documentElement.lang;

  function price(box) {  // in minor units
    const kind = Object.keys(prices).find((each) => each && box.parentElement.classList.contains(each)) || "";
    return Number(box.dataset.price || prices[kind]);
  }

  function money(minor) {
    const places = minor % 100 ? 2 : 0;
    const number = new Intl.NumberFormat(language, { minimumFractionDigits: places, maximumFractionDigits: places });
    return `${number.format(minor / 100)}\u00a0${words.sign}`;
  }

  function sum() {
    const chosen = boxes.filter((box) => box.checked);
    total.textContent = chosen.length ? money(chosen.reduce((all, box) => all + price(box), 0)) : "";
    said.textContent = chosen.length ? `${words.chosen}: ${chosen.map(name).join("; ")}` : words.none;
  }
  sum();

  let leaving = false;  // what is held with this press is no longer free, but not lost
  form.addEventListener("submit", () => { leaving = true; });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });  // it knows nothing of what is held

  async function look() {
    if (document.hidden || leaving) return;
    try {
      const answer = await fetch(words.live, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const now = await answer.json();
      if (leaving) return;
      if (!now.on_sale) return location.reload();
      const taken = new Set(now.taken.map(String));
      const lost = [];
      boxes.forEach((box) => {
        if (taken.has(box.value) && !mine.has(box.value) && !locked(box)) {
          if (box.checked) lost.push(name(box));
          lock(box);
          box.setAttribute("aria-label", `${box.getAttribute("aria-label")}, ${words.taken}`);
        } else if (!taken.has(box.value) && locked(box)) {
          box.removeAttribute("aria-disabled");
          box.parentElement.classList.remove("gone");
          box.setAttribute("aria-label", box.getAttribute("aria-label").replace(`, ${words.taken}`, ""));
        }
      });
      if (lost.length) {
        sum();
        said.textContent = `${words.lost}: ${lost.join("; ")}. ${said.textContent}`;
      }
    } catch { /* the network is away: the server decides in the end */ }
  }
  setInterval(look, 8000);
  document.addEventListener("visibilitychange", look);
})();
