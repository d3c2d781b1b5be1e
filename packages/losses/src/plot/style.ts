// Classes, not custom properties: programs that convert SVG to other formats do not support var().
const curve = (name: string, color: string) => `.hm-${name}{stroke:${color}}.hm-${name}-fill{fill:${color}}`;

interface Theme {
  page: string;
  border: string;
  ink: string;
  muted: string;
  grid: string;
  curves: readonly string[];
}

const light: Theme = {
  page: '#ffffff',
  border: '#d1d9e0',
  ink: '#1f2328',
  muted: '#59636e',
  grid: '#e4e8ec',
  curves: ['#c2410c', '#0969da', '#1a7f37', '#8250df', '#bf3989'],
};

const dark: Theme = {
  page: '#0d1117',
  border: '#30363d',
  ink: '#f0f6fc',
  muted: '#9198a1',
  grid: '#232a33',
  curves: ['#ff9b5e', '#6cb0ff', '#56d364', '#c297ff', '#ff8bc6'],
};

/** The number of curves that can have a colour of their own. */
export const COLORS = light.curves.length;

const colors = ({ page, border, ink, muted, grid, curves }: Theme, count: number) =>
  [
    `.hm-figure text{stroke:${page}}.hm-page{fill:${page};stroke:${border}}.hm-ink{fill:${ink}}`,
    `.hm-muted{fill:${muted}}.hm-grid{stroke:${grid}}.hm-axis{stroke:${muted}}.hm-dot{stroke:${page}}`,
    curve('plain', muted),
    ...curves.slice(0, count).map((color, i) => curve(`c${i}`, color)),
  ].join('');

/** Returns the CSS of a figure with `count` curves, light or dark as the reader's system is. */
export const style = (count: number): string =>
  [
    '.hm-figure text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}',
    // An outline in the colour of the page keeps text readable where a line passes behind it.
    '.hm-figure text{paint-order:stroke;stroke-width:4;stroke-linejoin:round}',
    '.hm-figure .hm-title{font-size:17px;font-weight:600}.hm-grid,.hm-axis{fill:none;stroke-width:1}',
    '.hm-curve{fill:none;stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}',
    '.hm-dot{stroke-width:2}.hm-area{opacity:.13}',
    colors(light, count),
    `@media(prefers-color-scheme:dark){${colors(dark, count)}}`,
  ].join('');
