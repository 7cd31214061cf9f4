import { expect, test } from 'vitest';
import { ageInWords, longDate } from './age';

const now = new Date(2026, 10, 22, 8, 30);

test.each([
  ['2026-11-22', 'aujourd’hui'],
  ['2026-11-21T23:59:00Z', 'hier'],
  ['2026-11-16', 'il y a 6 jours'],
  ['2026-01-01', 'il y a 11 mois'],
  ['2024-01-01', 'il y a 2 ans'],
  ['2027-01-01', 'aujourd’hui'],
])('data of %s is %s old', (date, expected) => {
  expect(ageInWords(date, now)).toBe(expected);
});

test('an unreadable date has no age', () => {
  expect(ageInWords('bientôt', now)).toBe('');
});

test('only a whole calendar date is spelled out', () => {
  expect(longDate('2026-01-01')).toBe('1 janvier 2026');
  expect(longDate('2026-13-45')).toBeNull();
  expect(longDate('69029000AB0001')).toBeNull();
});
