/** After so many looks in a row that did not reach a host, it is asked at every second beat only. */
const MISSES = 2;

/**
 * Which hosts are worth asking at a beat. One that swallows packets costs ten seconds of waiting at each look, so it is
 * asked half as often. Not less than that: what is known of it, that it cannot be reached, stays fresh between two looks
 * (`FreshnessLimits`), and one that comes back is seen at the next beat but one.
 */
export class HostPatience {
  private readonly unreached = new Map<string, { misses: number; leaveOut: boolean }>();

  /** @returns false when this beat is to be left out for the host; the next one then is not */
  isDue(hostId: string): boolean {
    const known = this.unreached.get(hostId);
    if (!known?.leaveOut) return true;
    known.leaveOut = false;
    return false;
  }

  /** What came of a look. */
  tell(hostId: string, wasReached: boolean): void {
    const misses = (this.unreached.get(hostId)?.misses ?? 0) + 1;
    if (wasReached) this.unreached.delete(hostId);
    else this.unreached.set(hostId, { misses, leaveOut: misses >= MISSES });
  }
}
