import { expect, test } from 'vitest';
import { pageTitle } from './title';

test('the title says what is shown and where', () => {
  expect(pageTitle(['Chantiers'], 'Bron')).toBe('Chantiers – Bron – traboule');
  expect(pageTitle([], null)).toBe('traboule');
  expect(pageTitle(['A', 'B', 'C', 'D'], null)).toBe('A, B, + 2 – traboule');
});
