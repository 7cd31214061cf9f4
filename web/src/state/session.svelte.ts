// Who is signed in, as far as the page shows it. Rights are the server's
// business: the catalogue only ever lists what this agent may open.
import { getJson } from '../api/http';
import type { Me } from '../api/contract';
import { reportError } from './notices.svelte';

class Session {
  me = $state.raw<Me | null>(null);
}

export const session = new Session();

export async function loadSession(): Promise<void> {
  try {
    session.me = await getJson<Me>('/auth/me');
  } catch (error) {
    reportError(error);
  }
}
