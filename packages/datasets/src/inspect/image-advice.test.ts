import { join } from 'node:path';
import { expect, test } from 'vitest';
import { imageFolder } from '../image-folder.ts';
import { noise, rgb, temporaryFolder, write, writeFaces } from '../testing/files.ts';
import { imageAdvice } from './image-advice.ts';

const folder = temporaryFolder();

test('says nothing of images of the network’s size, and what is wrong with others', async () => {
  const data = await imageFolder(await writeFaces(join(folder, 'faces'), 3, 4, 12));
  expect(await imageAdvice(data, { height: 12, width: 12 })).toEqual([]);
  expect(await imageAdvice(data, { height: 16, width: 12, images: 5 })).toEqual([
    '5 of 5 images looked at are not 16×12 as the network is (12×12): each is resized and cropped.',
  ]);
});

test('tells photographs by their many sizes', async () => {
  for (let image = 0; image < 8; image++) {
    const [height, width] = [20 + image, 30];
    write(
      join(folder, 'photographs/ada', `${image}.png`),
      await rgb(noise(image, height, width), height, width)
        .png()
        .toBuffer(),
    );
  }
  const [advice] = await imageAdvice(await imageFolder(join(folder, 'photographs')), {
    height: 12,
    width: 12,
  });
  expect(advice).toMatch(/8 of 8 .*20×30, 21×30, 22×30 …\): they look like photographs/);
});
