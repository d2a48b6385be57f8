import { make } from "./make.js";

const shown = new WeakMap();

/** Says above everything whose connection has to be mended, with the button that mends it in place. */
export function showBanner(root, { people, status, onConnect }) {
  const broken = status.flatMap(({ personId, offers = [] }) =>
    offers.filter(({ connectionId }) => connectionId !== null).map((offer) => ({ personId, offer })),
  );
  const lasting = JSON.stringify(broken);
  if (shown.get(root) === lasting) return;
  shown.set(root, lasting);
  root.hidden = broken.length === 0;
  root.replaceChildren(
    ...broken.map(({ personId, offer }) => {
      const name = people.find(({ id }) => id === personId)?.name ?? "Somebody";
      return make("div", { className: "broken", attributes: { "data-person": personId } }, [
        make("span", { text: `${name}'s ${offer.name} can no longer be read. The times shown are the last known ones.` }),
        make("button", { text: "Reconnect", attributes: { type: "button" }, on: { click: () => onConnect(personId, offer) } }),
      ]);
    }),
  );
}
