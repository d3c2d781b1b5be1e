export { decodeImage } from '@hm/images';
