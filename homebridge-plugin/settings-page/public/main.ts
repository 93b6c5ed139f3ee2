import { BrokerSection } from './broker-section.ts';
import { CameraList } from './camera-list.ts';
import { element } from './element.ts';
import { notice } from './field.ts';
import { onCameras, onFormChange } from './homebridge.ts';
import { LocalSection } from './local-section.ts';
import type { FoundCamera } from './page-data.ts';
import { SettingsBlock } from './settings-block.ts';
import { textsIn, type Texts } from './texts.ts';

window.homebridge.addEventListener('ready', () => void open(), { once: true });

async function open(): Promise<void> {
  const language = await window.homebridge.i18nCurrentLang();
  document.documentElement.lang = language;
  const texts = textsIn(language);
  const mistakes = element('div', { role: 'alert', hidden: true });
  const block = new SettingsBlock((problems) => showMistakes(mistakes, problems, texts));
  await block.open();

  const lists = {
    local: new CameraList('local', texts, () => block.current),
    broker: new CameraList('broker', texts, () => block.current),
  };
  let cameras: readonly FoundCamera[] = [];
  const show = (changed: readonly FoundCamera[]) => {
    cameras = changed;
    lists.local.show(cameras);
    lists.broker.show(cameras);
    broker.showCount(cameras.filter(({ place }) => place === 'broker').length);
  };
  const replace = (place: FoundCamera['place'], found: readonly FoundCamera[]) =>
    show([...cameras.filter((camera) => camera.place !== place), ...found]);
  const broker = new BrokerSection({
    texts,
    block,
    cameras: lists.broker.root,
    handleCameras: (found) => replace('broker', found),
  });
  const local = new LocalSection({
    texts,
    block,
    cameras: lists.local.root,
    handleToggle: () => void broker.search(),
    handleRestart: () => replace('local', []),
  });
  document.querySelector('#picam')?.append(local.root, broker.root, mistakes, allSettings(texts));
  for (const part of [lists.local, lists.broker, local, broker]) part.open();
  onCameras(show);
  onFormChange((changed) => {
    if (!changed) return;
    const before = block.current;
    block.replace(changed);
    const differs = (...keys: string[]) => keys.some((key) => !isSame(before[key], changed[key]));
    if (differs('localCamera', 'prefix')) local.refresh();
    if (differs('broker', 'localCamera', 'prefix')) broker.refresh();
  });
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function showMistakes(place: HTMLElement, problems: readonly string[], texts: Texts): void {
  place.hidden = problems.length === 0;
  const list = element('ul', {}, ...problems.map((problem) => element('li', {}, problem)));
  place.replaceChildren(notice('bad', texts.mistakes, list));
}

/** Everything that has no place of its own here is in the form that the Homebridge UI makes of the schema. */
function allSettings(texts: Texts): HTMLElement {
  const button = element('button', { type: 'button', class: 'btn btn-elegant' }, texts.allSettings);
  let isShown = false;
  button.addEventListener('click', () => {
    isShown = !isShown;
    if (isShown) window.homebridge.showSchemaForm();
    else window.homebridge.hideSchemaForm();
    button.textContent = isShown ? texts.fewerSettings : texts.allSettings;
  });
  return element('p', { class: 'all-settings' }, button);
}
