import type { StyleSpecification } from 'maplibre-gl';
import { expect, test } from 'vitest';
import { absoluteStyle, anchorOf, anchors, difference, placedLayer } from './style';

const base: StyleSpecification = {
  version: 8,
  sources: { plan: { type: 'vector', url: '/tiles/rues,batiments' } },
  layers: [
    { id: 'papier', type: 'background' },
    { id: 'ancre', type: 'background', metadata: { 'traboule:anchor': 'fills' } },
  ],
};

test('addresses become absolute without touching the braces of a tile template', () => {
  const given: StyleSpecification = {
    ...base,
    sources: { a: { type: 'vector', tiles: ['/tiles/a/{z}/{x}/{y}'] }, ...base.sources },
  };
  const style = absoluteStyle(given, 'https://carte.example', { Noto: '/assets/noto.woff2' });
  expect(style.sources.a).toMatchObject({ tiles: ['https://carte.example/tiles/a/{z}/{x}/{y}'] });
  expect(style.sources.plan).toMatchObject({ url: 'https://carte.example/tiles/rues,batiments' });
  expect(style['font-faces']).toEqual({ Noto: [{ url: 'https://carte.example/assets/noto.woff2' }] });
});

test('a style layer goes where its type belongs unless its file says otherwise', () => {
  expect(anchors(base)).toEqual({ fills: 'ancre' });
  expect(anchorOf({ id: 'a', type: 'fill', source: 's' })).toBe('fills');
  expect(anchorOf({ id: 'a', type: 'circle', source: 's' })).toBe('points');
  expect(anchorOf({ id: 'a', type: 'fill', source: 's', metadata: { 'traboule:anchor': 'lines' } })).toBe(
    'lines',
  );
});

test('two layers may use the same names in their own styles', () => {
  expect(placedLayer('arbres', { id: 'points', type: 'circle', source: 'arbres' }).id).toBe('arbres:points');
});

test.each([
  [['a', 'b'], ['a', 'b'], [], []],
  [['a', 'b'], ['a'], ['b'], []],
  [['a', 'b', 'c'], ['a', 'c'], ['b'], []],
  [['a'], ['a', 'b'], [], ['b']],
  [
    ['a', 'b'],
    ['b', 'a'],
    ['a', 'b'],
    ['b', 'a'],
  ],
  [[], ['a'], [], ['a']],
])('from %j to %j removes %j and adds %j', (shown, wanted, remove, add) => {
  expect(difference(shown, wanted)).toEqual({ remove, add });
});
