/** How long something may take, and who may stop it earlier. */
export interface Limits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** The errors to end with: made only when needed. */
export interface Endings {
  timedOut(): Error;
  aborted(): Error;
}

/**
 * Does the work, or rejects at its deadline or at the signal, whichever comes first. It does not wait for the work
 * to notice: whoever calls tears down what the work holds. With a signal that is already given the work never begins.
 */
export const within = async <T>(limits: Limits, endings: Endings, work: () => Promise<T>): Promise<T> => {
  const { timeoutMs, signal } = limits;
  if (signal?.aborted) throw endings.aborted();
  const { promise: cutShort, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(endings.timedOut()), timeoutMs);
  const onAbort = (): void => reject(endings.aborted());
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(), cutShort]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
};
