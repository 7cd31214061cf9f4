import { expect, test } from 'vitest';
import { patternImage } from './patterns';

test('a pattern has ink and paper, in the colour its name asks for', () => {
  for (const kind of ['hachures', 'contre-hachures', 'croisillons', 'points', 'horizontales']) {
    const image = patternImage(`motif:${kind}:D55E00`);
    const alphas = image?.data.filter((_, i) => i % 4 === 3) ?? [];
    expect(Math.max(...alphas), kind).toBe(255);
    expect(Math.min(...alphas), kind).toBe(0);
    expect([...(image?.data.slice(0, 3) ?? [])]).toEqual([0xd5, 0x5e, 0x00]);
  }
});

test('hatching continues across the edge of its square', () => {
  const image = patternImage('motif:hachures:000000');
  const alpha = (x: number, y: number) => image?.data[(y * 16 + x) * 4 + 3];
  // One step right along the top row is one step down the right-hand column.
  for (let i = 1; i < 16; i += 1) expect(alpha(i, 0)).toBe(alpha(0, i));
});

test('a name that is not a pattern draws nothing', () => {
  expect(patternImage('motif:vagues:D55E00')).toBeNull();
  expect(patternImage('icone-metro')).toBeNull();
});
