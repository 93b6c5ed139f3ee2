import { CameraGrid } from './camera-grid.ts';
import { CameraList, type CameraListState } from './camera-list.ts';
import { LiveView } from './live-view.ts';
import { describeTrouble } from './messages.ts';
import { SnapshotStore } from './snapshot-store.ts';

const app = document.querySelector('#app') ?? document.body;
const banner = document.querySelector<HTMLElement>('#banner');
const snapshots = new SnapshotStore();
const list = new CameraList(show, () => view.kind === 'live' && view.live.isWaiting);

type View =
  | { readonly kind: 'grid'; readonly grid: CameraGrid }
  | { readonly kind: 'live'; readonly device: string; readonly live: LiveView };

let view = openView();
addEventListener('hashchange', navigate);
/** For scripts on this page; what the camera says comes as an event `picam-message` of the document. */
Object.assign(globalThis, {
  picam: { send: (value: unknown) => view.kind === 'live' && view.live.send(value) },
});
list.open();

/** The grid at `#/`, one camera at `#/camera/<device>`: both can be bookmarked. */
function openView(): View {
  const device = /^#\/camera\/([a-z0-9-]{1,63})$/.exec(location.hash)?.[1];
  if (device === undefined) {
    const grid = new CameraGrid(snapshots);
    app.append(grid.root);
    grid.open();
    document.title = 'Picam';
    return { kind: 'grid', grid };
  }
  const live = new LiveView(device, snapshots);
  app.append(live.root);
  live.open();
  return { kind: 'live', device, live };
}

function navigate(): void {
  const left = view.kind === 'live' ? view.device : undefined;
  if (view.kind === 'live') view.live.close();
  else view.grid.close();
  view = openView();
  show(list.state);
  if (view.kind === 'grid') view.grid.focus(left);
}

function show(state: CameraListState): void {
  showBanner(state);
  if (view.kind === 'grid') {
    view.grid.show(state);
    return;
  }
  const { device, live } = view;
  const camera = state.cameras.find((known) => known.device === device);
  const isReachable = !state.serverAway && !state.brokerAway && (camera?.online ?? false);
  live.show(camera, isReachable || !state.loaded);
}

function showBanner({ serverAway, brokerAway }: CameraListState): void {
  if (!banner) return;
  banner.hidden = !serverAway && !brokerAway;
  if (banner.hidden) return;
  const { title, advice } = describeTrouble({ kind: serverAway ? 'server-away' : 'broker-away' }, '');
  const text = `${title}. ${advice}`;
  if (banner.textContent !== text) banner.textContent = text;
}
