import { describe, expect, it } from 'vitest';
import {
  finiteNumber,
  imageSize,
  integer,
  jsonObject,
  nameList,
  positiveInteger,
  shard,
  wholeNumber,
} from './parse-option.ts';

describe('what users type', () => {
  it.each([
    [finiteNumber, '-1e-3', -0.001],
    [positiveInteger, '64', 64],
    [wholeNumber, '0', 0],
    [integer, '-7', -7],
    [imageSize, '112', [112, 112]],
    [imageSize, '112x96', [112, 96]],
    [jsonObject, '{"scale":32,"hardMining":{"over":"batch"}}', { scale: 32, hardMining: { over: 'batch' } }],
    [nameList, ' ce, hm-ce,,ce', ['ce', 'hm-ce']],
    [shard, '2/4', { index: 1, count: 4 }],
  ] as const)('%o reads %s', (parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    [finiteNumber, ['', ' ', 'NaN', 'Infinity', '1,5', '1e999', 'ten']],
    [positiveInteger, ['0', '-1', '1.5', '9007199254740993', 'NaN']],
    [wholeNumber, ['-1', '0.5']],
    [shard, ['0/4', '5/4', '1', '1/0', '1/2/3', '-1/2']],
    [integer, ['0.5', '1e300', '']],
    [imageSize, ['', '0', 'x112', '112x', '112x0', '112 x 96', '-1']],
    [jsonObject, ['', '[1]', 'null', '3', '"text"', "{'scale':32}"]],
  ] as const)('%o refuses what is none', (parse, texts) => {
    for (const text of texts) expect(() => parse(text), text).toThrow(/^Expected a/);
  });
});
