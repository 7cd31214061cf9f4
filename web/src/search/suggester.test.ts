import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { suggester } from './suggester';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server that answers each text after the delay its name states, deaf to cancellation. */
const slow =
  (asked: string[]) =>
  (text: string): Promise<string> => {
    asked.push(text);
    return new Promise((resolve) => setTimeout(() => resolve(text), Number(/\d+/.exec(text)?.[0] ?? 0)));
  };

test('only the text after the pause is asked for', async () => {
  const asked: string[] = [];
  const typing = suggester(
    slow(asked),
    () => {},
    () => {},
  );
  for (const text of ['r', 'ru', 'rue']) {
    typing.type(text);
    await vi.advanceTimersByTimeAsync(50);
  }
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toEqual(['rue']);
});

test('an answer that comes after a newer one is dropped', async () => {
  const shown: string[] = [];
  const typing = suggester(
    slow([]),
    (answer) => shown.push(answer),
    () => {},
  );
  typing.type('lent 900');
  await vi.advanceTimersByTimeAsync(200);
  typing.type('vif 10');
  await vi.advanceTimersByTimeAsync(2000);
  expect(shown).toEqual(['vif 10']);
});

test('clearing the field silences the answer on its way', async () => {
  const shown: string[] = [];
  const typing = suggester(
    slow([]),
    (answer) => shown.push(answer),
    () => {},
  );
  typing.type('lent 900');
  await vi.advanceTimersByTimeAsync(200);
  typing.type('');
  await vi.advanceTimersByTimeAsync(2000);
  expect(shown).toEqual([]);
});

test('a failure is told once, for the last text only', async () => {
  const failures: unknown[] = [];
  const typing = suggester(
    () => Promise.reject(new Error('non')),
    () => {},
    (error) => failures.push(error),
  );
  typing.type('a');
  typing.type('b');
  await vi.advanceTimersByTimeAsync(500);
  expect(failures).toHaveLength(1);
});
