// Judges codes by the list on the device, and keeps the list. What it decides waits in the store until it can be sent.
const doorAway = (() => {
  "use strict";
  let list = null, marks = {}; // marks: when this device admitted a hash since the list was asked for

  const time = (instant) => new Date(instant).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  const is = () => Boolean(list) && new Date(list.until) > new Date();
  const number = () => Object.keys(list.tickets).length;
  const minutes = () => Math.floor((Date.now() - new Date(list.asked)) / 60000);

  async function load() {
    if (!doorStore.works) return;
    list = (await doorStore.get("list")) ?? null;
    marks = (await doorStore.get("marks")) ?? {};
    if (list && !is()) { list = null; await doorStore.forget(); }
  }

  // Takes the list that the server made now. What was admitted while it was made stays noted.
  async function renew(fetched) {
    const asked = new Date().toISOString();
    const answer = await fetched();
    if (!answer.ok) return;
    list = { ...(await answer.json()), asked };
    marks = Object.fromEntries(Object.entries(marks).filter(([, at]) => at > asked));
    await doorStore.keep({ list, marks });
  }

  // The code that was meant, as hash; a scanner may type under another keyboard layout.
  async function read(typed) {
    const upper = [...typed.trim()].map((sign) => (sign === "ß" ? sign : sign.toUpperCase())).join("");
    const readings = new Set([upper, ...list.layouts.map((layout) => [...upper].map((sign) => layout[sign] ?? sign).join(""))]);
    const pattern = new RegExp(`^(?:${list.code})$`);
    let first = null;
    for (const code of readings) {
      if (!pattern.test(code)) continue;
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(list.salt + code));
      const hash = [...new Uint8Array(digest)].map((octet) => octet.toString(16).padStart(2, "0")).join("").slice(0, 32);
      if (list.tickets[hash]) return { code, hash };
      first ??= { code, hash };
    }
    return first;
  }

  const save = () => doorStore.keep({ marks });
  async function note(typed) {
    const found = is() ? await read(typed) : null;
    if (!found) return null;
    marks[found.hash] = new Date().toISOString();
    await save();
    return found.hash;
  }
  async function unnote(hash) { delete marks[hash]; await save(); }

  // What to show for a code: the colour, the name of its words, and the ticket of the list; what is decided is queued.
  async function judge(typed) {
    const found = await read(typed);
    if (!found) return { colour: "red", word: "unknown", text: "scanTickets" };
    const { code, hash } = found;
    const row = list.tickets[hash];
    const now = new Date();
    const scan = { uuid: crypto.randomUUID(), code, at: now.toISOString(), seal: list.seal, listed: "" };
    const verdict = { hash, uuid: scan.uuid };
    if (row) {
      const [session, seatRow, seatNumber, kind] = row;
      verdict.session = list.sessions[session];
      verdict.kind = list.kinds[kind].name;
      verdict.seat = { row: seatRow, number: seatNumber };
      scan.listed = `${verdict.session.place} · ${seatRow}/${seatNumber}`;
      scan.proof = row[5];
      verdict.checks = list.kinds[kind].checks;
    }
    if (marks[hash]) Object.assign(verdict, { colour: "red", word: "used", text: "usedHere", values: { time: time(marks[hash]) }, mayReturn: true });
    else if (row?.[4]) Object.assign(verdict, { colour: "red", word: "used", text: "usedBefore", values: { time: list.made_at }, mayReturn: true });
    else if (row && now < new Date(verdict.session.opens)) Object.assign(verdict, { colour: "red", word: "early" });
    else if (row && now > new Date(verdict.session.ends)) Object.assign(verdict, { colour: "red", word: "other" });
    else if (!row) Object.assign(verdict, { colour: "amber", word: "unlisted", text: "byEye", values: { time: list.made_at } });
    else Object.assign(verdict, verdict.checks.length ? { colour: "amber", word: "check" } : { colour: "green", word: "admit" });
    if (verdict.colour === "red") verdict.checks = [];
    scan.decision = verdict.colour === "red" ? "REFUSED" : row ? "LET_IN" : "BY_EYE";
    await doorStore.queue(scan);
    if (verdict.colour !== "red") { marks[hash] = scan.at; await save(); }
    return verdict;
  }

  // Takes back what was decided and has not been sent; false if it was.
  async function takeBack({ uuid, hash }) {
    if (!(await doorStore.change(uuid, "TURNED_AWAY"))) return false;
    await unnote(hash);
    return true;
  }
  const letIn = ({ uuid }) => doorStore.change(uuid, "RE_ENTRY");

  function gone() { list = null; marks = {}; }
  return { is, number, minutes, made: () => list.made_at, load, renew, note, unnote, judge, takeBack, letIn, gone, time };
})();
