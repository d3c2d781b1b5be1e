import type { VerificationProtocol } from '@hm/datasets';
import { checkArguments } from '@hm/tensor/host';
import type { PeopleInPairs } from '../statistics/shared-people.ts';

/**
 * Numbers the people in each pair of a protocol. Images in one folder show one person, and so do those of a genuine
 * pair.
 *
 * @example
 * const { accuracy } = verificationIntervals({ distances, same }, peopleInPairs(protocol), { threshold: 1.1 });
 */
export function peopleInPairs(protocol: VerificationProtocol): PeopleInPairs {
  checkArguments('peopleInPairs', { protocol }, { protocol: { has: ['images', 'pairs'] } });
  const { images, templates, pairs } = protocol;
  const numbers = new Map<string, number>();
  const parents: number[] = [];
  const rootOf = (person: number): number => {
    let root = person;
    while (parents[root] !== root) root = parents[root]!;
    return root;
  };
  const personOf = (index: number): number => {
    const { id } = images[templates ? templates[index]![0]! : index]!;
    const name = id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : id;
    if (!numbers.has(name)) numbers.set(name, parents.push(parents.length) - 1);
    return rootOf(numbers.get(name)!);
  };
  for (const { first, second, same } of pairs) {
    const [a, b] = [personOf(first), personOf(second)];
    if (same) parents[b] = a;
  }
  return {
    first: pairs.map(({ first }) => personOf(first)),
    second: pairs.map(({ second }) => personOf(second)),
  };
}
