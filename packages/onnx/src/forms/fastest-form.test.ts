import { expect, it } from 'vitest';
import { fastestForms } from './fastest-form.ts';
import type { Form } from './forms.ts';

it('takes the form that was fastest in any round, and asks nothing that is known in all forms', async () => {
  const asked: Form[] = [];
  /** Something else takes the processor while the direct form is timed for the first time. */
  const measure = async (milliseconds: number, form: Form) => {
    const isDisturbed = asked.length === 0;
    asked.push(form);
    return form === 'direct' ? milliseconds * (isDisturbed ? 10 : 1) : milliseconds * 2;
  };
  let kept = {};
  const cache = {
    read: async () => ({ known: { direct: 3, 'winograd-2': 2, 'winograd-4': 1 }, partly: { direct: 9 } }),
    write: async (times: object) => {
      kept = times;
    },
  };
  const forms = await fastestForms(new Map(Object.entries({ known: 5, other: 7, partly: 1 })), {
    formsOf: () => ['direct', 'winograd-2', 'winograd-4'],
    ...{ measure, cache },
  });
  expect(forms).toEqual({ known: 'winograd-4', other: 'direct', partly: 'direct' });
  const turn = ['direct', 'winograd-2', 'winograd-4'];
  expect(asked).toEqual([...turn, ...turn, ...turn, ...turn]);
  expect(kept).toEqual({
    known: { direct: 3, 'winograd-2': 2, 'winograd-4': 1 },
    other: { direct: 7, 'winograd-2': 14, 'winograd-4': 14 },
    partly: { direct: 1, 'winograd-2': 2, 'winograd-4': 2 },
  });
});
