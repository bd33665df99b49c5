/** Who did it: a token over HTTP, a job on that token's behalf, or the service by itself. */
export type Actor =
  | { readonly kind: 'token'; readonly tokenId: string; readonly requestId: string; readonly remoteAddress: string }
  | { readonly kind: 'job'; readonly jobId: string }
  | { readonly kind: 'service' };

export const THE_SERVICE: Actor = { kind: 'service' };
export const theJob = (jobId: string): Actor => ({ kind: 'job', jobId });
