import { fetchAccess } from './access.ts';
import { setRecording, type Camera } from './api-client.ts';
import { RECORD } from './icons.ts';
import { ToolButton } from './tool-button.ts';

/** Lets the camera record to its own disk, and stop. Hidden from whoever may only watch, and where a camera cannot. */
export class RecordButton {
  readonly button: ToolButton;
  readonly #device: string;
  readonly #say: (text: string) => void;
  #mayRecord = false;
  #camera: Camera | undefined;

  /** @param say what became of it, in words */
  constructor(device: string, say: (text: string) => void) {
    this.#device = device;
    this.#say = say;
    this.button = new ToolButton('r', faceOf(false), () => void this.#toggle());
    this.button.root.classList.add('record');
    this.button.root.hidden = true;
  }

  open(): void {
    void fetchAccess().then(({ kind }) => {
      this.#mayRecord = kind !== 'camera';
      this.show(this.#camera);
    });
  }

  show(camera: Camera | undefined): void {
    this.#camera = camera;
    this.button.root.hidden = !(this.#mayRecord && camera?.canRecord === true && camera.online);
    this.button.show(faceOf(camera?.recording === true));
  }

  async #toggle(): Promise<void> {
    const wanted = this.#camera?.recording !== true;
    try {
      const isRecording = await setRecording(this.#device, wanted);
      if (this.#camera) this.show({ ...this.#camera, recording: isRecording });
      this.#say(isRecording ? 'The camera records to its own disk.' : 'The recording has ended.');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#say(`${wanted ? 'Recording did not begin' : 'The recording did not end'}: ${reason}`);
    }
  }
}

function faceOf(isPressed: boolean) {
  return { label: 'Record', path: RECORD, isPressed };
}
