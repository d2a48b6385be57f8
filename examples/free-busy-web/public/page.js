import { connect, listen, outcomeOf, read } from "./live-source.js";
import { make } from "./make.js";
import { showBanner } from "./banner.js";
import { showPeople } from "./people-list.js";
import { createWeekGrid } from "./week-grid.js";
import { showWeekTable } from "./week-table.js";
import { formatIn, kindWords, kinds } from "./words.js";
import { addDays, dateOf, weekDays, weekOf } from "./zone-days.js";
import { fillZonePicker, isZone, viewerZone } from "./zone-picker.js";

const $ = (id) => document.getElementById(id);
const hues = 8;
const logLength = 60;
/** Changes that come in a burst are read with one question. */
const gatherMs = 120;
const statusEveryMs = 5_000;

const state = { config: null, people: [], zone: "UTC", first: "", hidden: new Set(), freeBusy: null, status: [], skew: 0, asked: 0 };
const grid = createWeekGrid($("grid"), showTip);

/** The present by the server's clock, so that ages are right on a machine whose clock is not. */
const now = () => Date.now() + state.skew;
const periodsOf = (personId) => state.freeBusy?.people.find((person) => person.personId === personId)?.periods ?? [];

async function begin() {
  const config = await read("/api/page");
  state.skew = Date.parse(config.now) - Date.now();
  state.config = config;
  state.people = config.people.map((person, index) => ({ ...person, ...namesOf(person.name), hue: index % hues }));
  const asked = new URLSearchParams(location.search);
  state.zone = [asked.get("zone"), config.zone, viewerZone(), "UTC"].find((zone) => zone && isZone(zone));
  const date = /^\d{4}-\d{2}-\d{2}$/.test(asked.get("week") ?? "") ? asked.get("week") : dateOf(now(), state.zone);
  state.first = weekOf(date, config.weekStart);
  $("title").textContent = document.title = config.title;
  $("sync").hidden = !config.canSync;
  fillZonePicker($("zone"), state.people, state.zone, now());
  showLegend();
  showOutcome();
  showLogEntry({ text: "Waiting for the first change" });
  listen({
    onLive: () => {
      setLive("live", "live");
      void refresh();
    },
    onNews: hear,
    onLost: () => setLive("lost", "reconnecting"),
  });
  setInterval(tick, 1_000);
  setInterval(() => void refreshStatus(), statusEveryMs);
}

function namesOf(name) {
  const shortName = name.split(" ")[0] || name;
  return { shortName, initial: (Array.from(shortName)[0] ?? "?").toUpperCase() };
}

/** Reads the shown week and the status anew. Of several questions under way only the newest answer counts. */
async function refresh() {
  const question = ++state.asked;
  const week = weekDays(state.first, state.zone);
  const range = new URLSearchParams({ from: new Date(week.days[0].from).toISOString(), to: new Date(week.days[6].to).toISOString() });
  await guarded(async () => {
    const [freeBusy, status] = await Promise.all([read(`/api/free-busy?${range}`), read("/api/status")]);
    if (question !== state.asked) return;
    state.skew = Date.parse(freeBusy.now) - Date.now();
    state.freeBusy = freeBusy;
    state.status = status.people;
    draw(week);
  });
}

async function refreshStatus() {
  await guarded(async () => {
    state.status = (await read("/api/status")).people;
    drawPeople();
  });
}

async function guarded(work) {
  try {
    await work();
    $("trouble").hidden = true;
  } catch (thrown) {
    $("trouble").textContent = thrown instanceof TypeError ? "The server does not answer. The page goes on when it does." : thrown.message;
    $("trouble").hidden = false;
  }
}

function draw(week = weekDays(state.first, state.zone)) {
  const people = state.people.filter(({ id }) => !state.hidden.has(id));
  const view = { week, zone: state.zone, people, periodsOf, now: now() };
  $("week").textContent = weekWords(week);
  grid.show(view);
  showWeekTable($("table"), view);
  drawPeople();
}

function drawPeople() {
  const { people, status, hidden } = state;
  showPeople($("people"), { people, status, hidden, now: now(), onToggle, onConnect });
  showBanner($("banner"), { people, status, onConnect });
}

function onConnect(personId, offer) {
  void guarded(() => connect(personId, offer));
}

function onToggle(personId) {
  if (!state.hidden.delete(personId)) state.hidden.add(personId);
  draw();
}

function weekWords({ days }) {
  const at = (day) => Date.parse(`${day.date}T12:00:00Z`);
  const [first, last] = [days[0], days[6]];
  const isOneMonth = first.date.slice(0, 7) === last.date.slice(0, 7);
  const from = formatIn("UTC", isOneMonth ? { day: "numeric" } : { day: "numeric", month: "short" }, at(first));
  return `${from} to ${formatIn("UTC", { day: "numeric", month: "long", year: "numeric" }, at(last))}`;
}

function tick() {
  drawPeople();
  grid.drawNow(now());
}

let gathering = null;
function hear(news) {
  if (news.text !== null) showLogEntry(news);
  gathering ??= setTimeout(() => {
    gathering = null;
    void refresh();
  }, gatherMs);
}

function showLogEntry({ at, text, personId }) {
  const log = $("log");
  const person = state.people.find(({ id }) => id === personId);
  if (at) log.querySelector(".quiet")?.remove();
  const entry = make("li", { className: at ? `is-new${person ? ` hue-${person.hue}` : ""}` : "quiet" }, [make("span", { text })]);
  if (at) {
    const clock = formatIn(state.zone, { timeStyle: "medium" }, Date.parse(at));
    entry.prepend(make("time", { text: clock, attributes: { datetime: at } }));
  }
  log.prepend(entry);
  while (log.children.length > logLength) log.lastElementChild.remove();
}

/** What came of connecting, once: the address is cleaned, so that a reload does not say it again. */
function showOutcome() {
  const outcome = outcomeOf(location.search);
  if (outcome === null) return;
  $("notice").textContent = outcome.words;
  $("notice").dataset.state = outcome.state;
  $("notice").hidden = false;
  history.replaceState(null, "", location.pathname);
}

function showLegend() {
  const swatch = (kind) => make("span", { className: "swatch" }, [make("span", { className: `block ${kind}` })]);
  const items = kinds.filter((kind) => kind !== "unknown").map((kind) => [swatch(kind), kindWords[kind]]);
  items.push([make("span", { className: "swatch usual" }), "9 to 17 in the person's own zone"]);
  $("legend").replaceChildren(...items.map((parts) => make("li", {}, parts)));
}

function showTip(words, anchor) {
  const tip = $("tip");
  tip.hidden = words === null;
  if (words === null) return;
  tip.replaceChildren(make("strong", { text: words.heading }), ...words.lines.map((line) => make("span", { text: line })));
  const box = anchor.getBoundingClientRect();
  const left = box.right + 8 + tip.offsetWidth > innerWidth ? box.left - tip.offsetWidth - 8 : box.right + 8;
  tip.style.setProperty("left", `${Math.max(8, left)}px`);
  tip.style.setProperty("top", `${Math.min(Math.max(8, box.top), innerHeight - tip.offsetHeight - 8)}px`);
}

function setLive(name, words) {
  $("live").dataset.state = name;
  $("live").textContent = words;
}

/** Shows another week or zone and keeps the address in step, so that it can be shared. */
function goTo({ first = state.first, zone = state.zone }) {
  Object.assign(state, { first, zone, freeBusy: null });
  history.replaceState(null, "", `?${new URLSearchParams({ week: first, zone })}`);
  void refresh();
}

const thisWeek = () => goTo({ first: weekOf(dateOf(now(), state.zone), state.config.weekStart) });
const otherWeek = (days) => goTo({ first: addDays(state.first, days) });

$("previous").addEventListener("click", () => otherWeek(-7));
$("next").addEventListener("click", () => otherWeek(7));
$("today").addEventListener("click", thisWeek);
$("zone").addEventListener("change", (event) => goTo({ zone: event.target.value }));
$("view").addEventListener("click", () => {
  const asTable = $("view").getAttribute("aria-pressed") !== "true";
  $("view").setAttribute("aria-pressed", String(asTable));
  $("grid").hidden = asTable;
  $("table").classList.toggle("visually-hidden", !asTable);
});
$("sync").addEventListener("click", () => {
  $("sync").disabled = true;
  void guarded(() => read("/api/sync", { method: "POST" })).then(() => {
    $("sync").disabled = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input, .grid-scroll, .table-scroll")) return;
  if (event.key === "ArrowLeft") otherWeek(-7);
  else if (event.key === "ArrowRight") otherWeek(7);
  else if (event.key === "t" || event.key === "T") thisWeek();
});

void guarded(begin);
