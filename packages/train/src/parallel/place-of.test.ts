import { UnavailableError } from '@hm/tensor';
import { expect, test } from 'vitest';
import { placeOf } from './place-of.ts';

test('the place of a rank of Open MPI', () => {
  expect(placeOf({ OMPI_COMM_WORLD_RANK: '3', OMPI_COMM_WORLD_SIZE: '8', PMI_SIZE: '8' })).toEqual({
    rank: 3,
    count: 8,
  });
});

test.each([{}, { OMPI_COMM_WORLD_RANK: '0', OMPI_COMM_WORLD_SIZE: '1' }, { PMI_RANK: '0', PMI_SIZE: '1' }])(
  'a process alone: %o',
  (environment) => {
    expect(placeOf(environment)).toBeUndefined();
  },
);

test('a rank of another MPI is refused', () => {
  expect(() => placeOf({ PMI_RANK: '0', PMI_SIZE: '2' })).toThrow(UnavailableError);
});
