import { afterEach, expect, test, vi } from 'vitest';
import { getJson, RequestError, troubleOf } from './http';

afterEach(() => void vi.unstubAllGlobals());

const answering = (response: Response): void => {
  vi.stubGlobal('fetch', () => Promise.resolve(response));
};

async function failure(): Promise<RequestError> {
  const outcome: unknown = await getJson('/api/catalogue').catch((error: unknown) => error);
  if (outcome instanceof RequestError) return outcome;
  throw new Error(`no failure but ${JSON.stringify(outcome)}`);
}

test.each([
  [401, 'session'],
  [403, 'refused'],
  [404, 'missing'],
  [503, 'server'],
  [0, 'network'],
] as const)('status %i is a matter of %s', (status, trouble) => {
  expect(troubleOf(status)).toBe(trouble);
});

test('a refusal carries the words of the server', async () => {
  const problem = { title: 'Accès refusé', reason: 'Adhésion suspendue' };
  answering(new Response(JSON.stringify(problem), { status: 403 }));
  expect((await failure()).problem).toEqual(problem);
});

test('a refusal without words is still a refusal', async () => {
  answering(new Response('<html>', { status: 403 }));
  expect((await failure()).trouble).toBe('refused');
});

test('a page where JSON was promised is the fault of the server', async () => {
  answering(new Response('<html>', { status: 200 }));
  expect((await failure()).trouble).toBe('server');
});

test('no answer at all is the fault of the network', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  expect((await failure()).trouble).toBe('network');
});
