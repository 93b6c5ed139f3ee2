import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';

/** systemd-timesyncd makes this file with its first answer from a time server. */
const TIMESYNCD_FILE = '/run/systemd/timesync/synchronized';
const TIMEDATECTL_TIMEOUT_MS = 3_000;
const CHECK_INTERVAL_MS = 60_000;

/** True once the system says that its clock was set; false while it says no, or says nothing. */
export async function isTimeSynchronized(): Promise<boolean> {
  return (await exists(TIMESYNCD_FILE)) || (await timedatectlSaysYes());
}

/** Asks the system from time to time, until its clock is set. A Pi has no battery for its clock. */
export class TimeSync {
  readonly #check: () => Promise<boolean>;
  readonly #handleChange: () => void;
  #isSynchronized = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(handleChange: () => void, check: () => Promise<boolean> = isTimeSynchronized) {
    this.#handleChange = handleChange;
    this.#check = check;
  }

  get isSynchronized(): boolean {
    return this.#isSynchronized;
  }

  open(): void {
    void this.#ask();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const isSynchronized = await this.#check();
    if (this.#isClosed) return;
    if (isSynchronized) {
      this.#isSynchronized = true;
      this.#handleChange();
    } else {
      this.#timer = setTimeout(() => void this.#ask(), CHECK_INTERVAL_MS);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

/** It asks the kernel, so it knows of chrony and ntpd too. */
function timedatectlSaysYes(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(
      'timedatectl',
      ['show', '--property=NTPSynchronized', '--value'],
      { timeout: TIMEDATECTL_TIMEOUT_MS },
      (error, stdout) => resolve(!error && stdout.trim() === 'yes'),
    );
  });
}
