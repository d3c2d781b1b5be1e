/** Returns one SVG element as text, with escaped attributes, numbers rounded to a tenth, and unchanged children. */
export function element(
  name: string,
  attributes: Record<string, string | number> = {},
  ...children: string[]
): string {
  const list = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escaped(typeof value === 'number' ? short(value) : value)}"`,
  );
  const open = `<${name}${list.join('')}`;
  return children.length > 0 ? `${open}>${children.join('')}</${name}>` : `${open}/>`;
}

/** Escapes text for use in an element or an attribute. */
export const escaped = (text: string): string =>
  text.replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] as string,
  );

/** Returns a line through points as the data of a path. */
export const line = (points: readonly (readonly [x: number, y: number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${short(x)} ${short(y)}`).join('');

/** Formats a coordinate, rounded to a tenth. */
export const short = (value: number): string => String(Math.round(value * 10) / 10);
