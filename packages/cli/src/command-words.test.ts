import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from '@hm/tensor/host';
import { describe, expect, it } from 'vitest';
import { fixInCommandWords, inCommandWords, optionsOf } from './command-words.ts';
import { everyCommand } from './testing-commands.ts';
import { schemaAt } from './train/settings.ts';

const options = new Set(everyCommand().flatMap(({ command }) => ['--help', ...optionsOf(command as never)]));

const packages = fileURLToPath(new URL('../..', import.meta.url));
const files = readdirSync(packages, { recursive: true, encoding: 'utf8' }).filter(
  (file) =>
    /^\w+\/src\/.*(?<!\.test|\.web|\.d)\.ts$/.test(file) &&
    !/\/testing|browser|^tensor|node_modules/.test(file),
);

/** The sources of errors that only a program of one's own can meet. */
const PROGRAMS =
  /^onnx\/src\/(?!session|precision\/)|align\/src\/\w+\/(detector|umeyama|weights|worker-pool)|losses\/src\/(embedding|core|partial|mining|plot)|eval\/src\/(search\/approximate|metrics|statistics\/bootstrap)|train\/src\/(train|network|step\/training-step|engine\/tfjs)|write-record-io|ytf\/choose-frames|study\/src\/data|face-finder|open-gallery|resident-session/;

/** Every fix that is written in them. */
const fixes = files
  .filter((file) => !PROGRAMS.test(file))
  .flatMap((file) =>
    [
      ...readFileSync(packages + file, 'utf8').matchAll(/\bfix(?::|\s=)\s*(['"`])((?:\\.|(?!\1)[^\n])*)\1/g),
    ].map(([, , fix]) => [file, fix!.replaceAll(/\$\{[^}]*\}/g, '3').replaceAll('\\`', '`')] as const),
  );

describe('what an error advises', () => {
  it('is found', () => expect(fixes.length).toBeGreaterThan(120));

  it.each(fixes)('can be typed: %s: %s', (_, fix) => {
    const typable = fixInCommandWords(fix, options);
    for (const [, path] of typable.matchAll(/--set ([\w.]*\w)/g))
      expect(path === 'loss.NAME' || schemaAt(path!), path).toBeTruthy();
    const words = typable.replaceAll(/`(npm|hm) [^`]*`|--set [\w.=]+/g, '');
    expect(words.replaceAll(/WebDataset|InsightFace|PyTorch|cuDNN/g, '')).not.toMatch(
      /[a-z][A-Z]|`|\w: true|pass the option/,
    );
    for (const [option] of words.matchAll(/--[a-z-]+/g)) expect(options).toContain(option);
  });
});

const message = (where: string, expected: string, received: unknown, fix: string) =>
  inCommandWords(new InvalidArgumentError({ where, expected, received, fix }), 'hm train', options);

describe('a message', () => {
  it('names options for members, and the command for a function', () => {
    expect(message('train option "recipe.averageDecay"', 'a number', 2, 'Change recipe.averageDecay.')).toBe(
      'train option "--set averageDecay": expected a number, got 2. Fix: Change --set averageDecay.',
    );
    expect(message('beginRun', 'a folder', 'runs/a', 'Pass resume: true to go on with that run.')).toBe(
      'hm train: expected a folder, got runs/a. Fix: Pass --resume to go on with that run.',
    );
  });

  it('names settings only where --set is', () => {
    const error = new InvalidArgumentError({
      ...{
        where: 'train',
        expected: 'one rate',
        received: 'recipe.learningRate: 0.01',
        fix: 'Change clipNorm.',
      },
    });
    expect(inCommandWords(error, 'hm study', ['--lr', '--batch'])).toBe(
      'hm study: expected one rate, got --lr: 0.01. Fix: Change clipNorm.',
    );
  });

  it('leaves paths, addresses and words of the language alone', () => {
    const path = '/data/minImages/batchSize.jpg';
    expect(message(path, `an image at http://a.b/clipNorm`, 'provider or data', 'Check the path.')).toBe(
      `${path}: expected an image at http://a.b/clipNorm, got provider or data. Fix: Check the path.`,
    );
  });

  it('keeps the name of a file', () => {
    for (const name of ['none.jpg', 'ada', 'model.onnx', 'Ada.jpg'])
      expect(message(name, 'a photograph', 'no such file', 'Check the path.')).toContain(`${name}: expected`);
  });

  it('has one fix, whatever error it tells of', () => {
    const inner = 'a: expected b, got c. Fix: Do d.';
    expect(message('trace', 'y', inner, 'Do z.')).toBe(
      'hm train: expected y, got a: expected b, got c. Fix: Do z.',
    );
  });
});
