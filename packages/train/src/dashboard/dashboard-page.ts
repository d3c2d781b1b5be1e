import { watchRun } from './watch-run.ts';

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#1f5fbf, #7fb2ff); --rule: light-dark(#d4d7dc, #3a3f47); --quiet: light-dark(#5a616b, #a3abb6); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 72rem; font: 1rem/1.4 system-ui, sans-serif; background: light-dark(#fff, #16181c); color: light-dark(#16181c, #eceef1); }
h1 { font-size: 1.25rem; margin: 0; }
#state { color: var(--quiet); margin: 0 0 1rem; }
progress { width: 100%; height: .5rem; accent-color: var(--line); }
dl, main { display: grid; gap: .75rem; }
dl { grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); margin: 1rem 0; }
main { grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
dl div, figure { border: 1px solid var(--rule); border-radius: .5rem; padding: .6rem .75rem; margin: 0; }
dt, figcaption { color: var(--quiet); font-size: .85rem; }
dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
figure { min-width: 0; }
svg { display: block; width: 100%; height: 8rem; margin-top: .4rem; overflow: visible; }
polyline { fill: none; stroke: var(--line); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round; stroke-linecap: round; }
rect { fill: var(--line); }
`;

/** Returns the page as one file, which loads nothing else. */
export const dashboardPage = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Training</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<h1>Training</h1>
<p id="state" role="status">Waiting for the first step.</p>
<progress id="progress" max="1" value="0" aria-label="Share of the steps"></progress>
<dl id="numbers"></dl>
<main id="charts"></main>
<noscript>This page needs JavaScript.</noscript>
<script>(${watchRun.toString()})()</script>
</body>
</html>
`;
