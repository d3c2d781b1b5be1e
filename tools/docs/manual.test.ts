import { describeSchema, type JsonSchema } from '@hm/tensor/host';
import { expect, it } from 'vitest';
import { everyCommand, type NamedCommand } from '../../packages/cli/src/testing-commands.ts';
import { settingsSchema } from '../../packages/cli/src/train/settings.ts';

type Option = NamedCommand['command']['options'][number];

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll(/\s+/g, ' ');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

function optionRow({
  flags,
  description,
  defaultValue,
  defaultValueDescription,
  argChoices,
}: Option): string[] {
  const choices = argChoices ? `: ${argChoices.join(', ')}` : '';
  const standard = defaultValueDescription ?? (defaultValue === undefined ? '' : `${defaultValue}`);
  return [
    `\`${flags}\``,
    cell(`${description}${choices}${standard === '' ? '' : ` (default: ${standard})`}`),
  ];
}

function section({ name, command }: NamedCommand): string {
  const words = command.registeredArguments.map((argument) => {
    const shown = `${argument.name()}${argument.variadic ? '…' : ''}`;
    return argument.required ? shown.toUpperCase() : `[${shown.toUpperCase()}]`;
  });
  const options = command.options.filter(({ long, hidden }) => long !== '--verbose' && !hidden);
  return [
    `## hm ${name}`,
    `\`hm ${[name, ...words].join(' ')}\`: ${cell(command.description())}`,
    table(['option', 'what it is'], options.map(optionRow)),
  ].join('\n\n');
}

/** A row for each setting that is no section of others, and for the members of each kind of those that have kinds. */
function settingRows(schema: JsonSchema, path: string): string[][] {
  const { properties, anyOf = [], description = '' } = schema;
  const inner = [...(properties ? [schema] : []), ...anyOf.filter((one) => one.properties)];
  if (inner.length === 0) {
    const standard = schema.default === undefined ? '' : `; default ${JSON.stringify(schema.default)}`;
    return [[`\`${path}\``, cell(`${describeSchema(schema)}${standard}`), cell(description)]];
  }
  const kinds = inner.flatMap((one) => one.properties?.kind?.const ?? []).map(String);
  const plain = anyOf.filter((one) => !one.properties).map(describeSchema);
  const heads = kinds.length > 0 ? [[`\`${path}.kind\``, kinds.join(', '), cell(description)]] : [];
  const alone = plain.length > 0 ? [[`\`${path}\``, cell(plain.join(' or ')), cell(description)]] : [];
  const members = inner.flatMap((one) =>
    Object.entries(one.properties ?? {})
      .filter(([name]) => name !== 'kind')
      .flatMap(([name, member]) => settingRows(member, `${path}.${name}`)),
  );
  const seen = new Set<string>();
  return [...alone, ...heads, ...members].filter(([name]) => !seen.has(name!) && seen.add(name!));
}

function manual(): string {
  const settings = Object.entries(settingsSchema.properties!).flatMap(([name, schema]) =>
    settingRows(schema, name),
  );
  return [
    '# The hm command',
    'Every command, its options and, for `hm train`, every setting. This page is made of what the command itself checks and prints as help. Each command also takes `--verbose`, which shows where an error comes from.',
    ...everyCommand().map(section),
    '## Settings of hm train',
    '`hm train --set NAME=VALUE` takes any of these, any number of times; options such as `--epochs` are short forms of some. A list has commas between. Members of the recipe may also stand in a JSON file: `hm train --recipe FILE.json`, whose schema is `@hm/train/recipe.schema.json`.',
    table(['name', 'what it may be', 'what it is'], settings),
    '',
  ].join('\n\n');
}

it('the page about hm is what its options and settings say', async () => {
  expect(everyCommand().length).toBeGreaterThan(20);
  await expect(`${manual().trimEnd()}\n`).toMatchFileSnapshot('guide/command.md');
});
