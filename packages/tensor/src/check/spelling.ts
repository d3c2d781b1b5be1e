/** Names of members in older files, and their current names. */
const MEMBERS: Readonly<Record<string, string>> = {
  centreFraction: 'centerFraction',
  colour: 'color',
  dataLicence: 'dataLicense',
  'hm.dataLicence': 'hm.dataLicense',
  neighbours: 'neighbors',
  optimiser: 'optimizer',
  'sampler.neighbours': 'sampler.neighbors',
};

/** Values of members in older files, and their current spelling. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  batchNorm: { synchronised: 'synchronized' },
  fill: { grey: 'gray' },
  noFace: { centre: 'center' },
  prefer: { centre: 'center' },
};

/**
 * Returns what was read from a file, such as a `run.json` or the settings of a folder, with the current names: older
 * files spell some of them the British way. A value that is not a plain object or array is returned as it is, the same
 * object.
 *
 * @example
 * americanSpelling({ optimiser: { kind: 'adamw' } }); // { optimizer: { kind: 'adamw' } }
 */
export const americanSpelling = <T>(value: T): T => respelled(value, MEMBERS, VALUES) as T;

/**
 * Does the reverse, for hashes that were computed with the old names and must stay the same.
 *
 * @example
 * britishSpelling({ optimizer: { kind: 'adamw' } }); // { optimiser: { kind: 'adamw' } }
 */
export const britishSpelling = (value: unknown): unknown => respelled(value, inverse(MEMBERS), BRITISH);

const inverse = (words: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(words).map(([before, now]) => [now, before]));

const BRITISH = Object.fromEntries(Object.entries(VALUES).map(([member, words]) => [member, inverse(words)]));

function respelled(value: unknown, members: typeof MEMBERS, values: typeof VALUES): unknown {
  if (Array.isArray(value)) return value.map((item) => respelled(item, members, values));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const word =
        typeof inner === 'string' && Object.hasOwn(values, name) ? values[name]![inner] : undefined;
      const member = Object.hasOwn(members, name) ? members[name]! : name;
      return [member, word ?? respelled(inner, members, values)];
    }),
  );
}
