// The one way out of the page: same-origin JSON, and an error that says what
// kind of trouble it was. What to show for it is decided in state/notices.
import type { Problem } from './contract';

export type Trouble = 'session' | 'refused' | 'missing' | 'server' | 'network';

/** A request that did not give JSON; `problem` is what the server had to say about it. */
export class RequestError extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly problem: Problem = {},
  ) {
    super(problem.title ?? trouble);
  }
}

/** Names the trouble behind an HTTP status. 0 stands for "no answer at all". */
export function troubleOf(status: number): Trouble {
  if (status === 401) return 'session';
  if (status === 403) return 'refused';
  if (status === 404) return 'missing';
  return status === 0 ? 'network' : 'server';
}

/**
 * Fetches JSON from this origin.
 * @throws RequestError for anything but a JSON answer; DOMException when `signal` aborts.
 */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { headers: { accept: 'application/json' }, cache: 'no-cache' };
  if (signal) init.signal = signal;
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError('network');
  }
  if (!response.ok) throw new RequestError(troubleOf(response.status), await problemOf(response));
  try {
    return (await response.json()) as T;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError('server');
  }
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return {};
  }
}
