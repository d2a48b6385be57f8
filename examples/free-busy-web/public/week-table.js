import { make } from "./make.js";
import { blocksOf } from "./week-blocks.js";
import { clockIn, formatIn, kindWords } from "./words.js";

/** The same week as a table: for screen readers always, for everybody on demand. */
export function showWeekTable(root, { week, zone, people, periodsOf }) {
  const dayName = (day) => formatIn("UTC", { weekday: "short", day: "numeric", month: "short" }, Date.parse(`${day.date}T12:00:00Z`));
  const head = make("tr", {}, [
    make("th", { text: "Person", attributes: { scope: "col" } }),
    ...week.days.map((day) => make("th", { text: dayName(day), attributes: { scope: "col" } })),
  ]);
  const rows = people.map((person) => {
    const blocks = blocksOf(periodsOf(person.id), week);
    const cells = week.days.map((_, index) => {
      const ofDay = blocks.filter((block) => block.day === index).sort((left, right) => left.from - right.from);
      return make("td", {}, [dayCell(ofDay, zone)]);
    });
    return make("tr", { className: `hue-${person.hue}` }, [make("th", { text: person.name, attributes: { scope: "row" } }), ...cells]);
  });
  const caption = make("caption", { text: `Busy times in the zone ${zone}. A gap means that nothing is known to block it.` });
  root.replaceChildren(make("table", {}, [caption, make("thead", {}, [head]), make("tbody", {}, rows)]));
}

function dayCell(blocks, zone) {
  if (blocks.length === 0) return make("span", { className: "kind", text: "nothing" });
  return make("ul", {}, blocks.map((block) => {
    const from = block.isFirst ? clockIn(zone, block.from) : "00:00";
    const to = block.isLast ? clockIn(zone, block.to) : "24:00";
    const when = block.isWholeDay ? "all day" : `${from} to ${to === "00:00" ? "24:00" : to}`;
    return make("li", { text: `${when} ` }, [make("span", { className: "kind", text: kindWords[block.kind] ?? block.kind })]);
  }));
}
