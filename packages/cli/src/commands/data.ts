import { command } from '../command.ts';
import { check } from './data/check.ts';
import { clean } from './data/clean.ts';
import { convert } from './data/convert.ts';
import { fetchCommand } from './data/fetch.ts';
import { info } from './data/info.ts';
import { overlap } from './data/overlap.ts';
import { sample } from './data/sample.ts';
import { synth } from './data/synth.ts';

/** `hm data`: what there is to do with data sets before anything is trained. */
export const data = () => {
  const parent = command('data').description('Look into data sets, check, convert, fetch and render them.');
  for (const make of [info, check, clean, overlap, convert, sample, synth, fetchCommand])
    parent.addCommand(make());
  return parent;
};
