/**
 * CASIA-WebFace's folders of people who are also in LFW, as published by the FaceDatasets project: 17 identities.
 * Exclude them when LFW is the test set. The widespread 10,572-class version of CASIA already excludes three of them,
 * but no more: 0166921, 1056413, 1193098. For 0430107 and 3478560 it is disputed whether they are the people of that
 * name in LFW.
 *
 * @see https://github.com/happynear/FaceDatasets/blob/master/CASIA/webface_lfw_overlap.txt
 * @example
 * const data = await imageFolder('CASIA-WebFace', { exclude: casiaLfwOverlap });
 */
export const casiaLfwOverlap: readonly string[] = [
  '0000513',
  '0004539',
  '0004763',
  '0005009',
  '0005082',
  '0005172',
  '0166921',
  '0208962',
  '0430107',
  '0662519',
  '0955471',
  '1056413',
  '1091782',
  '1193098',
  '1303492',
  '2425974',
  '3478560',
];
