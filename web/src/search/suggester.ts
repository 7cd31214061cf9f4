// When to ask, and which answer to believe: a pause after the last key, one
// request at a time, and an answer that comes after more typing is dropped.

/** Long enough to skip most keystrokes, short enough to feel immediate. */
const DEBOUNCE_MS = 120;

export interface Suggester {
  /** Asks for `text` after the pause; an empty text only cancels. */
  type(text: string): void;
}

/** `ask` may be aborted at any time; exactly one of `show` and `fail` follows the last text typed. */
export function suggester<T>(
  ask: (text: string, signal: AbortSignal) => Promise<T>,
  show: (answer: T) => void,
  fail: (error: unknown) => void,
): Suggester {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let request: AbortController | undefined;

  async function send(text: string, mine: AbortController): Promise<void> {
    try {
      const answer = await ask(text, mine.signal);
      if (!mine.signal.aborted) show(answer);
    } catch (error) {
      if (!mine.signal.aborted) fail(error);
    }
  }

  return {
    type(text) {
      clearTimeout(timer);
      request?.abort();
      if (text === '') return;
      const mine = new AbortController();
      request = mine;
      timer = setTimeout(() => void send(text, mine), DEBOUNCE_MS);
    },
  };
}
