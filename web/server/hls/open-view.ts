import type { CameraRequests } from '../../../camera-client/camera-requests.ts';
import { LiveViewError, type LiveView, type OpenLiveView } from '../../../camera-client/live-view.ts';
import type { IceServerSource } from '../../../foundation/ice/ice-server-source.ts';
import { describeError, type Logger } from '../../../foundation/logger.ts';

export interface ViewSettings {
  readonly requests: CameraRequests;
  readonly iceServers: IceServerSource;
  readonly logger: Logger;
}

/** Views that set themselves up anew after a loss. WebRTC is loaded with the first: most servers never need it. */
export function viewOpener({ requests, iceServers, logger }: ViewSettings): OpenLiveView {
  return (device, listener) => {
    let isClosed = false;
    const opened = load().then(({ LiveViewConnection, ReconnectingLiveView }) => {
      if (isClosed) return undefined;
      const view = new ReconnectingLiveView({
        openConnection: (ofConnection) => {
          const connection = new LiveViewConnection({
            device,
            requests,
            iceServers: async () => (await iceServers.current()).iceServers,
            listener: ofConnection,
            logger,
          });
          connection.open();
          return connection;
        },
        listener,
        logger,
      });
      view.open();
      return view;
    });
    opened.catch((error: unknown) =>
      listener.handleEnd(new LiveViewError('failed', `WebRTC cannot be loaded: ${describeError(error)}`)),
    );
    const withView = async (use: (view: LiveView) => unknown) => {
      const view = await opened.catch(() => undefined);
      if (view) await use(view);
    };
    return {
      requestKeyframe: () => void withView((view) => view.requestKeyframe()),
      close: async () => {
        isClosed = true;
        await withView((view) => view.close());
      },
    };
  };
}

async function load() {
  const [{ LiveViewConnection }, { ReconnectingLiveView }] = await Promise.all([
    import('../../../camera-client/live-view-connection.ts'),
    import('../../../camera-client/live-view-reconnection.ts'),
  ]);
  return { LiveViewConnection, ReconnectingLiveView };
}
