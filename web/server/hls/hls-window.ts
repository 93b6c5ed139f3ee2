import type { ParameterSets } from '../../../media/fragmented-mp4/sample-descriptions.ts';

export interface HlsSegment {
  readonly durationMs: number;
  /** Of its first picture, milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly parameterSets: ParameterSets;
  readonly data: Buffer;
}

export interface HlsWindowOptions {
  /** Begins the names of the files: those of another session are others, so that no stale picture is taken for a new one. */
  readonly id: string;
  /** Of the first segment. Sessions that follow each other must not go back, or players would wait for the old number. */
  readonly firstNumber: number;
  /** What a description of the pictures is as a file. */
  readonly describe: (sets: ParameterSets) => Buffer;
}

interface Kept extends HlsSegment {
  readonly number: number;
  /** Number of the description that it needs. */
  readonly description: number;
}

/** Three of them are what players stay behind the newest. */
const LEAST_SEGMENTS = 4;
const KEPT_MS = 14_000;
const MOST_BYTES = 32 * 1024 * 1024;
const SHORTEST_TARGET_S = 2;

/** The newest segments of a camera, with the playlist that names them (RFC 8216). */
export class HlsWindow {
  readonly #options: HlsWindowOptions;
  #kept: Kept[] = [];
  readonly #descriptions = new Map<number, Buffer>();
  #newest: ParameterSets | undefined;
  #description: number;
  #next: number;
  #targetS = SHORTEST_TARGET_S;
  /** Of the descriptions that no kept segment needs any more. */
  #droppedDescriptions = 0;

  constructor(options: HlsWindowOptions) {
    this.#options = options;
    this.#next = options.firstNumber;
    this.#description = options.firstNumber - 1;
  }

  get nextNumber(): number {
    return this.#next;
  }

  /** undefined before the first segment. */
  get playlist(): string | undefined {
    const [oldest] = this.#kept;
    if (!oldest) return undefined;
    const lines = [
      '#EXTM3U',
      '#EXT-X-VERSION:6',
      `#EXT-X-TARGETDURATION:${this.#targetS}`,
      `#EXT-X-MEDIA-SEQUENCE:${oldest.number}`,
      `#EXT-X-DISCONTINUITY-SEQUENCE:${this.#options.firstNumber + this.#droppedDescriptions}`,
      '#EXT-X-INDEPENDENT-SEGMENTS',
      ...this.#kept.flatMap((segment, index) => this.#linesOf(segment, this.#kept[index - 1])),
    ];
    return `${lines.join('\n')}\n`;
  }

  add(segment: HlsSegment): void {
    if (segment.parameterSets !== this.#newest) {
      this.#newest = segment.parameterSets;
      this.#description += 1;
      this.#descriptions.set(this.#description, this.#options.describe(segment.parameterSets));
    }
    this.#kept.push({ ...segment, number: this.#next, description: this.#description });
    this.#next += 1;
    this.#targetS = Math.max(this.#targetS, Math.round(segment.durationMs / 1000));
    while (this.#isTooMuch()) this.#dropOldest();
  }

  /** The bytes of a file that the playlist names, or has named just before. */
  file(name: string): Buffer | undefined {
    const description = [...this.#descriptions].find(([number]) => name === this.#nameOfDescription(number));
    return description?.[1] ?? this.#kept.find(({ number }) => name === this.#nameOf(number))?.data;
  }

  #linesOf({ number, description, durationMs, startedAtMs }: Kept, before: Kept | undefined): string[] {
    const isOther = before !== undefined && before.description !== description;
    return [
      ...(isOther ? ['#EXT-X-DISCONTINUITY'] : []),
      ...(before === undefined || isOther
        ? [
            `#EXT-X-MAP:URI="${this.#nameOfDescription(description)}"`,
            `#EXT-X-PROGRAM-DATE-TIME:${new Date(startedAtMs).toISOString()}`,
          ]
        : []),
      `#EXTINF:${(durationMs / 1000).toFixed(3)},`,
      this.#nameOf(number),
    ];
  }

  #isTooMuch(): boolean {
    if (this.#kept.length <= LEAST_SEGMENTS) return false;
    const newer = this.#kept.slice(1);
    const newerMs = newer.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const bytes = this.#kept.reduce((sum, { data }) => sum + data.length, 0);
    return newerMs >= KEPT_MS || bytes > MOST_BYTES;
  }

  #dropOldest(): void {
    const dropped = this.#kept.shift();
    if (!dropped || this.#kept[0]?.description === dropped.description) return;
    this.#descriptions.delete(dropped.description);
    this.#droppedDescriptions += 1;
  }

  #nameOf(number: number): string {
    return `${this.#options.id}-${number}.m4s`;
  }

  #nameOfDescription(number: number): string {
    return `${this.#options.id}-init-${number}.mp4`;
  }
}
