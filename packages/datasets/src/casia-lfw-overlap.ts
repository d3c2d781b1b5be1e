/**
 * CASIA-WebFace's folders of people who are in LFW too, as published by the FaceDatasets project: 17 identities. Leave
 * them out when LFW is the test set. The widespread 10,572-class version of CASIA leaves out three of them only: 0166921,
 * 1056413, 1193098. Of 0430107 and 3478560 it is disputed that they are the people of that name in LFW.
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
