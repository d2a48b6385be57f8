import { make } from "./make.js";
import { ageWords, cityOf, clockIn } from "./words.js";

const shown = new WeakMap();

/**
 * One card per person: name, local time, and how fresh each calendar is. A press on the name hides or shows the lane.
 * As long as only times move, texts are changed in place: a card that was replaced under a pressed button would swallow the click.
 */
export function showPeople(root, { people, status, hidden, now, onToggle, onConnect }) {
  const byPerson = new Map(status.map((entry) => [entry.personId, entry]));
  const lasting = JSON.stringify([people, [...hidden], status], (key, value) => (key === "lastSuccess" ? undefined : value));
  if (shown.get(root) !== lasting) {
    const focused = document.activeElement?.closest?.(".person")?.dataset.person;
    root.replaceChildren(...people.map((person) => card(person, byPerson.get(person.id), hidden.has(person.id), { onToggle, onConnect })));
    if (focused !== undefined) root.querySelector(`[data-person="${CSS.escape(focused)}"] button`)?.focus();
    shown.set(root, lasting);
  }
  people.forEach((person, index) => refreshTimes(root.children[index], person, byPerson.get(person.id), now));
}

function refreshTimes(element, person, status, now) {
  setText(element.querySelector(".local"), `${cityOf(person.zone)} ${clockIn(person.zone, now)}`);
  for (const calendar of status?.calendars ?? []) {
    const age = element.querySelector(`.chip[data-calendar="${CSS.escape(calendar.id)}"] .age`);
    if (age && !calendar.error) setText(age, freshnessWords(calendar, now));
  }
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function freshnessWords(calendar, now) {
  if (calendar.lastSuccess === null) return calendar.syncing ? "first sync is running" : "not synced yet";
  const age = ageWords(now - Date.parse(calendar.lastSuccess));
  return calendar.freshness === "stale" ? `stale, synced ${age}` : `synced ${age}`;
}

function card(person, status, isHidden, { onToggle, onConnect }) {
  const toggle = make(
    "button",
    {
      attributes: { type: "button", "aria-pressed": String(!isHidden), title: isHidden ? "Show this person" : "Hide this person" },
      on: { click: () => onToggle(person.id) },
    },
    [
      make("span", { className: "initial", text: person.initial, attributes: { "aria-hidden": "true" } }),
      make("span", { className: "name", text: person.name }),
      make("span", { className: "local" }),
    ],
  );
  // What stands in the way of all calendars is said once.
  const isToldAbove = ({ error }) => error !== null && error.code === status.error?.code;
  const chips = (status?.calendars ?? []).filter((calendar) => !isToldAbove(calendar)).flatMap(chip);
  if (status?.error) chips.unshift(problem("Connection", status.error), make("p", { className: "remedy", text: status.error.remedy }));
  for (const offer of status?.offers ?? []) chips.push(offerButton(person, offer, onConnect));
  if (chips.length === 0) chips.push(make("div", { className: "chip", text: "no calendar yet" }));
  const attributes = { "data-person": person.id, "data-hidden": String(isHidden) };
  return make("li", { className: `person hue-${person.hue}`, attributes }, [toggle, make("div", { className: "calendars" }, chips)]);
}

function offerButton(person, offer, onConnect) {
  const text = offer.connectionId === null ? `Connect ${offer.name}` : `Reconnect ${offer.name}`;
  return make("button", { className: "connect", text, attributes: { type: "button" }, on: { click: () => onConnect(person.id, offer) } });
}

function chip(calendar) {
  if (calendar.error) return [problem(calendar.name, calendar.error), make("p", { className: "remedy", text: calendar.error.remedy })];
  return [
    make("div", { className: "chip", attributes: { "data-state": calendar.freshness, "data-calendar": calendar.id } }, [
      make("span", { className: "calendar", text: calendar.name }),
      make("span", { className: "age" }),
    ]),
  ];
}

function problem(name, error) {
  return make("div", { className: "chip", attributes: { "data-state": "error" } }, [
    make("span", { className: "calendar", text: name }),
    make("span", { className: "age", text: error.code }),
  ]);
}
