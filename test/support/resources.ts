import { afterAll, afterEach } from '@jest/globals';
import { Lifetime } from '../../foundation/lifetime.ts';
import { silentLogger } from '../../foundation/logger.ts';
import { activeTimers, untilNoMoreTimersThan } from './timers.ts';

/** jest's own, which limits how long a hook may take. */
const TIMER_OF_A_HOOK = 1;

type Ending = () => unknown;
type Endable = { stop(): unknown } | { close(): unknown };

export interface TestResources {
  /** Ends `resource` (by its `stop`, else its `close`) when the test is over, however it went. Returns it. */
  own<T extends Endable>(resource: T): T;
  /** Calls `end` when the test is over, however it went. */
  onEnd(name: string, end: Ending): void;
}

/** What each test opens, ended in the opposite order after it, also when it failed. A failing end fails the test. */
export function resourcesOfEachTest(): TestResources {
  const resources = new OwnedResources();
  const timersAtLoad = activeTimers();
  afterEach(() => resources.end());
  afterAll(() => untilNoMoreTimersThan(timersAtLoad + TIMER_OF_A_HOOK));
  return resources;
}

/** What a whole file shares, ended after its last test. */
export function resourcesOfAllTests(): TestResources {
  const resources = new OwnedResources();
  afterAll(() => resources.end());
  return resources;
}

class OwnedResources implements TestResources {
  readonly #problems: string[] = [];
  #lifetime = this.#newLifetime();

  own<T extends Endable>(resource: T): T {
    const name = resource.constructor.name;
    this.onEnd(name, () => ('stop' in resource ? resource.stop() : resource.close()));
    return resource;
  }

  onEnd(name: string, end: Ending): void {
    this.#lifetime.own(name, async () => {
      await end();
    });
  }

  async end(): Promise<void> {
    const lifetime = this.#lifetime;
    this.#lifetime = this.#newLifetime();
    await lifetime.close();
    const problems = this.#problems.splice(0);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }

  #newLifetime(): Lifetime {
    return new Lifetime({ ...silentLogger, warn: (message) => this.#problems.push(message) });
  }
}
