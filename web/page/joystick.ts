import { element } from './element.ts';

/** How the stick stands: x to the right, y ahead, each from -1 to 1. */
export interface StickPosition {
  readonly x: number;
  readonly y: number;
}

const KEYS: Readonly<Record<string, StickPosition>> = {
  ArrowUp: { x: 0, y: 1 },
  ArrowDown: { x: 0, y: -1 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
};
/** At most so often while it moves … */
const MOVE_INTERVAL_MS = 33;
/** … and so often while it is held still: whoever hears nothing for longer should stop. */
const HELD_INTERVAL_MS = 150;
const CENTRE: StickPosition = { x: 0, y: 0 };

/** A stick for a finger, a mouse or the arrow keys, that tells its position while it is held and once when it is let go. */
export class Joystick {
  readonly root = element('div', {
    class: 'joystick',
    role: 'application',
    tabindex: '0',
    'aria-label': 'Drive: arrow keys, or drag',
    hidden: true,
  });
  readonly #knob = element('span');
  readonly #onMove: (position: StickPosition) => void;
  readonly #pressed = new Set<string>();
  #position = CENTRE;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #timer: number | undefined;

  constructor(onMove: (position: StickPosition) => void) {
    this.#onMove = onMove;
  }

  /** @param signal ends all listening. */
  open(signal: AbortSignal): void {
    this.root.append(this.#knob);
    this.root.addEventListener('pointerdown', (event) => this.#grab(event), { signal });
    this.root.addEventListener('pointermove', (event) => this.#drag(event), { signal });
    for (const type of ['pointerup', 'pointercancel'] as const)
      this.root.addEventListener(type, () => this.#release(), { signal });
    document.addEventListener('keydown', (event) => this.#handleKey(event, true), { signal });
    document.addEventListener('keyup', (event) => this.#handleKey(event, false), { signal });
    addEventListener('blur', () => this.#release(), { signal });
    signal.addEventListener('abort', () => this.#release());
  }

  /** Out of sight it is let go. */
  offer(isOffered: boolean): void {
    this.root.hidden = !isOffered;
    if (!isOffered) this.#release();
  }

  #grab(event: PointerEvent): void {
    this.root.setPointerCapture(event.pointerId);
    this.#drag(event);
  }

  #drag(event: PointerEvent): void {
    if (!this.root.hasPointerCapture(event.pointerId)) return;
    const { left, top, width, height } = this.root.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * 2 - 1;
    const y = 1 - ((event.clientY - top) / height) * 2;
    const length = Math.max(1, Math.hypot(x, y));
    this.#move({ x: x / length, y: y / length });
  }

  #handleKey(event: KeyboardEvent, isDown: boolean): void {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (this.root.hidden || ctrlKey || metaKey || altKey || !(key in KEYS)) return;
    event.preventDefault();
    if (event.repeat) return;
    if (isDown) this.#pressed.add(key);
    else this.#pressed.delete(key);
    const directions = [...this.#pressed].map((pressed) => KEYS[pressed] ?? CENTRE);
    const sum = directions.reduce((all, one) => ({ x: all.x + one.x, y: all.y + one.y }), CENTRE);
    this.#move(sum);
  }

  #release(): void {
    this.#pressed.clear();
    if (this.#position !== CENTRE) this.#move(CENTRE);
  }

  #move({ x, y }: StickPosition): void {
    const isCentre = x === 0 && y === 0;
    this.#position = isCentre ? CENTRE : { x: rounded(x), y: rounded(y) };
    this.#knob.style.translate = `${x * 34}px ${-y * 34}px`;
    const dueMs = isCentre ? 0 : this.#sentAtMs + MOVE_INTERVAL_MS - performance.now();
    this.#tellAfter(Math.max(0, dueMs));
  }

  #tellAfter(delayMs: number): void {
    clearTimeout(this.#timer);
    if (delayMs > 0) this.#timer = setTimeout(() => this.#tell(), delayMs);
    else this.#tell();
  }

  #tell(): void {
    this.#sentAtMs = performance.now();
    this.#onMove(this.#position);
    if (this.#position !== CENTRE) this.#tellAfter(HELD_INTERVAL_MS);
  }
}

function rounded(share: number): number {
  return Math.round(share * 100) / 100;
}
