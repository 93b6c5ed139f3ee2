import type { DeviceInfo } from '../../contract/device-messages.ts';
import { deviceTopics } from '../../contract/topics.ts';

export interface DiscoveredDevice {
  readonly prefix: string;
  readonly device: string;
  readonly info: DeviceInfo;
}

/** Home Assistant's topic for one device (MQTT integration, "Device discovery payload"). */
export function discoveryTopic(discoveryPrefix: string, { prefix, device }: DiscoveredDevice): string {
  return `${discoveryPrefix}/device/${idOf(prefix, device)}/config`;
}

/** The camera as Home Assistant's MQTT integration reads it: switches, a snapshot, motion, viewers and health. */
export function discoveryMessage({ prefix, device, info }: DiscoveredDevice): string {
  const topics = deviceTopics(prefix, device);
  const id = idOf(prefix, device);
  const ofState = (template: string) => ({ state_topic: topics.state, value_template: template });
  const component = (key: string, platform: string, name: string, settings: object) => ({
    [key]: { p: platform, unique_id: `${id}-${key}`, name, ...settings },
  });
  return JSON.stringify({
    dev: { ids: [id], name: info.name, mf: 'Picam', mdl: info.model, sw: info.sw },
    o: { name: 'picam', sw: info.sw },
    avty_t: topics.status,
    cmps: {
      ...component('stream', 'switch', 'Stream', {
        command_topic: topics.set('stream'),
        ...ofState(onWhen('value_json.streaming')),
      }),
      ...component('enabled', 'switch', 'Camera allowed', {
        command_topic: topics.set('enabled'),
        ...ofState(onWhen('value_json.enabled')),
      }),
      ...component('snapshot', 'image', 'Snapshot', {
        image_topic: topics.snapshot,
        content_type: 'image/jpeg',
      }),
      ...component('take-snapshot', 'button', 'Take a snapshot', { command_topic: topics.set('snapshot') }),
      ...component('motion', 'binary_sensor', 'Motion', {
        device_class: 'motion',
        ...ofState(onWhen('value_json.motion')),
      }),
      ...component('viewers', 'sensor', 'Viewers', ofState('{{ value_json.viewers }}')),
      ...component('health', 'binary_sensor', 'Health', {
        device_class: 'problem',
        entity_category: 'diagnostic',
        ...ofState(onWhen("value_json.health != 'ok'")),
      }),
    },
  });
}

function onWhen(condition: string): string {
  return `{{ 'ON' if ${condition} else 'OFF' }}`;
}

/** Home Assistant takes letters, digits, "_" and "-". */
function idOf(prefix: string, device: string): string {
  return `${prefix}-${device}`.replace(/[^a-zA-Z0-9_-]/gu, '-');
}
