import type { Position } from 'geojson';
import type { StyleSpecification } from 'maplibre-gl';
import { expect, test } from 'vitest';
import { clipToBox, insidePoint, labelPoints, withLabelPoints } from './labels';

const square = (west: number, south: number, side: number): Position[] => [
  [west, south],
  [west + side, south],
  [west + side, south + side],
  [west, south + side],
  [west, south],
];

const area = (id: number, ring: Position[], nom: string) => ({
  id,
  properties: { nom },
  geometry: { type: 'Polygon' as const, coordinates: [ring] },
});

test('an object cut by tiles gets one name, in the largest part that is on screen', () => {
  const pieces = [
    area(7, square(0, 0, 1), 'Bron'),
    area(7, square(1, 0, 4), 'Bron'),
    area(8, square(20, 20, 9), 'Lyon'),
  ];
  const { features } = labelPoints(pieces, 'id', [0, 0, 10, 10]);
  expect(features).toHaveLength(1);
  expect(features[0]?.geometry.coordinates).toEqual([3, 2]);
  expect(features[0]?.properties?.nom).toBe('Bron');
});

test('a river cut in reaches at its source is named once', () => {
  const reaches = [area(1, square(0, 0, 1), 'Le Rhône'), area(2, square(4, 0, 2), 'Le Rhône')];
  expect(labelPoints(reaches, 'nom', [0, 0, 10, 10]).features).toHaveLength(1);
  expect(labelPoints(reaches, 'id', [0, 0, 10, 10]).features).toHaveLength(2);
});

test('the part outside the screen does not attract the name', () => {
  expect(clipToBox(square(-10, -10, 12), [0, 0, 4, 4])).toEqual(
    expect.arrayContaining([
      [0, 0],
      [2, 2],
    ]),
  );
  const { features } = labelPoints([area(1, square(-10, -10, 12), 'Givors')], 'id', [0, 0, 4, 4]);
  expect(features[0]?.geometry.coordinates).toEqual([1, 1]);
});

test('the name of a horseshoe stands in one of its arms, not in the hollow', () => {
  const horseshoe: Position[] = [
    [0, 0],
    [10, 0],
    [10, 10],
    [9, 10],
    [9, 1],
    [3, 1],
    [3, 10],
    [0, 10],
    [0, 0],
  ];
  const [x] = insidePoint(horseshoe);
  expect(x).toBeGreaterThan(0);
  expect(x).toBeLessThan(3);
});

test('only marked layers leave the tiles', () => {
  const style: StyleSpecification = {
    version: 8,
    sources: { plan: { type: 'vector', url: '/tiles/communes' } },
    layers: [
      {
        id: 'noms',
        type: 'symbol',
        source: 'plan',
        'source-layer': 'communes',
        metadata: { 'traboule:label-once': 'nom' },
      },
      { id: 'rues', type: 'symbol', source: 'plan', 'source-layer': 'rues' },
    ],
  };
  const { style: out, labels } = withLabelPoints(style);
  expect(labels).toEqual([
    { pointSource: 'plan:noms', source: 'plan', sourceLayer: 'communes', key: 'nom', zooms: [0, 24] },
  ]);
  expect(out.layers[0]).not.toHaveProperty('source-layer');
  expect(out.layers[1]).toBe(style.layers[1]);
});
