import { alignImage, chooseFace, type TemplateName, templates } from '@hm/align/browser';
import type { RecognizedFace, Recognizer } from '@hm/recognize/browser';
import { drawFaces, drawPixels } from './draw.ts';
import { type Photograph, readPhotograph } from './photograph.ts';

/** Callbacks that the panels need from the page. */
export interface PanelHost {
  /** Returns the recognizer, if it is loaded. */
  recognizer(): Recognizer | undefined;
  /** Describes in words who a face is. Empty if nobody is enrolled. */
  describe(face: RecognizedFace): Promise<string>;
  /** Called when the chosen face changes. */
  changed(): void;
  /** Shows an error. */
  report(error: unknown): void;
}

const template = `
  <label class="drop"><span></span><input type="file" accept="image/*"></label>
  <div class="found" hidden><canvas></canvas><div><p class="count" role="status"></p><p class="who" role="status"></p><div class="faces"></div></div></div>`;

/** A panel for one photograph: drop zone, faces with landmarks, and the aligned face. */
export class PhotographPanel {
  readonly #root: HTMLElement;
  readonly #host: PanelHost;
  #photograph: Photograph | undefined;
  #faces: RecognizedFace[] = [];
  /** Number of photographs chosen so far. */
  #shown = 0;
  /** The chosen face. */
  face: RecognizedFace | undefined;

  constructor(root: HTMLElement, host: PanelHost) {
    this.#root = root;
    this.#host = host;
    root.innerHTML = template;
    const title = root.getAttribute('aria-label')!.toLowerCase();
    this.#find('span').textContent = `Drop the ${title} here, or choose a file`;
    const input = this.#find<HTMLInputElement>('input');
    input.setAttribute('aria-label', `Choose the ${title}`);
    input.addEventListener('change', () => input.files?.[0] && this.show(input.files[0]));
    this.#acceptDrops(this.#find('.drop'));
  }

  get photograph(): Photograph['image'] | undefined {
    return this.#photograph?.image;
  }

  /** Decodes a file and detects faces. */
  async show(file: Blob): Promise<void> {
    const turn = ++this.#shown;
    try {
      const photograph = await readPhotograph(file);
      // The photograph that was chosen last counts, not the one that takes longest to decode.
      if (turn !== this.#shown) return;
      this.#photograph = photograph;
      this.#find('.drop').classList.add('filled');
      await this.search();
    } catch (error) {
      this.#host.report(error);
    }
  }

  /** Detects faces with the page's recognizer, if it is loaded. */
  async search(): Promise<void> {
    const recognizer = this.#host.recognizer();
    const photograph = this.#photograph;
    if (photograph === undefined) return;
    this.#faces = [];
    this.#choose(-1);
    if (recognizer === undefined) return;
    this.#say('Looking for faces …');
    const faces = await recognizer.faces(photograph.image);
    if (this.#photograph !== photograph) return;
    this.#faces = faces;
    const subject = chooseFace(faces, photograph.image) as RecognizedFace | undefined;
    this.#choose(subject === undefined ? -1 : faces.indexOf(subject));
    this.#say(this.#describe());
  }

  /** Shows who the chosen face is. */
  async identify(): Promise<void> {
    const face = this.face;
    const text = face === undefined ? '' : await this.#host.describe(face);
    if (face === this.face) this.#find('.who').textContent = text;
  }

  #describe(): string {
    const { length } = this.#faces;
    if (length === 0)
      return 'No face found. Take a photograph in which a face is larger, upright and not cut off.';
    return length === 1 ? 'One face found.' : `${length} faces found; the largest is compared.`;
  }

  #choose(index: number): void {
    const photograph = this.#photograph!;
    this.face = this.#faces[index];
    this.#paint(photograph, index);
    this.#host.changed();
    this.identify().catch(this.#host.report);
  }

  #paint({ canvas, scale, image }: Photograph, chosen: number): void {
    const copy = document.createElement('canvas');
    copy.width = canvas.width;
    copy.height = canvas.height;
    copy.getContext('2d')!.drawImage(canvas, 0, 0);
    copy.setAttribute('role', 'img');
    copy.setAttribute('aria-label', `Photograph with ${this.#faces.length} marked faces`);
    (this.#root.querySelector('.drop canvas') ?? this.#find('.drop span')).replaceWith(copy);
    drawFaces(copy, this.#faces, { chosen, scale });
    const crop = this.#find<HTMLCanvasElement>('.found canvas');
    crop.hidden = this.face === undefined;
    if (this.face) drawPixels(crop, alignImage(image, this.face.landmarks, this.#template()));
    crop.setAttribute('role', 'img');
    crop.setAttribute('aria-label', 'The aligned face');
    this.#find('.faces').replaceChildren(...this.#buttons(chosen));
  }

  #template() {
    return templates[this.#host.recognizer()!.preprocessing.template as TemplateName];
  }

  #buttons(chosen: number): HTMLButtonElement[] {
    if (this.#faces.length < 2) return [];
    return this.#faces.map(({ score }, index) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = `Face ${index + 1}`;
      button.title = `score ${score.toFixed(3)}`;
      button.setAttribute('aria-pressed', String(index === chosen));
      button.addEventListener('click', () => {
        this.#choose(index);
        this.#root.querySelectorAll<HTMLElement>('.faces button')[index]?.focus();
      });
      return button;
    });
  }

  #acceptDrops(zone: HTMLElement): void {
    zone.addEventListener('dragover', (event) => {
      event.preventDefault();
      zone.classList.add('over');
    });
    zone.addEventListener('dragleave', () => zone.classList.remove('over'));
    zone.addEventListener('drop', (event) => {
      event.preventDefault();
      zone.classList.remove('over');
      const file = event.dataTransfer?.files[0];
      if (file) this.show(file);
    });
  }

  #say(text: string): void {
    this.#find('.found').hidden = false;
    this.#find('.count').textContent = text;
  }

  #find<T extends HTMLElement>(selector: string): T {
    return this.#root.querySelector<T>(selector)!;
  }
}
