import { expect, test } from 'vitest';
import { formatScale, scaleDenominator } from './scale';

test('one more zoom halves the denominator', () => {
  expect(scaleDenominator(45.75, 14) / scaleDenominator(45.75, 15)).toBeCloseTo(2, 9);
});

test('at Lyon, zoom 16 is about 1:3 100', () => {
  expect(formatScale(scaleDenominator(45.75, 16))).toBe('1:3\u00a0100');
});

test('ratios are rounded to two significant figures', () => {
  expect(formatScale(8462)).toBe('1:8\u00a0500');
  expect(formatScale(123456)).toBe('1:120\u00a0000');
  expect(formatScale(7.6)).toBe('1:8');
});
