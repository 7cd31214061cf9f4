// A legend read from the style that draws the layer: which classes it tells
// apart, and how each is drawn. A style file may name its classes in French
// under metadata "traboule:legend"; otherwise they are the values its paint
// matches on, and a style that matches on nothing has one entry.
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { GeometryKind } from '../api/contract';
import { evaluate, type Sample } from './evaluate';

export type Mark =
  | { type: 'fill'; colour: string; opacity: number; outline: string | null; pattern: string | null }
  | { type: 'line'; colour: string; opacity: number; width: number; dash: number[] }
  | { type: 'circle'; colour: string; opacity: number; radius: number; stroke: string; strokeWidth: number }
  | { type: 'text'; text: string; colour: string };

export interface LegendEntry {
  label: string;
  /** How the marks are laid out: in a box, along a line, or at a point. */
  shape: 'area' | 'line' | 'point';
  /** From bottom to top. */
  marks: Mark[];
}

/** A class as a style file names it. */
interface LegendClass {
  label: string;
  when?: Record<string, unknown>;
  geometry?: Sample['geometry'];
}

/** The zoom at which symbols are shown in the legend: streets and lots are both visible. */
const LEGEND_ZOOM = 16;

const GEOMETRY: Record<GeometryKind, Sample['geometry']> = {
  point: 'Point',
  line: 'LineString',
  polygon: 'Polygon',
  mixed: 'Polygon',
};

/** The entries of a layer's legend, in the order of its style. */
export function legend(style: StyleSpecification, title: string, kind: GeometryKind): LegendEntry[] {
  return classes(style, title)
    .map((one) => entry(style.layers, one, one.geometry ?? GEOMETRY[kind]))
    .filter(({ marks }) => marks.length > 0);
}

function classes(style: StyleSpecification, title: string): LegendClass[] {
  const declared = (style.metadata as Record<string, unknown> | undefined)?.['traboule:legend'];
  if (Array.isArray(declared)) return declared as LegendClass[];
  for (const layer of style.layers) {
    for (const value of Object.values(paintOf(layer))) {
      const found = matchClasses(value);
      if (found) return found;
    }
  }
  return [{ label: title }];
}

/** The classes of the first `match` on an attribute inside a paint value. */
function matchClasses(value: unknown): LegendClass[] | null {
  if (!Array.isArray(value)) return null;
  if (value[0] === 'match' && Array.isArray(value[1]) && value[1][0] === 'get') {
    const attribute = String(value[1][1]);
    const labels: unknown[] = [];
    for (let i = 2; i + 1 < value.length; i += 2) labels.push([value[i]].flat()[0]);
    return labels.map((label) => ({ label: String(label), when: { [attribute]: label } }));
  }
  for (const inner of value) {
    const found = matchClasses(inner);
    if (found) return found;
  }
  return null;
}

function paintOf(layer: LayerSpecification): Record<string, unknown> {
  return (layer.paint ?? {}) as Record<string, unknown>;
}

function entry(layers: LayerSpecification[], one: LegendClass, geometry: Sample['geometry']): LegendEntry {
  const sample: Sample = { properties: one.when ?? {}, geometry, zoom: LEGEND_ZOOM };
  const marks = layers
    .filter((layer) => visible(layer, sample))
    .map((layer) => mark(layer, sample))
    .filter((drawn) => drawn !== null);
  const has = (type: Mark['type']): boolean => marks.some((drawn) => drawn.type === type);
  const shape = has('circle') || geometry === 'Point' ? 'point' : geometry === 'LineString' ? 'line' : 'area';
  return { label: one.label, shape, marks };
}

function visible(layer: LayerSpecification, sample: Sample): boolean {
  if (layer.type === 'background' || layer.layout?.visibility === 'none') return false;
  const filter = 'filter' in layer ? layer.filter : undefined;
  return filter === undefined || evaluate(filter, sample) === true;
}

function mark(layer: LayerSpecification, sample: Sample): Mark | null {
  const paint = paintOf(layer);
  const get = (name: string, otherwise: unknown): unknown => evaluate(paint[name], sample) ?? otherwise;
  const text = (name: string, otherwise: string): string => String(get(name, otherwise));
  const number = (name: string, otherwise: number): number => Number(get(name, otherwise));
  switch (layer.type) {
    case 'fill':
      return {
        type: 'fill',
        colour: text('fill-color', '#000000'),
        opacity: number('fill-opacity', 1),
        outline: (get('fill-outline-color', null) as string | null) ?? null,
        pattern: (get('fill-pattern', null) as string | null) || null,
      };
    case 'line':
      return {
        type: 'line',
        colour: text('line-color', '#000000'),
        opacity: number('line-opacity', 1),
        width: number('line-width', 1),
        dash: (get('line-dasharray', []) as number[]) ?? [],
      };
    case 'circle':
      return {
        type: 'circle',
        colour: text('circle-color', '#000000'),
        opacity: number('circle-opacity', 1),
        radius: number('circle-radius', 5),
        stroke: text('circle-stroke-color', '#000000'),
        strokeWidth: number('circle-stroke-width', 0),
      };
    case 'symbol':
      return letterMark(layer.layout?.['text-field'], text, sample);
    default:
      return null;
  }
}

/** A letter inside a symbol belongs in the legend; a name written beside an object does not. */
function letterMark(
  field: unknown,
  text: (name: string, otherwise: string) => string,
  sample: Sample,
): Mark | null {
  const letters = String(evaluate(field, sample) ?? '');
  if (letters === '' || letters.length > 2) return null;
  return { type: 'text', text: letters, colour: text('text-color', '#000000') };
}
