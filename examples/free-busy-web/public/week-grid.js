import { make } from "./make.js";
import { blocksOf, usualHours } from "./week-blocks.js";
import { clockIn, formatIn, kindWords, shortKindWords, shortOffsetWords, spanIn } from "./words.js";
import { dateOf, rowLabels, rowOf } from "./zone-days.js";

const headHeight = 54;
const leastRow = 22;
/** A block carries its kind in words where it is long enough for them, in pixels per character of the vertical text. */
const characterHeight = 6.2;

/** The week as columns of days with one lane per person. `onHover` gets a block's words and element, or `null`. */
export function createWeekGrid(root, onHover) {
  let signature = "";
  let view = null;
  let elements = new Map();
  let lanes = [];

  const observer = new ResizeObserver(() => view && fitRows());
  observer.observe(root);

  /** Rows fill the height there is, and never become too low to read. */
  function fitRows() {
    const rows = view.week.minutes / 60;
    const height = Math.max(leastRow, (root.clientHeight - headHeight - 1) / rows);
    root.firstElementChild.style.setProperty("--row-height", `${height}px`);
  }

  const at = (minutes) => `calc(${minutes / 60} * var(--row-height))`;

  function build() {
    const { week, zone, people, now } = view;
    const today = dateOf(now, zone);
    const heads = week.days.map((day) => dayHead(day, day.date === today, people));
    const gutter = make("div", { className: "gutter" }, rowLabels(week).slice(1).map(({ row, text, isSecond }) =>
      make("span", {
        className: isSecond ? "is-second" : "",
        text,
        style: { top: at(row) },
        attributes: { "data-row": row, title: isSecond ? "The same hour once more: the clocks go back" : null },
      })));
    lanes = [];
    const columns = week.days.map((day, index) => {
      const dayLanes = people.map((person) => make("div", { className: `lane hue-${person.hue}` }));
      lanes.push(dayLanes);
      const voids = day.voids.map(({ from, to }) => {
        const title = "The clocks leave this out on this day";
        return make("div", { className: "void", style: { top: at(from), height: at(to - from) }, attributes: { title } });
      });
      const weekday = new Date(`${day.date}T00:00:00Z`).getUTCDay();
      const isWeekend = weekday === 0 || weekday === 6;
      return make("div", { className: `day${isWeekend ? " is-weekend" : ""}`, attributes: { "data-day": index } }, [...dayLanes, ...voids]);
    });
    const corner = make("div", { className: "corner", text: shortOffsetWords(zone, week.days[0].from) });
    const style = { "--rows": week.minutes / 60, "--row-height": `${leastRow}px` };
    const grid = make("div", { className: "grid", style }, [corner, ...heads, gutter, ...columns]);
    people.forEach((person, lane) => {
      for (const block of blocksOf(usualHours(week, person.zone), week)) {
        const style = { top: at(block.top), height: at(block.bottom - block.top) };
        lanes[block.day][lane].append(make("div", { className: "usual", style }));
      }
    });
    root.replaceChildren(grid);
    elements = new Map();
    fitRows();
    const todayIndex = week.days.findIndex(({ date }) => date === today);
    if (todayIndex > 0) root.scrollLeft = columns[todayIndex].offsetLeft - gutter.offsetWidth;
  }

  function dayHead(day, isToday, people) {
    const name = formatIn("UTC", { weekday: "short" }, Date.parse(`${day.date}T12:00:00Z`));
    const hours = (day.to - day.from) / 3_600_000;
    const label = [`${name} `, make("b", { text: String(Number(day.date.slice(8))) })];
    const title = "The clocks change on this day";
    if (hours !== 24) label.push(make("span", { className: "hours", text: `${hours} h`, attributes: { title } }));
    const initials = people.map((person) => make("span", { className: `hue-${person.hue}`, text: person.initial }));
    const className = `day-head${isToday ? " is-today" : ""}`;
    return make("div", { className }, [...label, make("div", { className: "initials" }, initials)]);
  }

  function blockElement(block, person, isNew) {
    const edges = [block.isFirst ? "" : "continues-above", block.isLast ? "" : "continues-below"];
    const classes = ["block", block.kind, isNew ? "is-new" : "", ...edges];
    const height = `calc(${at(block.bottom - block.top)} - 1px)`;
    const element = make("div", {
      className: classes.filter(Boolean).join(" "),
      style: { top: at(block.top), height },
      attributes: {
        "data-person": person.id,
        "data-from": new Date(block.from).toISOString(),
        "data-to": new Date(block.to).toISOString(),
      },
      on: {
        pointerenter: () => onHover(wordsOf(block, person), element),
        pointerleave: () => onHover(null, null),
        animationend: () => element.classList.remove("is-new"),
      },
    });
    const label = labelOf(block);
    const room = ((block.bottom - block.top) / 60) * leastRow - 10;
    if (label !== "" && label.length * characterHeight <= room) element.append(make("span", { text: label }));
    return element;
  }

  function labelOf(block) {
    const words = shortKindWords[block.kind] ?? "";
    if (!block.isWholeDay) return words;
    return words === "" ? "all day" : `all day, ${words}`;
  }

  function wordsOf(block, person) {
    const lines = [`${spanIn(view.zone, block.from, block.to)}`];
    if (person.zone !== view.zone) lines.push(`${spanIn(person.zone, block.from, block.to)} where ${person.shortName} is`);
    return { heading: `${person.shortName}: ${kindWords[block.kind] ?? block.kind}`, lines };
  }

  function placeBlocks(isUpdate) {
    const next = new Map();
    view.people.forEach((person, lane) => {
      for (const block of blocksOf(view.periodsOf(person.id), view.week)) {
        const key = `${person.id} ${block.day} ${block.kind} ${block.from} ${block.to}`;
        const element = elements.get(key) ?? blockElement(block, person, isUpdate);
        if (!elements.has(key)) lanes[block.day][lane].append(element);
        next.set(key, element);
      }
    });
    for (const [key, element] of elements) if (!next.has(key)) dismiss(element);
    elements = next;
  }

  function dismiss(element) {
    onHover(null, null);
    element.classList.remove("is-new");
    element.classList.add("is-gone");
    delete element.dataset.person;
    element.addEventListener("animationend", () => element.remove());
  }

  /** Draws the line at the present moment. Call it again as time goes on. */
  function drawNow(now) {
    for (const old of root.querySelectorAll(".now-line, .now-label")) old.remove();
    if (!view) return;
    const index = view.week.days.findIndex((day) => now >= day.from && now < day.to);
    if (index === -1) return;
    const top = at(rowOf(now, view.week.days[index], view.week));
    root.querySelector(`.day[data-day="${index}"]`).append(make("div", { className: "now-line", style: { top } }));
    const row = rowOf(now, view.week.days[index], view.week);
    const gutter = root.querySelector(".gutter");
    for (const label of gutter.children) label.classList.toggle("is-covered", Math.abs(Number(label.dataset.row) - row) < 35);
    gutter.append(make("span", { className: "now-label", text: clockIn(view.zone, now), style: { top } }));
  }

  return {
    /** Shows a week. An update of the week that is shown lets blocks that came or went flash. */
    show(next) {
      view = next;
      const wanted = JSON.stringify([next.week.days[0].from, next.zone, next.people, dateOf(next.now, next.zone)]);
      const isUpdate = wanted === signature;
      if (!isUpdate) build();
      signature = wanted;
      placeBlocks(isUpdate);
      drawNow(next.now);
    },
    drawNow,
  };
}
