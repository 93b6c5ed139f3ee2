import type { ErrorCode, FoundCamera, PluginBlock } from './page-data.ts';

/** What the Homebridge UI gives to a custom page; as much of it as this page uses. */
interface HomebridgeUi extends EventTarget {
  getPluginConfig(): Promise<PluginBlock[]>;
  updatePluginConfig(blocks: readonly PluginBlock[]): Promise<PluginBlock[]>;
  request(path: string, body: object): Promise<unknown>;
  i18nCurrentLang(): Promise<string>;
  showSchemaForm(): void;
  hideSchemaForm(): void;
  disableSaveButton(): void;
  enableSaveButton(): void;
}

declare global {
  interface Window {
    readonly homebridge: HomebridgeUi;
  }
}

/** What the page's server refused, or could not do. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** @throws RequestError */
export async function ask<Answer>(path: string, body: object = {}): Promise<Answer> {
  try {
    return (await window.homebridge.request(path, body)) as Answer;
  } catch (refusal) {
    const { code = 'internal', message = '' } = refusal as Partial<RequestError>;
    throw new RequestError(code, message);
  }
}

export function onCameras(handle: (cameras: readonly FoundCamera[]) => void): void {
  window.homebridge.addEventListener('cameras', (event) => {
    const { data } = event as MessageEvent<{ readonly cameras: readonly FoundCamera[] }>;
    handle(data.cameras);
  });
}

/** Changes made in the form that the Homebridge UI makes of config.schema.json. */
export function onFormChange(handle: (block: PluginBlock | undefined) => void): void {
  window.homebridge.addEventListener('configChanged', (event) => {
    const { data } = event as MessageEvent<readonly PluginBlock[]>;
    handle(data[0]);
  });
}
