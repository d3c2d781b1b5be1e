import { command } from '../command.ts';
import { add } from './model/add.ts';
import { list } from './model/list.ts';
import { show } from './model/show.ts';

/** `hm model`: what networks say of themselves. */
export const model = () => {
  const parent = command('model').description(
    'Say once how a foreign network wants its images, and read it.',
  );
  for (const make of [list, show, add]) parent.addCommand(make());
  return parent;
};
