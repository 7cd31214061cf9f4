// The troubles worth a banner, each shown once however many requests met it.
import { RequestError, type Trouble } from '../api/http';

class Notices {
  session = $state(false);
  network = $state(false);
  refused = $state(false);
}

export const notices = new Notices();

/** Remembers a trouble; one that concerns a single object has no banner. */
export function report(trouble: Trouble): void {
  if (trouble === 'session') notices.session = true;
  if (trouble === 'network' || trouble === 'server') notices.network = true;
  if (trouble === 'refused') notices.refused = true;
}

/** The trouble behind a caught error, reported when it ends the session or the network. */
export function reportError(error: unknown): Trouble {
  const trouble = error instanceof RequestError ? error.trouble : 'server';
  if (trouble === 'session' || trouble === 'network') report(trouble);
  return trouble;
}
