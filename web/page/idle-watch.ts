const IDLE_MS = 2_500;

/**
 * Marks `root` as idle (`data-idle`) while nobody moves or touches anything, so that a full screen can show the picture
 * alone. @param signal ends the watching
 */
export function watchIdle(root: HTMLElement, signal: AbortSignal): void {
  let timer: number | undefined;
  const wake = () => {
    clearTimeout(timer);
    delete root.dataset['idle'];
    timer = setTimeout(() => (root.dataset['idle'] = ''), IDLE_MS);
  };
  for (const type of ['pointermove', 'pointerdown', 'keydown'] as const)
    document.addEventListener(type, wake, { signal });
  signal.addEventListener('abort', () => clearTimeout(timer));
  wake();
}
