/** Stylesheet of a report. It follows the reader's light or dark scheme, and fits anything from a phone to paper. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ink: #17202b; --quiet: #556273; --paper: #f6f7f9; --card: #ffffff; --rule: #dde2e8; --accent: #0b62c4;
  --genuine: #0f7bb8; --impostor: #d1570b; --wrong: #b03d06;
  --series-0: #0b62c4; --series-1: #c2410c; --series-2: #15803d; --series-3: #8b35c9; --series-4: #a16207; --series-5: #be185d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e8edf3; --quiet: #a3b0bf; --paper: #0f151c; --card: #18212b; --rule: #2d3946; --accent: #7cb8ff;
    --genuine: #5bb8ee; --impostor: #ff9a57; --wrong: #ffa468;
    --series-0: #7cb8ff; --series-1: #ff9a57; --series-2: #6fd08c; --series-3: #cf9bff; --series-4: #e5c04b; --series-5: #ff8fc0;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2.2rem; }
footer { padding-bottom: 2.5rem; color: var(--quiet); font-size: .875rem; }
h1 { font-size: clamp(1.4rem, 1rem + 2.2vw, 2.1rem); line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; text-wrap: balance; }
h2 { font-size: 1.2rem; margin: 0 0 .7rem; }
h3 { font-size: 1rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; }
bdi { unicode-bidi: isolate; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 14px; padding: 1.1rem 1.1rem .9rem; margin: 1rem 0; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem; margin: 1.1rem 0 .4rem; padding: 0; }
.figures div { background: var(--card); border: 1px solid var(--rule); border-radius: 14px; padding: .7rem .9rem; }
.figures dt { color: var(--quiet); font-size: .82rem; }
.figures dd { margin: 0; font-size: 1.45rem; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.3; }
.figures small { display: block; font-size: .8rem; font-weight: 400; color: var(--quiet); }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem 1.4rem; }
figure { margin: 0; min-width: 0; }
figcaption { color: var(--quiet); font-size: .875rem; margin-top: .2rem; }
svg { display: block; width: 100%; max-width: 34rem; height: auto; margin: 0 auto; overflow: visible; }
.wide svg { max-width: 44rem; }
.legend { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin: 0 0 .6rem; padding: 0; list-style: none; font-size: .9rem; }
.legend li { display: flex; align-items: center; gap: .45rem; min-width: 0; }
.swatch { flex: none; width: 1.5rem; height: 0; border-top: 3px solid var(--colour); }
.swatch.block { width: .9rem; height: .9rem; border: 0; border-radius: 3px; background: var(--colour); opacity: .8; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--accent); font-size: .9rem; padding: .15rem .1rem; border-radius: 4px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.scroll { overflow-x: auto; border-radius: 6px; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; width: 100%; }
th, td { text-align: left; padding: .32rem .7rem .32rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
th { font-weight: 600; }
th[scope=row] { font-weight: 500; min-width: 8rem; }
.names th[scope=row] { width: 38%; }
td.number, th.number { text-align: right; white-space: nowrap; }
.names td, .names th { overflow-wrap: anywhere; }
ol.hardest { list-style: none; margin: 0; padding: 0; }
ol.hardest li { display: flex; gap: .7rem; align-items: center; padding: .45rem 0; border-bottom: 1px solid var(--rule); font-size: .875rem; }
ol.hardest li > span { min-width: 0; }
ol.hardest img { flex: none; width: 4rem; height: 4rem; object-fit: cover; border-radius: 8px; background: var(--rule); }
ol.hardest img + img { margin-left: -.35rem; }
.tag { display: inline-block; border: 1px solid currentColor; border-radius: 99px; padding: 0 .5rem; font-size: .75rem; }
.wrong { color: var(--wrong); } .right { color: var(--quiet); }
ul.notes { margin: 0; padding-left: 1.2rem; }
ul.notes li { margin: .2rem 0; }
@media (max-width: 30rem) { section { padding: .9rem .8rem .7rem; border-radius: 12px; } ol.hardest img { width: 3.2rem; height: 3.2rem; } }
@media print { body { background: none; } section, .figures div { break-inside: avoid; } details:not([open]) { display: none; } }
`;
