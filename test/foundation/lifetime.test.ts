import { describe, expect, test } from '@jest/globals';
import { Lifetime } from '../../foundation/lifetime.ts';
import { silentLogger } from '../../foundation/logger.ts';

describe('a lifetime', () => {
  test('closes what it owns in the opposite order, once', async () => {
    const closed: string[] = [];
    const lifetime = new Lifetime(silentLogger);
    lifetime.own('first', () => void closed.push('first'));
    lifetime.own('second', async () => {
      await Promise.resolve();
      closed.push('second');
    });
    await Promise.all([lifetime.close(), lifetime.close()]);
    expect(closed).toEqual(['second', 'first']);
  });

  test('closes the others when one fails, and says which failed', async () => {
    const warnings: string[] = [];
    const closed: string[] = [];
    const lifetime = new Lifetime({ ...silentLogger, warn: (message) => void warnings.push(message) });
    lifetime.own('good', () => void closed.push('good'));
    lifetime.own('bad', () => Promise.reject(new Error('stuck')));
    await lifetime.close();
    expect(closed).toEqual(['good']);
    expect(warnings).toEqual(['bad did not close cleanly: stuck']);
  });

  test('closes at once what it is handed when it is over', async () => {
    const lifetime = new Lifetime(silentLogger);
    await lifetime.close();
    const closed = new Promise<void>((resolve) => lifetime.own('late', resolve));
    await expect(closed).resolves.toBeUndefined();
  });
});
