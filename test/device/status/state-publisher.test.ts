import { expect, test } from '@jest/globals';
import { StatePublisher } from '../../../device/status/state-publisher.ts';
import { resourcesOfEachTest } from '../../support/resources.ts';
import { waitUntil } from '../../support/wait-until.ts';

const resources = resourcesOfEachTest();

function publishing() {
  const state = { viewers: 0, enabled: true };
  const told: string[] = [];
  const text = () => JSON.stringify(state);
  const publisher = new StatePublisher(
    () => ({ text: text(), urgent: state.enabled }),
    () => told.push(text()),
  );
  resources.own(publisher);
  publisher.handleChange();
  return { state, told, publisher };
}

test('of changes that follow fast the last goes out, a little later', async () => {
  const { state, told, publisher } = publishing();
  for (state.viewers = 1; state.viewers < 5; state.viewers += 1) publisher.handleChange();
  expect(told).toHaveLength(1);
  await waitUntil('the last', () => told.length > 1);
  expect(told.slice(1)).toEqual([JSON.stringify({ viewers: 5, enabled: true })]);
});

test('what is urgent goes out at once, with all that waits, and nothing after it', () => {
  const { state, told, publisher } = publishing();
  state.viewers = 1;
  publisher.handleChange();
  state.enabled = false;
  publisher.handleChange();
  publisher.handleChange();
  expect(told.slice(1)).toEqual([JSON.stringify({ viewers: 1, enabled: false })]);
});
