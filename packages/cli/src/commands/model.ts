import { command } from '../command.ts';
import { add } from './model/add.ts';
import { list } from './model/list.ts';
import { save } from './model/save.ts';
import { show } from './model/show.ts';

/** `hm model`: what networks say of themselves. */
export const model = () => {
  const parent = command('model').description(
    'Say once how a foreign network wants its images, and read it.',
  );
  for (const make of [list, show, save, add]) parent.addCommand(make());
  return parent;
};
