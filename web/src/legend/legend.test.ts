// Every style file of the samples goes through here: valid MapLibre, and a
// legend that says what the map draws.
import { createExpression, latest, validateStyleMin } from '@maplibre/maplibre-gl-style-spec';
import type { StyleSpecification } from 'maplibre-gl';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { patternImage } from '../map/patterns';
import { evaluate, type Sample } from './evaluate';
import { legend, type Mark } from './legend';

const FOLDER = new URL('../../../data-samples/styles/', import.meta.url);
const styles = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => {
    const text = readFileSync(new URL(name, FOLDER), 'utf8');
    return [name.replace('.json', ''), JSON.parse(text) as StyleSpecification] as const;
  });
const thematic = styles.filter(([name]) => name !== 'plan');

interface Class {
  when?: Record<string, unknown>;
}

function samples(style: StyleSpecification): Sample[] {
  const declared = (style.metadata as Record<string, Class[]> | undefined)?.['traboule:legend'] ?? [{}];
  return declared.flatMap(({ when }) =>
    (['Point', 'LineString', 'Polygon'] as const).flatMap((geometry) =>
      [9, 12.5, 16, 20].map((zoom) => ({ properties: when ?? {}, geometry, zoom })),
    ),
  );
}

/** MapLibre's own answer; colours are compared as written, so they are read as text. */
function oracle(expression: unknown, sample: Sample): unknown {
  const compiled = createExpression(expression, 'paint');
  if (compiled.result === 'error') throw new Error(compiled.value.map(({ message }) => message).join());
  const type = { Point: 1, LineString: 2, Polygon: 3 }[sample.geometry] as 1 | 2 | 3;
  return compiled.value.evaluateWithoutErrorHandling(
    { zoom: sample.zoom },
    { type, properties: sample.properties },
  );
}

test('the samples have a base map and eighteen layers', () => {
  expect(styles.map(([name]) => name)).toContain('plan');
  expect(thematic).toHaveLength(18);
});

describe.each(styles)('%s', (name, style) => {
  test('is a valid style', () => {
    expect(validateStyleMin(style, latest).map(({ message }) => message)).toEqual([]);
  });

  test('asks only for patterns that exist and fonts that are served', () => {
    const text = JSON.stringify(style);
    for (const [pattern] of text.matchAll(/motif:[^"]*/g))
      expect(patternImage(pattern), pattern).not.toBeNull();
    for (const [, font] of text.matchAll(/"text-font":\["([^"]*)"\]/g)) {
      expect(['Noto Sans Regular', 'Noto Sans SemiBold', 'Noto Sans Italic']).toContain(font);
    }
  });

  test('draws from tiles named after its layer', () => {
    if (name === 'plan') return;
    expect(style.sources).toEqual({ [name]: { type: 'vector', url: `/tiles/${name}` } });
    for (const layer of style.layers) expect(layer).toMatchObject({ source: name, 'source-layer': name });
  });
});

describe.each(thematic)('the legend of %s', (_, style) => {
  test('evaluates every paint value and filter as MapLibre does', () => {
    for (const layer of style.layers) {
      const values = [...Object.values(layer.paint ?? {}), 'filter' in layer ? layer.filter : undefined];
      for (const value of values.filter((v) => Array.isArray(v) && typeof v[0] === 'string')) {
        for (const sample of samples(style)) {
          const [ours, theirs] = [evaluate(value, sample), oracle(value, sample)];
          if (typeof ours === 'number') expect(ours).toBeCloseTo(theirs as number, 9);
          else expect(ours, JSON.stringify(value)).toEqual(theirs);
        }
      }
    }
  });

  test('tells its classes apart, in the four hues everyone can tell apart', () => {
    const entries = legend(style, 'Titre', 'polygon');
    const looks = entries.map(({ marks }) => JSON.stringify(marks));
    expect(entries.length).toBeGreaterThan(0);
    expect(new Set(looks).size).toBe(looks.length);
    const hues = new Set(entries.flatMap(({ marks }) => marks.flatMap(hueOf)));
    const allowed = ['#0072B2', '#D55E00', '#009E73', '#111111'];
    expect([...hues].filter((hue) => !allowed.includes(hue))).toEqual([]);
  });
});

/** The hue a mark speaks in: casings, dark outlines of a hue and halos only support it. */
function hueOf(mark: Mark): string[] {
  const support = ['#ffffff', '#8a3c00', '#00694d', '#00503a', '#004a75'];
  const colour = mark.type === 'fill' && mark.pattern ? `#${mark.pattern.slice(-6)}` : mark.colour;
  return support.includes(colour) ? [] : [colour];
}

test('a style that only matches on values names its classes after them', () => {
  const style: StyleSpecification = {
    version: 8,
    sources: {},
    layers: [
      {
        id: 'a',
        type: 'circle',
        source: 's',
        paint: {
          'circle-color': [
            'match',
            ['get', 'mode'],
            'métro',
            '#D55E00',
            ['bus', 'car'],
            '#0072B2',
            '#111111',
          ],
        },
      },
    ],
  };
  expect(legend(style, 'Arrêts', 'point').map(({ label }) => label)).toEqual(['métro', 'bus']);
  expect(legend(style, 'Arrêts', 'point')[1]?.marks[0]).toMatchObject({ type: 'circle', colour: '#0072B2' });
});

test('an operator the legend does not know is refused, not guessed', () => {
  expect(() => evaluate(['heatmap-density'], { properties: {}, geometry: 'Point', zoom: 1 })).toThrow(
    'heatmap-density',
  );
});
