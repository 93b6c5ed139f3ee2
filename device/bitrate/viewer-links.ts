import type { LinkReport } from '../viewer-session/media-path/link-report.ts';
import { ViewerLink } from './viewer-link.ts';

/** A link that takes less than this share of the floor gets no whole picture at the floor either. */
const HOPELESS_SHARE = 0.7;
/** An encoder need not follow every change of an estimate. */
const STEP_KBPS = 50;

/**
 * The links of all viewers, who share one stream. The weakest that can be served decides: one viewer on a bad link
 * costs the others something only when it gains a picture by that.
 */
export class ViewerLinks {
  readonly #floorKbps: number;
  readonly #links = new Map<string, ViewerLink>();

  /** @param floorKbps no link brings the bit rate below this. */
  constructor(floorKbps: number) {
    this.#floorKbps = floorKbps;
  }

  /** Infinity when no link complains. */
  get limitKbps(): number {
    const served = this.#served();
    if (served.length === 0 && this.#links.size > 0) return this.#floorKbps;
    const weakestKbps = Math.min(...served.map(({ limitKbps }) => limitKbps));
    return Math.max(this.#floorKbps, Math.floor(weakestKbps / STEP_KBPS) * STEP_KBPS);
  }

  /** True after a complaint: nobody knows then how much a link takes. */
  mustBeTriedOut(): boolean {
    return this.#served().some(({ hasComplained }) => hasComplained);
  }

  handleReport(viewer: string, report: LinkReport, nowMs: number): void {
    const link = this.#links.get(viewer) ?? new ViewerLink(nowMs);
    this.#links.set(viewer, link);
    link.handleReport(report, nowMs);
  }

  forget(viewer: string): void {
    this.#links.delete(viewer);
  }

  forgetAll(): void {
    this.#links.clear();
  }

  #served(): ViewerLink[] {
    const leastKbps = this.#floorKbps * HOPELESS_SHARE;
    return [...this.#links.values()].filter(({ limitKbps }) => limitKbps >= leastKbps);
  }
}
