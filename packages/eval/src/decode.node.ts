export { decodeImage } from '@hm/datasets';
