import { createShareLink, fetchAccess, logOut } from './access.ts';
import { element, icon } from './element.ts';
import { LOG_OUT, SHARE } from './icons.ts';

/** Shown to whoever has logged in. */
export function logOutButton(): HTMLButtonElement {
  return buttonForUsers('Log out', LOG_OUT, () => void logOut());
}

/** Makes a link for one camera, for somebody who has no log-in. */
export function shareButton(device: string): HTMLButtonElement {
  return buttonForUsers('Share this camera', SHARE, () => void showLink(device));
}

function buttonForUsers(label: string, path: string, act: () => void): HTMLButtonElement {
  const attributes = { type: 'button', class: 'button', 'aria-label': label, title: label, hidden: true };
  const button = element('button', attributes, icon(path));
  button.addEventListener('click', act);
  void fetchAccess().then(({ kind }) => (button.hidden = kind !== 'everything'));
  return button;
}

async function showLink(device: string): Promise<void> {
  const dialog = element('dialog', { class: 'share', 'aria-label': 'Share this camera' });
  const close = element('button', { class: 'primary' }, 'Close');
  dialog.append(...(await linkOrProblem(device)), element('form', { method: 'dialog' }, close));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  const input = dialog.querySelector('input');
  input?.select();
  // Browsers have it on pages with TLS only.
  if (input && 'clipboard' in navigator) navigator.clipboard.writeText(input.value).catch(() => undefined);
}

async function linkOrProblem(device: string): Promise<HTMLElement[]> {
  try {
    const { url, expiresAt } = await createShareLink(device);
    const text = `Whoever has this link can watch the camera until ${expiresAt.toLocaleString()}.`;
    return [element('p', {}, text), element('input', { readonly: true, value: url, 'aria-label': 'Link' })];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [element('p', { role: 'alert' }, `No link could be made: ${reason}`)];
  }
}
