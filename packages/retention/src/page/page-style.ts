/** The page's whole style; nothing is loaded from anywhere. */
export const pageStyle: string = `
:root { color-scheme: light dark; --bg: #f4f6f9; --surface: #fff; --ink: #18202c; --soft: #5a6678; --line: #e3e8ef; --bar: #c7d7f8; --gone: #5b86e5;
  --good: #15803d; --warn: #a65a00; --bad: #c01f2f; font: 14px/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Liberation Sans", sans-serif;
  font-variant-numeric: tabular-nums; }
@media (prefers-color-scheme: dark) { :root { --bg: #0e1218; --surface: #161c25; --ink: #e8edf4; --soft: #97a4b6; --line: #252e3b; --bar: #2b3f63;
  --gone: #7fb0ff;
  --good: #4ade80; --warn: #f5b04c; --bad: #ff7b86; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); }
main { max-width: 1060px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 24px; margin: 0 0 4px; }
h2 { font-size: 17px; margin: 34px 0 10px; }
p { margin: 4px 0; }
.soft { color: var(--soft); }
.cards { display: flex; flex-wrap: wrap; gap: 12px; margin: 20px 0 0; padding: 0; list-style: none; }
.cards li { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 12px 18px; min-width: 150px; }
.cards b { display: block; font-size: 22px; line-height: 1.2; }
.banner { border: 1px solid var(--warn); border-left-width: 6px; background: var(--surface); border-radius: 8px; padding: 10px 14px; margin: 18px 0 0; }
.banner.bad { border-color: var(--bad); }
.kind { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; margin: 0 0 10px; display: grid;
  grid-template-columns: minmax(0, 1fr) 260px; gap: 4px 24px; }
.kind h3 { font-size: 15px; margin: 0; }
.kind .count { text-align: right; }
.kind.empty { opacity: 0.75; padding: 9px 18px; }
.kind p, .kind svg { grid-column: 1 / -1; }
.kind svg { width: 100%; height: 12px; border-radius: 6px; display: block; }
.track { fill: var(--bar); } .passed { fill: var(--gone); } .over .passed { fill: var(--bad); }
.ends { grid-column: 1 / -1; display: flex; justify-content: space-between; font-size: 12px; color: var(--soft); }
.tag { display: inline-block; border: 1px solid var(--line); border-radius: 20px; padding: 0 9px; font-size: 12px; color: var(--soft); }
.due { color: var(--bad); font-weight: 600; } .none { color: var(--good); }
.scroll { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; vertical-align: top; padding: 7px 12px; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 600; white-space: nowrap; }
td.number, th.number { text-align: right; }
td.when { white-space: nowrap; }
td.id { font-family: ui-monospace, "Liberation Mono", monospace; font-size: 12px; overflow-wrap: anywhere; }
tr.over td { background: color-mix(in srgb, var(--bad) 9%, transparent); }
@media (max-width: 640px) { .kind { grid-template-columns: 1fr; } .kind .count { text-align: left; } }
@media print { body { background: #fff; } .kind, .scroll, .cards li { break-inside: avoid; } }
`;
