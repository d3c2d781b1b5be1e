import { command } from '../command.ts';
import { add } from './people/add.ts';
import { exportPeople } from './people/export.ts';
import { forget } from './people/forget.ts';
import { group } from './people/group.ts';
import { identify } from './people/identify.ts';
import { list } from './people/list.ts';

/** `hm people`: a gallery of people in a file. */
export const people = () => {
  const parent = command('people').description('Keep a gallery of people, and say who is in a photograph.');
  for (const make of [add, identify, list, forget, exportPeople, group]) parent.addCommand(make());
  return parent;
};
